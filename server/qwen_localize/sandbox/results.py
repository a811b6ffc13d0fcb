"""Result pictures behind signed, expiring addresses (contract 2.1 and 4)."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from qwen_localize.sandbox.clock import Clock
from qwen_localize.sandbox.errors import Refusal
from qwen_localize.sandbox.signing import ACCESS_KEY_ID, Signer

RESULT_PATH = "/sandbox/results"
KEPT_SECONDS = 24 * 3600.0


class Results:
    """The sandbox's object store for outputs."""

    def __init__(self, clock: Clock, signer: Signer, origin: str) -> None:
        self._clock = clock
        self._signer = signer
        self._origin = origin
        self._kept: dict[str, tuple[bytes, float]] = {}  # name -> picture, service time of expiry

    def keep(self, name: str, picture: bytes) -> str:
        """Keep a picture for 24 service hours; the signed address of it."""
        self._drop_expired()
        gone = self._clock.now() + KEPT_SECONDS
        self._kept[name] = (picture, gone)
        expires = str(int(self._clock.wall(gone)))
        signature = self._signer.sign(f"{name}\n{expires}")
        query = urlencode({"Expires": expires, "OSSAccessKeyId": ACCESS_KEY_ID, "Signature": signature})
        return f"{self._origin}{RESULT_PATH}/{name}?{query}"

    def read(self, name: str, query: Mapping[str, str]) -> bytes:
        """The picture, if the address is the one that was given out and has not expired."""
        self._drop_expired()
        if not self._signer.verify(f"{name}\n{query.get('Expires', '')}", query.get("Signature", "")):
            raise Refusal(403, "SignatureDoesNotMatch", "The request signature does not match.")
        if name not in self._kept:
            raise Refusal(403, "AccessDenied", "Request has expired.")
        return self._kept[name][0]

    def _drop_expired(self) -> None:
        now = self._clock.now()
        for name in [name for name, (_, gone) in self._kept.items() if gone <= now]:
            del self._kept[name]
