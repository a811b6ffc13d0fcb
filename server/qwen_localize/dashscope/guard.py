"""URLs that an answer names lead out of this network, or are not followed: nothing of it can be reached through us."""

import socket
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import httpx2

from ..errors import LocalizeError
from .hosts import Service, is_private

_LAST_PORT = 65535


def parsed(url: str, refusal: LocalizeError) -> httpx2.URL:
    """The URL.

    Raises:
        LocalizeError: `refusal`, if it is none.
    """
    try:
        return httpx2.URL(url)
    except httpx2.InvalidURL:
        raise refusal from None


def guarded(service: Service, url: httpx2.URL, refusal: LocalizeError) -> dict[str, Any]:
    """The extensions with which a request to the URL is made, so that it never connects into a private network.

    A service that is itself on this machine or network may name its neighbours.

    Raises:
        LocalizeError: `refusal`, here or from within the request, if the URL is not http(s) or leads inside.
    """
    free = service.is_local
    if url.scheme not in ("http", "https") or (url.port or 0) > _LAST_PORT or (is_private(url.host) and not free):
        raise refusal
    return {} if free else {"trace": _watch(url, refusal)}


def _watch(url: httpx2.URL, refusal: LocalizeError) -> Callable[[str, dict[str, Any]], Awaitable[None]]:
    """What httpx2 tells of a connection as it is made (its `trace`): one into a private network is refused.

    Where a proxy makes the connection, only the proxy knows where a name leads.
    """
    host = url.raw_host.decode("ascii")
    is_direct = False

    async def watch(event: str, facts: dict[str, Any]) -> None:
        nonlocal is_direct
        if event == "connection.connect_tcp.started":
            is_direct = facts["host"] == host
            if is_direct and any(map(is_private, await _addresses(host, facts["port"]))):
                raise refusal
        elif event == "connection.connect_tcp.complete" and is_direct:
            # The name may have been looked up anew, and lead elsewhere by now.
            stream = facts["return_value"]
            peer = stream.get_extra_info("server_addr")
            if peer and is_private(str(peer[0])):
                await stream.aclose()
                raise refusal

    return watch


async def _addresses(host: str, port: int) -> list[str]:
    """Where a name leads; nowhere if it cannot be looked up, which connecting will tell."""
    try:
        return [str(found[4][0]) for found in await anyio.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except OSError:
        return []
