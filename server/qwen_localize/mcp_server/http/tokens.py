"""Static bearer tokens: each is a caller, by its name or by its digest."""

import hashlib
import hmac
import re

from mcp.server.auth.provider import AccessToken

from ...errors import BadSetting

# RFC 6750: an equals sign stands at a token's end only, so that `name=token` is clear. 22 characters of base64 are 128
# bits.
_ENTRY = re.compile(r"(?:([\w.@-]{1,64})=)?([A-Za-z0-9._~+/-]{22,}=*)", re.ASCII)


class StaticTokens:
    """The tokens that the operator has given out.

    Args:
        setting: tokens, separated by commas or white space; `name=token` names whose it is.

    Raises:
        BadSetting: one is too short, or two callers have the same.
    """

    def __init__(self, setting: str) -> None:
        self._callers: dict[bytes, str] = {}
        for entry in filter(None, re.split(r"[\s,]+", setting)):
            name, token = _parts(entry)
            digest = _digest(token)
            caller = name or f"token-{digest.hex()[:16]}"
            if self._callers.setdefault(digest, caller) != caller:
                raise BadSetting("QWEN_LOCALIZE_TOKEN gives the same token to two names. Make one for each.")

    async def verify_token(self, token: str) -> AccessToken | None:
        """Whose token it is. How long that takes tells nothing about any token."""
        digest, caller = _digest(token), ""
        for known, name in self._callers.items():
            if hmac.compare_digest(known, digest):
                caller = name
        return AccessToken(token="", client_id=caller, scopes=[]) if caller else None


def _parts(entry: str) -> tuple[str | None, str]:
    match = _ENTRY.fullmatch(entry)
    if not match:
        raise BadSetting(
            "QWEN_LOCALIZE_TOKEN has a token with less than 22 characters, or with others than bearer tokens can have. "
            "Make one with: openssl rand -hex 16"
        )
    return match[1], match[2]


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode(errors="surrogateescape")).digest()
