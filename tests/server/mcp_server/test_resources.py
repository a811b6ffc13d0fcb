"""What can be read besides results, what prompts there are, and what completes their arguments."""

import json
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, MCPError
from mcp_types import PromptReference, ResourceTemplateReference, TextContent

from fakes import Service
from qwen_localize.settings import Settings
from qwen_localize.state import Cost, CostLedger, Database
from qwen_localize_tools import PROMPTS, TOOLS
from support import Connect
from virtual_time import VirtualClock

ERAS = pytest.mark.parametrize("mode", ["legacy", "auto"])
# Of what a host may put into a model's context at once.
MOST_BYTES = 60_000
HELLO: dict[str, dict[str, Any]] = {
    "localize_product_picture": {"image": "mug.png", "target_lang": "Russian"},
    "localize_picture_folder": {"folder": "shop", "target_langs": "Russian, German"},
    "localize_app_files": {"path": "locales/en.json", "target_langs": "Russian"},
    "review_translation": {"source": "Hello", "translation": "Привет", "target_lang": "Russian"},
}


async def read(client: Client, place: str) -> Any:
    (content,) = (await client.read_resource(f"qwen-localize://{place}")).contents
    facts = content.model_dump()
    assert facts["mime_type"] == "application/json"
    assert len(facts["text"].encode()) <= MOST_BYTES
    return json.loads(facts["text"])


@ERAS
async def test_the_list_of_what_can_be_read_is_the_same_for_everybody(connect: Connect, mode: str) -> None:
    async with connect(mode, api_key=None) as client:
        listed = (await client.list_resources()).resources
        templates = (await client.list_resource_templates()).resource_templates
        for resource in listed:
            await client.read_resource(resource.uri)
    places = [resource.uri.removeprefix("qwen-localize://") for resource in listed]
    assert places == ["usage", "jobs", "models"]
    assert [template.uri_template.removeprefix("qwen-localize://") for template in templates] == [
        "jobs/{job_id}", "languages/{name}", "files/{job}/{n}", "saved/{name}",
    ]  # fmt: skip


@ERAS
async def test_jobs_are_read_as_they_stand(service: Service, connect: Connect, poster: Path, mode: str) -> None:
    async with connect(mode) as client:
        result = await client.call_tool("translate_image", {"image": str(poster), "target_lang": "ru"})
        told = result.structured_content
        assert told
        (job,) = await read(client, "jobs")
        assert await read(client, f"jobs/{told['job_id']}") == told
        assert job["job_id"] == told["job_id"]
        with pytest.raises(MCPError, match="no job with this job_id") as caught:
            await client.read_resource("qwen-localize://jobs/job-0")
    assert caught.value.error.code == -32602


