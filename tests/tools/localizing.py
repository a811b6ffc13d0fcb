"""A small app whose files are localized, and what came of it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import respx
from mcp_types import CallToolResult

from fakes_text import URL, translated
from support import Connect, words

LOCK = ".qwen-localize.lock"
EN = {"title": "Hello {name}", "menu": {"open": "Open the file", "save": "Save the file"}, "count": 3}


@pytest.fixture
def service(httpx2_mock: respx.Router) -> respx.Route:
    httpx2_mock._assert_all_called = False
    return httpx2_mock.post(URL).mock(side_effect=translated)


@pytest.fixture
def app(tmp_path: Path) -> Path:
    folder = tmp_path / "app"
    write(folder / "locales/en.json", EN)
    return folder


@pytest.fixture
def localize(connect: Connect, app: Path) -> Callable[..., Any]:
    async def called(mode: str = "apply", langs: Any = "ru", **arguments: Any) -> CallToolResult:
        settings = arguments.pop("settings", {})
        async with connect(**settings) as client:
            given = {"path": str(app), "target_langs": langs, "mode": mode} | arguments
            return await client.call_tool("localize_files", given)

    return called


def write(path: Path, value: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", "utf-8")


def read(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def numbers(result: CallToolResult, lang: str = "ru") -> dict[str, int]:
    """The numbers of a language that are not 0."""
    assert not result.is_error, words(result)
    assert result.structured_content
    found = result.structured_content["details"]["languages"][lang]
    assert list(found) == ["new", "changed", "kept", "stale", "left", "doubts", "files"]
    return {name: count for name, count in found.items() if count}


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
