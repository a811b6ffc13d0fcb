"""The bearer tokens of the principals that the operator has listed: each is a caller, by its name."""

from mcp.server.auth.provider import AccessToken

from ...principals import Principals


class ListedTokens:
    """Knows the tokens of principals; asked beside whoever else knows some."""

    def __init__(self, principals: Principals) -> None:
        self._principals = principals

    async def verify_token(self, token: str) -> AccessToken | None:
        """Whose token it is. How long that takes tells nothing about any token."""
        name = self._principals.of_token(token)
        return AccessToken(token="", client_id=name, scopes=[]) if name else None
