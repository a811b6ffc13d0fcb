"""The fields of `ocr`: names, names with hints, or a JSON Schema."""

import json
from pathlib import Path
from typing import Any

import pytest
import respx
from mcp_types import CallToolResult

from fakes_ocr import URL, answer, sent
from support import Call, Connect, Refused, picture, words

ITEM = {"type": "object", "properties": {"name": {"type": "string"}, "count": {"type": "integer"}}}
INVOICE = {
    "type": "object",
    "title": "Invoice",
    "properties": {
        "number": {"type": "string", "description": "Invoice number, top right"},
        "total": {"type": "number", "description": "Grand total"},
        "paid": {"type": "boolean"},
        "date": {"type": "string", "format": "date"},
        "status": {"enum": ["open", "paid", True, None]},
        "seller": {"type": "object", "properties": {"name": {"type": "string"}}},
        "items": {"type": "array", "items": ITEM},
        "tags": {"type": "array", "description": "Labels", "items": {"type": "string"}},
    },
    "required": ["number", "total"],
    "additionalProperties": False,
}
ASKED = {
    "number": "Invoice number, top right",
    "total": "Grand total; number",
    "paid": "boolean",
    "date": "date",
    "status": "one of: open, paid, true",
    "seller": {"name": ""},
    "items": [{"name": "", "count": "integer"}],
    "tags": ["Labels"],
}
PYDANTIC = {
    "$defs": {
        "Item": {"properties": {"price": {"title": "Price", "type": "number"}}, "title": "Item", "type": "object"},
        "Seller": {"properties": {"name": {"type": "string"}}, "type": "object"},
    },
    "properties": {
        "items": {"items": {"$ref": "#/$defs/Item"}, "title": "Items", "type": "array"},
        "seller": {"anyOf": [{"$ref": "#/$defs/Seller"}, {"type": "null"}], "default": None},
        "buyer": {"allOf": [{"$ref": "#/$defs/Seller"}], "description": "Who pays"},
        "tax": {"anyOf": [{"type": "null"}, {"type": "number"}], "title": "Tax"},
        "note": {"type": ["string", "null"]},
    },
    "type": "object",
}
PYDANTIC_ASKED = {
    "items": [{"price": "Price; number"}],
    "seller": {"name": ""},
    "buyer": {"name": ""},
    "tax": "Tax; number",
    "note": "",
}


@pytest.fixture
def service(httpx2_mock: respx.Router) -> respx.Route:
    return httpx2_mock.post(URL).mock(return_value=answer("{}"))


@pytest.fixture
def call(connect: Connect, tmp_path: Path) -> Call:
    async def called(**arguments: Any) -> CallToolResult:
        (tmp_path / "scan.png").write_bytes(picture())
        async with connect() as client:
            return await client.call_tool("ocr", {"image": str(tmp_path / "scan.png"), "task": "fields"} | arguments)

    return called


async def asked(service: respx.Route, call: Call, fields: Any) -> Any:
    result = await call(fields=fields)
    assert not result.is_error, words(result)
    options = sent(service.calls[0].request)["parameters"]["ocr_options"]
    return options.get("task_config", {}).get("result_schema")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (INVOICE, ASKED),
        (json.dumps(INVOICE), ASKED),
        ({"name": "invoice", "schema": INVOICE, "strict": True}, ASKED),
        ({"type": "json_schema", "json_schema": {"name": "invoice", "schema": INVOICE}}, ASKED),
        ({"type": "json_schema", "name": "invoice", "schema": INVOICE}, ASKED),
        ({"properties": INVOICE["properties"]}, ASKED),
        (INVOICE["properties"], ASKED),
        (PYDANTIC, PYDANTIC_ASKED),
        ({"type": "array", "items": ITEM}, {"items": [{"name": "", "count": "integer"}]}),
        ({"$ref": "#/$defs/A", "$defs": {"A": {"type": "object", "properties": {"b": {}}}}}, {"b": ""}),
        ({"type": "object", "properties": {"total": "number"}}, {"total": "number"}),
        (
            {"type": "object", "properties": {"type": {"type": "string"}, "properties": {}}},
            {"type": "", "properties": ""},
        ),
    ],
)
async def test_a_json_schema_is_asked_for_by_its_names_with_what_it_says_of_them(
    service: respx.Route, call: Call, fields: Any, expected: Any
) -> None:
    assert await asked(service, call, fields) == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (["a", "b"], {"a": "", "b": ""}),
        ({"total": "number", "seller": {"name": "as printed"}}, {"total": "number", "seller": {"name": "as printed"}}),
        ({"type": "string", "properties": "string"}, {"type": "string", "properties": "string"}),
        ({"type": "the kind of paper", "title": ""}, {"type": "the kind of paper", "title": ""}),
        ({"type": "string"}, {"type": "string"}),
        ({"properties": {"colour": "string"}}, {"properties": {"colour": "string"}}),
        ({"product": {"type": "string", "name": "string"}}, {"product": {"type": "string", "name": "string"}}),
        ({"product": {"type": "string", "title": "string"}}, {"product": {"type": "string", "title": "string"}}),
        ({"items": [{"type": "string", "size": "number"}]}, {"items": [{"type": "string", "size": "number"}]}),
        ({"schema": "string", "name": "string"}, {"schema": "string", "name": "string"}),
        ({"total": 0, "paid": False, "note": None}, {"total": "number", "paid": "boolean", "note": ""}),
        ({"sizes": ["number"], "names": []}, {"sizes": ["number"], "names": [""]}),
    ],
)
async def test_plain_names_are_fields_even_if_they_are_words_of_json_schema(
    service: respx.Route, call: Call, fields: Any, expected: Any
) -> None:
    assert await asked(service, call, fields) == expected


