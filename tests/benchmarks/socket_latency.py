"""How much later an event of a socket comes to who waits for it through our engine than through the bare connection.

A small server in a process of its own sends events that bear the time of their sending; both ways read as many of them
in one run.
"""

import json
import sys
import time
from collections.abc import Sequence
from statistics import quantiles
from typing import Any

import anyio
import httpx2

from benchmarks.processes import child, lines
from qwen_localize.clock import RealClock
from qwen_localize.dashscope import Client, Service, Wire
from qwen_localize.tool import Connection, Series, Tokens
from qwen_localize_tools.interpret_speech.events import Partial
from qwen_localize_tools.interpret_speech.interpreter import Interpreter
from qwen_localize_tools.interpret_speech.live import wanted
from qwen_localize_tools.interpret_speech.models import ROWS
from qwen_localize_tools.interpret_speech.session import Listener, Said
from qwen_localize_tools.interpret_speech.sounds import LiveSound

MODEL = "qwen3.5-livetranslate-flash-realtime"
EVENTS, GAP_SECONDS = 2000, 0.002
# A tenth of a second that is loud.
_LOUD = b"\x00\x40\x00\xc0" * 800


async def table() -> str:
    """Both ways side by side, in milliseconds."""
    async with child("-m", "benchmarks.socket_latency") as process:
        origin = await anext(lines(process.stdout))
        bare, ours = await _bare(origin), await _ours(origin)
    rows = [("bare connection", bare), ("through the engine", ours)]
    body = [f"| {name} | {_cut(times, 50):.2f} | {_cut(times, 99):.2f} |" for name, times in rows]
    added = f"| added | {_cut(ours, 50) - _cut(bare, 50):.2f} | {_cut(ours, 99) - _cut(bare, 99):.2f} |"
    ratio = f"| ratio | {_cut(ours, 50) / _cut(bare, 50):.2f} | {_cut(ours, 99) / _cut(bare, 99):.2f} |"
    return "\n".join(["| an event of a socket, ms | p50 | p99 |", "|---|--:|--:|", *body, added, ratio])


def _cut(times: Sequence[float], percent: int) -> float:
    return quantiles(times, n=100)[percent - 1] * 1000


async def _bare(origin: str) -> list[float]:
    times: list[float] = []
    async with (
        httpx2.AsyncClient(trust_env=False) as http,
        http.websocket(f"{origin}/api-ws/v1/realtime") as socket,
    ):
        await socket.receive_text()
        await socket.send_json({"type": "session.update"})
        await socket.send_json({"type": "input_audio_buffer.append", "audio": ""})
        while len(times) < EVENTS:
            event = json.loads(await socket.receive_text())
            if "sent" in event.get("text", ""):
                times.append(time.monotonic() - json.loads(event["text"])["sent"])
        await socket.send_json({"type": "session.finish"})
    return times


async def _ours(origin: str) -> list[float]:
    times: list[float] = []
    wire = Wire(Service(origin, None, "cn-beijing"), "sk-bench")
    wish, sound = wanted(MODEL, "auto", "en", speech=False, voice=""), LiveSound()

    async def hear(_: Said) -> None:
        pass

    async def tell(_: int, partial: Partial) -> None:
        if partial.translation:
            times.append(time.monotonic() - json.loads(partial.translation)["sent"])
        if len(times) == EVENTS:
            sound.end()

    sound.add(_LOUD * 10)
    series: Any = _Series(Client(wire))
    await Interpreter(ROWS[MODEL], wish, series, RealClock(), Listener(hear, tell)).run(sound)
    await wire.close()
    return times


class _Series(Series):
    """Connections without a ledger: what is measured is the way of an event."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def connected(self, path: str, params: dict[str, str], expected: Tokens) -> Any:
        """See `Series`."""
        return _Connected(self._client, path, params)


class _Connected:
    def __init__(self, client: Client, path: str, params: dict[str, str]) -> None:
        self._open = client.connect(path, params)

    async def __aenter__(self) -> Connection:
        return Connection(await self._open.__aenter__())

    async def __aexit__(self, *failure: Any) -> None:
        await self._open.__aexit__(*failure)


def _serve() -> None:
    """The server: its origin is the one line on stdout."""
    import socket

    import uvicorn
    from starlette.applications import Starlette
    from starlette.routing import WebSocketRoute
    from starlette.websockets import WebSocket

    async def session(connection: WebSocket) -> None:
        await connection.accept()
        await connection.send_json({"type": "session.created"})
        await connection.receive_json()
        await connection.send_json({"type": "session.updated"})
        await connection.receive_json()
        for _ in range(EVENTS):
            text = json.dumps({"sent": time.monotonic()})
            event = {"type": "response.text.text", "response_id": "r", "item_id": "i", "text": text, "stash": ""}
            await connection.send_json(event)
            await anyio.sleep(GAP_SECONDS)
        while (await connection.receive_json()).get("type") != "session.finish":
            pass
        await connection.send_json({"type": "session.finished"})

    # The protocol is named because asyncio turns Nagle's delay off only where it is.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    sys.stdout.write(f"http://127.0.0.1:{listener.getsockname()[1]}\n")
    sys.stdout.flush()
    app = Starlette(routes=[WebSocketRoute("/api-ws/v1/realtime", session)])
    uvicorn.Server(uvicorn.Config(app, ws="wsproto", log_level="error")).run(sockets=[listener])


if __name__ == "__main__":
    _serve()
