"""Everything generated is up to date and valid."""

import base64
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import jsonschema
import pytest

from qwen_localize import __version__
from qwen_localize.cli import manifests
from qwen_localize.cli.clients import CLIENTS, Client
from qwen_localize.cli.install import entry_in
from qwen_localize.cli.manifests import configs
from qwen_localize.mcp_server import build_server, describe_tools
from qwen_localize.mcp_server.opening import as_file, opening_answers
from qwen_localize.settings import Settings
from qwen_localize_tools import PROMPTS, TOOLS

ROOT = Path(__file__).parents[3]


@pytest.fixture
async def opening(settings: Settings) -> str:
    return as_file(await opening_answers(build_server(settings, TOOLS, prompts=PROMPTS)))


async def test_every_generated_file_is_up_to_date(opening: str) -> None:
    stale = manifests.outdated(ROOT, await describe_tools(TOOLS), TOOLS, opening)
    assert stale == [], "run: qwen-localize manifests"


async def test_a_file_that_differs_is_named_and_rewritten(tmp_path: Path, opening: str) -> None:
    tools = await describe_tools(TOOLS)
    (tmp_path / "README.md").write_text((ROOT / "README.md").read_text("utf-8"), "utf-8")
    manifests.write(tmp_path, tools, TOOLS, opening)
    (tmp_path / "manifests" / "server.json").write_text("{}")
    assert manifests.outdated(tmp_path, tools, TOOLS, opening) == ["manifests/server.json"]
    assert manifests.write(tmp_path, tools, TOOLS, opening) == ["manifests/server.json"]
    assert manifests.outdated(tmp_path, tools, TOOLS, opening) == []


def test_server_json_fits_the_registrys_schema() -> None:
    schema = json.loads(Path(__file__).with_name("server.schema.json").read_text("utf-8"))
    jsonschema.Draft7Validator(schema).validate(manifests.server_json())


def test_the_version_stands_in_one_place() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert "version" in project["dynamic"]
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert f"## {__version__}" in changelog


def test_every_manifest_tells_the_same_version_and_name() -> None:
    entry, made = manifests.server_json(), manifests.bundle([])
    assert {entry["version"], entry["packages"][0]["version"], made["version"]} == {__version__}
    for file in ("Dockerfile", "README.md"):
        assert entry["name"] in (ROOT / file).read_text("utf-8")


def test_only_the_key_is_required_and_secret() -> None:
    variables = manifests.server_json()["packages"][0]["environmentVariables"]
    assert [item["name"] for item in variables if item.get("isRequired")] == ["DASHSCOPE_API_KEY"]
    assert [item["name"] for item in variables if item.get("isSecret")] == ["DASHSCOPE_API_KEY"]
    assert not [item["name"] for item in variables if "HTTP" in item["description"] or "--http" in item["description"]]
    options = manifests.bundle([])["user_config"]
    assert [name for name, option in options.items() if option.get("required")] == ["api_key"]
    assert [name for name, option in options.items() if option.get("sensitive")] == ["api_key"]


def test_a_list_in_the_bundle_stands_where_it_can_be_expanded() -> None:
    made = manifests.bundle([])
    config = made["server"]["mcp_config"]
    lists = [f"${{user_config.{name}}}" for name, option in made["user_config"].items() if option.get("multiple")]
    assert all(name in config["args"] for name in lists)
    assert not any(name in value for name in lists for value in config["env"].values())


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_every_client_has_a_configuration_that_its_own_file_could_be(client: Client, tmp_path: Path) -> None:
    path = tmp_path / f"{client.name}.{client.syntax}"
    path.write_text(configs.config(client), "utf-8")
    assert entry_in(client, path)
    readme = (ROOT / "README.md").read_text("utf-8")
    assert f"manifests/clients/{path.name}" in readme
    assert f"qwen-localize install {client.name}" in readme


def test_install_links_carry_what_their_clients_read() -> None:
    asked = parse_qs(urlsplit(configs.cursor_link()).query)
    assert asked["name"] == ["qwen-localize"]
    assert json.loads(base64.b64decode(asked["config"][0]))["command"] == "uvx"
    [link] = parse_qs(urlsplit(configs.vscode_link()).query)["url"]
    told = json.loads(unquote(link.removeprefix("vscode:mcp/install?")))
    assert told["env"]["DASHSCOPE_API_KEY"] == f"${{input:{told['inputs'][0]['id']}}}"
    assert (told["name"], told["command"]) == ("qwen-localize", "uvx")


def test_every_link_of_the_package_page_leads_somewhere_from_anywhere() -> None:
    links = re.findall(r"\]\(([^)]+)\)|^\[[^\]]+\]: (\S+)", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    assert len(links) > 5
    for inline, reference in links:
        link = inline or reference
        assert link.startswith("https://"), link
        _, ours, path = link.partition("/qwen-localize/qwen-localize/")
        assert not ours or (ROOT / re.sub(r"^(blob/)?main/", "", path)).exists(), link


def test_imports_point_one_way() -> None:
    result = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports"))], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout
