"""The entry for the MCP registry."""

from typing import Any

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from ... import __version__
from ...settings import Settings

REPOSITORY_NAME = "io.github.qwen-localize/qwen-localize"
REPOSITORY = "https://github.com/qwen-localize/qwen-localize"
TITLE = "Qwen Localize"
DESCRIPTION = "Alibaba Model Studio's translation and localization models as tools: finished files, not task ids."
_SCHEMA = "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json"
# The registry's package speaks over stdio, for one user, where these decide nothing, or are of no use; clients ask
# their users for all that is listed.
_FOR_MANY = frozenset(
    {
        "token",
        "allowed_hosts",
        "allowed_origins",
        "oauth_issuer",
        "oauth_resource",
        "oauth_audience",
        "oauth_jwks",
        "principals",
        "public_url",
        "link_secret",
        "database_url",
        "storage_url",
    }
)


def server_json() -> dict[str, Any]:
    """The entry for the MCP registry."""
    return {
        "$schema": _SCHEMA,
        "name": REPOSITORY_NAME,
        "title": TITLE,
        "description": DESCRIPTION,
        "version": __version__,
        "websiteUrl": REPOSITORY,
        "repository": {"url": REPOSITORY, "source": "github"},
        "packages": [
            {
                "registryType": "pypi",
                "identifier": "qwen-localize",
                "version": __version__,
                "runtimeHint": "uvx",
                "transport": {"type": "stdio"},
                "environmentVariables": [_variable(name) for name in Settings.model_fields if name not in _FOR_MANY],
            }
        ],
    }


def _variable(name: str) -> dict[str, Any]:
    field = Settings.model_fields[name]
    default = {"default": str(field.default)} if has_default(field) else {}
    required = {"isRequired": True} if name == "api_key" else {}
    secret = {"isSecret": True} if field.annotation == SecretStr | None else {}
    return {"name": field.validation_alias, "description": field.description} | required | secret | default


def has_default(field: FieldInfo) -> bool:
    """Whether a setting has a default that is the same everywhere."""
    return field.default_factory is None and bool(field.default)
