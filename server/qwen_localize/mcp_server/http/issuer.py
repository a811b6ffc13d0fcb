"""Access tokens of an OAuth issuer: JWTs, checked with the keys that it publishes."""

import logging
from typing import Any
from urllib.parse import urlsplit

import anyio
import httpx2
import jwt
from mcp.server.auth.provider import AccessToken

from ...clock import Clock
from ...errors import TryLater, quote
from ...wellformed import Malformed, parsed

logger = logging.getLogger(__name__)

# What is signed with a public key's secret half; never one secret for both sides, never none.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
_LEEWAY_SECONDS = 30
# Keys are fetched anew when they are this old, or for one that is not known; but never sooner after the last try.
_FRESH_SECONDS, _FLOOR_SECONDS = 3600.0, 30.0
# What was fetched longer ago may have been withdrawn, and is not believed while the issuer is away.
_STALE_SECONDS = 24 * 3600.0
_FETCH_SECONDS = 5.0
_MOST_BYTES = 256 * 1024


class IssuerAway(TryLater):
    """The issuer's keys cannot be had now, so that nothing can be said of a token."""


class IssuerTokens:
    """The tokens of one issuer for one audience.

    Args:
        issuer: its name, as its tokens have it.
        audience: what they must be for.
        keys: its public keys.
    """

    def __init__(self, issuer: str, audience: str, keys: "IssuerKeys") -> None:
        self._issuer, self._audience, self._keys = issuer, audience, keys

    async def verify_token(self, token: str) -> AccessToken | None:
        """Whose token it is; None if it is not the issuer's, not for us, or not valid now.

        Raises:
            IssuerAway: that cannot be found out now.
        """
        try:
            header = jwt.get_unverified_header(token)
            if header.get("alg") not in ALGORITHMS:
                return None
            key = await self._keys.find(header.get("kid"))
            return self._checked(token, key) if key else None
        except jwt.PyJWTError as error:
            logger.info("An access token was refused: %s", type(error).__name__)
            return None

    def _checked(self, token: str, key: jwt.PyJWK) -> AccessToken | None:
        claims = jwt.decode(
            token,
            key,
            algorithms=ALGORITHMS,
            audience=self._audience,
            issuer=self._issuer,
            leeway=_LEEWAY_SECONDS,
            options={"require": ["exp", "iss", "aud", "sub"]},
        )
        client = claims.get("client_id") or claims.get("azp") or claims["sub"]
        return AccessToken(
            token="",
            client_id=str(client),
            scopes=str(claims.get("scope", "")).split(),
            expires_at=int(claims["exp"]) + _LEEWAY_SECONDS,
            subject=claims["sub"],
            claims={"iss": self._issuer},
        )


class IssuerKeys:
    """An issuer's public keys, fetched when they are needed, and not more often.

    Args:
        issuer: whose they are.
        place: the URL of the keys; by default the issuer's metadata tells it.
        clock: what time it is.
    """

    def __init__(self, issuer: str, place: str | None, clock: Clock) -> None:
        self._issuer, self._place, self._clock = issuer, place, clock
        self._keys: list[jwt.PyJWK] = []
        self._fetched = self._tried = -float("inf")
        self._fetching = anyio.Lock()

    async def find(self, kid: Any) -> jwt.PyJWK | None:
        """The key of that id, or the only one if a token names none; None if the issuer has no such key.

        Raises:
            IssuerAway: no key is known, and none can be fetched.
        """
        if (found := self._known(kid)) and self._clock.now() - self._fetched < _FRESH_SECONDS:
            return found
        async with self._fetching:
            if self._clock.now() - self._tried >= _FLOOR_SECONDS:
                await self._fetch()
        if self._clock.now() - self._fetched >= _STALE_SECONDS:
            raise IssuerAway(f"The keys of {quote(self._issuer)} cannot be had now. Try again in a minute.")
        return self._known(kid)

    def _known(self, kid: Any) -> jwt.PyJWK | None:
        fitting = [key for key in self._keys if kid is None or key.key_id == kid]
        return fitting[0] if len(fitting) == 1 else None

    async def _fetch(self) -> None:
        """The keys as they are now; the old ones stay if there are no new ones."""
        self._tried = self._clock.now()
        try:
            with anyio.fail_after(_FETCH_SECONDS):
                async with httpx2.AsyncClient(timeout=_FETCH_SECONDS) as http:
                    self._keys = _usable(await _document(http, self._place or await self._told(http)))
        except (httpx2.HTTPError, httpx2.InvalidURL, Malformed, OSError, ValueError, jwt.PyJWTError) as error:
            logger.warning("The keys of %s cannot be fetched: %s", quote(self._issuer), quote(repr(error)))
        else:
            self._fetched = self._tried

    async def _told(self, http: httpx2.AsyncClient) -> str:
        """Where the issuer's metadata says that its keys are."""
        for place in metadata_places(self._issuer):
            answer = await http.get(place)
            if answer.status_code != httpx2.codes.OK:
                continue
            metadata = _object(answer.content)
            if metadata.get("issuer") != self._issuer:
                raise ValueError("its metadata names another issuer")
            return str(metadata.get("jwks_uri"))
        raise ValueError("it has no metadata")


def metadata_places(issuer: str) -> list[str]:
    """Where an issuer's metadata may be: OpenID Connect Discovery 1.0, then RFC 8414."""
    parts = urlsplit(issuer)
    path = parts.path.removesuffix("/")
    origin = f"{parts.scheme}://{parts.netloc}"
    return [
        f"{origin}{path}/.well-known/openid-configuration",
        f"{origin}/.well-known/oauth-authorization-server{path}",
    ]


async def _document(http: httpx2.AsyncClient, place: str) -> dict[str, Any]:
    if urlsplit(place).scheme != "https" and urlsplit(place).hostname not in ("127.0.0.1", "::1", "localhost"):
        raise ValueError("its keys are not at an https URL")
    answer = await http.get(place)
    answer.raise_for_status()
    return _object(answer.content)


def _object(content: bytes) -> dict[str, Any]:
    found = parsed(content) if len(content) <= _MOST_BYTES else None
    if not isinstance(found, dict):
        raise ValueError("what came is no JSON object of a sensible size")  # noqa: TRY004 - the answer's fault
    return found


def _usable(document: dict[str, Any]) -> list[jwt.PyJWK]:
    """Public keys for signatures; a secret that somebody has published by mistake is none."""
    keys = jwt.PyJWKSet.from_dict(document).keys
    return [key for key in keys if key.algorithm_name in ALGORITHMS and key.public_key_use in (None, "sig")]
