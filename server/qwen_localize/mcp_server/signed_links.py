"""Signed links: whoever has one may have the file, until it expires; nobody can make or change one."""

import hashlib
import hmac
import os
import re
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import quote, unquote

from ..errors import StateUnavailable
from ..settings import Settings

FILES, UPLOADS = "files", "uploads"
# Whose it is, which upload, until when, and the signature: the file's own name, which is signed as well, follows.
_TOKEN = r"(-|p-[0-9a-f]{20})\.([0-9a-f]{0,32})\.([0-9a-f]{1,12})\.([\w-]{32})"  # noqa: S105 - a form
_LINK = re.compile(rf"(?:https?://[^?#\s]+?)?/?\b({FILES}|{UPLOADS})/({_TOKEN})/([^/?#]+)", re.ASCII)
_SECRET_FILE = "links.secret"  # noqa: S105 - a name


@dataclass(frozen=True)
class Link:
    """What a link says, once its signature was found to be good.

    Attributes:
        mark: names the principal; see `files.mark_of`.
        number: names an upload, or the job whose result it is; empty for another result.
        name: the file's own.
        expires: Unix seconds.
    """

    kind: str
    mark: str
    number: str
    name: str
    expires: int

    @property
    def _said(self) -> str:
        """All of it, in one way only: no part but the last can hold a line's end."""
        return "\n".join((self.kind, self.mark, self.number, f"{self.expires:x}", self.name))


class Links:
    """Makes links, and knows its own.

    What signs them is looked for when it is first needed: a server whose disk cannot be used starts, and says so.

    Args:
        settings: the secret, the same for all replicas, or else where one is that was made once and is kept.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @cached_property
    def _secret(self) -> bytes:
        settings = self._settings
        if settings.link_secret:
            return settings.link_secret.get_secret_value().encode(errors="surrogateescape")
        try:
            return _kept(settings.state_dir)
        except OSError as error:
            raise StateUnavailable(
                f"{settings.state_dir} cannot be written ({error.strerror}). Make it writable, or set "
                "QWEN_LOCALIZE_STATE_DIR to another folder."
            ) from error

    def path(self, link: Link) -> str:
        """The path of its URL.

        Raises:
            StateUnavailable: what signs it cannot be kept; so for all that need a signature.
        """
        token = f"{link.mark}.{link.number}.{link.expires:x}.{self._signature(link)}"
        return f"/{link.kind}/{token}/{quote(link.name, safe='')}"

    def read(self, kind: str, token: str, name: str) -> Link | None:
        """What the parts of a link say; None if they were not signed here."""
        match = re.fullmatch(_TOKEN, token, re.ASCII)
        if not match:
            return None
        link = Link(kind, match[1], match[2], name, int(match[3], 16))
        is_ours = hmac.compare_digest(self._signature(link), match[4])
        return link if is_ours else None

    def find(self, reference: str) -> Link | None:
        """What a reference says that is a link as they are made here.

        Raises:
            ValueError: it has the form of one, and was not signed here.
        """
        match = _LINK.fullmatch(reference)
        if not match:
            return None
        if not (link := self.read(match[1], match[2], unquote(match[7]))):
            raise ValueError("no link of ours")
        return link

    def _signature(self, link: Link) -> str:
        digest = hmac.digest(self._secret, link._said.encode(errors="surrogateescape"), hashlib.sha256)  # noqa: SLF001
        return urlsafe_b64encode(digest[:24]).decode()


def _kept(folder: Path) -> bytes:
    """The secret of this state directory, which only its user can read; of several processes, the first makes it."""
    path = folder / _SECRET_FILE
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        temporary = folder / f".{_SECRET_FILE}-{secrets.token_hex(8)}"
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(32))
            file.flush()
            os.fsync(file.fileno())
        try:
            path.hardlink_to(temporary)
        except FileExistsError:
            pass
        finally:
            temporary.unlink()
    if len(secret := path.read_bytes()) < 32:
        raise OSError(0, f"{_SECRET_FILE} is too short")
    return secret
