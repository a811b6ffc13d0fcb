"""Files over HTTP: results go out, and inputs come in, by signed links that need no token."""

import binascii
import logging
import re
from base64 import b64decode
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import anyio.to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from ...clock import Clock, RealClock
from ...errors import OutputUnavailable, Spoiled, StateUnavailable
from ...files import Shelves, TooMuch, Uploads, is_of_job, open_storage
from ...settings import Settings
from ..signed_links import FILES, UPLOADS, Link, Links

logger = logging.getLogger(__name__)

_UNKNOWN = "There is no such link here. Copy it whole, or ask for a new one: get_job gives one with each result."
_EXPIRED = "This link has expired. Ask for a new one: get_job gives one with each result."
_GONE = "The file behind this link is no longer there."
_LATE = "This link has expired, and nothing was kept. Name the file in a tool call again, and take the new link."
_USED = "A file has come to this link already, and stays as it is. Use it, or ask for another link."
_AWAY = "The server's disk cannot be used now. Try again later."
_FULL = "The server's disk cannot take the file now. Try again later, or pass a public URL instead."
_DIGEST = re.compile(r"\bsha-256=:([A-Za-z0-9+/=]{44}):")
# A link is as good as the file: nobody on the way keeps it, no page makes anything of it, and nobody is told of it.
_HEADERS = {
    "cache-control": "private, max-age=3600",
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; sandbox",
    "referrer-policy": "no-referrer",
}


def transfer_routes(settings: Settings, clock: Clock | None = None) -> list[Route]:
    """The routes by which files go out and come in; they are served without a token, since the links are signed."""
    transfers = Transfers(settings, Links(settings), clock or RealClock())
    return [
        Route(f"/{FILES}/{{token}}/{{name}}", transfers.send, methods=["GET"]),
        Route(f"/{UPLOADS}/{{token}}/{{name}}", transfers.take, methods=["PUT"]),
    ]


class Transfers:
    """Sends results and takes inputs.

    Args:
        settings: where they are.
        links: knows its own.
        clock: what time it is.
    """

    def __init__(self, settings: Settings, links: Links, clock: Clock) -> None:
        self._output, self._base = settings.output_dir, settings.public_url
        self._links, self._clock = links, clock
        storage = open_storage(settings.storage_url)
        self._shelves = Shelves(storage, settings.output_dir) if storage else None
        self._uploads = Uploads(settings.state_dir, storage)

    async def send(self, request: Request) -> Response:
        """A result: whole, or a range of it."""
        return await _answered(lambda: self._sent(request))

    async def _sent(self, request: Request) -> Response:
        link = await self._link(FILES, request)
        if link is None:
            return _refusal(404, _UNKNOWN)
        if self._clock.wall() >= link.expires:
            return _refusal(403, _EXPIRED)
        if (folder := self._folder(link)) is None:
            return _refusal(404, _GONE)
        if self._shelves:
            await self._shelves.bring(folder / link.name)
        path = await anyio.to_thread.run_sync(_result, folder, link.name)
        if path is None:
            return _refusal(404, _GONE)
        return FileResponse(path, filename=link.name, headers=_HEADERS)

    def _folder(self, link: Link) -> Path | None:
        """The folder of a result: its principal's, or its job's in that; None if the link names another."""
        folder = self._output if link.mark == "-" else self._output / link.mark
        job = f"job-{link.number}"
        if not link.number:
            return folder
        return folder / job if is_of_job(job) else None

    async def take(self, request: Request) -> Response:
        """An input."""
        return await _answered(lambda: self._taken(request))

    async def _taken(self, request: Request) -> Response:
        link = await self._link(UPLOADS, request)
        if link is None:
            return _refusal(404, _UNKNOWN)
        if self._clock.wall() >= link.expires:
            return _refusal(403, _LATE)
        path = self._uploads.path(link.mark, link.number, link.name)
        digest = _told_digest(request)
        size = await self._uploads.take(path, _chunks(request), self._clock.wall(), digest)
        words = "Pass this link as the tool's argument. The file is kept for a day."
        base = self._base or str(request.base_url).rstrip("/")
        return JSONResponse(
            {"uri": base + self._links.path(link), "name": link.name, "bytes": size, "message": words}, 201
        )

    async def _link(self, kind: str, request: Request) -> Link | None:
        token, name = request.path_params["token"], request.path_params["name"]
        return await anyio.to_thread.run_sync(self._links.read, kind, token, name)


def _result(folder: Path, name: str) -> Path | None:
    """Where a result is: nowhere but in its folder, and no link to elsewhere."""
    try:
        path = (folder / name).resolve()
        is_whole = path.is_file() and path.parent == folder.resolve() and path.name == name
    except (OSError, ValueError, RuntimeError):
        return None
    return path if is_whole else None


async def _answered(work: Callable[[], Awaitable[Response]]) -> Response:
    """What a transfer comes to, also where it goes wrong: no path is told."""
    try:
        return await work()
    except (OutputUnavailable, StateUnavailable) as error:
        logger.warning("No file can go out or come in now: %s", error)
        return _refusal(503, _AWAY)
    except FileExistsError:
        return _refusal(409, _USED)
    except TooMuch as error:
        return _refusal(413, str(error))
    except (Spoiled, ValueError) as error:
        return _refusal(400, str(error))
    except ClientDisconnect:
        return _refusal(400, "The file did not come whole. Send it again.")
    except OSError as error:
        logger.warning("An upload cannot be kept: %s", error)
        return _refusal(507, _FULL)


async def _chunks(request: Request) -> AsyncIterator[bytes]:
    async for chunk in request.stream():
        if chunk:
            yield chunk


def _told_digest(request: Request) -> bytes:
    """The SHA-256 that the sender says the file has (RFC 9530); nothing if none is told.

    Raises:
        ValueError: one is told that cannot be read.
    """
    told = request.headers.get("content-digest") or request.headers.get("repr-digest") or ""
    if "sha-256=" not in told:
        return b""
    if match := _DIGEST.search(told):
        with suppress(binascii.Error):
            return b64decode(match[1], validate=True)
    raise ValueError("The digest cannot be read. Write it as sha-256=:BASE64:, or leave it out.")


def _refusal(status: int, words: str) -> Response:
    return PlainTextResponse(f"{words}\n", status, {"connection": "close", "x-content-type-options": "nosniff"})
