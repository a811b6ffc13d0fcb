"""The parts of `qwen-localize live`: where sound comes from, what becomes of sentences, how it ends."""

import errno
import io
import signal
import sys
import wave
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import anyio
import pysubs2
import pytest

from qwen_localize.cli import main
from qwen_localize.cli.live.course import Course, one_by_one
from qwen_localize.cli.live.ears import ears
from qwen_localize.cli.live.growing import SubtitleFile, VoiceFile
from qwen_localize.cli.live.loudspeaker import loudspeaker
from qwen_localize.cli.live.outputs import Outputs
from qwen_localize.cli.live.screen import Screen
from qwen_localize.errors import BadInput, LocalizeError, OutputUnavailable, ServiceFailed, TimedOut
from qwen_localize_tools.interpret_speech.live import Confirmed
from virtual_time import VirtualClock


def said(number: int = 1, voice: bytes = b"") -> Confirmed:
    return Confirmed(number * 2.0, number * 2.0 + 1, f"Heard {number}.", f"Said {number}.", (voice,), "", 1.25)


# Where sound comes from.


def test_nothing_piped_in_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    for stdin in (None, SimpleNamespace(isatty=lambda: True)):
        monkeypatch.setattr(sys, "stdin", stdin)
        with pytest.raises(BadInput, match="Nothing is piped"), ears("-", 16_000):
            pass


class Unplugged(Exception):
    pass


class Device:
    """A microphone that hears two pieces and is unplugged, and a loudspeaker that takes pieces."""

    def __init__(self, fails: bool = False, **how: Any) -> None:
        if fails:
            raise Unplugged("Error querying\ndevice -1")
        self.how, self.played, self.is_closed, self.is_broken = how, b"", False, False

    def start(self) -> None:
        if heard := self.how.get("callback"):
            heard(b"\1\0", 1, None, None)
            heard(b"\2\0", 1, None, None)
            self.how["finished_callback"]()

    def write(self, pcm: bytes) -> None:
        if self.is_broken:
            raise Unplugged("gone")
        self.played += pcm

    def close(self) -> None:
        self.is_closed = True


@pytest.fixture
def devices(monkeypatch: pytest.MonkeyPatch) -> Any:
    module = SimpleNamespace(RawInputStream=Device, RawOutputStream=Device, PortAudioError=Unplugged)
    monkeypatch.setitem(sys.modules, "sounddevice", module)
    return module


async def test_a_microphone_is_heard_until_it_is_unplugged(devices: Any) -> None:
    with ears("mic", 0) as heard:
        assert list(heard.pieces()) == [b"\1\0", b"\2\0"]
        assert not heard.can_wait


async def test_devices_that_cannot_be_opened_are_said_in_one_line(devices: Any) -> None:
    devices.RawInputStream = devices.RawOutputStream = partial(Device, True)
    with pytest.raises(LocalizeError, match=r"cannot be opened \(Error querying device -1\)"), ears("mic", 0):
        pass
    with pytest.raises(LocalizeError, match=r"cannot be opened \(Error querying device -1\)"), loudspeaker(print):
        pass


def test_without_the_extra_it_is_said_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO()))
    for arguments in ([], ["--speech", "-"]):
        assert main(["live", "--to", "ru", "--sandbox", *arguments]) == 2
        error = capsys.readouterr().err
        assert "extra mic" in error
        assert error.count("\n") == 1


# What becomes of sentences.


def test_the_voice_is_played_in_its_order_to_its_end(devices: Any) -> None:
    made: list[Device] = []
    devices.RawOutputStream = lambda **how: made.append(Device(**how)) or made[0]  # type: ignore[func-returns-value]
    with loudspeaker(print) as player:
        for number in range(5):
            player.add(bytes([number]) * 6000)
        player.add(b"")
        player.finish()
    assert made[0].played == b"".join(bytes([number]) * 6000 for number in range(5))
    assert made[0].is_closed


def test_a_loudspeaker_that_is_unplugged_is_told_once_and_subtitles_go_on(devices: Any) -> None:
    told: list[str] = []
    broken = Device()
    broken.is_broken = True
    devices.RawOutputStream = lambda **how: broken
    with loudspeaker(told.append) as player:
        player.add(b"\0\0")
        player.finish()
        player.add(b"\0\0")
    assert told == ["The voice is not played any more (gone)."]


def test_subtitles_are_in_the_file_after_each_sentence(tmp_path: Path) -> None:
    path = tmp_path / "said.srt"
    with SubtitleFile(path) as file:
        for number in range(1, 4):
            file.add(said(number))
            assert len(pysubs2.load(str(path)).events) == number
    assert path.read_text("utf-8").startswith("1\n00:00:02,000 --> 00:00:03,000\nHeard 1.\nSaid 1.\n\n2\n")


