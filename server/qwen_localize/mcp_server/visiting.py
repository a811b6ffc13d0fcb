"""A call over HTTP, from its caller's side: files come in by links and go out as links, and no path means anything."""

import math
from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PureWindowsPath
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import uuid4

import anyio.to_thread
from mcp.server import MCPServer
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.mcpserver.exceptions import ResourceNotFoundError
from mcp.shared.exceptions import MCPError

from ..clock import Clock, RealClock
from ..errors import BadInput
from ..files import Shelves, Uploads, is_of_job, mark_of, open_storage, safe_name
from ..meter import Meter
from ..settings import Settings
from ..tool import Prompt, SavedFile, Tool
from ..tool.links import SCHEME
from ..tool.runtime import Runtime
from . import build_server
from .callers import Callers
from .http.identity import current_principal
from .presenting import Presenter
from .progress import Notify
from .registration import Serving
from .resources import told
from .signed_links import FILES, UPLOADS, Link, Links

# How long a link to a result is good; one that is given out again within the hour is the same.
LINK_SECONDS = 24 * 3600
_HOUR = 3600
# How many links to upload to one refusal gives out.
_MOST_OFFERED = 10
_PRESENTED = frozenset({"tools/call", "resources/read", "prompts/get"})

_visit: ContextVar["Visit | None"] = ContextVar("visit", default=None)


@dataclass(frozen=True)
class Visit:
    """One call.

    Attributes:
        base: how links begin.
        mark: names the principal who makes it.
        folder: where that principal's results are.
        now: Unix seconds.
        shelves: where replicas share what is finished.
    """

    links: Links
    uploads: Uploads
    base: str
    mark: str
    folder: Path
    state: Path
    output: Path
    now: float
    shelves: Shelves | None = None

    @property
    def presenter(self) -> Presenter:
        """Says what the caller may read."""
        hidden = {self.state: "the server's state folder", self.output: "the server's output folder"}
        is_private, of_jobs = self.mark != "-", self.shelves is not None
        return Presenter(self.folder, self.to_result, hidden, is_private=is_private, of_jobs=of_jobs)

    def to_result(self, name: str) -> str:
        """A link to a result, by the file's name, before which its job's folder may stand."""
        expires = math.ceil((self.now + LINK_SECONDS) / _HOUR) * _HOUR
        job, _, name = name.rpartition("/")
        return self.base + self.links.path(Link(FILES, self.mark, job.removeprefix("job-"), name, expires))

    def to_upload(self, name: str) -> str:
        """A link by which one file of that name can be sent here, within the hour, and then be used."""
        link = Link(UPLOADS, self.mark, uuid4().hex, safe_name(name or "upload"), int(self.now) + _HOUR)
        return self.base + self.links.path(link)

    async def stored(self, reference: str) -> Path | None:
        """See `files.Door`."""
        try:
            link = await anyio.to_thread.run_sync(self.links.find, reference)
        except ValueError:
            raise _bad_link() from None
        if link is None:
            if any(reference.startswith(f"{self.base}/{kind}/") for kind in (FILES, UPLOADS)):
                raise _bad_link()
            return None
        if link.mark != self.mark:
            raise BadInput("This link is another caller's. Upload the file yourself, or pass its public URL.")
        return await self._result(link) if link.kind == FILES else await self._upload(link, reference)

    async def _result(self, link: Link) -> Path:
        job = f"job-{link.number}"
        path = (self.folder / job if is_of_job(job) else self.folder) / link.name
        if self.shelves:
            await self.shelves.bring(path)
        if not await anyio.to_thread.run_sync(path.is_file):
            raise BadInput("The file behind this link is no longer there. Make it anew, or upload it.")
        return path

    async def _upload(self, link: Link, reference: str) -> Path:
        path = self.uploads.path(link.mark, link.number, link.name)
        if await self.uploads.brought(path, self.now):
            return path
        if self.now < link.expires:
            raise BadInput(f"Nothing has come to this link yet. First send the file: curl -T FILE '{reference}'")
        raise BadInput(f"What was sent to this link is gone: it is kept for a day. {self.advice([link.name])}")

    def advice(self, references: Sequence[str]) -> str:
        """See `files.Door`."""
        names = [_name(reference) for reference in references[:_MOST_OFFERED]]
        if len(names) == 1:
            link = self.to_upload(names[0])
            return (
                "Pass a public URL or a data URI; or send the file's bytes with PUT to a link made for it, within the "
                f"hour, and then pass that link in the place of the path: curl -T FILE '{link}'"
            )
        links = "\n".join(f"{name}: {self.to_upload(name)}" for name in names)
        more = "" if len(references) <= _MOST_OFFERED else f"\n(For more than {_MOST_OFFERED}, call again with these.)"
        return (
            "Pass public URLs or data URIs; or send each file's bytes with PUT to the link made for it (such as: "
            f"curl -T FILE 'LINK'), within the hour, and then pass the links in the place of the paths:\n{links}{more}"
        )


