"""What a session is set to, and how the dialects of `session.update` say it (docs/model-studio.md 10.1 and 10.2)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ..catalogue import language_named
from ..pseudo import Pair
from ..sound.activity import Turns
from .models import InterpreterModel, LiveModel

_RATES = (8000, 16_000)
_FLAT_SOUND = ("voice", "sample_rate", "input_audio_format", "output_audio_format", "turn_detection")
_NULLABLE = ("turn_detection", "input_audio_transcription")  # null says something
_DETECTIONS = {False: ("server_vad",), True: ("server_vad", "speaker_detection")}


class Wrong(Exception):
    """A client event that is not accepted.

    Attributes:
        param: what in it is wrong.
        code: the code of the `error` event.
    """

    def __init__(self, param: str | None, message: str, code: str = "invalid_value") -> None:
        super().__init__(message)
        self.message = message
        self.param = param
        self.code = code


@dataclass(frozen=True)
class Settings:
    """The settings of a session.

    Attributes:
        speaks: whether answers are spoken.
        voice: by whom.
        source: the language heard, or `auto`.
        target: the language answered in.
        transcribes: whether what is heard is written down for the client.
        turns: when a sentence has ended; None if the client says so by a commit.
        rate: samples per second that come in.
        phrases: the glossary.
        instructions: what a conversation model was told.
        shown: the settings as the client is shown them.
    """

    voice: str
    turns: Turns | None
    speaks: bool = True
    source: str = "auto"
    target: str = "en"
    transcribes: bool = True
    rate: int = 16_000
    phrases: tuple[Pair, ...] = ()
    instructions: str = ""
    shown: Mapping[str, Any] = field(default_factory=dict)


def interpreter(model: InterpreterModel, now: Settings, given: Mapping[str, Any]) -> Settings:
    """The settings after a `session.update` to a live translator.

    Raises:
        Wrong: one of them is not accepted; none is changed.
    """
    given = {name: value for name, value in given.items() if value is not None or name in _NULLABLE}
    _check_place(given, nested=model.nested)
    new = replace(now, shown={**now.shown, **given})
    new = _nested(model, new, given) if model.nested else _flat(model, new, given)
    new = _translation(model, new, given.get("translation"))
    if new.speaks and new.target not in model.tongues.spoken:
        raise Wrong("session.modalities", f"{new.target} is supported as text only.")
    if new.speaks:
        _check_voice(model, new, given)
    return new


def omni(now: Settings, given: Mapping[str, Any]) -> Settings:
    """The settings after a `session.update` to a conversation model; the target is what the instructions name last.

    Raises:
        Wrong: one of them is not accepted; none is changed.
    """
    new = replace(now, shown={**now.shown, **given}, speaks=_speaks(given, "modalities", now.speaks))
    new = _sound(new, given, "session", ("server_vad", "semantic_vad"))
    if isinstance(given.get("audio"), dict):
        new = _under_audio(new, given["audio"], ("server_vad", "semantic_vad"))
    if "input_audio_transcription" in given:
        new = replace(new, transcribes=given["input_audio_transcription"] is not None)
    instructions = given.get("instructions")
    if instructions is None:
        return new
    if not isinstance(instructions, str):
        raise Wrong("session.instructions", "instructions must be a string.")
    target = language_named(instructions) or "en"
    source = "en" if "english" in instructions.casefold() and target != "en" else "auto"
    return replace(new, instructions=instructions, source=source, target=target)


def beginning(model: LiveModel) -> Settings:
    """The settings of a new session."""
    nested = isinstance(model, InterpreterModel) and model.nested
    turns = Turns(silence=1.0 if isinstance(model, InterpreterModel) else 0.8)
    detection = {"type": "server_vad", "threshold": turns.threshold, "silence_duration_ms": int(turns.silence * 1000)}
    shown: dict[str, Any] = {"translation": {"language": "en"}} if isinstance(model, InterpreterModel) else {}
    if nested:
        sound: dict[str, Any] = {
            "input": {"format": {"type": "pcm", "sample_rate": 16_000}, "turn_detection": detection}
        }
        sound["output"] = {"format": {"type": "pcm", "sample_rate": 24_000}, "voice": model.voice}
        shown |= {"output_modalities": ["text", "audio"], "audio": sound}
    else:
        shown |= {
            "modalities": ["text", "audio"], "voice": model.voice, "sample_rate": 16_000, "turn_detection": detection,
            "input_audio_format": "pcm", "output_audio_format": "pcm",
            "input_audio_transcription": {"model": "qwen3-asr-flash-realtime"},
        }  # fmt: skip
    return Settings(model.voice, turns, shown=shown)


def _check_place(given: Mapping[str, Any], *, nested: bool) -> None:
    elsewhere = _FLAT_SOUND if nested else ("audio", "output_modalities")
    wrong = [name for name in elsewhere if given.get(name) is not None]
    if wrong:
        place = "under session.audio" if nested else "at the top of session"
        raise Wrong(f"session.{wrong[0]}", f"This model has its settings of sound {place}.", "unknown_parameter")


def _flat(model: InterpreterModel, now: Settings, given: Mapping[str, Any]) -> Settings:
    new = replace(now, speaks=_speaks(given, "modalities", now.speaks))
    new = _sound(new, given, "session", _DETECTIONS[False])
    if "input_audio_transcription" not in given:
        return new
    said = given["input_audio_transcription"]
    if said is None:
        return replace(new, transcribes=False, source="auto")
    if not isinstance(said, dict):
        raise Wrong("session.input_audio_transcription", "input_audio_transcription must be an object or null.")
    source = said.get("language") or "auto"
    if source != "auto" and not model.tongues.knows(source):
        raise Wrong("session.input_audio_transcription.language", f"The language {source!r} is not supported.")
    return replace(new, source=source, transcribes=said.get("model", "") is not None)


def _nested(model: InterpreterModel, now: Settings, given: Mapping[str, Any]) -> Settings:
    new = replace(now, speaks=_speaks(given, "output_modalities", now.speaks))
    sound = given.get("audio", {})
    if not isinstance(sound, dict):
        raise Wrong("session.audio", "audio must be an object.")
    return _under_audio(new, sound, _DETECTIONS[model.nested])


def _under_audio(now: Settings, sound: Mapping[str, Any], detections: tuple[str, ...]) -> Settings:
    into, out = sound.get("input") or {}, sound.get("output") or {}
    if not isinstance(into, dict) or not isinstance(out, dict):
        raise Wrong("session.audio", "audio.input and audio.output must be objects.")
    form = into.get("format") or {}
    kind, rate = (form.get("type", "pcm"), form.get("sample_rate")) if isinstance(form, dict) else (form, None)
    said = {"input_audio_format": kind, "sample_rate": rate, "voice": out.get("voice")}
    if "turn_detection" in into:
        said["turn_detection"] = into["turn_detection"]
    return _sound(now, said, "session.audio", detections)


def _speaks(given: Mapping[str, Any], name: str, now: bool) -> bool:
    modalities = given.get(name)
    if modalities is None:
        return now
    if not isinstance(modalities, list) or sorted(map(str, modalities)) not in (["text"], ["audio", "text"], ["audio"]):
        raise Wrong(f"session.{name}", f"{name} must be ['text'] or ['text', 'audio'].")
    return "audio" in modalities


def _sound(now: Settings, given: Mapping[str, Any], place: str, detections: tuple[str, ...]) -> Settings:
    kind, rate, voice = (given.get(name) for name in ("input_audio_format", "sample_rate", "voice"))
    if kind not in (None, "pcm", "pcm16"):
        raise Wrong(f"{place}.input_audio_format", "The sandbox hears pcm only.")
    if rate is not None and rate not in _RATES:
        raise Wrong(f"{place}.sample_rate", "sample_rate must be 8000 or 16000.")
    if voice is not None and not (isinstance(voice, str) and voice):
        raise Wrong(f"{place}.voice", "voice must be a string and not empty.")
    new = replace(now, rate=rate or now.rate, voice=voice or now.voice)
    if "turn_detection" not in given:
        return new
    return replace(new, turns=_turns(given["turn_detection"], new.turns or Turns(), place, detections))


def _turns(given: object, now: Turns, place: str, detections: tuple[str, ...]) -> Turns | None:
    if given is None:
        return None
    place += ".turn_detection"
    if not isinstance(given, dict) or given.get("type", "server_vad") not in detections:
        raise Wrong(f"{place}.type", f"turn_detection.type must be one of {', '.join(detections)}.")
    threshold = _number(given, "threshold", now.threshold, (-1, 1), place)
    silence = _number(given, "silence_duration_ms", now.silence * 1000, (200, 6000), place)
    return Turns(threshold, silence / 1000)


def _number(given: Mapping[str, Any], name: str, usual: float, span: tuple[int, int], place: str) -> float:
    value = given.get(name)
    if value is None:
        return usual
    if isinstance(value, bool) or not isinstance(value, int | float) or not span[0] <= value <= span[1]:
        raise Wrong(f"{place}.{name}", f"{name} must be from {span[0]} to {span[1]}.")
    return float(value)


def _translation(model: InterpreterModel, now: Settings, given: object) -> Settings:
    if given is None:
        return now
    if not isinstance(given, dict):
        raise Wrong("session.translation", "translation must be an object.")
    target = given.get("language") or now.target
    if not model.tongues.knows(target):
        raise Wrong("session.translation.language", f"The language {target!r} is not supported.")
    phrases = (given.get("corpus") or {}).get("phrases") or {}
    if not isinstance(phrases, dict) or not all(isinstance(value, str) for value in phrases.values()):
        raise Wrong("session.translation.corpus.phrases", "phrases must be an object of strings.")
    return replace(now, target=target, phrases=tuple(Pair(*pair) for pair in phrases.items()))


def _check_voice(model: InterpreterModel, now: Settings, given: Mapping[str, Any]) -> None:
    cloned = (now.shown.get("voice_clone_options") or {}).get("frequency")
    if now.shown.get("enable_voice_clone"):
        if cloned not in ("never", "once", "always"):
            raise Wrong("session.voice_clone_options.frequency", "frequency must be never, once or always.")
        if cloned != "never" and now.voice != "default":
            raise Wrong("session.voice", "The voice must be default where it is cloned from the speaker.")
        return
    voices = model.tongues.voices
    if now.voice not in voices or (voices[now.voice] and now.target not in voices[now.voice] and "voice" in given):
        raise Wrong("session.voice", f"The voice {now.voice!r} is not supported for {now.target}.")
