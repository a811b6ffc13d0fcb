"""Signatures on what the sandbox hands out, so that a changed address or policy is refused."""

import hmac
import secrets
from base64 import b64encode

ACCESS_KEY_ID = "sandbox-access-key"


class Signer:
    """Signs texts with a secret that lives as long as the sandbox."""

    def __init__(self) -> None:
        self._secret = secrets.token_bytes(32)

    def sign(self, text: str) -> str:
        """The signature of a text, base64."""
        return b64encode(hmac.digest(self._secret, text.encode(), "sha256")).decode()

    def verify(self, text: str, signature: str) -> bool:
        """Whether the signature is ours for this text."""
        return hmac.compare_digest(self.sign(text).encode(), signature.encode())
