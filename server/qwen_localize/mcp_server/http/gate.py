"""The gate before what only callers with a token may use."""

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from mcp.server.auth.middleware.auth_context import AuthContextMiddleware
from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from ...clock import Clock
from ...errors import BadSetting
from ...principals import Principals
from ...settings import Settings
from .issuer import IssuerAway, IssuerKeys, IssuerTokens
from .listed import ListedTokens
from .tokens import StaticTokens

logger = logging.getLogger(__name__)

METADATA = "/.well-known/oauth-protected-resource"


class Verifier(Protocol):
    """Knows some tokens."""

    async def verify_token(self, token: str) -> AccessToken | None:
        """Whose token it is, or None.

        Raises:
            IssuerAway: that cannot be found out now.
        """


@dataclass(frozen=True)
class Authentication:
    """Who may call.

    Attributes:
        verifiers: asked one after the other; none means that everybody may.
        issuer: where clients get tokens, if they get them by OAuth.
        resource: with an issuer, this server's URL for it.
    """

    verifiers: Sequence[Verifier] = ()
    issuer: str | None = None
    resource: str | None = None

    @classmethod
    def of(cls, settings: Settings, clock: Clock) -> "Authentication":
        """What the settings say.

        Raises:
            BadSetting: they cannot be used together.
        """
        verifiers: list[Verifier] = []
        if settings.token:
            verifiers.append(StaticTokens(settings.token.get_secret_value()))
        if (principals := Principals.load(settings)).have_tokens:
            verifiers.append(ListedTokens(principals))
        issuer, resource = settings.oauth_issuer, settings.oauth_resource
        if bool(issuer) != bool(resource):
            raise BadSetting(
                "QWEN_LOCALIZE_OAUTH_ISSUER and QWEN_LOCALIZE_OAUTH_RESOURCE go together: set both, or neither."
            )
        if issuer and resource:
            keys = IssuerKeys(issuer, settings.oauth_jwks, clock)
            verifiers.append(IssuerTokens(issuer, settings.oauth_audience or resource, keys))
        return cls(verifiers, issuer, resource)

    def gated(self, app: ASGIApp) -> ASGIApp:
        """`app`, for those who may call it."""
        return _Gate(self, AuthContextMiddleware(app)) if self.verifiers else app

    def routes(self) -> list[Route]:
        """What tells clients where to get a token (RFC 9728)."""
        if not self.resource:
            return []

        async def metadata(_: Request) -> Response:
            told = {"resource": self.resource, "authorization_servers": [self.issuer]}
            return JSONResponse(told | {"bearer_methods_supported": ["header"]})

        path = METADATA + _path(self.resource)
        return [Route(path, metadata), *([Route(METADATA, metadata)] if path != METADATA else [])]

    @property
    def hosts(self) -> list[str]:
        """The name that clients know this server by, if it is known here."""
        return [urlsplit(self.resource).netloc] if self.resource else []

    @property
    def challenge(self) -> str:
        """Where a client that was turned away finds what it needs."""
        if not self.resource:
            return "Bearer"
        path = _path(self.resource)
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(self.resource))
        return f'Bearer resource_metadata="{origin}{METADATA}{path}"'

    async def caller(self, token: str) -> AccessToken | None:
        """Whose token it is, or None.

        Raises:
            IssuerAway: that cannot be found out now.
        """
        for verifier in self.verifiers:
            if found := await verifier.verify_token(token):
                return found
        return None


def _path(url: str) -> str:
    return urlsplit(url).path.removesuffix("/")


class _Gate:
    """Lets nobody through without a good token; who comes through is known to what is behind it."""

    def __init__(self, authentication: Authentication, app: ASGIApp) -> None:
        self._authentication, self._app = authentication, app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        given = Headers(scope=scope).getlist("authorization")
        scheme, _, token = given[0].strip().partition(" ") if len(given) == 1 else ("", "", "")
        try:
            is_bearer = scheme.lower() == "bearer"
            caller = await self._authentication.caller(token.strip()) if is_bearer else None
        except IssuerAway as error:
            await JSONResponse({"error": str(error)}, 503, {"retry-after": "30"})(scope, receive, send)
            return
        if caller is None:
            await self._refusal(presented=bool(given))(scope, receive, send)
            return
        scope["user"] = AuthenticatedUser(caller)
        await self._app(scope, receive, send)

    def _refusal(self, *, presented: bool) -> Response:
        words = "The token is not valid here, or no longer." if presented else "A bearer token is needed."
        challenge = self._authentication.challenge
        if presented:
            challenge += ("," if "=" in challenge else "") + ' error="invalid_token"'
        body = {"error": "invalid_token", "error_description": f"{words} The operator of this server gives them out."}
        return Response(json.dumps(body), 401, {"www-authenticate": challenge}, "application/json")
