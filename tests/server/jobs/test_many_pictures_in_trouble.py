"""Many pictures by one call, where the disk, the service, the user or another call is in the way."""

import json
import shutil
from pathlib import Path
from typing import Any

import anyio
import pytest
from anyio.abc import TaskGroup
from mcp import Client

from qwen_localize.errors import StateUnavailable
from qwen_localize.jobs.store import JobStore
from qwen_localize.mcp_server import build_server
from qwen_localize.sandbox import Fault
from server.jobs.test_many_pictures import BOTH, assert_each_once, got, listed, many, paths, pictures
from server.jobs.world import TOOLS, World, until, world
from support import words

pytestmark = pytest.mark.process(time="virtual")  # over real sockets, which takes its time


async def test_the_same_call_is_the_same_job_whatever_else_has_come_into_the_folder_meanwhile(tmp_path: Path) -> None:
    async with world(tmp_path, task_seconds=4) as w, anyio.create_task_group() as group:
        folder = w.folder / "shots"
        folder.mkdir()
        for number in range(3):
            shutil.copy(w.picture(number), folder)
        asked = {"image": str(folder), "target_lang": BOTH}
        group.start_soon(w.clients[0].call_tool, "translate_image", asked)
        await until(lambda: bool(list(w.out.glob("*.jpg"))), 0.1)
        shutil.copy(w.out / pictures(w)[0], folder)
        (folder / "notes.txt").write_text("x")
        data = (await w.clients[0].call_tool("translate_image", asked)).structured_content or {}
        jobs = await listed(w.clients[0])
    assert [job["job_id"] for job in jobs] == [data["job_id"]]
    assert_each_once(w, 3)


async def test_a_part_that_is_out_while_the_store_fails_is_not_told_as_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing = [0]
    real = JobStore.get

    async def get(self: JobStore, job_id: str) -> Any:
        if failing[0]:
            failing[0] -= 1
            raise StateUnavailable("The disk failed.")
        return await real(self, job_id)

    monkeypatch.setattr(JobStore, "get", get)
    async with world(tmp_path, task_seconds=4) as w, anyio.create_task_group() as group:
        done: list[Any] = []

        async def asked() -> None:
            done.append(await w.clients[0].call_tool("translate_image", {"image": paths(w, 3), "target_lang": BOTH}))

        group.start_soon(asked)
        await until(lambda: w.submissions() == 4, 0.01)
        failing[0] = 4
        await until(lambda: bool(done), 0.5)
    assert (done[0].structured_content or {})["details"]["done"] == 6, words(done[0])
    assert_each_once(w, 3)


async def test_a_result_that_was_moved_away_keeps_no_batch_with_equal_pictures_from_its_end(tmp_path: Path) -> None:
    async with world(tmp_path, task_seconds=4) as w, anyio.create_task_group() as group:
        copy = w.folder / "copy.png"
        shutil.copy(w.picture(0), copy)
        told: list[str] = []

        async def asked() -> None:
            named = [*paths(w, 2), str(copy)]
            told.append(words(await w.clients[0].call_tool("translate_image", {"image": named, "target_lang": "ru"})))

        group.start_soon(asked)
        first = w.out / "picture0.ru.jpg"
        await until(first.exists, 0.1)
        first.unlink()
        await until(lambda: bool(told), 0.5)
        [job] = await listed(w.clients[0])
    assert job["status"] == "succeeded", told


async def test_two_calls_with_one_picture_in_both_pay_for_it_once(tmp_path: Path) -> None:
    async with world(tmp_path, task_seconds=4) as w, anyio.create_task_group() as group:
        all_three = paths(w, 3)
        for named in (all_three[:2], all_three[1:], all_three[1:2]):
            group.start_soon(w.clients[0].call_tool, "translate_image", {"image": named, "target_lang": "ru"})
    assert len(w.sandbox.ledger.paid) == 3


