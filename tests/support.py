"""What tests share: a server on loopback, pictures, what a model would read of a result."""

import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import cache
from io import BytesIO
from typing import Any

import anyio
from anyio.abc import Process, SocketAttribute
from mcp import Client
from mcp_types import CallToolResult, TextContent
from PIL import Image

ORIGIN = "https://model-studio.example"
KEY = "sk-test-0123456789abcdef"

Connect = Callable[..., AbstractAsyncContextManager[Client]]
Call = Callable[..., Awaitable[CallToolResult]]
Refused = Callable[[Awaitable[CallToolResult]], Awaitable[str]]


@asynccontextmanager
async def listening(handle: Any) -> AsyncIterator[str]:
    """A server on loopback that treats each connection as `handle` does; its origin."""
    async with await anyio.create_tcp_listener(local_host="127.0.0.1") as listener, anyio.create_task_group() as group:
        group.start_soon(listener.serve, handle)
        port = listener.extra(SocketAttribute.local_port)
        yield f"http://127.0.0.1:{port}"
        group.cancel_scope.cancel()


async def ended(process: Process) -> None:
    """Return when a process has ended, which is asked to first, so that it leaves nothing behind."""
    if process.returncode is None:
        process.terminate()
        with anyio.move_on_after(5):
            await process.wait()
    if process.returncode is None:
        process.kill()
        await process.wait()


def words(result: CallToolResult) -> str:
    """All texts of a result, for reading what a model would read."""
    return "\n".join(block.text for block in result.content if isinstance(block, TextContent))


def scenery(width: int, height: int, background: str = "white", seed: int = 0) -> Image.Image:
    """A picture with enough in it to be known again: many colours, in a frame of one."""
    chance = random.Random(seed)
    few = Image.new("RGB", (6, 4))
    few.putdata([tuple(chance.randrange(256) for _ in range(3)) for _ in range(24)])
    image = Image.new("RGB", (width, height), background)
    inside = (max(width * 4 // 5, 1), max(height * 3 // 5, 1))
    image.paste(few.resize(inside, Image.Resampling.BICUBIC), (width // 10, height // 8))
    return image


@cache
def picture(width: int = 64, height: int = 48, kind: str = "PNG") -> bytes:
    """The bytes of a small picture."""
    buffer = BytesIO()
    scenery(width, height).save(buffer, kind)
    return buffer.getvalue()
