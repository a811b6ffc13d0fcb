"""Result pictures behind signed, expiring addresses (docs/model-studio.md 2.1 and 4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from .clock import Clock
from .errors import Refusal
from .signing import ACCESS_KEY_ID, Signer

RESULT_PATH = "/sandbox/results"
KEPT_SECONDS = 24 * 3600.0


def result_name(task_id: str, kind: str = "jpg") -> str:
    """The name of a task's result."""
    return f"{task_id}.{kind}"


@dataclass
class _Kept:
    picture: bytes
    gone: float  # service time of expiry
    expires: int  # as the newest address says it
    oldest: int = 0  # an address with an earlier time is not served
    withdrawn: bool = False  # no address is served
    was_withdrawn: bool = False


class Results:
    """The sandbox's object store for outputs."""

    def __init__(self, clock: Clock, signer: Signer, origin: str) -> None:
        self._clock = clock
        self._signer = signer
        self._origin = origin
        self._kept: dict[str, _Kept] = {}

    def keep(self, name: str, picture: bytes) -> str:
        """Keep a picture for 24 service hours; the signed address of it."""
        self._drop_expired()
        gone = self._clock.now() + KEPT_SECONDS
        self._kept[name] = _Kept(picture, gone, int(self._clock.wall(gone)))
        return self._address(name)

    def read(self, name: str, query: Mapping[str, str]) -> bytes:
        """The picture behind an address, of which `query` is the part after the question mark.

        Raises:
            Refusal: the address was not given out like this, or has expired or been withdrawn.
        """
        self._drop_expired()
        expires = query.get("Expires", "")
        if not self._signer.verify(f"{name}\n{expires}", query.get("Signature", "")):
            raise Refusal(403, "SignatureDoesNotMatch", "The request signature does not match.")
        kept = self._kept.get(name)
        if kept is None or kept.withdrawn or int(expires) < kept.oldest:
            raise Refusal(403, "AccessDenied", "Request has expired.")
        return kept.picture

    def withdraw(self, name: str) -> None:
        """Serve this picture no more until a new address of it is given out."""
        self._kept[name].withdrawn = self._kept[name].was_withdrawn = True

    def was_withdrawn(self, name: str) -> bool:
        """Whether this picture's first address was withdrawn."""
        return name in self._kept and self._kept[name].was_withdrawn

    def renew(self, name: str) -> str | None:
        """A freshly signed address, if the one given out before was withdrawn."""
        kept = self._kept.get(name)
        if kept is None or not kept.withdrawn:
            return None
        kept.withdrawn = False
        kept.expires = kept.oldest = kept.expires + 1  # so that the new address differs from the old
        return self._address(name)

    def _address(self, name: str) -> str:
        expires = str(self._kept[name].expires)
        signature = self._signer.sign(f"{name}\n{expires}")
        query = urlencode({"Expires": expires, "OSSAccessKeyId": ACCESS_KEY_ID, "Signature": signature})
        return f"{self._origin}{RESULT_PATH}/{name}?{query}"

    def _drop_expired(self) -> None:
        now = self._clock.now()
        for name in [name for name, kept in self._kept.items() if kept.gone <= now]:
            del self._kept[name]
