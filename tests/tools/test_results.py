"""Text, structured content and links: each stands alone, since every client shows its model another of them."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import respx
from mcp import Client
from mcp_types import CallToolResult, ImageContent, ResourceLink, TextContent

from fakes import API, Service
from fakes_analysis import CHAT, judge
from fakes_media import Interpreter, talk
from fakes_ocr import URL as OCR_URL
from fakes_ocr import answer, document
from fakes_speech import FakeService, recording, utterances
from fakes_text import URL, russian, translated
from qwen_localize import dashscope
from qwen_localize.tool import Tool
from qwen_localize_tools import TOOLS
from support import Connect, picture, words
from tools.test_edit_image import edited
from tools.test_interpret_speech import wav

LONG = "word " * 500
# What a host may put into a model's context at once.
MOST_BYTES = 60_000


class World:
    """Everything that a tool may need: a folder, the service, and how many seconds a test has."""

    def __init__(self, folder: Path, router: respx.Router, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.router, self._monkeypatch = folder, router, monkeypatch
        router._assert_all_called = False
        (folder / "mug.png").write_bytes(picture())

    def translate_text(self) -> tuple[dict[str, Any], str]:
        self.router.post(URL).mock(side_effect=translated)
        return {"text": ["Hello {name}"], "target_lang": "ru"}, russian("Hello {name}")

    def translate_image(self) -> tuple[dict[str, Any], str]:
        Service(self.router)
        return {"image": str(self.folder / "mug.png"), "target_lang": "ru"}, "mug.ru.jpg"

    def edit_image(self) -> tuple[dict[str, Any], str]:
        self.router.get(url__regex=r"http://results.example/\d.png").respond(content=picture())
        url = f"{API}/services/aigc/multimodal-generation/generation"
        self.router.post(url).mock(side_effect=lambda _: edited())
        return {"images": str(self.folder / "mug.png"), "prompt": "Make it grey"}, "mug.make-it-grey.png"

    def ocr(self) -> tuple[dict[str, Any], str]:
        self.router.post(OCR_URL).mock(return_value=answer(LONG))
        return {"image": str(document(self.folder / "scan.pdf", 9))}, "scan.text.md"

    def analyze_conversation(self) -> tuple[dict[str, Any], str]:
        self.router.post(URL).mock(side_effect=judge)
        return {"conversation": CHAT, "analysis": ["satisfaction"]}, "satisfied"

    def translate_media(self) -> tuple[dict[str, Any], str]:
        Interpreter(self.router)
        return {"media": str(talk(self.folder / "talk.wav")), "target_lang": "fr"}, "talk.fr.srt"

    def interpret_speech(self) -> tuple[dict[str, Any], str]:
        service = FakeService("qwen3.5-livetranslate-flash-realtime")
        self._monkeypatch.setattr(dashscope.Client, "connect", lambda _self, *rest: service.connect(*rest))
        speech = wav(self.folder / "talk.wav", recording(utterances(10), 45.0))
        return {"audio": str(speech), "target_lang": "en"}, "talk.en.srt"

    def localize_files(self) -> tuple[dict[str, Any], str]:
        self.router.post(URL).mock(side_effect=translated)
        (self.folder / "app" / "locales").mkdir(parents=True, exist_ok=True)
        (self.folder / "app" / "locales" / "en.json").write_text('{"title": "Open the file…"}')
        return {"path": str(self.folder / "app"), "target_langs": "ru", "mode": "apply"}, "1 new"

    def view_image(self) -> tuple[dict[str, Any], str]:
        return {"image": str(self.folder / "mug.png")}, "mug.png"

    def get_job(self) -> tuple[dict[str, Any], str]:
        return {"job_id": "{job_id}"}, "mug.ru.jpg"

    def cancel_job(self) -> tuple[dict[str, Any], str]:
        return {"job_id": "{job_id}"}, "mug.ru.jpg"

    def list_jobs(self) -> tuple[dict[str, Any], str]:
        return {}, "mug.ru.jpg"

    async def call(self, client: Client, tool: str, arguments: dict[str, Any]) -> CallToolResult:
        """The result of a tool; of one that is about jobs, after there is one."""
        if tool in ("get_job", "cancel_job", "list_jobs"):
            begun = (await client.call_tool("translate_image", self.translate_image()[0])).structured_content or {}
            arguments = {name: str(value).format(job_id=begun["job_id"]) for name, value in arguments.items()}
        return await client.call_tool(tool, arguments)


@pytest.fixture
def world(tmp_path: Path, httpx2_mock: respx.Router, monkeypatch: pytest.MonkeyPatch) -> World:
    return World(tmp_path, httpx2_mock, monkeypatch)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
async def test_each_part_of_a_result_stands_alone(world: World, connect: Connect, tool: Tool, mode: str) -> None:
    arranged: Callable[[], tuple[dict[str, Any], str]] = getattr(world, tool.name)
    arguments, fact = arranged()
    async with connect(mode) as client:
        result = await world.call(client, tool.name, arguments)
        assert not result.is_error, words(result)
        assert fact in words(result)
        if any(isinstance(block, ImageContent) for block in result.content):
            assert result.structured_content is None
            return
        assert result.structured_content is not None
        assert all(isinstance(block, TextContent | ResourceLink) for block in result.content)
        data = json.dumps(result.structured_content, ensure_ascii=False)
        assert fact in data
        assert len(data.encode()) <= MOST_BYTES
        artifacts = {file["path"]: file for file in result.structured_content.get("artifacts", ())}
        assert all(path in words(result) or Path(path).name in words(result) for path in artifacts)
        assert all(file["uri"] == Path(path).as_uri() for path, file in artifacts.items())
        links = [block for block in result.content if isinstance(block, ResourceLink)]
        assert [link.name for link in links] == [Path(path).name for path in artifacts]
        for link, path in zip(links, artifacts, strict=True):
            assert link.uri.startswith("qwen-localize://")
            await is_read(client, link, Path(path))


async def is_read(client: Client, link: ResourceLink, path: Path) -> None:
    (content,) = (await client.read_resource(link.uri)).contents
    facts = content.model_dump()
    data = facts["text"].encode() if "text" in facts else base64.b64decode(facts["blob"])
    assert data == path.read_bytes()
    assert len(data) == link.size
    assert facts["mime_type"] == link.mime_type


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
async def test_null_is_taken_for_every_argument_that_may_be_left_out(
    world: World, connect: Connect, tool: Tool
) -> None:
    arguments, _ = getattr(world, tool.name)()
    async with connect() as client:
        (listed,) = [known for known in (await client.list_tools()).tools if known.name == tool.name]
        optional = listed.input_schema["properties"].keys() - set(listed.input_schema.get("required", ()))
        nulls = dict.fromkeys(optional - arguments.keys())
        result = await world.call(client, tool.name, arguments)
        again = await client.call_tool(tool.name, nulls | arguments) if "{" not in str(arguments) else result
    assert not result.is_error, words(result)
    assert not again.is_error, words(again)
