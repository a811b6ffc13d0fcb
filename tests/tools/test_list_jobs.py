"""`list_jobs` through a client."""

import json
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
import respx

from fakes import RESULT_URL, Service, task
from qwen_localize.jobs import JobRecord, JobStore
from qwen_localize.tool import JobResult, SavedFile
from qwen_localize_tools.list_jobs import JobList
from support import Connect, words
from virtual_time import until


async def test_recent_jobs_come_newest_first_and_survive_the_server(
    service: Service, connect: Connect, poster: Path
) -> None:
    async with connect() as client:
        for language in ("ru", "ko"):
            await client.call_tool("translate_image", {"image": str(poster), "target_lang": language})
    async with connect() as client:
        result = await client.call_tool("list_jobs", {"limit": 5})
    assert result.structured_content
    messages = [job["message"] for job in result.structured_content["jobs"]]
    assert ["to ko" in messages[0], "to ru" in messages[1]] == [True, True]
    assert all(message in words(result) for message in messages)


@pytest.mark.parametrize(("count", "length"), [(100, 3000), (100, 60), (3, 60_000)])
def test_a_list_is_small_however_many_jobs_it_has_and_however_much_they_say(count: int, length: int) -> None:
    file = SavedFile(path="/" + "\u676f" * 200, uri="file:///" + "%E6" * 600, mime_type="text/csv", bytes=1)
    job = JobResult(
        job_id="job-0123456789",
        status="succeeded",
        message="\u676f" * length,
        tool="analyze_conversation",
        model="tongyi-xiaomi-analysis-flash",
        artifacts=[file] * 6,
        details={"counts": {"a" * 400: 1}},
        usage={"input_tokens": 1000},
        estimated_cost=0.0,
    )
    told = JobList(jobs=[job] * count)
    assert len("\n".join(told.blocks()).encode()) <= 8_000
    assert len(json.dumps(told.structured(), ensure_ascii=False).encode()) <= 60_000
    assert len(told.structured()["jobs"]) == told.blocks()[0].count("job-0123456789") == count
    assert all(item["job_id"] and item["message"] for item in told.structured()["jobs"])


async def test_no_jobs_are_said_to_be_none(connect: Connect) -> None:
    async with connect() as client:
        assert words(await client.call_tool("list_jobs", {})) == "There are no jobs yet."


async def test_a_store_that_was_set_aside_is_said_until_the_user_has_read_it(connect: Connect, tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "jobs.sqlite3").write_bytes(b"no database at all" * 1000)
    for _ in range(2):
        async with connect() as client:
            told = words(await client.call_tool("list_jobs", {}))
        assert "was set aside as jobs.sqlite3.set-aside-1, since it is damaged" in told
        assert "They may be paid; before such a call is repeated, ask the user." in told
        assert "list_jobs with acknowledge=true" in told
    async with connect() as client:
        assert words(await client.call_tool("list_jobs", {"acknowledge": True})) == "There are no jobs yet."
    async with connect() as client:
        assert words(await client.call_tool("list_jobs", {})) == "There are no jobs yet."


@pytest.mark.parametrize("usage", [[1, 2], "free", 7, None, {"image_count": {"a": [1]}}, {"x": "\ud800"}, float("nan")])
async def test_an_odd_usage_of_one_task_spoils_no_list(
    service: Service, connect: Connect, poster: Path, usage: Any
) -> None:
    body = json.loads(task("SUCCEEDED", image_url=RESULT_URL).content) | {"usage": usage}
    service.query.mock(return_value=httpx.Response(200, content=json.dumps(body)))
    async with connect() as client:
        done = await client.call_tool("translate_image", {"image": str(poster), "target_lang": "ru"})
        told = await client.call_tool("list_jobs", {})
    assert "Saved" in words(done)
    assert not told.is_error
    assert "succeeded" in words(told)


async def test_among_hundreds_of_calls_each_change_wakes_only_those_who_wait_for_that_job(
    service: Service, connect: Connect, poster: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks, get = 0, JobStore.get

    async def counted(store: JobStore, job_id: str) -> JobRecord | None:
        nonlocal looks
        looks += 1
        return await get(store, job_id)

    monkeypatch.setattr(JobStore, "get", counted)
    numbers = iter(range(1000))
    service.submit.mock(side_effect=lambda _: task("PENDING", task_id=f"t-{next(numbers)}"))
    service.list.mock(side_effect=lambda _: httpx.Response(200, json={"data": [], "page_no": 1, "total_page": 1}))

    async def translate(number: int) -> None:
        glossary = [{"source": f"word {number}", "target": "слово"}]
        await client.call_tool("translate_image", {"image": str(poster), "target_lang": "ru", "glossary": glossary})

    async with connect() as client, anyio.create_task_group() as group:
        for number in range(50):
            group.start_soon(translate, number)
        await until(lambda: service.submit.call_count == 50)
        group.cancel_scope.cancel()
    # Each job is looked at when it is begun, sent, taken, and seldom else.
    assert looks < 50 * 12


async def test_a_budget_is_not_refunded_for_an_answer_without_a_picture(
    httpx2_mock: respx.Router, service: Service, connect: Connect, poster: Path
) -> None:
    service.query.mock(return_value=task("SUCCEEDED"))
    async with connect(daily_budget=0.004) as client:
        told = await client.call_tool("translate_image", {"image": str(poster), "target_lang": "ru"})
        refused = await client.call_tool("translate_image", {"image": str(poster), "target_lang": "ko"})
    assert "names no picture. It counts as paid" in words(told)
    assert "daily budget" in words(refused)
    assert service.submit.call_count == 1
