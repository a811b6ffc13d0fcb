"""From a result that is paid for to a file, when the way is bad."""

import errno
import re
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import IO, Any

import httpx2
import pytest

from qwen_localize import artifacts
from qwen_localize.dashscope import Client, Gone, Service, Succeeded, Wire
from qwen_localize.dashscope.tasks import TaskState
from qwen_localize.errors import OWN_FAULT, Expired, LocalizeError, Spoiled
from qwen_localize.jobs import JobRecord, Kind, State, Store
from qwen_localize.jobs.delivery import Delivery
from server.jobs.records import record
from server.jobs.world import assert_nothing_lost, assert_readable, in_order, until, world
from support import FakeClock, picture

NOW = 1_800_000_000.0


@pytest.mark.parametrize("fault", ["error@download", "stall@download", "cut@download", "wrongtype@download"])
async def test_a_result_that_cannot_be_fetched_is_said_to_be_paid_and_get_job_fetches_it(
    tmp_path: Path, fault: str
) -> None:
    async with world(tmp_path, [fault], servers=2) as w:
        refused = await w.translate(2)
        w.sandbox.faults.clear()
        ended = await w.ended()
        await w.idle()
    for outcome in refused:
        assert outcome.is_error
        assert_readable(outcome.words)
        assert re.search(r"paid for .* do not repeat the call, get_job with job_id job-\w+ fetches it", outcome.words)
    assert_nothing_lost(w, in_order(ended), unpaid=0)


async def test_a_nearly_full_disk_does_not_keep_a_paid_picture_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with world(tmp_path) as w:

        def free(_: Path) -> int:
            return 10**6 if w.submissions() else 10**12

        monkeypatch.setattr("qwen_localize.artifacts._free", free)
        outcomes = await w.translate(1)
    assert_nothing_lost(w, outcomes, unpaid=0)


async def test_a_result_that_could_not_be_fetched_is_fetched_by_the_next_server_unasked(tmp_path: Path) -> None:
    async with world(tmp_path, ["cut@download"]) as w:
        assert "is paid for" in (await w.translate(1))[0].words
        w.sandbox.faults.clear()
        async with w.another_server():
            await until(lambda: (w.out / "picture0.ru.jpg").exists())
        outcomes = in_order(await w.ended())
    assert_nothing_lost(w, outcomes, unpaid=0)


class Results(Client):
    """A service of which only the results matter: a picture for each URL, or what is raised in its place."""

    def __init__(self) -> None:
        super().__init__(Wire(Service.at("cn-beijing"), None))
        self.refused: dict[str, Exception] = {}
        self.task: TaskState = Gone("u", "UNKNOWN")
        self.fetched: list[str] = []

    async def download(self, url: str, consume: Callable[[httpx2.Response], Awaitable[Any]]) -> Any:
        if error := self.refused.get(url):
            raise error
        self.fetched.append(url)
        return await consume(httpx2.Response(200, content=picture()))

    async def query(self, task_id: str) -> TaskState:
        return self.task


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "state", NOW)
    yield store
    store.close()


class Desk:
    """One paid job whose results are to be fetched into a directory."""

    def __init__(self, store: Store, directory: Path) -> None:
        self.store, self.directory = store, directory
        self.service, self.clock = Results(), FakeClock()
        self.clock.time = NOW

    async def paid(self, *urls: str, **facts: Any) -> None:
        usual: dict[str, Any] = {
            "state": State.READY,
            "kind": Kind.CALL,
            "sent": NOW,
            "created": NOW,
            "directory": str(self.directory),
        }
        await self.store.add(record(urls=list(urls), **usual | facts))

    async def deliver(self, output: Path | None = None) -> JobRecord:
        """The job after one more try."""
        job = await self.store.change("job-a", NOW, state=State.READY)
        assert job
        await Delivery(self.store, self.service, self.clock, output).deliver(job, lambda output: [output["url"]])
        return await self.job()

    async def job(self) -> JobRecord:
        [found] = await self.store.recent(1)
        return found


@pytest.fixture
def desk(store: Store, tmp_path: Path) -> Desk:
    return Desk(store, tmp_path / "out")


EXPIRED = Expired("The host refuses it (HTTP 403).")


async def test_a_result_that_is_refused_is_kept_for_a_day_and_then_gone(desk: Desk) -> None:
    await desk.paid("http://x/1")
    desk.service.refused["http://x/1"] = EXPIRED
    kept = await desk.deliver()
    desk.clock.time += 25 * 3600
    gone = await desk.deliver()
    assert (kept.state, gone.state) == (State.UNDELIVERED, State.FAILED)
    assert "get_job with job_id job-a fetches it" in kept.message
    assert "Calling again pays again" in gone.message


