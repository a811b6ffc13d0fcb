"""The bundle is packed by the official packer, and its server starts as a host starts it."""

import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters

from clients import fetched
from qwen_localize import __version__
from qwen_localize_tools import TOOLS

pytestmark = [
    pytest.mark.clients,
    pytest.mark.process,
    pytest.mark.skipif(sys.platform == "win32", reason="the packer is started by a shell script"),
]
ROOT = Path(__file__).parents[2]
_MOST_BYTES = 1_250_000
# As the packer's own library expands the manifest for a host.
_EXPAND = """
import { getMcpConfigForManifest } from "@anthropic-ai/mcpb";
const [manifest, extensionPath, userConfig] = JSON.parse(process.argv[1]);
const options = { manifest, extensionPath, userConfig, systemDirs: { HOME: process.env.HOME }, pathSeparator: "/" };
console.log(JSON.stringify(await getMcpConfigForManifest(options)));
"""


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle, validated and packed."""
    made = tmp_path_factory.mktemp("made")
    fetched.run([sys.executable, ROOT / ".ci" / "bundle.py", made, "mcpb"], made)
    return made / "qwen-localize.mcpb"


@pytest.fixture(scope="module")
def unpacked(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle, unpacked, and what it needs installed."""
    folder = tmp_path_factory.mktemp("unpacked")
    with zipfile.ZipFile(bundle) as packed:
        packed.extractall(folder)
    fetched.run(["uv", "sync", "--no-dev", "--frozen", "--directory", folder], folder)
    return folder


def _expanded(folder: Path, user: dict[str, Any]) -> dict[str, Any] | None:
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    told = json.dumps([manifest, str(folder), user])
    command = [str(fetched.node()), "--input-type=module", "--eval", _EXPAND, told]
    done = subprocess.run(command, cwd=fetched.packer(), capture_output=True, text=True, timeout=60, check=True)
    return None if done.stdout.strip() == "undefined" else dict(json.loads(done.stdout))


def test_the_bundle_holds_what_the_server_needs_and_nothing_else(bundle: Path) -> None:
    assert bundle.stat().st_size < _MOST_BYTES
    with zipfile.ZipFile(bundle) as packed:
        names = packed.namelist()
        manifest = json.loads(packed.read("manifest.json"))
    tops = {name.partition("/")[0] for name in names}
    assert tops == {"manifest.json", "pyproject.toml", "uv.lock", "README.md", "LICENSE", "server", "tools"}
    assert not [name for name in names if "sandbox/" in name or "__pycache__" in name]
    assert manifest["version"] == __version__


def test_a_host_starts_nothing_without_the_key(unpacked: Path) -> None:
    assert _expanded(unpacked, {}) is None


@pytest.mark.parametrize("folders", [[], ["first folder", "second"], None])
async def test_the_unpacked_bundle_starts_and_lists_its_tools(
    folders: list[str] | None, unpacked: Path, tmp_path: Path
) -> None:
    chosen = [str(tmp_path / name) for name in folders or ()]
    user = {"api_key": "sk-0123456789abcdef"} | ({"folders": chosen} if folders is not None else {})
    config = _expanded(unpacked, user)
    assert config
    assert config["args"][-1 - len(chosen) :] == ["--allow", *chosen]
    unset = [name for name, value in config["env"].items() if re.fullmatch(r"\$\{.*\}", value)]
    assert unset == ["QWEN_LOCALIZE_OUTPUT_DIR"]  # which counts as not set
    env = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"} | config["env"]
    env["QWEN_LOCALIZE_STATE_DIR"] = str(tmp_path)
    with anyio.fail_after(100):
        async with Client(StdioServerParameters(command=config["command"], args=config["args"], env=env)) as client:
            assert [tool.name for tool in (await client.list_tools()).tools] == [tool.name for tool in TOOLS]