def _bad_link() -> BadInput:
    return BadInput("This link was not made by this server, or was changed or cut. Pass it whole, as it was given.")


def _name(reference: str) -> str:
    """The name of a file on a machine of whatever kind, or behind a URL."""
    path = unquote(urlsplit(reference).path) if "://" in reference[:40] else reference
    return safe_name(PureWindowsPath(path).name)


class Visits(Callers):
    """Callers over HTTP: each is a principal, who does not share this machine's disk.

    Args:
        settings: what the operator decides.
        clock: what time it is.
    """

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings, self._clock = settings, clock
        storage = open_storage(settings.storage_url)
        self._links, self._uploads = Links(settings), Uploads(settings.state_dir, storage)
        self._shelves = Shelves(storage, settings.output_dir) if storage else None

    def link(self, file: SavedFile) -> str:
        """The file's own place, which is told as a signed link to it."""
        return file.uri

    def name(self) -> str:
        """See `Callers`."""
        return current_principal()

    def door(self) -> "Visit | None":
        """See `Callers`."""
        return _visit.get()

    def telling(self, notify: Notify) -> Notify:
        """See `Callers`."""
        visit = _visit.get()
        if visit is None:
            return notify

        async def told(progress: float, total: float | None, message: str | None) -> None:
            words = await anyio.to_thread.run_sync(visit.presenter.words, message) if message else message
            await notify(progress, total, words)

        return told

    def offer_uploads(self, server: MCPServer[Any]) -> None:
        """Offer links to upload to as resources, for whoever wants one before a tool has asked for it."""

        @server.resource(
            f"{SCHEME}upload/{{name}}", name="upload", title="Link to upload a file", mime_type="text/plain"
        )
        @told
        async def upload(name: str) -> str:
            """A link to which a file of this name can be sent (PUT), and which tools take in the place of a path."""
            visit = _visit.get()
            if visit is None:
                raise ResourceNotFoundError("Only a call over HTTP needs a link to upload to.")
            return await anyio.to_thread.run_sync(visit.to_upload, _name(name))

    async def receive(self, ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        """See `Callers`."""
        visit = self._visit(ctx.lifespan_context.runtime, str(ctx.request.base_url) if ctx.request else "")
        token = _visit.set(visit)
        try:
            result = await call_next(ctx)
            if ctx.method not in _PRESENTED or not isinstance(result, dict):
                return result
            return await anyio.to_thread.run_sync(partial(visit.presenter.presented, result))
        except MCPError as error:
            words = await anyio.to_thread.run_sync(visit.presenter.words, error.error.message)
            raise MCPError(error.error.code, words, error.error.data) from error
        finally:
            _visit.reset(token)

    def _visit(self, runtime: Runtime, base: str) -> Visit:
        settings, principal = self._settings, runtime.principal
        return Visit(
            links=self._links,
            uploads=self._uploads,
            base=settings.public_url or base.rstrip("/"),
            mark=mark_of(principal) if principal else "-",
            folder=runtime.settings.output_dir,
            state=settings.state_dir,
            output=settings.output_dir,
            now=self._clock.wall(),
            shelves=self._shelves,
        )


def shared_server(
    settings: Settings,
    tools: Sequence[Tool],
    *,
    prompts: Sequence[Prompt] = (),
    clock: Clock | None = None,
    meter: Meter | None = None,
) -> MCPServer[Serving]:
    """The server for callers over HTTP; see `build_server`.

    Raises:
        BadSetting: there is a file of principals, and it cannot be used.
    """
    clock, settings = clock or RealClock(), settings.over_http()
    return build_server(settings, tools, prompts=prompts, clock=clock, meter=meter, callers=Visits(settings, clock))
