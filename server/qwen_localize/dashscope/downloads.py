"""Results, streamed from the URLs that the service signs for 24 h."""

from collections.abc import Awaitable, Callable
from typing import TypeVar
from urllib.request import getproxies

import httpx2

from ..errors import Bug, Expired, Spoiled, quote
from .hosts import is_private
from .retry import Failure, Repeat
from .wire import Request, TryFailed, Wire

T = TypeVar("T")
_SECONDS = 300.0
_REDIRECTS = 3


async def download(wire: Wire, url: str, consume: Callable[[httpx2.Response], Awaitable[T]]) -> T:
    """What `consume` makes of the open stream; a transfer that is cut, or that it calls spoiled, is tried again.

    Raises:
        Bug: the URL is none that a result may have: not http(s), or inside a private network.
        Expired: the URL is no longer valid.
        LocalizeError: see `Wire.send`.
    """

    async def once() -> T:
        target = httpx2.URL(url)
        for _ in range(_REDIRECTS + 1):
            _check(wire, target)
            async with wire.exchange(Request("GET", str(target)), seconds=_SECONDS) as response:
                _check_peer(wire, response)
                if response.next_request is None:
                    _succeeded(response)
                    return await _whole(response, consume)
                target = response.next_request.url
        raise Bug(f"The result's URL redirects more than {_REDIRECTS} times.")

    return await wire.repeating(once, Repeat.ALWAYS)


async def _whole(response: httpx2.Response, consume: Callable[[httpx2.Response], Awaitable[T]]) -> T:
    try:
        return await consume(response)
    except Spoiled as error:
        raise TryFailed(error, Failure.UNKNOWN) from error


def _check(wire: Wire, url: httpx2.URL) -> None:
    if url.scheme not in ("http", "https") or (is_private(url.host) and not wire.service.is_local):
        raise _misplaced(url)


def _check_peer(wire: Wire, response: httpx2.Response) -> None:
    """As `_check`, by the address that the host's name led to; behind a proxy only the proxy knows it."""
    stream = response.extensions.get("network_stream")
    address = stream.get_extra_info("server_addr") if stream else None
    if address and is_private(str(address[0])) and not wire.service.is_local and not getproxies():
        raise _misplaced(response.url)


def _misplaced(url: httpx2.URL) -> Bug:
    return Bug(f"The service named a result at {quote(str(url))}, where no result can be. It was not fetched.")


def _succeeded(response: httpx2.Response) -> None:
    if response.is_success:
        return
    if response.status_code in (403, 404):
        raise Expired("The result's URL is no longer valid: it lives 24 h.")
    words = f"The result could not be fetched: HTTP {response.status_code}."
    raise TryFailed(Spoiled(words), Failure.ANSWERED)