async def test_the_newest_costs_are_shown_however_many_there_are(
    connect: Connect, settings: Settings, clock: VirtualClock
) -> None:
    async with connect() as client:
        assert await read(client, "usage") == []
    database = Database(settings.state_dir, clock.wall())
    ledger = CostLedger(database)
    for number in range(900):
        cost = Cost(settings.scope, "translate_text", f"model-{number % 3}", 1.0)
        await ledger.expect(cost, clock.wall() - (number // 3) * 24 * 3600, None)
    database.close()
    async with connect() as client:
        rows = await read(client, "usage")
    assert 300 <= len(rows) < 900
    assert rows[0]["day"] == max(row["day"] for row in rows)


@pytest.mark.parametrize("tool", [tool.name for tool in TOOLS if tool.languages])
async def test_languages_are_listed_by_tool_and_by_model(connect: Connect, tool: str) -> None:
    async with connect() as client:
        groups = await read(client, f"languages/{tool}")
        models = [model for group in groups for model in group["models"]]
        for model in models:
            (alone,) = await read(client, f"languages/{model}")
            assert alone["languages"] == next(group["languages"] for group in groups if model in group["models"])
    assert sorted(models) == sorted(model.name for known in TOOLS if known.name == tool for model in known.models)
    codes = {row["code"] for group in groups for row in group["languages"]}
    assert {"ru", "en"} <= codes


async def test_a_table_that_there_is_not_names_those_that_there_are(connect: Connect) -> None:
    async with connect() as client:
        with pytest.raises(MCPError, match="There are: translate_text, translate_image"):
            await client.read_resource("qwen-localize://languages/nonsense")


async def test_models_are_listed_with_regions_and_prices(connect: Connect) -> None:
    async with connect() as client:
        models = await read(client, "models")
    assert models["translate_image"][0] == {
        "name": "qwen-mt-image", "regions": {"cn-beijing": "0.003 each"}, "requests_a_minute": 60,
    }  # fmt: skip
    assert "get_job" not in models


@ERAS
@pytest.mark.parametrize("prompt", PROMPTS, ids=lambda prompt: prompt.name)
async def test_a_prompt_says_what_was_asked_for_by_the_tools_own_names(
    connect: Connect, mode: str, prompt: Any
) -> None:
    async with connect(mode) as client:
        (listed,) = [known for known in (await client.list_prompts()).prompts if known.name == prompt.name]
        given = await client.get_prompt(prompt.name, HELLO[prompt.name])
        tools = {tool.name: tool.input_schema["properties"] for tool in (await client.list_tools()).tools}
    (message,) = given.messages
    assert isinstance(message.content, TextContent)
    text = message.content.text
    assert all(value in text for value in HELLO[prompt.name].values())
    named = [name for name in tools if name in text]
    assert named
    known = {argument for name in named for argument in tools[name]}
    used = {word.partition("=")[0].strip("(") for word in text.split() if "=" in word}
    assert used <= known
    assert {argument.name for argument in listed.arguments or () if argument.required} == HELLO[prompt.name].keys()
    assert all(argument.description for argument in listed.arguments or ())
    assert len(listed.model_dump_json(exclude_none=True)) < 700


@ERAS
async def test_terms_of_a_prompt_are_passed_on(connect: Connect, mode: str) -> None:
    async with connect(mode) as client:
        arguments = HELLO["localize_app_files"] | {"glossary": "cup = чашка"}
        given = await client.get_prompt("localize_app_files", arguments)
    assert "glossary these terms: cup = чашка" in given.messages[0].content.model_dump()["text"]


@ERAS
@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("nonsense", {}, "There is no prompt “nonsense”. There are: localize_product_picture, "),
        ("review_translation", {"source": "a"}, "review_translation needs translation, target_lang."),
        ("review_translation", {"source": "", "translation": "b", "target_lang": "c"}, "needs source."),
        ("review_translation", HELLO["review_translation"] | {"tone": "x"}, "no argument “tone”. It takes source, "),
    ],
)
async def test_a_prompt_that_cannot_be_had_says_why(
    connect: Connect, mode: str, name: str, arguments: dict[str, str], said: str
) -> None:
    async with connect(mode) as client:
        with pytest.raises(MCPError, match=said) as caught:
            await client.get_prompt(name, arguments)
    assert caught.value.error.code == -32602


async def completed(client: Client, ref: Any, argument: str, begun: str) -> list[str]:
    answer = await client.complete(ref, {"name": argument, "value": begun})
    assert len(answer.completion.values) <= 100
    return list(answer.completion.values)


@ERAS
@pytest.mark.parametrize(
    ("prompt", "argument", "begun", "offered"),
    [
        ("localize_product_picture", "target_lang", "rus", ["Russian"]),
        ("localize_product_picture", "target_lang", "RU", ["Russian"]),
        ("localize_picture_folder", "target_langs", "Russian, ger", ["Russian, German"]),
        ("localize_product_picture", "target_lang", "klingon", []),
        ("localize_product_picture", "model", "qwen-mt-image-", ["qwen-mt-image-2.0"]),
        ("localize_product_picture", "image", "a", []),
        ("nonsense", "target_lang", "a", []),
    ],
)
async def test_languages_and_models_are_completed(
    connect: Connect, mode: str, prompt: str, argument: str, begun: str, offered: list[str]
) -> None:
    async with connect(mode) as client:
        assert await completed(client, PromptReference(type="ref/prompt", name=prompt), argument, begun) == offered


@ERAS
async def test_names_of_tables_are_completed(connect: Connect, mode: str) -> None:
    ref = ResourceTemplateReference(type="ref/resource", uri="qwen-localize://languages/{name}")
    other = ResourceTemplateReference(type="ref/resource", uri="qwen-localize://jobs/{job_id}")
    async with connect(mode) as client:
        assert await completed(client, ref, "name", "translate_") == [
            "translate_text", "translate_image", "translate_media",
        ]  # fmt: skip
        assert "qwen-mt-image-2.0" in await completed(client, ref, "name", "qwen-mt-im")
        assert await completed(client, other, "job_id", "") == []
