"""Bare clients of the two WebSockets: they say what they are told to, and return what they hear."""

from base64 import b64encode
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import anyio
from httpx2.websockets import AsyncWebSocketSession, WebSocketUpgradeError

from qwen_localize.sandbox.ledger import Listened
from sandbox.stand import Caller

Event = dict[str, Any]
FLAT = "qwen3.5-livetranslate-flash-realtime"
OLD = "qwen3-livetranslate-flash-realtime"
NESTED = "qwen3.8-livetranslate-flash-realtime"
OMNI = "qwen3-omni-flash-realtime"
ENGLISH = {"input_audio_transcription": {"model": "qwen3-asr-flash-realtime", "language": "en"}}
CHINESE = {"translation": {"language": "zh"}}
TASK = "a" * 32


class Live:
    """A session of the realtime protocol."""

    def __init__(self, socket: AsyncWebSocketSession) -> None:
        self.socket = socket
        self.events: list[Event] = []

    async def say(self, kind: str, **words: Any) -> None:
        await self.socket.send_json({"type": kind, **words})

    async def update(self, **session: Any) -> None:
        await self.say("session.update", session=session)

    async def append(self, pcm: bytes, size: int = 3200) -> None:
        for start in range(0, len(pcm), size):
            await self.say("input_audio_buffer.append", audio=b64encode(pcm[start : start + size]).decode())

    async def hear(self, *kinds: str) -> Event:
        """The next event of one of these kinds; those before it are kept too."""
        while True:
            event: Event = await self.socket.receive_json()
            self.events.append(event)
            if event["type"] in kinds:
                return event

    async def finish(self) -> list[Event]:
        """Say that it has finished; all events that came."""
        await self.say("session.finish")
        await self.hear("session.finished")
        return self.events

    def of(self, kind: str) -> list[Event]:
        """The events of a kind so far."""
        return [event for event in self.events if event["type"] == kind]


class Gummy:
    """A connection of the task protocol."""

    def __init__(self, socket: AsyncWebSocketSession) -> None:
        self.socket = socket

    async def start(self, model: str = "gummy-realtime-v1", **parameters: Any) -> Event:
        """Run a task; the answer."""
        given = {"format": "pcm", "sample_rate": 16_000, "source_language": "en"} | parameters
        payload = {"task_group": "audio", "task": "asr", "function": "recognition", "model": model, "input": {}}
        await self._tell("run-task", {**payload, "parameters": given})
        return await self.hear()

    async def send(self, sound: bytes, size: int = 3200) -> None:
        for start in range(0, len(sound), size):
            await self.socket.send_bytes(sound[start : start + size])

    async def finish(self) -> list[Event]:
        """Finish the task; what came until it was finished or has failed."""
        await self._tell("finish-task", {"input": {}})
        return await self.rest()

    async def rest(self) -> list[Event]:
        """What comes until the task is finished or has failed."""
        events = [await self.hear()]
        while events[-1]["header"]["event"] == "result-generated":
            events.append(await self.hear())
        return events

    async def hear(self) -> Event:
        event: Event = await self.socket.receive_json()
        return event

    async def _tell(self, action: str, payload: Event) -> None:
        header = {"action": action, "task_id": TASK, "streaming": "duplex"}
        await self.socket.send_json({"header": header, "payload": payload})


def address(caller: Caller, path: str) -> str:
    return caller.sandbox.origin.replace("http", "ws", 1) + path


@asynccontextmanager
async def live(caller: Caller, model: str = FLAT) -> AsyncGenerator[Live]:
    async with caller.http.websocket(address(caller, f"/api-ws/v1/realtime?model={model}")) as socket:
        yield Live(socket)


@asynccontextmanager
async def gummy(caller: Caller) -> AsyncGenerator[Gummy]:
    async with caller.http.websocket(address(caller, "/api-ws/v1/inference")) as socket:
        yield Gummy(socket)


async def ended(caller: Caller, number: int = 1) -> Listened:
    """Wait until so many sessions have ended; the last one."""
    with anyio.fail_after(10):
        while len(caller.sandbox.ledger.sessions) < number:
            await anyio.lowlevel.checkpoint()
    return caller.sandbox.ledger.sessions[-1]


async def refused(caller: Caller, path: str = f"/api-ws/v1/realtime?model={FLAT}", key: str | None = None) -> int:
    """The status of a handshake that is not let through."""
    headers = {} if key is None else {"Authorization": key}
    try:
        async with caller.http.websocket(address(caller, path), headers=headers):
            return 101
    except WebSocketUpgradeError as error:
        return error.response.status_code