def test_the_voice_is_a_whole_file_after_each_sentence(tmp_path: Path) -> None:
    path = tmp_path / "voice.wav"
    with VoiceFile(path) as file:
        for number in range(4):
            with wave.open(str(path)) as reader:
                assert (reader.getnframes(), reader.getframerate()) == (number * 2400, 24_000)
                assert len(reader.readframes(10**6)) == number * 4800
            file.add(b"\1\0" * 2400)


@pytest.mark.parametrize("kind", [SubtitleFile, VoiceFile])
def test_nothing_existing_is_overwritten(kind: Any, tmp_path: Path) -> None:
    path = tmp_path / "there"
    path.write_bytes(b"mine")
    with pytest.raises(OutputUnavailable, match="there already"), kind(path):
        pass
    assert path.read_bytes() == b"mine"
    with pytest.raises(OutputUnavailable, match="cannot be written"), kind(tmp_path / "nowhere" / "file"):
        pass


@pytest.mark.parametrize("kind", [SubtitleFile, VoiceFile])
def test_a_failure_before_the_first_sentence_leaves_no_file(kind: Any, tmp_path: Path) -> None:
    with pytest.raises(ServiceFailed), kind(tmp_path / "new"):
        raise ServiceFailed
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("sentence", [said(9), b"\1\0" * 900])
def test_a_disk_that_is_full_leaves_what_is_whole(sentence: Any, tmp_path: Path) -> None:
    path = tmp_path / "file"
    made: Any = VoiceFile(path) if isinstance(sentence, bytes) else SubtitleFile(path)
    with made as file:
        file.add(sentence)
        before = path.read_bytes()
        file._file = Full(file._file)
        with pytest.raises(OutputUnavailable, match="No space left"):
            file.add(sentence)
    assert path.read_bytes() == before


class Full:
    """A file on a disk that has room for five more bytes."""

    def __init__(self, file: Any) -> None:
        self._file, self._room = file, 5

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def write(self, data: bytes) -> int:
        if not self._room:
            raise OSError(errno.ENOSPC, "No space left on device")
        written, self._room = self._file.write(data[: self._room]), 0
        return int(written)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    for name, value in {"TERM": "xterm", "COLUMNS": "30", "LINES": "7"}.items():
        monkeypatch.setenv(name, value)
    return Terminal()


def test_in_a_terminal_the_provisional_ending_is_replaced_and_its_end_is_seen(terminal: Terminal) -> None:
    with Screen(terminal, io.StringIO()) as screen:
        screen.provisional("one " * 200 + "END", "два " * 200 + "КОНЕЦ")
        screen._live.refresh()  # type: ignore[union-attr]
        look = terminal.getvalue()
        screen.confirm(said())
    assert "END" in look
    assert "КОНЕЦ" in look
    assert look.count("\n") < 7
    assert "Said 1." in terminal.getvalue()
    assert terminal.getvalue().endswith("\x1b[2K")  # nothing provisional is left


def test_over_a_pipe_only_what_stays_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    out, notes = io.StringIO(), io.StringIO()
    with Screen(out, notes) as screen:
        screen.say("A note.")
        screen.provisional("He", "Sa")
        screen.confirm(said())
    assert out.getvalue() == "[0:02 +1.2 s] Heard 1.\nSaid 1.\n"
    assert notes.getvalue() == "A note.\n"


def test_what_a_service_says_cannot_move_the_cursor() -> None:
    out = io.StringIO()
    with Screen(out, io.StringIO()) as screen:
        screen.confirm(Confirmed(0, 1, "a\x1b[2J\nb", "c\r\nd\u200de", (), "", 1))
    assert out.getvalue() == "[0:00 +1.0 s] a[2J b\nc d\u200de\n"


# How it ends.


class Session:
    """An engine that says a sentence a second while it hears something, and takes `rest` seconds to finish."""

    def __init__(self, rest: float = 1.0, error: Exception | None = None) -> None:
        self.wish = SimpleNamespace(target_name="Russian", model="some-model")
        self.receipt, self.sessions = SimpleNamespace(cost=0.0), 1
        self._rest, self._error = rest, error
        self._ended = anyio.Event()

    def add(self, pcm: bytes) -> None:
        pass

    async def ready(self) -> None:
        await anyio.sleep(0.1)

    def end(self) -> None:
        self._ended.set()

    async def run(self, outputs: Outputs) -> None:
        for number in range(1, 1000):
            with anyio.move_on_after(1):
                await self._ended.wait()
            if self._ended.is_set():
                break
            await outputs.confirm(said(number))
            if self._error:
                raise self._error
        await anyio.sleep(self._rest)
        await outputs.confirm(said(1000))


