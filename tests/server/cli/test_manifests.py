"""Everything generated is up to date and valid."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import jsonschema
import pytest

from qwen_localize import __version__
from qwen_localize.cli import manifests
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


@pytest.mark.parametrize("name", ["claude-desktop", "claude-code", "cursor", "vscode"])
def test_every_client_configuration_is_in_the_readme(name: str) -> None:
    assert f"manifests/clients/{name}.json" in (ROOT / "README.md").read_text("utf-8")


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
