"""What may come in: a local path, an http(s) URL or a data URI, checked. The only reader of users' files."""

import base64
import codecs
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from urllib.parse import quote as percent
from urllib.parse import unquote, urlsplit

import anyio.to_thread

from ..dashscope import is_private
from ..errors import BadInput, quote
from ..wellformed import whole
from .media import LocalFile, Media, MediaRules, RemoteMedia

_DATA_URI = re.compile(r"data:[\w.+-]+/[\w.+-]+(?:;[\w.+-]+=[^;,]*)*;base64,", re.IGNORECASE)
# As long as a file's name can be; its ending stands at its end.
_MOST_NAME = 255
_MEGABYTE = 1024 * 1024
# No file that is read is larger.
MOST_BYTES = 4 * 1024**3


async def read_media(
    reference: str, rules: MediaRules, allowed: tuple[Path, ...], *, local_service: bool = False
) -> Media:
    """What the user named, checked against the model's rules.

    Args:
        reference: a path, an http(s) URL or a base64 data URI.
        rules: what the model takes.
        allowed: the directories below which files may be read.
        local_service: whether the service is on this machine, and so may fetch local URLs.

    Raises:
        BadInput: it cannot be used; nothing was sent.
    """
    reference = reference.strip()
    head, colon, _ = reference[:40].partition(":")
    scheme = head.lower() if colon else ""
    if scheme in ("http", "https"):
        return _remote(reference, rules.noun, local_service=local_service)
    if scheme == "data":
        name, data = rules.noun, _decoded(reference, rules.most_bytes)
    elif "://" in reference[:40]:
        raise BadInput(f"{quote(scheme)[1:-1]}:// cannot be read. Pass a plain path, an http(s) URL, or a data URI.")
    else:
        name, data = await anyio.to_thread.run_sync(_local, reference, rules.most_bytes, allowed)
    return await anyio.to_thread.run_sync(rules.checked, name, data)


async def located(
    reference: str, noun: str, most: int, allowed: tuple[Path, ...], *, local_service: bool = False
) -> RemoteMedia | LocalFile:
    """What the user named, where it lies: nothing is read yet.

    Args:
        reference: a path or an http(s) URL.
        noun: what people call one.
        most: bytes that one may have.
        allowed: the directories below which files may be read.
        local_service: whether the service is on this machine, and so may fetch local URLs.

    Raises:
        BadInput: it cannot be used; nothing was sent.
    """
    reference = reference.strip()
    if reference[:8].lower().startswith(("http://", "https://")):
        return _remote(reference, noun, local_service=local_service)
    if is_remote(reference):
        raise BadInput(f"Pass the {noun} as a plain path, or as an http(s) URL.")
    return await anyio.to_thread.run_sync(_found, reference, most, allowed)


def _found(reference: str, most: int, allowed: tuple[Path, ...]) -> LocalFile:
    path = permitted(reference, allowed)
    fits(path.stat().st_size, most)
    return LocalFile(_one_line(path.name), path)


async def read_text(reference: str, most: int, allowed: tuple[Path, ...]) -> tuple[str, str]:
    """A local text file's name and content, in UTF-8, UTF-16 with its mark, or GB18030; the tool checks what it says.

    Raises:
        BadInput: it cannot be used; nothing was sent.
    """
    if is_remote(reference):
        raise BadInput("Only a local file can be read here. Save it, and pass its path.")
    name, data = await anyio.to_thread.run_sync(_local, reference.strip(), most, allowed)
    text = await anyio.to_thread.run_sync(_text, data)
    if text is None:
        raise BadInput(f"{quote(name)} is not text in UTF-8, UTF-16 or GB18030. Save it as UTF-8, and pass its path.")
    return name, text


def _text(data: bytes) -> str | None:
    """The text that the bytes are; None if they are none."""
    marked = data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if "\0" in text or (encoding == "gb18030" and not _is_chinese(text)) else text
    return None


def _is_chinese(text: str) -> bool:
    """Whether most signs beyond ASCII are everyday ones: accented letters of Europe, read as GB18030, are rare ones."""
    signs = [char for char in text if not char.isascii()]
    everyday = "".join(signs).encode("gb2312", "ignore").decode("gb2312")
    return 2 * len(everyday) > len(signs)


