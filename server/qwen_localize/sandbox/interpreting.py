"""qwen3-livetranslate-flash: recordings translated, sentence by sentence, in a stream (docs/model-studio.md 9)."""

from base64 import b64encode
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import anyio
from starlette.types import Receive, Scope, Send

from . import answers, media, tokens
from .bodies import Breakable
from .call import Call
from .catalogue import SpeechModel
from .errors import invalid
from .ledger import Paid
from .parameters import check_sampling, checked_messages
from .sound.activity import Turns, Utterance, utterances
from .sound.decoding import Recording, decode
from .sound.pcm import HEARD_RATE, SPOKEN_RATE, WIDTH
from .sound.telling import Order, Telling, tell
from .tongues import tongues

PER_SECOND = 12.5  # tokens of sound, in and out
MAX_TOKENS = 4096
MAX_INPUT = 49_152
_MAX_BYTES = 500 * 1024 * 1024  # no limit is documented; ours keeps the process alive
_PACE = 0.1  # service seconds per second of the recording
_TURNS = Turns(silence=0.7)
_PIECES = 4  # of each sentence's text


@dataclass(frozen=True)
class Job:
    """A checked request."""

    url: str
    order: Order
    max_tokens: int


def parse(body: Mapping[str, Any], *, resolves_oss: bool, hears: bool) -> Job:
    """Check a request.

    Raises:
        Refusal: what is wrong with it, as the service would say it.
    """
    if body.get("stream") is not True:
        raise invalid("This model only support stream mode, please enable the stream parameter to access the model.")
    max_tokens = check_sampling(body, MAX_TOKENS)
    url = media.check(_only_recording(body), resolves_oss=resolves_oss, form=media.RECORDING)
    return Job(url, _order(body, hears=hears), max_tokens)


async def answer(call: Call, model: SpeechModel, body: Mapping[str, Any]) -> "Interpretation":
    """The recording's translation as a stream, which takes a tenth of the recording's length.

    Raises:
        Refusal: the recording cannot be had or is too long, or too many tokens were used.
    """
    job = parse(body, resolves_oss=call.resolves_oss, hears=call.sandbox.config.hears)
    data = await media.load(call.sandbox, job.url, model.name, _MAX_BYTES)
    recording = await call.sandbox.on_sound(partial(decode, data))
    spent = Spent(*_input_tokens(recording))
    if spent.heard + spent.seen > MAX_INPUT:
        raise invalid(f"Range of input length should be [1, {MAX_INPUT}]")
    call.sandbox.admit_tokens(model, spent.heard + spent.seen)
    return Interpretation(call, model, job, recording, spent)


@dataclass
class Spent:
    """Tokens used so far: heard and seen come in, written and spoken go out."""

    heard: int
    seen: int
    written: int = 0
    spoken: int = 0

    @property
    def out(self) -> int:
        """Output tokens."""
        return self.written + self.spoken

    def usage(self) -> dict[str, Any]:
        """As the last chunk says it."""
        into = self.heard + self.seen
        return {
            "prompt_tokens": into,
            "completion_tokens": self.out,
            "total_tokens": into + self.out,
            "prompt_tokens_details": {"audio_tokens": self.heard, "text_tokens": 0, "video_tokens": self.seen},
            "completion_tokens_details": {"audio_tokens": self.spoken, "text_tokens": self.written},
        }

    def cost(self, model: SpeechModel) -> float:
        """CNY (docs/model-studio.md 13)."""
        into = self.heard * model.price_in + self.seen * model.price_seen
        return (into + self.written * model.price_out + self.spoken * model.price_spoken) / 1_000_000


