"""What may come in: a local path, an http(s) URL or a data URI, checked. The only reader of users' files."""

import base64
import codecs
import hashlib
import os
import re
import stat
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath
from urllib.parse import quote as percent
from urllib.parse import unquote, urlsplit

import anyio.to_thread

from .dashscope import is_private
from .errors import BadInput, quote

_DATA_URI = re.compile(r"data:[\w.+-]+/[\w.+-]+(?:;[\w.+-]+=[^;,]*)*;base64,", re.IGNORECASE)
_MEGABYTE = 1024 * 1024
_PDF = b"%PDF-"
_HEIC = (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypmsf1", b"ftyphevc")
_MOST_PDF_BYTES = 100 * _MEGABYTE


@dataclass(frozen=True)
class PictureRules:
    """What a model takes. Formats by Pillow's names; sides in pixels; ratio of the longer side to the shorter."""

    formats: frozenset[str]
    min_side: int
    max_side: int
    max_ratio: float
    max_bytes: int


@dataclass(frozen=True)
class RemotePicture:
    """A public URL, passed on as it is: the service fetches and checks it."""

    url: str
    name: str

    @property
    def mark(self) -> str:
        """What tells it from other pictures."""
        return self.url


@dataclass(frozen=True)
class LocalPicture:
    """A checked picture; `name` is the file's own, without its folder."""

    name: str
    data: bytes
    format: str
    width: int
    height: int

    @property
    def mark(self) -> str:
        """What tells it from other pictures: a digest of its content."""
        return hashlib.sha256(self.data).hexdigest()

    @property
    def data_uri(self) -> str:
        """The picture as a URI that holds it."""
        return f"data:image/{self.format.lower()};base64,{base64.b64encode(self.data).decode()}"


Picture = RemotePicture | LocalPicture


@dataclass(frozen=True)
class LocalDocument:
    """A PDF, by its first bytes; its pages are looked at by `pdf`."""

    name: str
    data: bytes


async def read_picture(
    reference: str, rules: PictureRules, readable: tuple[Path, ...], *, local_service: bool = False
) -> Picture:
    """What the user named, checked against the model's rules.

    Args:
        reference: a path, an http(s) URL or a base64 data URI.
        rules: what the model takes.
        readable: the directories below which files may be read.
        local_service: whether the service is on this machine, and so may fetch local URLs.

    Raises:
        BadInput: it cannot be used; nothing was sent.
    """
    found = await _found(reference, rules.max_bytes, readable, local_service=local_service)
    if isinstance(found, RemotePicture):
        return found
    return await anyio.to_thread.run_sync(_checked, *found, rules)


async def read_document(
    reference: str, rules: PictureRules, readable: tuple[Path, ...], *, local_service: bool = False
) -> Picture | LocalDocument:
    """As `read_picture`, where a local PDF may be named too.

    Raises:
        BadInput: it cannot be used; nothing was sent.
    """
    found = await _found(reference, _MOST_PDF_BYTES, readable, local_service=local_service)
    if isinstance(found, RemotePicture):
        if found.name.lower().endswith(".pdf"):
            raise BadInput("The service reads pictures by URL, not PDFs. Save the PDF to a file and pass its path.")
        return found
    name, data = found
    if _PDF in data[:1024]:
        return LocalDocument(name, data)
    _fits(len(data), rules.max_bytes)
    return await anyio.to_thread.run_sync(_checked, name, data, rules)


async def read_text(reference: str, most: int, readable: tuple[Path, ...]) -> tuple[str, str]:
    """A local text file's name and content, in UTF-8, UTF-16 with its mark, or GB18030; the tool checks what it says.

    Raises:
        BadInput: it cannot be used; nothing was sent.
    """
    if "://" in reference[:40] or reference[:5].lower() == "data:":
        raise BadInput("Only a local file can be read here. Save it, and pass its path.")
    name, data = await anyio.to_thread.run_sync(_local, reference.strip(), most, readable)
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


async def _found(
    reference: str, most: int, readable: tuple[Path, ...], *, local_service: bool
) -> RemotePicture | tuple[str, bytes]:
    """What a reference leads to: a URL to pass on, or a name and its content of at most so many bytes."""
    reference = reference.strip()
    head, colon, _ = reference[:40].partition(":")
    scheme = head.lower() if colon else ""
    if scheme in ("http", "https"):
        return _remote(reference, local_service=local_service)
    if scheme == "data":
        return "picture", _decoded(reference, most)
    if "://" in reference[:40]:
        raise BadInput(f"{quote(scheme)[1:-1]}:// cannot be read. Pass a plain path, an http(s) URL, or a data URI.")
    return await anyio.to_thread.run_sync(_local, reference, most, readable)


def _remote(url: str, *, local_service: bool) -> RemotePicture:
    try:
        parts = urlsplit(url)
        host = parts.hostname
        # The service refuses URLs with Chinese characters (contract section 4).
        ascii_url = percent(url, safe="%/:=&?~#+!$,;'@()*[]")
    except ValueError:
        raise BadInput(f"{quote(url)} is no URL. Check it, or save the picture and pass its path.") from None
    if not host or (is_private(host) and not local_service):
        raise BadInput(
            f"The service cannot fetch {quote(url)}: it is not on the public internet. "
            "Save the picture to a local file and pass its path."
        )
    return RemotePicture(ascii_url, PurePosixPath(unquote(parts.path)).name or host)


def _decoded(uri: str, most: int) -> bytes:
    head = _DATA_URI.match(uri)
    if not head:
        raise BadInput("The data URI is not base64. Use data:image/png;base64,…, or save the file and pass its path.")
    _fits(len(uri) * 3 // 4, most)
    try:
        # `base64` and mail programs break lines.
        return base64.b64decode("".join(uri[head.end() :].split()), validate=True)
    except ValueError:
        raise BadInput("The data URI's base64 is damaged. Save the file and pass its path instead.") from None


def _permitted(reference: str, readable: tuple[Path, ...]) -> Path:
    """The file itself, links resolved, if it is a regular file in a place that may be read."""
    try:
        path = Path(reference).expanduser().resolve()
        allowed = any(path.is_relative_to(folder) for folder in readable)
        mode = path.stat().st_mode if allowed else 0
    except FileNotFoundError:
        raise BadInput(f"There is no file at {path}. Check the path; a relative one starts at {Path.cwd()}.") from None
    except (OSError, ValueError, RuntimeError):
        raise BadInput(f"{quote(reference)} cannot be opened as a file. Check the path and its permissions.") from None
    if not allowed:
        places = ", ".join(str(folder) for folder in readable)
        raise BadInput(
            f"{path} is outside the folders that may be read ({places}). Move the file into one of them, or ask the "
            "user to add its folder to QWEN_LOCALIZE_ALLOWED_DIRS."
        )
    if not stat.S_ISREG(mode):
        raise BadInput(f"{path} is a folder or a device, not a file. Pass the path of one picture.")
    return path


def _local(reference: str, most: int, readable: tuple[Path, ...]) -> tuple[str, bytes]:
    path = _permitted(reference, readable)
    try:
        with open(path, "rb", opener=_opened) as file:
            info = os.fstat(file.fileno())
            if not stat.S_ISREG(info.st_mode) or path.resolve() != path or not os.path.samestat(info, path.stat()):
                raise BadInput(f"{path} was replaced while it was opened. Try again.")
            _fits(info.st_size, most)
            data = file.read(most + 1)
    except OSError:
        raise BadInput(f"{path} cannot be read. Check its permissions.") from None
    _fits(len(data), most)
    return path.name, data


def _opened(path: str, flags: int) -> int:
    """Without following a link or waiting for a pipe that took the file's place a moment ago, where systems can."""
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))