async def test_values_come_back_as_the_types_that_a_schema_names(service: respx.Route, call: Call) -> None:
    found = {
        "number": 1234, "total": "¥ 1,234.50", "paid": "yes", "date": "2026-01-02", "seller": {"name": "null"},
        "items": [{"name": "Mug", "count": "12"}, {"name": "Cup", "count": 3.0}], "tags": ["1", "2"],
    }  # fmt: skip
    service.return_value = answer("", kv_result=found)
    result = await call(fields=INVOICE)
    assert result.structured_content["pages"][0]["fields"] == {
        "number": "1234", "total": 1234.5, "paid": True, "date": "2026-01-02", "seller": {"name": None},
        "items": [{"name": "Mug", "count": 12}, {"name": "Cup", "count": 3}], "tags": ["1", "2"],
    }  # fmt: skip


LOOP = {"type": "object", "properties": {"next": {"$ref": "#"}}}
LIST_LOOP = {
    "type": "object",
    "properties": {"a": {"$ref": "#/$defs/L"}},
    "$defs": {"L": {"items": {"$ref": "#/$defs/L"}, "type": "array"}},
}
WIDE = {f"f{number}": {"type": "string"} for number in range(40)}
BOMB = {
    "type": "object",
    "$defs": {"a": {"type": "object", "properties": {f"f{n}": {"$ref": "#/$defs/b"} for n in range(40)}},
              "b": {"type": "object", "properties": WIDE}},
    "properties": {f"f{n}": {"$ref": "#/$defs/a"} for n in range(40)},
}  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (LOOP, "more than 3 objects inside each other"),
        (LIST_LOOP, "more than 3 objects inside each other"),
        (BOMB, "more than 500 names"),
        ({"type": "object", "properties": {"a": {"$ref": "#/$defs/None"}}}, "“#/$defs/None” is not in the schema"),
        ({"type": "object", "properties": {"a": {"$ref": "https://x.example/a"}}}, "is not in the schema"),
        ({"type": "object", "properties": {"a": {"$ref": {"b": None}}}}, "a $ref is not a text"),
        ({"type": "object", "properties": {"a": {"$ref": "#/properties/a"}}}, "refers to itself without end"),
        ({"type": "object", "properties": {}}, "the schema names no fields"),
        ({"type": "object"}, "the schema names no fields"),
        ({"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "object"}}}, "names no fields"),
    ],
)
async def test_a_schema_that_cannot_be_asked_for_is_refused_in_words(
    refused: Refused, call: Call, fields: Any, expected: str
) -> None:
    assert expected in await refused(call(fields=fields))


async def test_fields_are_published_as_strict_converters_of_hosts_can_take_them(connect: Connect) -> None:
    async with connect() as client:
        [tool] = [tool for tool in (await client.list_tools()).tools if tool.name == "ocr"]
    lists, objects = tool.input_schema["properties"]["fields"]["anyOf"]
    assert lists == {"type": "array", "items": {"type": "string"}}
    assert objects["type"] == "object"


async def test_fields_of_which_none_was_found_are_said_to_be_none(service: respx.Route, call: Call) -> None:
    service.return_value = answer("", kv_result={"total": "", "items": [{"name": "null"}]})
    result = await call(fields=["total", "items"])
    assert "None of the fields was found on this page" in words(result)
    assert "Nothing was found on page 1." in words(result)
