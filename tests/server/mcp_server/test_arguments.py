"""What hosts and models send in the place of what the schema says, and the schemas that they make it from."""

import json
from typing import Any

import pytest
import respx
from mcp import Client
from pydantic import BaseModel

from fakes_text import URL, content, translated
from qwen_localize.mcp_server import build_server
from qwen_localize.settings import Settings
from qwen_localize.tool import Context, Result, Tool
from support import Connect, words


class Told(Result):
    """What the function was given."""

    given: dict[str, Any]
    nothing: str = ""
    none: None = None

    def blocks(self) -> list[str]:
        return [json.dumps(self.given)]


class Pair(BaseModel):
    """A thing of two parts."""

    source: str
    target: str


async def tell(
    context: Context,
    name: str,
    many: list[str] = [],  # noqa: B006 - a schema
    pairs: list[Pair] = [],  # noqa: B006
    either: str | list[str] = "",
    columns: dict[str, str] = {},  # noqa: B006
    count: int | None = None,
) -> Told:
    """Says what it was given, for tests: a function with an argument of each kind. Free."""
    given = {"name": name, "many": many, "pairs": [pair.model_dump() for pair in pairs], "either": either}
    return Told(given=given | {"columns": columns, "count": count})


async def told(settings: Settings, **arguments: Any) -> Any:
    async with Client(build_server(settings, [Tool(tell, "Tell")])) as client:
        result = await client.call_tool("tell", {"name": "a"} | arguments)
    return result if result.is_error else (result.structured_content or {})["given"]


@pytest.mark.parametrize("name", ["many", "pairs", "either", "columns", "count"])
async def test_null_for_an_optional_argument_is_not_given(settings: Settings, name: str) -> None:
    assert await told(settings, **{name: None}) == await told(settings)


async def test_null_for_an_argument_that_is_needed_is_said_to_be_missing(settings: Settings) -> None:
    assert "The argument name is missing" in words(await told(settings, name=None))


@pytest.mark.parametrize(
    ("argument", "value", "meant"),
    [
        ("many", "one", ["one"]),
        ("many", '["one", "two"]', ["one", "two"]),
        ("pairs", {"source": "a", "target": "b"}, [{"source": "a", "target": "b"}]),
        ("pairs", '{"source": "a", "target": "b"}', [{"source": "a", "target": "b"}]),
        ("either", "one", "one"),
        ("columns", '{"role": "Sender"}', {"role": "Sender"}),
    ],
)
async def test_one_value_where_a_list_is_meant_is_a_list_of_one(
    settings: Settings, argument: str, value: Any, meant: Any
) -> None:
    assert (await told(settings, **{argument: value}))[argument] == meant


async def test_a_number_where_only_a_text_is_meant_is_its_digits(settings: Settings) -> None:
    assert (await told(settings, name=12345, count="3"))["name"] == "12345"
    assert (await told(settings, count=3))["count"] == 3
    assert "name" in words(await told(settings, name=True))


async def test_a_value_of_another_kind_is_refused_by_name(settings: Settings) -> None:
    assert "many" in words(await told(settings, many=7))


async def test_what_is_said_of_a_value_is_said_of_what_was_sent(settings: Settings) -> None:
    said = words(await told(settings, pairs={"source": 5, "target": "b"}))
    assert "[{" not in said
    assert "pairs" in said


async def test_a_mapping_with_a_target_that_is_no_text_is_refused_by_that_target(connect: Connect) -> None:
    async with connect() as client:
        arguments = {"text": "hello", "target_lang": "ru", "glossary": {"mug": 5}}
        result = await client.call_tool("translate_text", arguments)
    assert "glossary.0.target: Input should be a valid string (got “5”)" in words(result)


async def test_halves_of_characters_reach_no_tool(settings: Settings) -> None:
    given = await told(settings, name="a\ud800b", many=["\udc00", "\ud83d\ude00"])
    assert (given["name"], given["many"]) == ("a\ufffdb", ["\ufffd", "\U0001f600"])


async def test_fields_that_are_empty_are_left_out_of_the_structured_result(settings: Settings) -> None:
    async with Client(build_server(settings, [Tool(tell, "Tell")])) as client:
        result = await client.call_tool("tell", {"name": "a"})
    assert list(result.structured_content or {}) == ["given"]


async def test_an_open_object_says_that_it_is_open(settings: Settings) -> None:
    async with Client(build_server(settings, [Tool(tell, "Tell")])) as client:
        (tool,) = (await client.list_tools()).tools
    assert tool.input_schema["properties"]["columns"] == {
        "type": "object",
        "additionalProperties": {"type": "string"},
        "default": {},
    }


async def test_null_reaches_no_tool_of_ours(httpx2_mock: respx.Router, connect: Connect) -> None:
    service = httpx2_mock.post(URL).mock(side_effect=translated)
    nothing = {"source_lang": None, "glossary": None, "translation_memory": None, "domain_hint": None, "model": None}
    async with connect() as client:
        result = await client.call_tool("translate_text", {"text": "hello", "target_lang": "ru"} | nothing)
    assert not result.is_error
    assert content(service.calls[0].request) == "hello"