@pytest.mark.parametrize("seconds", [10, 60])
async def test_a_preview_says_the_count_cost_and_time_that_the_call_then_takes(tmp_path: Path, seconds: float) -> None:
    async with world(tmp_path, task_seconds=seconds, QWEN_LOCALIZE_WAIT="3600") as w:
        copy = w.folder / "copy.png"
        shutil.copy(w.picture(0), copy)
        asked: dict[str, Any] = {"image": [*paths(w, 3), str(copy)], "check": True}
        said = (await many(w, 0, None, **asked, preview=True))["details"]
        assert len(w.sandbox.ledger) == 0
        began = w.clock.now()
        data = await many(w, 0, None, **asked)
        took = w.clock.now() - began
    assert (said["pictures"], said["total"]) == (4, data["details"]["done"]) == (4, 8)
    assert data["estimated_cost"] == pytest.approx(said["cost"], rel=0.25)
    low, high = said["seconds"]
    assert low * 0.8 <= took <= high * 1.25


def size(result: Any) -> tuple[int, int]:
    """Bytes of text and of structured data that a model is shown."""
    data = json.dumps(result.structured_content or {}, ensure_ascii=False)
    return len(words(result).encode()), len(data.encode(errors="replace"))


@pytest.mark.parametrize("faults", [[], ["fail"], ["refuse"]])
async def test_answers_stay_short_whatever_the_names_and_whatever_fails(tmp_path: Path, faults: list[str]) -> None:
    async with world(tmp_path, task_seconds=0.1, faults=faults if faults != ["refuse"] else []) as w:
        if faults == ["refuse"]:
            w.sandbox.faults.add(Fault.parse("error@submit"))
        urls = [f"http://pictures.example/{'%E5%BE%88' * 700}{number}.png" for number in range(15)]
        bad = [f"{w.folder}/{'很' * 80}{number}.txt" for number in range(15)]
        asked = {"image": [*paths(w, 2), *urls, *bad], "target_lang": BOTH, "check": True}
        answer = await w.clients[0].call_tool("translate_image", asked)
        jobs = await w.clients[0].call_tool("list_jobs", {"limit": 100})
        [job] = (jobs.structured_content or {})["jobs"]
        asked_for = await w.clients[0].call_tool("get_job", {"job_id": job["job_id"], "wait": 600})
        preview = await w.clients[0].call_tool("translate_image", asked | {"preview": True})
    for result in (answer, jobs, asked_for, preview):
        text, data = size(result)
        assert text <= 8_000
        assert data <= 60_000


async def test_a_dozen_large_batches_are_listed_in_a_short_answer(tmp_path: Path) -> None:
    async with world(tmp_path, ["fail"], task_seconds=0.1) as w:
        urls = [f"http://pictures.example/{'%E5%BE%88' * 60}{number}.png" for number in range(3)]
        for number in range(12):
            asked = {"image": urls, "target_lang": BOTH, "domain_hint": f"{number}"}
            await w.clients[0].call_tool("translate_image", asked)
        jobs = await w.clients[0].call_tool("list_jobs", {"limit": 100})
    text, data = size(jobs)
    assert len((jobs.structured_content or {})["jobs"]) == 12
    assert text <= 8_000
    assert data <= 60_000


async def begun_together(w: World, group: TaskGroup) -> list[dict[str, Any]]:
    """A call for many pictures, and one for the last of them alone, both at work; their jobs, the single one first."""
    group.start_soon(w.clients[0].call_tool, "translate_image", {"image": paths(w, 8), "target_lang": "ru"})
    await until(lambda: w.submissions() == 4, 0.01)
    last = {"image": paths(w, 6)[-1], "target_lang": "ru"}
    group.start_soon(w.clients[-1].call_tool, "translate_image", last)
    while len(found := await listed(w.clients[0])) < 2:  # noqa: ASYNC110 - the store tells nobody
        await anyio.sleep(0.01)
    return sorted(found, key=lambda job: "picture5" not in job["message"])


