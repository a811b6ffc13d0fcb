"""What tests share: a clock that does not wait, pictures, and what a model would read of a result."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from io import BytesIO

import anyio
import anyio.lowlevel
from mcp import Client
from mcp_types import CallToolResult, TextContent
from PIL import Image

from qwen_localize.progress import BEAT_SECONDS

ORIGIN = "https://model-studio.example"
KEY = "sk-test-0123456789abcdef"

Connect = Callable[..., AbstractAsyncContextManager[Client]]


class FakeClock:
    """A clock whose sleeps end at once; `slept` is the schedule that was asked for."""

    def __init__(self) -> None:
        self.time = 1000.0
        self.slept: list[float] = []

    def now(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds
        await anyio.lowlevel.checkpoint()


class LazyClock(FakeClock):
    """As FakeClock, for whole calls: heartbeats would spin on a clock that they themselves move on, so they sleep."""

    async def sleep(self, seconds: float) -> None:
        if seconds == BEAT_SECONDS:
            await anyio.sleep_forever()
        await super().sleep(seconds)


def words(result: CallToolResult) -> str:
    """All texts of a result, for reading what a model would read."""
    return "\n".join(block.text for block in result.content if isinstance(block, TextContent))


def picture(width: int = 64, height: int = 48, kind: str = "PNG") -> bytes:
    """The bytes of a small picture."""
    buffer = BytesIO()
    Image.new("RGB", (width, height), "white").save(buffer, kind)
    return buffer.getvalue()
