"""Calls of `translate_media` for a recording of three pieces, and what they come to."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import httpx
from mcp import Client
from mcp_types import CallToolResult

from fakes_media import spoken, streamed, tone, written
from qwen_localize.settings import Settings
from support import words

TEXT = "piece 3\npiece 4\npiece 5"
Answered = Callable[[httpx.Request, str], httpx.Response]


def usual(_: httpx.Request, name: str) -> httpx.Response:
    return streamed(written(f"piece {name}"))


def speaking(_: httpx.Request, name: str) -> httpx.Response:
    return streamed(spoken(f"piece {name}", tone(1.0)))


async def slowly(_: httpx.Request, name: str) -> httpx.Response:
    await anyio.sleep(20)
    return usual(_, name)


def but_for(name: str, answer: httpx.Response) -> Answered:
    return lambda request, piece: answer if piece == name else usual(request, piece)


async def translate(client: Client, path: Path, **arguments: Any) -> CallToolResult:
    return await client.call_tool("translate_media", {"media": str(path), "target_lang": "fr"} | arguments)


async def only_job(client: Client) -> dict[str, Any]:
    [job] = ((await client.call_tool("list_jobs", {})).structured_content or {})["jobs"]
    return dict(job)


async def gone_on(client: Client) -> CallToolResult:
    """The only job, when it has gone on to its end."""
    return await client.call_tool("get_job", {"job_id": (await only_job(client))["job_id"], "wait": 600})


def text(result: CallToolResult) -> str:
    assert not result.is_error, words(result)
    return str((result.structured_content or {}).get("text"))


def names(settings: Settings) -> list[str]:
    return sorted(found.name for found in settings.output_dir.iterdir())
