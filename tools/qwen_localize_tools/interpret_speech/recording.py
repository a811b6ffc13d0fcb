"""Recordings: whether one can be interpreted, and its sound, raw.

A stranger's file is read by a program in a process of its own; without PyAV (extra `media`), only plain WAV is read.
"""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import anyio.to_thread

from qwen_localize.errors import BadArgument, BadInput, quote
from qwen_localize.files import LocalFile, RemoteMedia
from qwen_localize.tool import Context

from .._shared import sound
from .plain import PlainWav

_PROGRAM = Path(sound.__file__).with_name("program.py")
_RATE = 16_000
# Three hours, and what a recording of that may have: 24 bits, two channels, 96 kHz.
_MOST_SECONDS, _MOST_BYTES = 3 * 3600.0, 7 * 1024**3
# How long the program may take, at the least and for each second of the recording.
_PROBE, _DECODE, _DECODE_EACH = 120.0, 120.0, 0.1
_WHAT = {
    "encrypted": "is protected against copying. Pass a recording that is not",
    "empty": "is empty. Record it again, or pass another file",
    "silent": "has no sound. Pass a recording that has",
    "undecodable": "has sound that cannot be decoded. Convert it to WAV or MP3, and pass that",
    "died": "cannot be read: the program that reads it broke down over it. Convert it to WAV or MP3, and pass that",
    "endless": "takes too long to be read. Convert it to WAV or MP3, and pass that",
    "memory": "takes too much memory to be read. Convert it to WAV or MP3, and pass that",
    "disk": "cannot be decoded, since the disk is full. Free some space, and try again",
}
_UNREADABLE = "is no recording that can be read. Pass WAV, MP3, M4A, OGG, FLAC, or a video with sound"


async def located(context: Context, audio: str) -> LocalFile:
    """The recording's file.

    Raises:
        BadArgument: it is a URL.
        BadInput: it cannot be read.
    """
    found = await context.files.locate(audio, "recording", _MOST_BYTES)
    if isinstance(found, RemoteMedia):
        raise BadArgument(
            "audio: what is behind a URL cannot be streamed. Save it and pass its path, or use translate_media."
        )
    return found


async def examined(context: Context, file: LocalFile) -> float:
    """How many seconds it has.

    Raises:
        BadInput: it cannot be interpreted; says what to do.
    """
    seconds = await _examined(context, file)
    if seconds <= 0:
        raise _bad(file.name, "empty")
    if seconds > _MOST_SECONDS:
        raise BadInput(
            f"{quote(file.name, 60)} has {seconds / 3600:.1f} h; at most {_MOST_SECONDS / 3600:g} are interpreted. "
            "Cut it, or use translate_media, which does not take as long as the recording."
        )
    return seconds


async def _examined(context: Context, file: LocalFile) -> float:
    if find_spec("av") is None:
        return await anyio.to_thread.run_sync(lambda: PlainWav.of(file.path, file.name).seconds)
    answer = await context.files.apart(_PROGRAM, {"do": "probe", "path": str(file.path)}, _PROBE)
    if "error" in answer:
        raise _bad(file.name, answer["error"])
    if answer.get("is_picture"):
        raise BadInput(f"{quote(file.name, 60)} is a picture. Pass a recording; translate_image takes pictures.")
    if not answer.get("audio"):
        raise _bad(file.name, "silent")
    return float(answer["duration"])


async def decoded(context: Context, path: Path, name: str, into: Path) -> None:
    """Write its sound, raw: 16 bits, one channel, 16 kHz.

    Raises:
        BadInput: it has none.
    """
    if find_spec("av") is None:
        await anyio.to_thread.run_sync(lambda: PlainWav.of(path, name).write(into))
        return
    request = {"do": "decode", "path": str(path), "into": str(into), "rate": _RATE, "most": _MOST_SECONDS + 60}
    seconds = _DECODE + _DECODE_EACH * _MOST_SECONDS
    answer = await context.files.apart(_PROGRAM, request, seconds)
    if "error" in answer:
        raise _bad(name, answer["error"])


def _bad(name: str, error: Any) -> BadInput:
    return BadInput(f"{quote(name, 60)} {_WHAT.get(str(error), _UNREADABLE)}.")
