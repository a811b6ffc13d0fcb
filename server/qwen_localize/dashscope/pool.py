"""The pool of connections, and what in the environment makes it unusable: the key, or a proxy."""

import re
from urllib.request import getproxies

import httpx2

from ..errors import BadSetting
from .bodies import ACCEPTED
from .hosts import Service

# An idle connection is dropped before common balancers drop it: a paid request must not meet a dead one.
_KEEPALIVE_SECONDS = 20.0
_CONNECTIONS = 32

# What a header can carry, without blanks and quotation marks.
_KEY = re.compile(r"[!#-&(-_a-~]+")


def open_pool(service: Service, key: str | None, timeout: httpx2.Timeout) -> httpx2.AsyncClient:
    """A pool for one service, through the proxies that the environment names.

    Raises:
        BadSetting: the key or a proxy cannot be used; names the variable, never its value.
    """
    if key and not _KEY.fullmatch(key):
        raise BadSetting(
            "DASHSCOPE_API_KEY cannot be used: it holds a blank, a quotation mark or a character that no key has. "
            "Copy the key alone from the Model Studio console, with nothing before or after it."
        )
    host = httpx2.URL(service.origin).host
    loopback = host in ("localhost", "127.0.0.1", "::1")
    try:
        return _pool(timeout, directly=host if loopback else None)
    except (ImportError, ValueError, httpx2.InvalidURL) as error:
        if loopback:  # a stand-in needs no proxy
            return _pool(timeout, trust_env=False)
        raise _bad_proxy() from error


def _pool(timeout: httpx2.Timeout, *, directly: str | None = None, trust_env: bool = True) -> httpx2.AsyncClient:
    """A pool that reaches one host without the proxy that the environment may name."""
    return httpx2.AsyncClient(
        timeout=timeout,
        headers={"Accept-Encoding": ACCEPTED},
        limits=httpx2.Limits(max_connections=_CONNECTIONS, keepalive_expiry=_KEEPALIVE_SECONDS),
        mounts={f"all://{directly}": None} if directly else None,
        trust_env=trust_env,
    )


def _bad_proxy() -> BadSetting:
    names = [f"{scheme.upper()}_PROXY" for scheme, url in getproxies().items() if not _is_proxy(url)]
    return BadSetting(
        f"The proxy in {' and '.join(names) or 'HTTP_PROXY, HTTPS_PROXY, ALL_PROXY or NO_PROXY'} cannot be used. "
        "Write it as http://host:port or socks5://host:port, or take the variable out of this server's environment."
    )


def _is_proxy(url: str) -> bool:
    try:
        httpx2.Proxy(url if "://" in url else f"http://{url}")
    except (ValueError, httpx2.InvalidURL):
        return False
    return True
