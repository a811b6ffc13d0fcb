"""What can be told of a recording that nobody here can decode: by its first bytes, or by its URL."""

import wave
from collections.abc import Callable
from pathlib import Path

from qwen_localize.errors import BadInput, quote
from qwen_localize.files import RemoteMedia

from .recording import MOST_WHOLE_BYTES, Recording

# An answer holds about so many seconds of speech (docs/model-studio.md 9); what is longer has to be cut.
MOST_SECONDS = 240.0
EXTRA = "uv sync --extra media installs what decodes and cuts recordings; then start this server again."
_HEAD = 64
_VIDEOS = frozenset({"mp4", "mov", "m4v", "mkv", "webm", "avi", "flv", "wmv"})
_SOUNDS = frozenset({"wav", "mp3", "flac", "aac", "ogg", "opus", "m4a", "wma", "amr"})
_KINDS: tuple[tuple[str, Callable[[bytes], bool]], ...] = (
    ("wav", lambda head: head[:4] == b"RIFF" and head[8:12] == b"WAVE"),
    ("avi", lambda head: head[:4] == b"RIFF" and head[8:12] == b"AVI "),
    ("flac", lambda head: head[:4] == b"fLaC"),
    ("opus", lambda head: head[:4] == b"OggS" and b"OpusHead" in head),
    ("ogg", lambda head: head[:4] == b"OggS"),
    ("m4a", lambda head: head[4:8] == b"ftyp" and head[8:11] in (b"M4A", b"M4B")),
    ("mp4", lambda head: head[4:8] == b"ftyp"),
    ("mkv", lambda head: head[:4] == b"\x1a\x45\xdf\xa3"),
    ("wma", lambda head: head[:4] == b"\x30\x26\xb2\x75"),
    ("amr", lambda head: head[:5] == b"#!AMR"),
    ("aac", lambda head: head[:2] in (b"\xff\xf1", b"\xff\xf9")),
    ("mp3", lambda head: head[:3] == b"ID3" or (head[:1] == b"\xff" and head[1:2] > b"\xe0")),
)


def behind_url(media: RemoteMedia) -> Recording:
    """A recording that only the service will see.

    Raises:
        BadInput: its name is that of something else.
    """
    kind = Path(media.name).suffix.lower().removeprefix(".")
    if kind and kind not in _VIDEOS | _SOUNDS:
        known = ", ".join(sorted(_SOUNDS | _VIDEOS))
        raise BadInput(f"{quote(media.name)} is no recording by its ending; known are {known}. Check the URL.")
    return Recording(media.name, kind or "wav", is_video=kind in _VIDEOS)


def told_by_head(name: str, path: Path) -> Recording:
    """A local recording, as it goes to the service where nobody here can decode it.

    Raises:
        BadInput: it is none that the service takes, or too long to be translated at once.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(_HEAD)
    kind = next((kind for kind, is_such in _KINDS if is_such(head)), "")
    if not kind:
        raise BadInput(f"{quote(name)} is no recording that is known here, whatever its name says. Check the file.")
    if kind == "mp4" and name.lower().endswith((".m4a", ".m4b")):  # whose first bytes may be those of a video
        kind = "m4a"
    seconds = _seconds(path) if kind == "wav" else 0.0
    if seconds > MOST_SECONDS or size > MOST_WHOLE_BYTES:
        long = f"lasts {seconds / 60:.0f} minutes" if seconds > MOST_SECONDS else f"has {size // 2**20} MB"
        raise BadInput(f"{quote(name)} {long}, too long for one answer of the service, so it must be cut. {EXTRA}")
    return Recording(name, kind, seconds, is_video=kind in _VIDEOS)


def _seconds(path: Path) -> float:
    try:
        with wave.open(str(path)) as file:
            return float(file.getnframes() / file.getframerate())
    except (wave.Error, EOFError, ZeroDivisionError):
        return 0.0
