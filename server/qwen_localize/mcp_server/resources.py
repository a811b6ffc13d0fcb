"""What can be read besides results: costs, jobs, finished files, and the tables of languages and models."""

import json
from collections.abc import Awaitable, Callable, Sequence
from functools import wraps
from itertools import accumulate
from pathlib import Path
from typing import Any, ParamSpec, TypeVar
from urllib.parse import quote as percent

import anyio.to_thread
from mcp.server import MCPServer
from mcp.server.lowlevel.helper_types import ReadResourceContents
from mcp.server.mcpserver.exceptions import ResourceError, ResourceNotFoundError

from ..errors import BadArgument, CallError, LocalizeError, quote
from ..tool import Languages, Model, Tool
from ..tool.context import Jobs
from ..tool.links import SCHEME
from ..tool.runtime import Runtime

# What `read_file` reads.
FILES = (f"{SCHEME}files/", f"{SCHEME}saved/")
# Over stdio, 20 MB take ten seconds, in which nothing else gets through.
MOST_BYTES = 10 * 1024 * 1024
_MOST_JOBS = 50
# What a host may put into a model's context at once.
_MOST_TEXT = 55_000
_TEXTS = ("text/", "application/json", "application/x-subrip", "application/x-tex")
_JSON, _ANY = "application/json", "application/octet-stream"

P = ParamSpec("P")
T = TypeVar("T")


def told(read: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
    """What goes wrong, as the protocol tells it: what there is not is not found, anything else failed."""

    @wraps(read)
    async def reading(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return await read(*args, **kwargs)
        except CallError as error:
            raise ResourceNotFoundError(str(error)) from error
        except LocalizeError as error:
            raise ResourceError(str(error)) from error

    return reading


def add_resources(server: MCPServer[Any], runtime: Runtime, tools: Sequence[Tool]) -> None:
    """Let the server be asked for all of them."""

    @server.resource(f"{SCHEME}usage", name="usage", title="Costs", mime_type=_JSON)
    @told
    async def usage() -> str:
        """Estimated costs in CNY by day, tool and model."""
        return _text(_newest(await runtime.costs()))

    @server.resource(f"{SCHEME}jobs", name="jobs", title="Recent jobs", mime_type=_JSON)
    @told
    async def jobs() -> str:
        """Recent jobs, newest first, with their files."""
        return _text([job.structured() for job in await (await _jobs(runtime)).recent(_MOST_JOBS)])

    @server.resource(f"{SCHEME}jobs/{{job_id}}", name="job", title="A job", mime_type=_JSON)
    @told
    async def job(job_id: str) -> str:
        """State and result of a job, as it stands."""
        return _text((await (await _jobs(runtime)).shown(job_id)).structured())

    @server.resource(f"{SCHEME}models", name="models", title="Models", mime_type=_JSON)
    async def models() -> str:
        """The models of each tool: regions, requests a minute, list prices in CNY."""
        return _text({tool.name: [_facts(model) for model in tool.models] for tool in tools if tool.models})

    @server.resource(f"{SCHEME}languages/{{name}}", name="languages", title="Languages", mime_type=_JSON)
    @told
    async def languages(name: str) -> str:
        """The languages that a tool's models take, or one model; `name` is the tool's or the model's."""
        return json.dumps(_grouped(languages_of(name, tools)), ensure_ascii=False)

    @server.resource(f"{SCHEME}files/{{job}}/{{n}}", name="files", title="Files of jobs", mime_type=_ANY)
    async def files(job: str, n: str) -> str | bytes:
        """The n-th file of a job, by the link in its result."""
        return (await read_file(f"{SCHEME}files/{job}/{n}", runtime)).content

    @server.resource(f"{SCHEME}saved/{{name}}", name="saved", title="Other saved files", mime_type=_ANY)
    async def saved(name: str) -> str | bytes:
        """A file of the output folder, by the link in its result."""
        return (await read_file(f"{SCHEME}saved/{percent(name, safe='')}", runtime)).content


@told
async def read_file(link: str, runtime: Runtime) -> ReadResourceContents:
    """A finished file with its own type; a text as text.

    Raises:
        ResourceNotFoundError: there is none.
        ResourceError: it is too large to be sent, or there is no job store.
    """
    file = await runtime.finished(link)
    data = await anyio.to_thread.run_sync(_bytes, file.path)
    return ReadResourceContents(content=_as_text(data, file.mime_type), mime_type=file.mime_type)


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ResourceError(f"{path.name} is too large to be sent. Open it by its path.")
        return path.read_bytes()
    except OSError as error:
        raise ResourceNotFoundError("The file cannot be read.") from error


def _as_text(data: bytes, mime_type: str) -> str | bytes:
    if not mime_type.startswith(_TEXTS):
        return data
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data


def languages_of(name: str, tools: Sequence[Tool]) -> Languages:
    """The languages of a tool's models, or of one model.

    Raises:
        BadArgument: there is no table of that name.
    """
    tables = {tool.name: tool.languages() for tool in tools if tool.languages}
    if name in tables:
        return tables[name]
    for table in tables.values():
        if name in table:
            return {name: table[name]}
    raise BadArgument(f"There is no table of languages called {quote(name, 40)}. There are: {', '.join(tables)}.")


def _grouped(languages: Languages) -> list[dict[str, Any]]:
    """Each table once, with the models that have it."""
    groups: list[dict[str, Any]] = []
    for model, table in languages.items():
        if same := next((group for group in groups if group["languages"] == table), None):
            same["models"].append(model)
        else:
            groups.append({"models": [model], "languages": table})
    return groups


def _facts(model: Model) -> dict[str, Any]:
    prices = {region: price.words for region, price in model.prices.items()}
    return {
        "name": model.name,
        "regions": {region: prices.get(region, "not published") for region in model.regions},
        "requests_a_minute": model.limit.requests,
    }


async def _jobs(runtime: Runtime) -> Jobs:
    return (await runtime.context("", _unheard, 0.0, lambda: False)).jobs


async def _unheard(done: float, total: float, message: str) -> None:
    """Nobody waits for what a resource says of its progress."""


def _newest(rows: list[Any]) -> list[Any]:
    """As many of the first as an answer can hold."""
    sizes = accumulate(len(_text(row).encode()) + 16 for row in rows)
    return [row for row, size in zip(rows, sizes, strict=True) if size <= _MOST_TEXT]


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1)
