"""MCP over HTTP as clients see it: a real process with the sandbox inside it."""

import json
from base64 import b64encode
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import anyio
import httpx2
import pytest
from PIL import Image

from server.mcp_server.http.stand import (
    LEGACY,
    OTHER_TOKEN,
    TOKEN,
    Serving,
    client_of,
    first_file,
    introduction,
    rpc,
    serving,
)
from support import picture

pytestmark = pytest.mark.process


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def poster(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("served") / "poster.png"
    path.write_bytes(picture(320, 200))
    return path


@pytest.fixture(scope="module")
async def server(poster: Path) -> AsyncIterator[Serving]:
    async with serving(poster.parent, "--sandbox", QWEN_LOCALIZE_TOKEN=f"alice={TOKEN}, {OTHER_TOKEN}") as server:
        yield server


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_picture_is_edited_over_http_in_both_eras_and_progress_is_told(
    server: Serving, poster: Path, mode: str
) -> None:
    seen: list[str | None] = []

    async def note(progress: float, total: float | None, message: str | None) -> None:
        seen.append(message)

    async with client_of(server.origin, TOKEN, mode) as client:
        inline = f"data:image/png;base64,{b64encode(poster.read_bytes()).decode()}"
        request = {"images": inline, "prompt": f"a red hat for {mode}"}
        result = await client.call_tool("edit_image", request, progress_callback=note)
    with Image.open(BytesIO(await first_file(result))) as image:
        assert image.format == "PNG"
    assert any(message and "job-" in message for message in seen)


async def test_what_a_server_is_asked_while_it_lives_needs_no_token(server: Serving) -> None:
    async with httpx2.AsyncClient(base_url=server.origin) as http:
        assert (await http.get("/healthz")).status_code == 200
        ready = await http.get("/readyz")
    assert (ready.status_code, ready.json()) == (200, {"ready": True, "problems": []})


async def test_metrics_tell_jobs_calls_costs_and_waits_to_who_has_a_token(server: Serving) -> None:
    async with client_of(server.origin, TOKEN) as client:
        await client.call_tool("translate_text", {"text": ["one", "two"], "target_lang": "ru"})
        await client.call_tool("get_job", {"job_id": "job-none"})
        await client.call_tool("no_such_tool", {})
    async with httpx2.AsyncClient(base_url=server.origin) as http:
        assert (await http.get("/metrics")).status_code == 401
        answer = await http.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})
    assert answer.headers["content-type"].startswith("text/plain; version=")
    for line in (
        'qwen_localize_jobs{state="succeeded"}',
        'qwen_localize_calls_total{outcome="ok",tool="translate_text"}',
        'qwen_localize_calls_total{outcome="error",tool="get_job"} 1.0',
        'qwen_localize_calls_total{outcome="error",tool="unknown"} 1.0',
        'qwen_localize_cost_cny{model="qwen-mt-flash",tool="translate_text"}',
        'qwen_localize_limit_wait_seconds_total{limit="qwen-mt-flash"}',
    ):
        assert line in answer.text, answer.text
    assert "alice" not in answer.text


@pytest.mark.parametrize("version", ["2025-06-18", "2025-11-25"])
async def test_a_session_is_its_callers_own(server: Serving, version: str) -> None:
    async with httpx2.AsyncClient(base_url=server.origin, headers=LEGACY) as http:
        mine, others = ({"authorization": f"Bearer {token}"} for token in (TOKEN, OTHER_TOKEN))
        opened = await http.post("/mcp", json=introduction(version), headers=mine)
        session = {"mcp-session-id": opened.headers["mcp-session-id"]}
        asked = rpc("tools/list")
        assert (await http.post("/mcp", json=asked, headers=session | mine)).status_code == 200
        assert (await http.post("/mcp", json=asked, headers=session | others)).status_code == 404
        assert (await http.post("/mcp", json=asked, headers=session)).status_code == 401


@pytest.mark.parametrize("named", [False, True])
async def test_no_file_is_read_from_where_the_server_was_started_unless_folders_are_named(
    tmp_path: Path, *, named: bool
) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    for folder in (tmp_path, shared):
        (folder / "poster.png").write_bytes(picture())
    allowed = ["--allow", str(shared)] if named else []
    async with (
        serving(tmp_path, "--sandbox", *allowed, QWEN_LOCALIZE_ALLOWED_DIRS="") as server,
        client_of(server.origin) as client,
    ):
        seen = [await client.call_tool("view_image", {"image": f"{place}poster.png"}) for place in ("", f"{shared}/")]
    assert [result.is_error for result in seen] == [True, not named]


async def test_a_server_without_key_or_store_is_not_ready_and_says_so_without_a_path(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("no folder")
    (tmp_path / "out").write_text("no folder")
    async with (
        serving(tmp_path, DASHSCOPE_API_KEY="") as server,
        httpx2.AsyncClient() as http,
    ):
        answer = await http.get(f"{server.origin}/readyz")
        assert (await http.get(f"{server.origin}/healthz")).status_code == 200
        assert (await http.get(f"{server.origin}/metrics")).status_code == 503
    assert answer.status_code == 503
    assert [problem["what"] for problem in answer.json()["problems"]] == ["key", "store", "disk"]
    assert str(tmp_path) not in answer.text
    assert "DASHSCOPE_API_KEY" in json.dumps(answer.json())


@pytest.mark.parametrize("instead", ["nothing", "a new store", "a file in place of its folder"])
async def test_a_server_whose_store_was_removed_is_not_ready_any_more(tmp_path: Path, instead: str) -> None:
    async with serving(tmp_path, DASHSCOPE_API_KEY="sk-any") as server, httpx2.AsyncClient() as http:
        assert (await http.get(f"{server.origin}/readyz")).status_code == 200
        store = tmp_path / "state" / "jobs.sqlite3"
        if instead == "a file in place of its folder":
            store.parent.rename(tmp_path / "moved")
            store.parent.touch()
        else:
            store.unlink()
        if instead == "a new store":
            store.touch()
        with anyio.fail_after(60):
            while (answer := await http.get(f"{server.origin}/readyz")).status_code == 200:  # noqa: ASYNC110
                await anyio.sleep(0.2)  # over a socket nothing tells
    assert [problem["what"] for problem in answer.json()["problems"]] == ["store"]
