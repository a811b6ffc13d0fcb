"""Many pictures by one call, where the disk, the service, the user or another call is in the way."""

import shutil
from pathlib import Path
from typing import Any

import anyio
import pytest

from qwen_localize.errors import StateUnavailable
from qwen_localize.jobs.store import JobStore
from server.jobs.test_many_pictures import BOTH, assert_each_once, listed, many, paths, pictures
from server.jobs.world import until, world
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
        await until(lambda: bool(list(w.out.glob("*.jpg"))), 0.1)
        (w.out / "picture0.ru.jpg").unlink()
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
        asked = {"image": [*paths(w, 5), str(copy)], "check": True}
        said = (await many(w, 0, **asked, preview=True))["details"]
        assert len(w.sandbox.ledger) == 0
        began = w.clock.now()
        data = await many(w, 0, **asked)
        took = w.clock.now() - began
    assert (said["pictures"], said["total"]) == (6, data["details"]["done"]) == (6, 12)
    assert data["estimated_cost"] == pytest.approx(said["cost"], rel=0.25)
    low, high = said["seconds"]
    assert low * 0.8 <= took <= high * 1.25