class Sound:
    """What is heard: so many pieces, then nothing more for ever, or the end."""

    name, can_wait = "standard input", True

    def __init__(self, pieces: int, *, stalls: bool = False, error: LocalizeError | None = None) -> None:
        self._pieces, self._stalls, self._error = pieces, stalls, error

    async def sound(self) -> AsyncIterator[bytes]:
        for _ in range(self._pieces):
            yield bytes(3200)
        if self._error:
            raise self._error
        if self._stalls:
            await anyio.sleep_forever()


class Stage:
    """A course with everything around it in memory."""

    def __init__(self, session: Session, sound: Sound, out: Any = None, subtitles: Any = None) -> None:
        self.out, self.notes = out or io.StringIO(), io.StringIO()
        self.outputs = Outputs(Screen(self.out, self.notes), subtitles, None)
        self.course = Course(session, sound, self.outputs)  # type: ignore[arg-type]

    async def run(self, *interrupts: tuple[float, signal.Signals]) -> int:
        async with anyio.create_task_group() as group:
            for seconds, number in interrupts:
                group.start_soon(self._interrupt, seconds, number)
            await self.course.run()
            group.cancel_scope.cancel()
        return self.course.status()

    async def _interrupt(self, seconds: float, number: signal.Signals) -> None:
        await anyio.sleep(seconds)
        signal.raise_signal(number)


@pytest.fixture(autouse=True)
def _same_signals() -> Iterator[None]:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    yield
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


async def test_it_ends_with_the_sound() -> None:
    stage = Stage(Session(), Sound(25))
    assert await stage.run() == 0
    assert stage.out.getvalue().count("Said") == 3
    assert stage.notes.getvalue() == (
        "From standard input into Russian by some-model. Ctrl-C ends.\n3 sentences, 1 session, about 0 CNY.\n"
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_ctrl_c_ends_it_properly_although_the_sound_goes_on(number: signal.Signals) -> None:
    stage = Stage(Session(), Sound(3, stalls=True))
    assert await stage.run((2.5, number)) == 0
    assert "Said 2." in stage.out.getvalue()
    assert "Said 1000." in stage.out.getvalue()


async def test_a_second_ctrl_c_ends_it_at_once(clock: VirtualClock) -> None:
    stage, began = Stage(Session(rest=15), Sound(3, stalls=True)), clock.now()
    assert await stage.run((2.5, signal.SIGINT), (3.5, signal.SIGINT)) == 130
    assert clock.now() - began < 4
    assert "Said 2." in stage.out.getvalue()


async def test_a_service_that_does_not_come_to_an_end_is_not_waited_for_for_ever(clock: VirtualClock) -> None:
    stage, began = Stage(Session(rest=3600), Sound(3, stalls=True)), clock.now()
    with pytest.raises(TimedOut, match="What was confirmed is kept"):
        await stage.run((2.5, signal.SIGINT))
    assert clock.now() - began < 30


@pytest.mark.parametrize("error", [ServiceFailed("It failed."), None])
async def test_why_it_cannot_go_on_is_told_at_the_end(error: LocalizeError | None) -> None:
    stage = Stage(Session(error=error), Sound(15, error=None if error else BadInput("It failed.")))
    with pytest.raises(LocalizeError, match="It failed"):
        await stage.run()
    assert "Said 1." in stage.out.getvalue()


class Closed(io.StringIO):
    def write(self, _: str) -> int:
        raise BrokenPipeError


async def test_it_ends_quietly_when_nobody_reads_any_more() -> None:
    stage = Stage(Session(), Sound(3, stalls=True), out=Closed())
    assert await stage.run() == 0
    assert stage.outputs.count == 1


async def test_it_ends_when_a_file_cannot_be_written_and_shows_the_sentence_all_the_same(tmp_path: Path) -> None:
    with SubtitleFile(tmp_path / "said.srt") as file:
        file._file = Full(file._file)  # type: ignore[assignment]
        stage = Stage(Session(), Sound(3, stalls=True), subtitles=file)
        with pytest.raises(OutputUnavailable, match="No space left"):
            await stage.run()
    assert "Said 1." in stage.out.getvalue()
    assert (tmp_path / "said.srt").read_bytes() == b""


def test_errors_come_out_of_groups_of_tasks_as_themselves() -> None:
    with pytest.raises(ServiceFailed), one_by_one():
        raise ExceptionGroup("", [ExceptionGroup("", [ServiceFailed("It failed.")])])
    with pytest.raises(ExceptionGroup), one_by_one():
        raise ExceptionGroup("", [KeyError()])
