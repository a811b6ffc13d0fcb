"""A fake of the model that translates recordings: what it answers, in server-sent events, and what it was asked."""

import base64
import json
from array import array
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from functools import cache
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import anyio
import av
import httpx
import httpx2
import respx

from recordings import beeps
from speech import wav
from support import ORIGIN

URL = f"{ORIGIN}/compatible-mode/v1/chat/completions"
VOICE_RATE = 24_000
DONE = "[DONE]"
USAGE = {
    "prompt_tokens": 1000,
    "completion_tokens": 300,
    "prompt_tokens_details": {"audio_tokens": 800, "video_tokens": 200},
    "completion_tokens_details": {"audio_tokens": 200, "text_tokens": 100},
}
# What USAGE costs: 800 heard at 10, 200 seen at 4, 100 written at 10, 200 spoken at 40 CNY per million.
PRICE = (800 * 10 + 200 * 4 + 100 * 10 + 200 * 40) / 1_000_000
# Text alone: as much heard, 100 written.
TEXT_USAGE = {"prompt_tokens": 1000, "completion_tokens": 100}
TEXT_PRICE = (1000 * 10 + 100 * 10) / 1_000_000


def chunk(delta: dict[str, Any], finish: str | None = None, **more: Any) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {"id": "chatcmpl-1", "model": "qwen3-livetranslate-flash", "choices": [choice]} | more


def last(usage: Any = None) -> dict[str, Any]:
    """The chunk that counts tokens."""
    return {"id": "chatcmpl-1", "choices": [], "usage": TEXT_USAGE if usage is None else usage}


def written(text: str, finish: str = "stop") -> list[Any]:
    """An answer in text, word by word."""
    words = [chunk({"content": f"{word} "}) for word in text.split()]
    return [*words, chunk({"content": ""}, finish), last(), DONE]


def tone(seconds: float) -> bytes:
    """A voice: samples that are all the same, and not silence."""
    return array("h", [1000] * round(seconds * VOICE_RATE)).tobytes()


def spoken(text: str, voice: bytes, cuts: Sequence[int] = (), **audio: Any) -> list[Any]:
    """An answer in text and voice, its base64 cut at these places."""
    letters = base64.b64encode(voice).decode()
    places = [0, *sorted(cuts), len(letters)]
    parts = [letters[start:end] for start, end in pairwise(places)]
    sounds = [chunk({"audio": {"data": part} | audio}) for part in parts]
    return [chunk({"content": text}), *sounds, chunk({}, "stop"), last(USAGE), DONE]


def event(data: Any) -> str:
    return f"data: {data if isinstance(data, str) else json.dumps(data)}\n\n"


class Events(httpx.AsyncByteStream):
    """A body of events; what is called is done in its place: to wait, or to break."""

    def __init__(self, parts: Iterable[Any]) -> None:
        self._parts = list(parts)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self._parts:
            if callable(part):
                await part()
            else:
                yield part if isinstance(part, bytes) else event(part).encode()


def streamed(parts: Iterable[Any]) -> httpx.Response:
    return httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=Events(parts))


def pausing(seconds: float) -> Callable[[], Awaitable[None]]:
    async def pause() -> None:
        await anyio.sleep(seconds)

    return pause


async def breaking() -> None:
    raise httpx2.RemoteProtocolError("peer closed connection without sending complete message body")


def refused(status: int, code: str) -> httpx.Response:
    return httpx.Response(status, json={"error": {"code": code, "message": "no"}, "request_id": "r-1"})


def sent(request: httpx.Request) -> dict[str, Any]:
    return dict(json.loads(request.content))


def part_of(request: httpx.Request) -> dict[str, Any]:
    """The one part of the one message."""
    [message] = sent(request)["messages"]
    [part] = message["content"]
    return dict(part)


def heard(request: httpx.Request) -> float:
    """How long the sound in a request is, in seconds."""
    data = part_of(request)["input_audio"]["data"]
    with av.open(BytesIO(base64.b64decode(data.partition(",")[2])), "r") as container:
        return sum((frame.samples / frame.sample_rate for frame in container.decode(audio=0)), 0.0)


Answer = Callable[[httpx.Request, str], httpx.Response | Awaitable[httpx.Response]]


class Interpreter:
    """The model; each piece is known by how long it is, in whole seconds.

    Attributes:
        asked: how often each piece was sent.
        answer: what it answers, given the request and the name of the piece.
    """

    def __init__(self, router: respx.Router) -> None:
        self.route = router.post(URL).mock(side_effect=self._answered)
        self.asked: Counter[str] = Counter()
        self.answer: Answer = lambda _, name: streamed(written(f"piece {name}"))

    @property
    def count(self) -> int:
        return sum(self.asked.values())

    @property
    def requests(self) -> list[dict[str, Any]]:
        return [sent(call.request) for call in self.route.calls]

    async def _answered(self, request: httpx.Request) -> httpx.Response:
        part = part_of(request)
        is_url = "video_url" in part or not part["input_audio"]["data"].startswith("data:audio/flac")
        name = "whole" if is_url else str(round(heard(request)))
        self.asked[name] += 1
        found = self.answer(request, name)
        return found if isinstance(found, httpx.Response) else await found


def talk(path: Path, lengths: Sequence[float] = (3, 4, 5), pause: float = 5.0) -> Path:
    """A WAV file of so many stretches of speech, far apart: each is a piece of its own."""
    path.write_bytes(_talk(tuple(lengths), pause))
    return path


@cache
def _talk(lengths: Sequence[float], pause: float) -> bytes:
    loud, at = [], 1.0
    for length in lengths:
        loud.append((at, at + length))
        at += length + pause
    return wav(beeps(at, loud).tobytes())