def _fits(size: int, most: int) -> None:
    if size > most:
        words = f"at most {most / _MEGABYTE:g} MB are taken. Make it smaller."
        raise BadInput(f"The file has {size / _MEGABYTE:.1f} MB; {words}")


def _checked(name: str, data: bytes, rules: PictureRules) -> LocalPicture:
    """The picture, with type and size read from its header: the name may say anything."""
    kind, width, height = _header(name, data)
    if kind not in rules.formats:
        known = ", ".join(sorted(rules.formats))
        raise BadInput(f"{quote(name)} is a {kind} file; the model takes {known}. Convert it to PNG or JPEG.")
    if min(width, height) < rules.min_side or max(width, height) > rules.max_side:
        raise BadInput(
            f"{quote(name)} has {width}×{height} pixels; each side must have {rules.min_side} to {rules.max_side}. "
            "Resize it."
        )
    if max(width, height) > rules.max_ratio * min(width, height):
        raise BadInput(
            f"{quote(name)} has {width}×{height} pixels; one side may be at most {rules.max_ratio:g} times the other. "
            "Crop it, or cut it into parts."
        )
    return LocalPicture(name, data, kind, width, height)


def _header(name: str, data: bytes) -> tuple[str, int, int]:
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(BytesIO(data)) as image:
            # A phone's multi-picture JPEG is a JPEG to everybody else.
            return {"MPO": "JPEG"}.get(str(image.format), str(image.format)), *image.size
    except Image.DecompressionBombError:
        raise BadInput(f"{quote(name)} has far too many pixels to be read. Resize it.") from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        if data[4:12] in _HEIC:
            raise BadInput(f"{quote(name)} is a HEIC photo, which is not taken here. Convert it to JPEG.") from None
        raise BadInput(f"{quote(name)} is not a picture, or is damaged. Pass a JPEG, PNG, WEBP, TIFF or BMP.") from None