async def test_a_task_that_is_still_known_keeps_its_result(desk: Desk) -> None:
    await desk.paid("http://x/1", kind=Kind.TASK, upstream_id="u")
    desk.service.task = Succeeded("u", {"url": "http://x/2"}, {}, "r")
    desk.service.refused |= {"http://x/1": EXPIRED, "http://x/2": EXPIRED}
    kept = await desk.deliver()
    del desk.service.refused["http://x/2"]
    assert (kept.state, (await desk.deliver()).state) == (State.UNDELIVERED, State.SUCCEEDED)


async def test_the_result_of_a_task_that_the_service_forgot_is_gone_at_once(desk: Desk) -> None:
    await desk.paid("http://x/1", kind=Kind.TASK, upstream_id="u")
    desk.service.refused["http://x/1"] = EXPIRED
    job = await desk.deliver()
    assert job.state is State.FAILED
    assert "the service, which keeps results for 24 h, no longer has it" in job.message


@pytest.mark.parametrize("trouble", [EXPIRED, Spoiled("What arrived as the result is not a whole picture.")])
async def test_one_bad_picture_keeps_no_other_out_and_is_fetched_later(desk: Desk, trouble: LocalizeError) -> None:
    await desk.paid(*[f"http://x/{number}" for number in range(4)])
    desk.service.refused["http://x/1"] = trouble
    job = await desk.deliver()
    assert (job.state, job.urls, len(job.artifacts)) == (State.UNDELIVERED, ["http://x/1"], 3)
    assert all(artifact["path"] in job.message for artifact in job.artifacts)
    desk.service.refused.clear()
    ended = await desk.deliver()
    assert (ended.state, len(ended.artifacts), ended.message) == (State.SUCCEEDED, 4, "")
    assert sorted(desk.service.fetched) == [f"http://x/{number}" for number in range(4)]


async def test_what_arrived_is_a_success_although_the_rest_is_gone(desk: Desk) -> None:
    await desk.paid("http://x/0", "http://x/1")
    desk.service.refused["http://x/1"] = EXPIRED
    await desk.deliver()
    desk.clock.time += 25 * 3600
    job = await desk.deliver()
    assert (job.state, len(job.artifacts)) == (State.SUCCEEDED, 1)
    assert job.artifacts[0]["path"] in job.message
    assert "is gone" in job.message


async def test_a_fault_of_our_own_leaves_the_result_to_be_fetched_again(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    await desk.paid("http://x/0")
    desk.service.refused["http://x/0"] = KeyError("surprise")
    job = await desk.deliver()
    assert job.state is State.UNDELIVERED
    assert OWN_FAULT in job.message
    assert "surprise" in caplog.text


async def test_a_directory_that_is_gone_is_replaced_by_the_one_that_is_set_now(desk: Desk, tmp_path: Path) -> None:
    desk.directory.write_text("")  # where a folder was
    await desk.paid("http://x/0")
    refused = await desk.deliver()
    job = await desk.deliver(output=tmp_path / "new")
    assert (refused.state, job.state) == (State.UNDELIVERED, State.SUCCEEDED)
    assert Path(job.artifacts[0]["path"]).parent == tmp_path / "new"


async def test_a_directory_that_is_full_is_left_for_the_one_that_is_set_now(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync = artifacts._sync

    def full(file: IO[bytes]) -> None:
        if Path(file.name).parent == desk.directory and desk.service.fetched == ["http://x/0", "http://x/1"]:
            raise OSError(errno.ENOSPC, "No space left on device")
        sync(file)

    monkeypatch.setattr(artifacts, "_sync", full)
    await desk.paid("http://x/0", "http://x/1")
    job = await desk.deliver(output=tmp_path / "new")
    assert job.state is State.SUCCEEDED
    assert [Path(artifact["path"]).parent for artifact in job.artifacts] == [desk.directory, tmp_path / "new"]


async def test_a_task_that_names_no_result_any_more_has_not_succeeded(desk: Desk, store: Store) -> None:
    await desk.paid("http://x/1", kind=Kind.TASK, upstream_id="u")
    desk.service.task = Succeeded("u", {}, {}, "r")
    desk.service.refused["http://x/1"] = EXPIRED
    await Delivery(store, desk.service, desk.clock).deliver(await desk.job(), lambda output: [])
    left = await desk.job()
    assert (left.state, left.urls) == (State.UNDELIVERED, ["http://x/1"])