def _remote(url: str, noun: str, *, local_service: bool) -> RemoteMedia:
    try:
        parts = urlsplit(url)
        host = parts.hostname
        # The service refuses URLs with Chinese characters (docs/model-studio.md 4).
        ascii_url = percent(url, safe="%/:=&?~#+!$,;'@()*[]")
    except ValueError:
        raise BadInput(f"{quote(url)} is no URL. Check it, or save the {noun} and pass its path.") from None
    if not host or (is_private(host) and not local_service):
        raise BadInput(
            f"The service cannot fetch {quote(url)}: it is not on the public internet. "
            f"Save the {noun} to a local file and pass its path."
        )
    return RemoteMedia(ascii_url, _one_line(PurePosixPath(unquote(parts.path)).name)[-_MOST_NAME:] or host)


def _one_line(name: str) -> str:
    """A name as it can be shown and kept: whatever it held, it is one line of whole characters."""
    return " ".join("".join(char if char.isprintable() else " " for char in whole(name)).split())


def _decoded(uri: str, most: int) -> bytes:
    head = _DATA_URI.match(uri)
    if not head:
        raise BadInput("The data URI is not base64. Use data:image/png;base64,…, or save the file and pass its path.")
    fits(len(uri) * 3 // 4, most)
    try:
        # `base64` and mail programs break lines.
        return base64.b64decode("".join(uri[head.end() :].split()), validate=True)
    except ValueError:
        raise BadInput("The data URI's base64 is damaged. Save the file and pass its path instead.") from None


def is_remote(reference: str) -> bool:
    """Whether it is a URL of any kind, and no path."""
    return "://" in reference[:40] or reference[:5].lower() == "data:"


def permitted(reference: str, allowed: tuple[Path, ...], *, folder: bool = False) -> Path:
    """The file itself, links resolved, if it is a regular file in a place that may be read; or so a folder.

    Raises:
        BadInput: it is not.
    """
    try:
        path = Path(reference).expanduser().resolve()
        is_allowed = any(path.is_relative_to(folder) for folder in allowed)
        mode = path.stat().st_mode if is_allowed else 0
    except FileNotFoundError:
        raise BadInput(
            f"There is no {'folder' if folder else 'file'} at {shown(reference)}. Check the path{start()}."
        ) from None
    except (OSError, ValueError, RuntimeError):
        raise BadInput(f"{quote(reference)} cannot be opened as a file. Check the path and its permissions.") from None
    if not is_allowed:
        places = ", ".join(str(folder) for folder in allowed)
        raise BadInput(
            f"{shown(path)} is outside the folders that may be read ({places}). Move the file into one of them, or "
            "ask the user to add its folder to QWEN_LOCALIZE_ALLOWED_DIRS."
        )
    if folder and stat.S_ISDIR(mode):
        return path
    if not stat.S_ISREG(mode):
        raise BadInput(f"{shown(path)} is a folder or a device, not a file. Pass the path of one file.")
    return path


def shown(path: Path | str) -> str:
    """A path for messages: in full where that can be found out."""
    try:
        return _one_line(str(Path(path).expanduser().absolute()))
    except (OSError, RuntimeError):
        return _one_line(str(path))


def start() -> str:
    """Where a relative path starts, if it starts anywhere: the working directory may have been deleted."""
    try:
        return f"; a relative one starts at {Path.cwd()}"
    except OSError:
        return "; give an absolute one, since this server's working directory was deleted"


def _local(reference: str, most: int, allowed: tuple[Path, ...]) -> tuple[str, bytes]:
    path = permitted(reference, allowed)
    data = bytearray()
    for piece in read_pieces(path, most):
        data += piece
    return _one_line(path.name), bytes(data)


def read_pieces(path: Path, most: int = MOST_BYTES) -> Iterator[bytes]:
    """A file that was `permitted`, a piece at a time.

    Raises:
        BadInput: it is another one by now, cannot be read, or has more than `most` bytes.
    """
    size = 0
    try:
        with open(path, "rb", opener=_unfollowed) as file:
            info = os.fstat(file.fileno())
            if not stat.S_ISREG(info.st_mode) or path.resolve() != path or not os.path.samestat(info, path.stat()):
                raise BadInput(f"{shown(path)} was replaced while it was opened. Try again.")
            fits(info.st_size, most)
            while piece := file.read(min(_MEGABYTE, most + 1 - size)):
                size += len(piece)
                fits(size, most)
                yield piece
    except OSError:
        raise BadInput(f"{shown(path)} cannot be read. Check its permissions.") from None


def _unfollowed(path: str, flags: int) -> int:
    """Without following a link or waiting for a pipe that took the file's place a moment ago, where systems can."""
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))


def fits(size: int, most: int) -> None:
    """Refuse what has more than `most` bytes.

    Raises:
        BadInput: it has.
    """
    if size > most:
        words = f"at most {most / _MEGABYTE:g} MB are taken. Make it smaller."
        raise BadInput(f"The file has {size / _MEGABYTE:.1f} MB; {words}")
