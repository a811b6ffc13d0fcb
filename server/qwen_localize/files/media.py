"""What comes in: media behind a URL, or bytes that were checked. Which media a model takes, its tool says."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol


@dataclass(frozen=True)
class RemoteMedia:
    """A public URL, passed on as it is: the service fetches and checks it."""

    url: str
    name: str

    @property
    def mark(self) -> str:
        """What tells it from other media."""
        return self.url


@dataclass(frozen=True)
class LocalMedia:
    """Checked bytes; `name` is the file's own, without its folder.

    Attributes:
        facts: what else was found out, such as a picture's `width` and `height` in pixels.
    """

    name: str
    data: bytes
    mime_type: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def mark(self) -> str:
        """What tells it from other media: a digest of its content."""
        return hashlib.sha256(self.data).hexdigest()

    @property
    def data_uri(self) -> str:
        """The bytes as a URI that holds them."""
        return f"data:{self.mime_type};base64,{base64.b64encode(self.data).decode()}"


@dataclass(frozen=True)
class LocalFile:
    """A file that may be read, and is too large for memory; `name` is without its folder."""

    name: str
    path: Path


Media = RemoteMedia | LocalMedia


class MediaRules(Protocol):
    """What a model takes."""

    @property
    def noun(self) -> str:
        """What people call one, for messages and for what has no name: `picture`."""

    @property
    def most_bytes(self) -> int:
        """How large one may be."""

    def checked(self, name: str, data: bytes) -> LocalMedia:
        """The media that the bytes are. Runs in a worker thread.

        Raises:
            BadInput: they are none that the model takes; says what to do.
        """
