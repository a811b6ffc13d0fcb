"""The two WebSockets: the realtime protocol, and tasks with frames of sound (docs/model-studio.md 10)."""

from collections.abc import Awaitable, Callable

from starlette.websockets import WebSocket

from .realtime import gummy, handshake, interpreter, omni
from .realtime.line import Line
from .realtime.models import LIVE, InterpreterModel, OmniModel
from .service import Sandbox


def endpoints(sandbox: Sandbox) -> dict[str, Callable[[WebSocket], Awaitable[None]]]:
    """By path."""
    return {
        "/api-ws/v1/realtime": handshake.endpoint(sandbox, _realtime, named=True),
        "/api-ws/v1/inference": handshake.endpoint(sandbox, gummy.talk, named=False),
    }


async def _realtime(line: Line) -> None:
    model = LIVE[str(line.model)]
    if isinstance(model, InterpreterModel):
        await interpreter.talk(line, model)
    elif isinstance(model, OmniModel):
        await omni.talk(line, model)
