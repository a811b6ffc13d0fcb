"""Which Host and Origin a request may name: a web page must not reach a local server through its visitor's browser."""

import re
from collections.abc import Iterable

_LOCAL = ("127.0.0.1", "localhost", "[::1]")
# A host with or without a port, in the form of a URL.
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[^]\[:/?#@\s]+)(?::\d{1,5})?")


class Visitors:
    """The hosts that this server answers to, and the pages that may call it.

    Args:
        hosts: names, each with its port or for every port; `*` is any.
        origins: origins such as `https://app.example.com`, each with its port or for every port; empty for those of
            this machine.
    """

    def __init__(self, hosts: Iterable[str], origins: Iterable[str]) -> None:
        self._hosts = frozenset((*_LOCAL, *(host.lower() for host in hosts)))
        local = (f"{scheme}://{host}" for scheme in ("http", "https") for host in _LOCAL)
        self._origins = frozenset(origin.lower().removesuffix("/") for origin in origins) or frozenset(local)

    def problem(self, headers: Iterable[tuple[bytes, bytes]]) -> tuple[int, str] | None:
        """The status and the words with which a request is turned away; None if it may pass."""
        named: dict[bytes, list[str]] = {b"host": [], b"origin": []}
        for name, value in headers:
            if name in named:
                named[name].append(value.decode("latin-1").lower())
        if len(named[b"host"]) != 1 or not self._is_ours(named[b"host"][0]):
            return 421, "This server has another name. Its operator can add one with QWEN_LOCALIZE_ALLOWED_HOSTS."
        if not all(self._is_allowed(origin) for origin in named[b"origin"]):
            return 403, "Pages of this origin may not call. The operator can add it: QWEN_LOCALIZE_ALLOWED_ORIGINS."
        return None

    def _is_ours(self, host: str) -> bool:
        match = _HOST.fullmatch(host)
        return bool(match) and not self._hosts.isdisjoint((host, match[1], "*"))  # type: ignore[index]

    def _is_allowed(self, origin: str) -> bool:
        scheme, found, host = origin.partition("://")
        match = _HOST.fullmatch(host) if found else None
        return match is not None and not self._origins.isdisjoint((origin, f"{scheme}://{match[1]}", "*"))
