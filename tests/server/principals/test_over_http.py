"""Whole stories over real sockets: who is who, in both eras of the protocol, and files that go in and out."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import httpx2
import pytest
from mcp_types import ResourceLink

from qwen_localize.sandbox import SandboxConfig, running
from qwen_localize.settings import Settings
from server.jobs.world import OneTime, draw
from server.principals.house import caller, house
from support import words
from virtual_time import VirtualClock

pytestmark = pytest.mark.process(time="virtual")  # over real sockets, which takes its time

ERAS = ["2026-07-28", "legacy"]
_UPLOAD = re.compile(r"http://127\.0\.0\.1:\d+/uploads/[^\s']+")


@pytest.fixture
async def origin(settings: Settings, clock: VirtualClock) -> AsyncIterator[str]:
    config = SandboxConfig(task_seconds=3, plain=True)
    with anyio.fail_after(3600):
        async with running(config, clock=OneTime(clock)) as sandbox:
            changed = settings.model_copy(update={"base_url": sandbox.origin, "public_url": None})
            async with house(changed, clock) as origin:
                yield origin


@pytest.mark.parametrize("era", ERAS)
async def test_a_file_goes_in_and_its_result_comes_out_by_links(origin: str, tmp_path: Path, era: str) -> None:
    async with caller(origin, "alice", era) as client, httpx2.AsyncClient() as http:
        refusal = await client.call_tool("translate_image", {"image": "poster.png", "target_lang": "ru"})
        [link] = _UPLOAD.findall(words(refusal))
        assert link.startswith(origin)
        taken = await http.put(link, content=draw(tmp_path, 1).read_bytes())
        assert taken.status_code == 201
        done = await client.call_tool("translate_image", {"image": link, "target_lang": "ru"})
        [artifact] = (done.structured_content or {})["artifacts"]
        assert artifact["uri"] in words(done)
        assert [block.uri for block in done.content if isinstance(block, ResourceLink)] == [artifact["uri"]]
        whole = await http.get(artifact["uri"])
        part = await http.get(artifact["uri"], headers={"range": "bytes=0-2"})
        head = await http.head(artifact["uri"])
    assert len(whole.content) == artifact["bytes"] == int(head.headers["content-length"])
    assert (part.status_code, part.content) == (206, b"\xff\xd8\xff")
    assert str(tmp_path) not in f"{refusal} {done} {taken.text}"


@pytest.mark.parametrize("era", ERAS)
async def test_callers_in_turn_and_at_once_are_each_themselves(origin: str, tmp_path: Path, era: str) -> None:
    arguments = {"target_lang": "ru"}
    async with caller(origin, "alice", era) as alice, caller(origin, "bob", era) as bob, httpx2.AsyncClient() as http:
        inputs = {}
        for number, (name, client) in enumerate((("alice", alice), ("bob", bob))):
            refusal = await client.call_tool("translate_image", {"image": "x.png"} | arguments)
            [link] = _UPLOAD.findall(words(refusal))
            await http.put(link, content=draw(tmp_path, number).read_bytes())
            inputs[name] = link
        told: dict[str, str] = {}

        async def translate(name: str) -> None:
            client = alice if name == "alice" else bob
            told[name] = words(await client.call_tool("translate_image", {"image": inputs[name]} | arguments))

        async with anyio.create_task_group() as group:
            for name in inputs:
                group.start_soon(translate, name)
        lists = [(await client.call_tool("list_jobs", {})).structured_content or {} for client in (alice, bob)]
    for name, listed in zip(("alice", "bob"), lists, strict=True):
        assert [job["message"] for job in listed["jobs"]] == [told[name]]


async def test_without_a_gate_everybody_is_the_user_of_the_machine_and_still_reads_links(
    origin: str, tmp_path: Path
) -> None:
    async with caller(origin, "") as client, httpx2.AsyncClient() as http:
        refusal = await client.call_tool("translate_image", {"image": "x.png", "target_lang": "ru"})
        [link] = _UPLOAD.findall(words(refusal))
        await http.put(link, content=draw(tmp_path, 1).read_bytes())
        done = await client.call_tool("translate_image", {"image": link, "target_lang": "ru"})
        [artifact] = (done.structured_content or {})["artifacts"]
        assert (await http.get(artifact["uri"])).status_code == 200
    assert list((tmp_path / "out").glob("*.jpg"))