async def test_a_call_for_one_picture_beside_many_pays_once_and_outlives_their_cancellation(tmp_path: Path) -> None:
    async with world(tmp_path, task_seconds=8, servers=2) as w, anyio.create_task_group() as group:
        single, batch = await begun_together(w, group)
        await w.clients[0].call_tool("cancel_job", {"job_id": batch["job_id"]})
        done = await got(w.clients[1], single["job_id"])
        ended = await got(w.clients[1], batch["job_id"])
        await anyio.sleep(200)
        again = await many(w, 0, image=paths(w, 8), target_lang="ru")
    assert done["status"] == "succeeded", done
    assert ended["status"] == "canceled"
    assert again["details"]["done"] == 8
    assert set(w.done.values()) == {1}, w.done
    assert len(w.sandbox.ledger.paid) == 8


async def test_many_go_on_with_a_picture_that_a_cancelled_call_had_begun(tmp_path: Path) -> None:
    async with world(tmp_path, task_seconds=8, servers=2) as w, anyio.create_task_group() as group:
        group.start_soon(w.clients[0].call_tool, "translate_image", {"image": paths(w, 8), "target_lang": "ru"})
        await until(lambda: w.submissions() == 3, 0.01)
        [first] = await listed(w.clients[0])
        done: list[Any] = []

        async def other() -> None:
            done.append(await many(w, 0, w.clients[1], image=paths(w, 8)[2:], target_lang="ru"))

        group.start_soon(other)
        await until(lambda: w.submissions() == 5, 0.01)
        await w.clients[0].call_tool("cancel_job", {"job_id": first["job_id"]})
        await until(lambda: bool(done), 0.5)
    assert done[0]["details"]["done"] == 6
    assert max(w.done.values()) == 1, w.done


async def test_a_budget_that_runs_out_in_the_middle_pays_later_only_for_the_rest(tmp_path: Path) -> None:
    async with world(tmp_path, servers=0) as w:
        poor = w.settings.model_copy(update={"daily_budget": 0.03})
        async with Client(build_server(poor, TOOLS, clock=w.clock)) as client, anyio.create_task_group() as group:
            told: list[str] = []

            async def asked(named: list[str]) -> None:
                told.append(words(await client.call_tool("translate_image", {"image": named, "target_lang": BOTH})))

            group.start_soon(asked, paths(w, 8)[:4])
            group.start_soon(asked, paths(w, 8)[4:])
            await until(lambda: len(told) == 2, 0.5)
        assert 4 <= len(w.sandbox.ledger.paid) <= 10  # what was set aside for parts that then stopped is not spent
        assert sum("get_job with job_id" in said for said in told) >= 1, told
        async with w.another_server() as client:
            jobs = [await got(client, job["job_id"]) for job in await listed(client)]
    assert [job["details"]["done"] for job in jobs] == [8, 8]
    assert_each_once(w, 8)


@pytest.mark.parametrize("fault", ["nokey@submit", "refuse@submit", "error@upload"])
async def test_what_stops_everything_in_the_middle_is_gone_on_with_by_get_job(tmp_path: Path, fault: str) -> None:
    async with world(tmp_path, task_seconds=2) as w, anyio.create_task_group() as group:
        told: list[str] = []

        async def asked() -> None:
            answer = await w.clients[0].call_tool("translate_image", {"image": paths(w, 8), "target_lang": BOTH})
            told.append(words(answer))

        group.start_soon(asked)
        await until(lambda: w.submissions() == 3)
        w.sandbox.faults.add(Fault.parse(fault))
        with anyio.move_on_after(3000):
            await until(lambda: bool(told), 0.5)
        w.sandbox.faults.clear()
        [job] = await listed(w.clients[0])
        data = await got(w.clients[0], job["job_id"])
        while data["status"] != "succeeded" and "get_job" in data["message"]:
            data = await got(w.clients[0], job["job_id"])
    assert data["details"]["done"] == 16, data
    assert len(w.sandbox.ledger.paid) == 16
