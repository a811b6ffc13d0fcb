"""`qwen-localize live`, as somebody types it, with the sandbox for a service and spoken sentences for a microphone."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pysubs2
import pytest

from qwen_localize_tools._shared.sound.wav import WavFile
from speech import silence, speech, wav

pytestmark = pytest.mark.process
LIVE = [sys.executable, "-m", "qwen_localize", "live", "--to", "ru", "--from", "en", "--sandbox"]
PIPE = subprocess.PIPE
on_posix = pytest.mark.skipif(sys.platform == "win32", reason="signals are sent differently there")


def hello(rate: int = 16_000) -> bytes:
    return speech("Hello world.", rate=rate) + silence(1.3, rate)


@contextmanager
def started(*arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """The command with pipes, whose input stays open."""
    with subprocess.Popen([*LIVE, *arguments, "-"], stdin=PIPE, stdout=PIPE, stderr=PIPE) as process:
        try:
            yield process
        finally:
            process.kill()


def heard(process: subprocess.Popen[bytes], pcm: bytes) -> None:
    assert process.stdin
    process.stdin.write(pcm)
    process.stdin.flush()


def ended(process: subprocess.Popen[bytes]) -> tuple[int, str, str]:
    """Its status and the rest of what it says, while its input is still open."""
    assert process.stdout
    assert process.stderr
    out, error = process.stdout.read().decode(), process.stderr.read().decode()
    assert "Traceback" not in error
    return process.wait(20), out, error


def told(process: subprocess.Popen[bytes], words: bytes) -> None:
    """Return when it has said so on standard error."""
    assert process.stderr
    assert any(words in line for line in process.stderr)


def test_a_recording_becomes_subtitles_and_a_voice_over_a_broken_connection(tmp_path: Path) -> None:
    arguments = ["--srt", "said.srt", "--speech", "voice.wav", "--fault", "drop@session+3:1", "-"]
    sound = wav(hello(8000) * 2, 8000)
    result = subprocess.run([*LIVE, *arguments], input=sound, capture_output=True, cwd=tmp_path, check=False)
    said = result.stdout.decode().splitlines()
    assert result.returncode == 0, result.stderr
    assert [line.partition("] ")[2] for line in said[::2]] == ["hello world"] * 2
    assert len(said) == 4
    assert b"2 sentences, 2 sessions" in result.stderr
    assert len(pysubs2.load(str(tmp_path / "said.srt")).events) == 2
    assert WavFile().inspected(tmp_path / "voice.wav").mime_type == "audio/wav"


@on_posix
def test_ctrl_c_ends_it_while_the_input_stalls_and_keeps_what_was_confirmed() -> None:
    with started() as process:
        heard(process, hello())
        assert process.stdout
        assert b"hello world" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        status, _, error = ended(process)
    assert status == 0
    assert "1 sentence, 1 session" in error


@on_posix
def test_a_second_ctrl_c_ends_it_although_the_service_is_silent(tmp_path: Path) -> None:
    with started("--fault", "stall@session", "--srt", str(tmp_path / "said.srt")) as process:
        heard(process, hello())
        told(process, b"From standard input")
        process.send_signal(signal.SIGINT)
        told(process, b"Ctrl-C again")
        process.send_signal(signal.SIGINT)
        status, out, _ = ended(process)
    assert (status, out) == (130, "")


@on_posix
def test_it_ends_quietly_when_its_reader_has_seen_enough() -> None:
    with started() as process:
        heard(process, hello() + hello())
        assert process.stdout
        assert b"hello world" in process.stdout.readline()
        process.stdout.close()
        assert process.stderr
        log = process.stderr.read()
        assert process.wait(20) == 0
    assert b"Traceback" not in log
    assert b"ignored" not in log


@pytest.mark.parametrize(
    ("sound", "status", "words"),
    [
        (bytes(64_001), 0, "From standard input"),
        (b"ID3\4" + bytes(9000), 2, "neither a WAV file nor raw sound"),
    ],
)
def test_nothing_to_interpret_costs_nothing(sound: bytes, status: int, words: str) -> None:
    result = subprocess.run([*LIVE, "-"], input=sound, capture_output=True, check=False)
    assert (result.returncode, result.stdout) == (status, b"")
    assert words in result.stderr.decode()
    assert result.stderr.count(b"\n") <= 1


def test_a_key_that_is_refused_is_said_and_leaves_no_file(tmp_path: Path) -> None:
    arguments = ["--srt", "said.srt", "--fault", "nokey@session", "-"]
    result = subprocess.run([*LIVE, *arguments], input=hello(), capture_output=True, cwd=tmp_path, check=False)
    assert result.returncode == 2
    assert b"refused the API key" in result.stderr.splitlines()[-1]
    assert b"Traceback" not in result.stderr
    assert not list(tmp_path.iterdir())


@on_posix
def test_in_a_terminal_the_provisional_ending_is_replaced_in_place() -> None:
    import pty

    ours, theirs = pty.openpty()
    env = os.environ | {"TERM": "xterm", "COLUMNS": "30", "LINES": "8"}
    with subprocess.Popen([*LIVE, "-"], stdin=PIPE, stdout=theirs, stderr=PIPE, env=env) as process:
        os.close(theirs)
        heard(process, hello())
        assert process.stdin
        process.stdin.close()
        look = b"".join(iter(lambda: _read(ours), b"")).decode()
        assert process.wait(20) == 0
    assert "\x1b[2K" in look
    assert "hello world" in look
    assert look.index("\x1b[?25l") < look.index("\x1b[?25h")  # the cursor is there again


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65_536)
    except OSError:  # nobody writes there any more
        return b""
