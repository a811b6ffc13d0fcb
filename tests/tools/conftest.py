"""Fixtures of the tools that work through jobs."""

import functools
from collections.abc import Awaitable
from pathlib import Path
from typing import Any

import pytest
import respx
from mcp_types import CallToolResult

from fakes_media import Interpreter, talk
from qwen_localize_tools.interpret_speech import hearing
from support import Call, Connect, Refused, picture, words

_level_once = functools.lru_cache(maxsize=4096)(hearing._decibels)


@pytest.fixture(autouse=True)
def _quick_ear(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same few recordings are heard again and again: how loud a piece of them is, is reckoned once."""
    monkeypatch.setattr(hearing, "_decibels", _level_once)


@pytest.fixture
def poster(tmp_path: Path) -> Path:
    path = tmp_path / "poster.png"
    path.write_bytes(picture())
    return path


@pytest.fixture
def call(connect: Connect, poster: Path) -> Call:
    async def called(**arguments: Any) -> CallToolResult:
        settings = arguments.pop("settings", {})
        async with connect(**settings) as client:
            return await client.call_tool("translate_image", {"image": str(poster), "target_lang": "ru"} | arguments)

    return called


@pytest.fixture
def refused(httpx2_mock: respx.Router) -> Refused:
    """The words of an answer that refuses a call; nothing was sent for it."""

    async def read(answer: Awaitable[CallToolResult]) -> str:
        result = await answer
        assert result.is_error
        assert not httpx2_mock.calls
        return words(result)

    return read


@pytest.fixture
def model(httpx2_mock: respx.Router) -> Interpreter:
    """The model that translates recordings."""
    httpx2_mock._assert_all_called = False
    return Interpreter(httpx2_mock)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A recording of three pieces."""
    return talk(tmp_path / "talk.wav")
