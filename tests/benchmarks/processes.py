"""The processes of the benchmark: the stand-in, and official clients that can be ended at a deadline."""

import os
import sys
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import httpx2
from anyio.abc import ByteReceiveStream, Process
from anyio.streams.buffered import BufferedByteReceiveStream

from support import ended

TESTS = Path(__file__).resolve().parents[1]
KEY = "sk-bench"
_LINE = 1 << 20


def clean_environment(**more: str) -> dict[str, str]:
    """This process's environment without anybody's settings, proxies or key, and with these modules in reach."""
    foreign = ("DASHSCOPE", "QWEN_LOCALIZE", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith(foreign)}
    path = os.pathsep.join([str(TESTS), *filter(None, [os.environ.get("PYTHONPATH")])])
    return kept | {"PYTHONPATH": path} | more


@asynccontextmanager
async def child(*command: str) -> AsyncGenerator[Process]:
    """A Python process that does not outlive the block; its errors go to our stderr."""
    process = await anyio.open_process([sys.executable, *command], stderr=None, env=clean_environment())
    try:
        yield process
    finally:
        with anyio.CancelScope(shield=True):
            await ended(process)
            await process.aclose()


async def lines(stream: ByteReceiveStream | None) -> AsyncIterator[str]:
    """The lines of a process's output, as they come."""
    assert stream is not None
    buffered = BufferedByteReceiveStream(stream)
    try:
        while True:
            yield (await buffered.receive_until(b"\n", _LINE)).decode().rstrip("\r")
    except (anyio.EndOfStream, anyio.IncompleteRead):
        return


@dataclass(frozen=True)
class StandIn:
    """A stand-in that runs in a process of its own."""

    origin: str

    async def ledger(self) -> dict[str, Any]:
        """What was asked of it and billed so far."""
        async with httpx2.AsyncClient(trust_env=False) as http:
            answer = await http.get(f"{self.origin}/sandbox/ledger", timeout=30)
        report: dict[str, Any] = answer.raise_for_status().json()
        return report

    async def settled(self, seconds: float) -> dict[str, Any]:
        """The ledger once every accepted task has been billed, or after so many seconds."""
        with anyio.move_on_after(seconds):
            while not _is_settled(await self.ledger()):  # noqa: ASYNC110 # another process tells no event
                await anyio.sleep(0.5)
        return await self.ledger()


def _is_settled(ledger: dict[str, Any]) -> bool:
    accepted = sum(entry["kind"] == "submit" and entry["status"] == 200 for entry in ledger["entries"])
    return bool(len(ledger["paid"]) >= accepted)


@asynccontextmanager
async def stand_in(
    *, speed: float = 1.0, task_seconds: float = 3.0, plain: bool = False, deaf: bool = False
) -> AsyncGenerator[StandIn]:
    """A fresh stand-in with the documented limits."""
    flags = [name for name, is_set in (("--plain", plain), ("--deaf", deaf)) if is_set]
    arguments = ["--speed", str(speed), "--task-seconds", str(task_seconds), *flags]
    async with child("-m", "qwen_localize.sandbox", *arguments) as process:
        with anyio.fail_after(30):
            origin = await anext(lines(process.stdout), None)
        if origin is None:
            raise RuntimeError("The stand-in did not start; stderr says why.")
        yield StandIn(origin)
