"""The manifest of the bundle that Claude Desktop and others install with one click (MCPB 0.4)."""

from collections.abc import Mapping, Sequence
from typing import Any

from ... import __version__
from ...dashscope import REGIONS
from ..clients import NAME
from .registry import DESCRIPTION, REPOSITORY, TITLE


def bundle(tools: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The manifest, with the tools as `tools/list` shows them."""
    return {
        "manifest_version": "0.4",
        "name": NAME,
        "display_name": TITLE,
        "version": __version__,
        "description": DESCRIPTION,
        "author": {"name": "Qwen Localize contributors", "url": REPOSITORY},
        "repository": {"type": "git", "url": f"{REPOSITORY}.git"},
        "homepage": REPOSITORY,
        "documentation": f"{REPOSITORY}#readme",
        "support": f"{REPOSITORY}/issues",
        "license": "MIT",
        "server": _server(),
        "tools": [{"name": tool["name"], "description": tool["description"].splitlines()[0]} for tool in tools],
        "compatibility": {"platforms": ["darwin", "win32", "linux"], "runtimes": {"python": ">=3.11"}},
        "user_config": _user_config(),
    }


def _server() -> dict[str, Any]:
    run = ["run", "--no-dev", "--frozen", "--directory", "${__dirname}", NAME, "serve"]
    config = {
        "command": "uv",
        # Several folders become several arguments; in a variable of the environment they could not stand.
        "args": [*run, "--allow", "${user_config.folders}"],
        "env": {
            "DASHSCOPE_API_KEY": "${user_config.api_key}",
            "DASHSCOPE_REGION": "${user_config.region}",
            "QWEN_LOCALIZE_OUTPUT_DIR": "${user_config.output_dir}",
        },
    }
    return {"type": "uv", "entry_point": "server/qwen_localize/__main__.py", "mcp_config": config}


def _user_config() -> dict[str, Any]:
    return {
        "api_key": {
            "type": "string",
            "title": "Model Studio API key",
            "description": "From the Model Studio console, API keys. A key belongs to one region.",
            "sensitive": True,
            "required": True,
        },
        "region": {
            "type": "string",
            "title": "Region",
            "description": f"The key's region: {', '.join(REGIONS)}.",
            "default": next(iter(REGIONS)),
            "required": False,
        },
        "output_dir": {
            "type": "directory",
            "title": "Folder for results",
            "description": "Where finished files go; qwen-localize in your home folder if you name none.",
            "required": False,
        },
        "folders": {
            "type": "directory",
            "title": "Folders that may be read",
            "description": "Pictures, recordings and texts are read only from these folders and the one for results.",
            "multiple": True,
            "default": [],
            "required": False,
        },
    }
