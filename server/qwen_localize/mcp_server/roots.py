"""The folders that a client over stdio says it works in: they may be read too."""

import logging
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

import anyio
import anyio.to_thread
from mcp import MCPError
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.mcpserver import Context as McpContext
from mcp_types import ListRootsRequest, ListRootsResult
from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from pydantic import ValidationError

logger = logging.getLogger(__name__)

# Whoever does not answer in so many seconds is taken as having none.
ANSWER_SECONDS = 3.0
_MOST = 50


class Roots:
    """Asked for when a call first needs them, and again when the client says that they have changed."""

    def __init__(self) -> None:
        self._folders: tuple[Path, ...] = ()
        self._version, self._known = 1, 0
        self._lock = anyio.Lock()

    def changed(self) -> None:
        """The client has others now."""
        self._version += 1

    async def folders(self, context: McpContext[Any, Any]) -> tuple[Path, ...]:
        """The client's folders; none over HTTP, where its disk is not ours."""
        if not _tells(context):
            return ()
        async with self._lock:
            while self._known != (version := self._version):
                self._folders = await _asked(context)
                self._known = version
        return self._folders


async def note_roots(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
    """Notice that the client's folders have changed."""
    if ctx.method == "notifications/roots/list_changed":
        ctx.lifespan_context.roots.changed()
    return await call_next(ctx)


def _tells(context: McpContext[Any, Any]) -> bool:
    """Whether the client can be asked; since 2026-07-28 roots are deprecated, and nobody is."""
    capabilities = context.client_capabilities
    is_http = context.request_context.request is not None
    is_modern = context.protocol_version in MODERN_PROTOCOL_VERSIONS
    return bool(capabilities and capabilities.roots) and not is_http and not is_modern


async def _asked(context: McpContext[Any, Any]) -> tuple[Path, ...]:
    try:
        found = await context.session.send_request(ListRootsRequest(), ListRootsResult, ANSWER_SECONDS)
    except (MCPError, ValidationError, anyio.ClosedResourceError, anyio.BrokenResourceError) as error:
        logger.info("The client does not say which folders it works in: %s", error)
        return ()
    return await anyio.to_thread.run_sync(_readable, [str(root.uri) for root in found.roots[:_MOST]])


def _readable(uris: list[str]) -> tuple[Path, ...]:
    folders = []
    for uri in uris:
        folder = _folder(uri)
        if folder is None:
            logger.warning("A root of the client is left out: it is no local folder, or holds everybody's files.")
        else:
            folders.append(folder)
    return tuple(folders)


def _folder(uri: str) -> Path | None:
    """The folder, links resolved; None if it is none here, or one that holds the home directory and more."""
    try:
        parts = urlsplit(uri)
        if parts.scheme != "file" or parts.netloc not in ("", "localhost"):
            return None
        folder = Path(url2pathname(parts.path)).resolve()
        home = Path.home().resolve()
        is_wide = folder == Path(folder.anchor) or (folder != home and home.is_relative_to(folder))
        return folder if folder.is_absolute() and folder.is_dir() and not is_wide else None
    except (OSError, ValueError, RuntimeError):
        return None
