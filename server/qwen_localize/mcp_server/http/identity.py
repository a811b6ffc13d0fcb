"""Who is calling: the name under which a caller's jobs and files are kept apart from others'."""

from dataclasses import dataclass

from mcp.server.auth.middleware.auth_context import get_access_token
from mcp.server.auth.provider import AccessToken


@dataclass(frozen=True)
class Principal:
    """A caller by a name that stays the same from call to call; "" is everybody where nobody has to say who they are.

    No token can be read from the name.
    """

    name: str

    @classmethod
    def of(cls, token: AccessToken) -> "Principal":
        """Whose token this is: of an issuer, its subject there; else who the token was given to."""
        issuer = (token.claims or {}).get("iss")
        return cls(f"{issuer}#{token.subject}" if issuer else token.client_id)


def current_principal() -> str:
    """The name of who makes the call that is being served; "" without authentication, and over stdio."""
    token = get_access_token()
    return Principal.of(token).name if token else ""
