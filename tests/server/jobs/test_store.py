"""The jobs on disk: rows that several processes share."""

import base64
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest

from qwen_localize.jobs import JobStore, State
from qwen_localize.jobs.records import FINAL
from qwen_localize.state import Database
from server.jobs.records import record
from server.jobs.world import KEY, draw, until, world
from support import words

NOW = 1_800_000_000.0
DAY = 24 * 3600.0


@pytest.fixture
def store(tmp_path: Path) -> Iterator[JobStore]:
    database = Database(tmp_path, NOW)
    yield JobStore(database)
    database.close()


@pytest.fixture
def second(tmp_path: Path, store: JobStore) -> Iterator[JobStore]:
    """The same file, as another process has it open."""
    database = Database(tmp_path, NOW)
    yield JobStore(database)
    database.close()


async def test_a_job_is_read_back_as_it_was_written(store: JobStore, second: JobStore) -> None:
    job = record(state=State.READY, urls=["http://x/?Signature=a%2Fb"], usage={"image_count": 1}, planned=["/a/б.jpg"])
    await store.add(job)
    assert await second.get("job-a") == job
    changed = await second.change("job-a", 2000.0, only={State.READY}, state=State.SUCCEEDED, urls=[], cancel=True)
    assert changed
    assert (changed.changed, changed.urls, changed.cancel, changed.planned) == (2000.0, [], True, ["/a/б.jpg"])
    assert await store.get("job-a") == changed


async def test_a_change_that_comes_too_late_changes_nothing(store: JobStore) -> None:
    await store.add(record(state=State.CANCELED))
    assert await store.change("job-a", NOW, only={State.PREPARED}, state=State.SUBMITTING) is None
    job = await store.get("job-a")
    assert job
    assert job.state is State.CANCELED


async def test_equal_requests_are_one_job_until_it_has_ended(store: JobStore, second: JobStore) -> None:
    async def added(which: JobStore, name: str, **facts: Any) -> str:
        found = await which.add(record(name, digest="same", **facts))
        assert found
        return found.id

    assert await added(store, "a") == "job-a"
    assert await added(second, "b") == "job-a"
    assert await added(second, "c", scope="another key") == "job-c"
    await store.change("job-a", NOW, only={State.PREPARED}, state=State.FAILED)
    assert await added(second, "d") == "job-d"


async def test_equal_requests_at_the_same_moment_are_one_job(store: JobStore, second: JobStore) -> None:
    found: list[str] = []

    async def add(which: JobStore, number: int) -> None:
        job = await which.add(record(str(number), digest="same"))
        assert job
        found.append(job.id)

    async with anyio.create_task_group() as group:
        for number in range(20):
            group.start_soon(add, (store, second)[number % 2], number)
    assert len(set(found)) == 1


async def test_old_jobs_are_forgotten_once_they_have_ended_and_never_before(store: JobStore) -> None:
    old, young = NOW - 31 * DAY, NOW - 29 * DAY
    for state in State:
        await store.add(record(f"old-{state}", state=state, changed=old))
        await store.add(record(f"young-{state}", state=state, changed=young))
    await store.prune(NOW)
    left = {job.id.removeprefix("job-") for job in await store.recent(100)}
    assert left == {f"young-{state}" for state in State} | {f"old-{state}" for state in State if state not in FINAL}


async def test_a_job_that_another_process_has_taken_is_not_taken_again(store: JobStore, second: JobStore) -> None:
    await store.add(record(owner="gone"))
    taken = [
        await which.change("job-a", NOW, only={State.PREPARED}, held_by="gone", owner=name)
        for which, name in ((store, "one"), (second, "two"))
    ]
    assert [job and job.owner for job in taken] == ["one", None]


async def test_a_job_is_not_written_down_whose_input_was_just_let_go_of(store: JobStore) -> None:
    assert await store.add(record(), None, lambda: False) is None
    assert await store.recent(10) == []


async def test_what_others_have_changed_is_told_since_a_moment(store: JobStore, second: JobStore) -> None:
    for name, at in (("a", NOW), ("b", NOW + 10)):
        await store.add(record(name, changed=at))
    assert await second.changed_since(NOW + 5) == ["job-b"]
    await store.change("job-a", NOW + 20, only=set(State), message="x")
    assert sorted(await second.changed_since(NOW + 5)) == ["job-a", "job-b"]


async def test_no_key_and_no_picture_is_in_the_file_after_a_job(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    picture = draw(tmp_path, 3).read_bytes()
    inline = base64.b64encode(picture).decode()
    async with world(tmp_path) as w:
        [outcome] = await w.translate(1)
        await w.clients[0].call_tool(
            "translate_image", {"image": f"data:image/png;base64,{inline}", "target_lang": "ru"}
        )
        await until(lambda: not any((tmp_path / "state" / "inputs").iterdir()))
        bytes_written = b"".join(path.read_bytes() for path in (tmp_path / "state").rglob("*") if path.is_file())
    assert outcome.data["job_id"].encode() in bytes_written
    assert len(w.sandbox.ledger.paid) == 2
    result = outcome.files[0].read_bytes()
    for secret in (KEY.encode(), picture[-40:], inline[-40:].encode(), result[-40:]):
        assert secret not in bytes_written
    assert KEY not in caplog.text


async def test_a_picture_whose_second_call_is_refused_is_let_go_of_when_the_first_has_ended(tmp_path: Path) -> None:
    async with (
        world(tmp_path, task_seconds=5, QWEN_LOCALIZE_DAILY_BUDGET="0.004") as w,
        anyio.create_task_group() as group,
    ):
        group.start_soon(w.translate, 1)
        await until(lambda: w.submissions() == 1)
        arguments = {"image": str(w.picture(0)), "target_lang": "ko"}
        refused = await w.clients[0].call_tool("translate_image", arguments)
        assert "daily budget" in words(refused)
        assert any((tmp_path / "state" / "inputs").iterdir())
        await until(lambda: not any((tmp_path / "state" / "inputs").iterdir()), step=0.2)
