"""What the sandbox hears and says: small, but real."""

import io
import sys
from collections.abc import Iterator
from typing import Any

import av
import pytest

from qwen_localize.sandbox.errors import Refusal
from qwen_localize.sandbox.sound import hearing, speaking
from qwen_localize.sandbox.sound.decoding import decode
from qwen_localize.sandbox.sound.hearing import hear
from qwen_localize.sandbox.sound.pcm import HEARD_RATE, SPOKEN_RATE, resample, samples, seconds
from qwen_localize.sandbox.sound.telling import Order, answer_text, tell
from speech import silence, speech, wav

HELLO = "Hello world."


@pytest.fixture
def forgetful() -> Iterator[None]:
    """What was heard and said before does not count."""
    for memory in (hearing._english, hearing._decoder, speaking.speak, speaking._espeak):
        memory.cache_clear()
    yield
    for memory in (hearing._english, hearing._decoder, speaking.speak, speaking._espeak):
        memory.cache_clear()


def test_it_understands_english() -> None:
    assert hear(speech(HELLO), 16_000, "en").text == "hello world"
    assert hear(speech(HELLO, rate=8000), 8000, "en").words


def test_it_takes_clear_english_for_english_by_itself() -> None:
    assert hear(speech(HELLO), 16_000, "auto").text == "hello world"


def test_of_other_languages_it_says_how_long_they_spoke_and_the_same_of_the_same_sound() -> None:
    spoken = speech("Guten Morgen allerseits", voice="de")
    heard = hear(spoken, 16_000, "de")
    assert not heard.words
    assert heard.text.startswith(f"[speech, {len(spoken) / 32_000:.1f} s, ")
    assert hear(spoken, 16_000, "de") == heard != hear(spoken + b"\1\1", 16_000, "de")
    assert not hear(spoken, 16_000, "auto").words


@pytest.mark.usefixtures("forgetful")
def test_what_was_heard_before_changes_nothing() -> None:
    first = hear(speech("Good morning everyone."), 16_000, "en")
    hear(speech("Thank you very much."), 16_000, "en")
    hearing._english.cache_clear()
    assert hear(speech("Good morning everyone."), 16_000, "en") == first


def test_a_deaf_sandbox_looks_for_no_words() -> None:
    assert not hear(speech(HELLO), 16_000, "en", hears=False).words


def test_an_answer_is_translated_and_spoken() -> None:
    told = tell(speech(HELLO), 16_000, Order("en", "de", speaks=True))
    assert (told.transcript, told.text) == ("hello world", "[ĥéļļö ŵöŕļð ~~~]")
    assert 0.5 < told.length < 3
    back = hear(resample(tell(speech(HELLO), 16_000, Order("en", "en", speaks=True)).sound, SPOKEN_RATE, HEARD_RATE),
                HEARD_RATE, "en")  # fmt: skip
    assert "world" in back.text


def test_an_answer_to_what_was_not_understood_says_whose_it_is() -> None:
    told = tell(speech(HELLO), 16_000, Order("de", "zh", speaks=True))
    assert told.text == f"{told.transcript} → zh (sandbox)"
    assert told.sound


def test_a_language_without_a_voice_is_spoken_in_english() -> None:
    assert len(answer_text("Hello", Order("en", "ast", speaks=True)).sound) > SPOKEN_RATE / 4


@pytest.mark.usefixtures("forgetful")
def test_without_the_engines_it_falls_back_to_lengths_and_a_tone(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("pocketsphinx", "espeakng_loader"):
        monkeypatch.setitem(sys.modules, name, None)
    told = tell(speech(HELLO), 16_000, Order("en", "zh", speaks=True))
    assert told.transcript.endswith("pocketsphinx is missing]")
    assert max(samples(told.sound)) == 3000


@pytest.mark.parametrize(
    ("form", "codec"), [("mp3", "libmp3lame"), ("ogg", "libopus"), ("mp4", "aac"), ("flac", "flac")]
)
def test_it_decodes_what_people_record(form: str, codec: str) -> None:
    decoded = decode(_encoded(speech(HELLO) + silence(0.5), form, codec))
    assert decoded.size is None
    assert decoded.length == pytest.approx(seconds(speech(HELLO), 16_000) + 0.5, abs=0.15)
    assert hear(decoded.pcm, HEARD_RATE, "en").text == "hello world"


def test_what_is_no_sound_is_refused() -> None:
    with pytest.raises(Refusal, match="media format"):
        decode(b"Hello")


def test_without_pyav_it_decodes_wav_and_says_so_of_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    assert decode(wav(speech(HELLO))).pcm == speech(HELLO)
    with pytest.raises(Refusal, match=r"install qwen-localize\[sandbox\]"):
        decode(b"ID3 something")


def _encoded(pcm: bytes, form: str, codec: str) -> bytes:
    file = io.BytesIO()
    rate = 48_000
    with av.open(file, "w", format=form) as container:
        stream: Any = container.add_stream(codec, rate=rate)
        stream.layout = "mono"
        sound = samples(resample(pcm, 16_000, rate))
        frame = av.AudioFrame.from_ndarray(sound.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = rate
        resampler = av.AudioResampler(stream.format.name, "mono", rate, frame_size=stream.frame_size or 0)
        for part in [*resampler.resample(frame), *resampler.resample(None)]:
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))
    return file.getvalue()