class Interpretation(Breakable):
    """The stream; billed when it ends, for what was sent."""

    def __init__(self, call: Call, model: SpeechModel, job: Job, recording: Recording, spent: Spent) -> None:
        super().__init__(self._events(), media_type="text/event-stream")
        self._call = call
        self._model = model
        self._job = job
        self._recording = recording
        self._spent = spent
        self._reason = "stop"
        self._hang_up: Callable[[], None] | None = None
        self._billed = False
        self._reached = 0.0  # seconds into the recording

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the stream, and bill what was sent, even if the client has gone."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._bill()

    def break_off(self, hang_up: Callable[[], None]) -> None:
        """End in the middle of the recording, by hanging up."""
        self._hang_up = hang_up

    async def _events(self) -> AsyncGenerator[str]:
        said = utterances(self._recording.pcm, HEARD_RATE, _TURNS)
        yield _event(self._chunk({"role": "assistant", "content": ""}))
        for number, sentence in enumerate(said[: len(said) // 2] if self._hang_up else said):
            await self._wait_until(sentence.end)
            for delta in await self._tell(sentence, last=number == len(said) - 1):
                yield _event(self._chunk(delta))
            if self._reason == "length":
                break
        if self._hang_up:
            self._hang_up()
            await anyio.sleep_forever()  # until the server notices that the connection has gone
        await self._wait_until(self._recording.length)
        yield _event(self._chunk({"content": ""}, self._reason))
        last = {"choices": [], "usage": self._spent.usage()}
        yield _event(answers.envelope(self._call, "chat.completion.chunk") | last)
        yield "data: [DONE]\n\n"
        self._bill()

    async def _wait_until(self, moment: float) -> None:
        """Wait as long as the model needs to get there in the recording."""
        await self._call.sandbox.clock.sleep(max(0.0, moment - self._reached) * _PACE)
        self._reached = max(self._reached, moment)

    async def _tell(self, sentence: Utterance, *, last: bool) -> list[dict[str, Any]]:
        """One sentence: its text in pieces, then its sound in pieces."""
        told = await self._call.sandbox.on_sound(partial(tell, sentence.pcm, HEARD_RATE, self._job.order))
        text, sound = self._afford(told, last=last)
        letters, second = max(1, -(-len(text) // _PIECES)), SPOKEN_RATE * WIDTH
        written = [{"content": text[start : start + letters]} for start in range(0, len(text), letters)]
        pieces = [sound[start : start + second] for start in range(0, len(sound), second)]
        spoken = [{"audio": self._audio(data=b64encode(piece).decode())} for piece in pieces]
        return [*written, *spoken, *([{"audio": self._audio(transcript=text)}] if sound else [])]

    def _afford(self, told: Telling, *, last: bool) -> tuple[str, bytes]:
        """As much of a sentence as the tokens left allow."""
        whole = told.text if last else told.text + "\n"
        text = tokens.cut(whole, self._job.max_tokens - self._spent.out)
        self._spent.written += tokens.count(text)
        left = int((self._job.max_tokens - self._spent.out) / PER_SECOND * SPOKEN_RATE) * WIDTH
        sound = told.sound[:left]
        self._spent.spoken += int(len(sound) / WIDTH / SPOKEN_RATE * PER_SECOND)
        if len(text) < len(whole) or len(sound) < len(told.sound):
            self._reason = "length"
        return text, sound

    def _audio(self, **said: str) -> dict[str, Any]:
        clock = self._call.sandbox.clock
        expires = int(clock.wall(clock.now())) + 86_400
        return {**said, "expires_at": expires, "id": f"audio_{self._call.request_id}"}

    def _chunk(self, delta: dict[str, Any], reason: str | None = None) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "finish_reason": reason, "logprobs": None}
        return {**answers.envelope(self._call, "chat.completion.chunk"), "choices": [choice], "usage": None}

    def _bill(self) -> None:
        if self._billed:
            return
        self._billed = True
        sandbox, spent = self._call.sandbox, self._spent
        sandbox.limits.charge(f"tokens {self._model.name}", self._model.token_rules, spent.out)
        into = spent.heard + spent.seen
        sandbox.ledger.bill(Paid(sandbox.clock.now(), self._model.name, spent.cost(self._model), into, spent.out))


def _event(chunk: dict[str, Any]) -> str:
    return f"data: {answers.dump(chunk)}\n\n"


def _only_recording(body: Mapping[str, Any]) -> object:
    """Where the one recording of the one message is."""
    messages = checked_messages(body.get("messages"))
    if len(messages) != 1 or messages[0].get("role") != "user":
        raise invalid("This model takes exactly one message, of the role user.")
    parts = messages[0].get("content")
    parts = parts if isinstance(parts, list) else [parts]
    if len(parts) != 1 or not isinstance(parts[0], dict):
        raise invalid("The content of the message must be exactly one input_audio or video_url.")
    sound, video = parts[0].get("input_audio"), parts[0].get("video_url")
    if isinstance(sound, dict) and video is None:
        return sound.get("data")
    if isinstance(video, dict) and sound is None:
        return video.get("url")
    raise invalid("The content of the message must be exactly one input_audio or video_url.")


def _order(body: Mapping[str, Any], *, hears: bool) -> Order:
    known, options = tongues("file"), body.get("translation_options")
    if not isinstance(options, dict) or not known.knows(options.get("target_lang")):
        raise invalid("translation_options needs a target_lang that this model supports.")
    source, target = options.get("source_lang") or "auto", options["target_lang"]
    if source != "auto" and not known.knows(source):
        raise invalid("translation_options.source_lang is not supported by this model.")
    speaks = _speaks(body.get("modalities"))
    if speaks and target not in known.spoken:
        raise invalid(f"This model answers in {target} in text only: modalities must be ['text'].")
    if speaks:
        _check_voice(body.get("audio"), target)
    return Order(source, target, speaks, hears)


def _speaks(modalities: object) -> bool:
    if modalities is None:
        return False
    if not isinstance(modalities, list) or sorted(map(str, modalities)) not in (["text"], ["audio", "text"]):
        raise invalid("modalities must be ['text'] or ['text', 'audio'].")
    return "audio" in modalities


def _check_voice(audio: object, target: str) -> None:
    if not isinstance(audio, dict) or audio.get("format", "wav") != "wav":
        raise invalid("Answers in sound need audio with a voice and the format wav.")
    if not tongues("file").has_voice(audio.get("voice"), target):
        raise invalid(f"audio.voice must be a voice that speaks {target}.")


def _input_tokens(recording: Recording) -> tuple[int, int]:
    """Tokens heard and seen."""
    heard = round(len(recording.pcm) / WIDTH / HEARD_RATE * PER_SECOND)
    if recording.size is None:
        return heard, 0
    width, height = recording.size
    frames = min(128, max(4, round(recording.length * 2)))
    return heard, -(-frames // 2) * max(1, round(height / 32)) * max(1, round(width / 32)) + 2
