"""N pictures through our own server, spoken to as a host speaks to it: MCP over stdio."""

import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import anyio
from mcp import Client
from mcp.client.stdio import StdioServerParameters
from mcp_types import CallToolResult, TextContent

from benchmarks.measuring import Outcome
from benchmarks.pictures import complaint, file_name
from benchmarks.processes import KEY, clean_environment

WAIT_SECONDS = 45
_UNFINISHED = ("queued", "running")


class _LostError(Exception):
    """The server gave a task up."""


async def run(origin: str, folder: Path, numbers: Sequence[int], note: Callable[[Outcome], None]) -> None:
    """Translate all pictures of a folder together; each outcome goes to `note` as it comes.

    Args:
        origin: The service.
        folder: Where the pictures are; the server keeps its results and its state beside them.
        numbers: The pictures.
        note: Told of every picture.
    """
    async with Client(server(origin, folder)) as client, anyio.create_task_group() as group:
        started = anyio.current_time()
        for number in numbers:
            group.start_soon(partial(_deliver, client, folder / file_name(number), number, started, note))


def server(origin: str, folder: Path) -> StdioServerParameters:
    environment = clean_environment(
        DASHSCOPE_BASE_URL=origin,
        DASHSCOPE_API_KEY=KEY,
        QWEN_LOCALIZE_OUTPUT_DIR=str(folder / "out"),
        QWEN_LOCALIZE_STATE_DIR=str(folder / "state"),
        QWEN_LOCALIZE_ALLOWED_DIRS=str(folder),
        QWEN_LOCALIZE_WAIT=str(WAIT_SECONDS),
    )
    return StdioServerParameters(
        command=sys.executable, args=["-m", "qwen_localize", "serve"], env=environment, cwd=folder
    )


async def _deliver(client: Client, picture: Path, number: int, started: float, note: Callable[[Outcome], None]) -> None:
    lost: str | None = None
    try:
        path = anyio.Path(await _translate(client, picture))
        lost = complaint(await path.read_bytes(), number)
    except _LostError as error:
        lost = str(error)
    except OSError as error:
        lost = f"the artifact cannot be read: {type(error).__name__}"
    note(Outcome(number, anyio.current_time() - started, lost))


async def _translate(client: Client, picture: Path) -> str:
    """Where the finished picture is."""
    request = {"image": str(picture), "source_lang": "en", "target_lang": "zh"}
    job = _content(await client.call_tool("translate_image", request))
    while job.get("status") in _UNFINISHED:
        job = _content(await client.call_tool("get_job", {"job_id": job["job_id"], "wait": WAIT_SECONDS}))
    # A server without jobs has no status, and answers when all is done.
    if job.get("status", "succeeded") != "succeeded":
        raise _LostError(f"the job {job['status']}: {job.get('message')}")
    with suppress(LookupError, TypeError):
        return str(job["artifacts"][0]["path"])
    raise _LostError("the job succeeded without an artifact")


def _content(result: CallToolResult) -> dict[str, Any]:
    if result.is_error or result.structured_content is None:
        words = " ".join(block.text for block in result.content if isinstance(block, TextContent))
        raise _LostError(f"tool error: {words[:160]}")
    return dict(result.structured_content)
