"""Recordings that strangers made: what they are, and their sound; read by a program in a process of its own."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from qwen_localize.errors import BadInput, StateUnavailable, quote
from qwen_localize.files import Apart

from .resampling import RATE

__all__ = ["DISK_FULL", "PROGRAM", "RATE", "asked", "can_decode", "check_length", "decode", "probed"]

PROGRAM = Path(__file__).with_name("program.py")
# How long the program may take to look at a recording, and to read all of it.
_QUICK, _LONG = 120.0, 1800.0
_MOST_NAME = 60
_AS = "as WAV, MP3 or MP4"
_WORDS = {
    "empty": "is empty. Check that it was written, or get it again.",
    "encrypted": "is protected against copying (DRM), so its sound cannot be read. Use a file without protection.",
    "silent": "has no sound track. Pass a recording that has one.",
    "undecodable": f"has a sound track of which nothing can be decoded. Export it anew, {_AS}.",
    "died": f"brought the program down that reads it. Export it anew, {_AS}.",
    "endless": f"took too long to be read, and was given up. Export it anew, {_AS}.",
    "memory": f"takes more memory to be read than any recording should. Export it anew, {_AS}.",
}
DISK_FULL = (
    "The disk of the state directory is full, so recordings cannot be decoded. Free some space, or set "
    "QWEN_LOCALIZE_STATE_DIR to a folder on another disk."
)
_BROKEN = "is no recording that can be read: it is broken, or something else under that name. Export or get it anew."


def can_decode() -> bool:
    """Whether the extra `media` is there."""
    return find_spec("av") is not None


async def asked(apart: Apart, name: str, request: dict[str, Any]) -> dict[str, Any]:
    """What the program answers.

    Raises:
        BadInput: it cannot read the recording of that name.
        StateUnavailable: the disk is full.
    """
    answer = await apart.ask(request, _QUICK if request["do"] in ("probe", "encode") else _LONG)
    if answer.get("error") == "disk":
        raise StateUnavailable(DISK_FULL)
    if error := answer.get("error"):
        raise BadInput(f"{quote(name, _MOST_NAME)} {_WORDS.get(str(error), _BROKEN)}")
    return answer


async def probed(apart: Apart, name: str, path: Path, most_hours: float) -> dict[str, Any]:
    """What a recording is, as `reading` says.

    Raises:
        BadInput: it is none, has no sound, or is too long.
    """
    found = await asked(apart, name, {"do": "probe", "path": str(path)})
    if found.get("is_picture"):
        words = "is a picture, whatever its name says. translate_image translates pictures."
        raise BadInput(f"{quote(name, _MOST_NAME)} {words}")
    if not found.get("audio"):
        raise BadInput(f"{quote(name, _MOST_NAME)} {_WORDS['silent']}")
    check_length(name, float(found["duration"]), most_hours)
    return found


def check_length(name: str, seconds: float, most_hours: float) -> None:
    """Refuse what lasts too long.

    Raises:
        BadInput: it does.
    """
    if seconds > most_hours * 3600:
        raise BadInput(
            f"{quote(name, _MOST_NAME)} lasts {seconds / 3600:.1f} hours; at most {most_hours:g} are taken. Cut it "
            "into parts."
        )


async def decode(apart: Apart, name: str, path: Path, into: Path, most_hours: float) -> float:
    """Write a recording's sound, raw: 16 bits, one channel, 16 kHz; how many seconds of it could not be decoded.

    Raises:
        BadInput: it has none that can be decoded.
        StateUnavailable: the disk is full.
    """
    request = {"do": "decode", "path": str(path), "into": str(into), "rate": RATE, "most": most_hours * 3600}
    return float((await asked(apart, name, request))["damaged_seconds"])
