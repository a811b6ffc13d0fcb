"""Recordings: whether one can be interpreted, and its sound, raw; without PyAV (extra `media`), plain WAV alone."""

from pathlib import Path

import anyio.to_thread

from qwen_localize.errors import BadArgument, BadInput, StateUnavailable, quote
from qwen_localize.files import LocalFile, RemoteMedia
from qwen_localize.tool import Context

from .._shared.sound.recordings import DISK_FULL, PROGRAM, can_decode, check_length, decode, probed
from .plain import PlainWav

# Three hours; no file that is read is larger, and a recording of that has so much: 24 bits, two channels, 48 kHz.
_MOST_HOURS, _MOST_BYTES = 3.0, 4 * 1024**3


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
    if can_decode():
        async with context.files.apart(PROGRAM) as apart:
            seconds = float((await probed(apart, file.name, file.path, _MOST_HOURS))["duration"])
    else:
        seconds = await anyio.to_thread.run_sync(lambda: PlainWav.of(file.path, file.name).seconds)
        check_length(file.name, seconds, _MOST_HOURS)
    if seconds <= 0:
        raise BadInput(f"{quote(file.name)} has no sound in it. Record it again, or pass another file.")
    return seconds


async def decoded(context: Context, path: Path, name: str, into: Path) -> None:
    """Write its sound, raw: 16 bits, one channel, 16 kHz.

    Raises:
        BadInput: it has none.
    """
    if not can_decode():
        found = await anyio.to_thread.run_sync(PlainWav.of, path, name)
        try:
            await anyio.to_thread.run_sync(found.write, into)
        except OSError as error:
            raise StateUnavailable(DISK_FULL) from error
        return
    async with context.files.apart(PROGRAM) as apart:
        await decode(apart, name, path, into, _MOST_HOURS)
