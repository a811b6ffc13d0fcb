"""From a result that is paid for to a file, when the way is bad."""

import base64
import errno
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

import httpx2
import pytest

from qwen_localize.dashscope import Client, Gone, Service, Succeeded, Wire
from qwen_localize.dashscope.tasks import TaskState
from qwen_localize.errors import OWN_FAULT, Expired, LocalizeError, Spoiled, StateUnavailable
from qwen_localize.files import outputs, own_folder
from qwen_localize.jobs import JobRecord, JobStore, Kind, State
from qwen_localize.jobs.delivery import Delivery
from qwen_localize_tools._shared.pictures import Picture
from server.jobs.desk import NOW, TASK, Desk
from server.jobs.records import record
from server.jobs.world import assert_nothing_lost, assert_readable, in_order, until, world
from support import picture


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

        monkeypatch.setattr("qwen_localize.files.outputs._free", free)
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


class Store(Client):
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


class Results:
    """One paid job whose results are to be fetched into a directory."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.directory = desk, desk.out
        self.service = Store()
        self.work = replace(TASK, artifact=Picture())

    async def paid(self, *urls: str, **facts: Any) -> None:
        usual: dict[str, Any] = {
            "state": State.READY,
            "kind": Kind.CALL,
            "sent": NOW,
            "created": NOW,
            "directory": str(self.directory),
        }
        await self.desk.store.add(record(urls=list(urls), **usual | facts))

    async def deliver(self, output: Path | None = None) -> JobRecord:
        """The job after one more try."""
        async with self.desk.parts(self.service, output_dir=output or self.directory) as parts:
            job = await self.job()
            await parts.env.lifecycle.fetch_again(job)
            with suppress(StateUnavailable):  # as the poller does, which tries again
                await Delivery(parts.env).deliver(await self.job(), self.work)
        return await self.job()

    async def job(self) -> JobRecord:
        return await self.desk.job("job-a")


@pytest.fixture
def results(desk: Desk) -> Results:
    return Results(desk)


EXPIRED = Expired("The host refuses it (HTTP 403).")


async def test_a_result_that_is_refused_is_kept_for_a_day_and_then_gone(results: Results) -> None:
    await results.paid("http://x/1")
    results.service.refused["http://x/1"] = EXPIRED
    kept = await results.deliver()
    results.desk.clock.set_calendar(25 * 3600)
    gone = await results.deliver()
    assert (kept.state, gone.state) == (State.UNDELIVERED, State.FAILED)
    assert "get_job with job_id job-a fetches it" in kept.message
    assert "Calling again pays again" in gone.message


async def test_a_task_that_is_still_known_keeps_its_result(results: Results) -> None:
    await results.paid("http://x/1", kind=Kind.TASK, upstream_id="u")
    results.service.task = Succeeded("u", {"url": "http://x/2"}, {}, "r")
    results.service.refused |= {"http://x/1": EXPIRED, "http://x/2": EXPIRED}
    kept = await results.deliver()
    del results.service.refused["http://x/2"]
    assert (kept.state, (await results.deliver()).state) == (State.UNDELIVERED, State.SUCCEEDED)


async def test_the_result_of_a_task_that_the_service_forgot_is_gone_at_once(results: Results) -> None:
    await results.paid("http://x/1", kind=Kind.TASK, upstream_id="u")
    results.service.refused["http://x/1"] = EXPIRED
    job = await results.deliver()
    assert job.state is State.FAILED
    assert "the service, which keeps results for 24 h, no longer has it" in job.message


@pytest.mark.parametrize("trouble", [EXPIRED, Spoiled("What arrived as the result is not a whole picture.")])
async def test_one_bad_picture_keeps_no_other_out_and_is_fetched_later(
    results: Results, trouble: LocalizeError
) -> None:
    await results.paid(*[f"http://x/{number}" for number in range(4)])
    results.service.refused["http://x/1"] = trouble
    job = await results.deliver()
    assert (job.state, job.urls, len(job.artifacts)) == (State.UNDELIVERED, ["http://x/1"], 3)
    assert all(artifact["path"] in job.message for artifact in job.artifacts)
    results.service.refused.clear()
    ended = await results.deliver()
    assert (ended.state, len(ended.artifacts), ended.message) == (State.SUCCEEDED, 4, "")
    assert sorted(results.service.fetched) == [f"http://x/{number}" for number in range(4)]


async def test_what_arrived_is_a_success_although_the_rest_is_gone(results: Results) -> None:
    await results.paid("http://x/0", "http://x/1")
    results.service.refused["http://x/1"] = EXPIRED
    await results.deliver()
    results.desk.clock.set_calendar(25 * 3600)
    job = await results.deliver()
    assert (job.state, len(job.artifacts)) == (State.SUCCEEDED, 1)
    assert job.artifacts[0]["path"] in job.message
    assert "is gone" in job.message


async def test_a_fault_of_our_own_leaves_the_result_to_be_fetched_again(
    results: Results, caplog: pytest.LogCaptureFixture
) -> None:
    await results.paid("http://x/0")
    results.service.refused["http://x/0"] = KeyError("surprise")
    job = await results.deliver()
    assert job.state is State.UNDELIVERED
    assert OWN_FAULT in job.message
    assert "surprise" in caplog.text


async def test_a_directory_that_is_gone_is_replaced_by_the_one_that_is_set_now(
    results: Results, tmp_path: Path
) -> None:
    results.directory.write_text("")  # where a folder was
    await results.paid("http://x/0")
    refused = await results.deliver()
    job = await results.deliver(output=tmp_path / "new")
    assert (refused.state, job.state) == (State.UNDELIVERED, State.SUCCEEDED)
    assert Path(job.artifacts[0]["path"]).parent == tmp_path / "new"


async def test_a_principal_s_result_never_lands_in_the_folder_of_all(results: Results, tmp_path: Path) -> None:
    results.directory.write_text("")  # where a folder was
    await results.paid("http://x/0", principal="alice")
    job = await results.deliver(output=tmp_path / "new")
    assert Path(job.artifacts[0]["path"]).parent == own_folder(tmp_path / "new", "alice") != tmp_path / "new"


async def test_a_directory_that_is_full_is_left_for_the_one_that_is_set_now(
    results: Results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync = outputs._sync

    def full(file: IO[bytes]) -> None:
        if Path(file.name).parent == results.directory and results.service.fetched == ["http://x/0", "http://x/1"]:
            raise OSError(errno.ENOSPC, "No space left on device")
        sync(file)

    monkeypatch.setattr(outputs, "_sync", full)
    await results.paid("http://x/0", "http://x/1")
    job = await results.deliver(output=tmp_path / "new")
    assert job.state is State.SUCCEEDED
    assert [Path(artifact["path"]).parent for artifact in job.artifacts] == [results.directory, tmp_path / "new"]


@pytest.mark.parametrize("output", [{}, {"url": 7}, {"url": ""}])
async def test_a_task_that_names_no_result_any_more_has_not_succeeded(
    results: Results, output: dict[str, object]
) -> None:
    await results.paid("http://x/1", kind=Kind.TASK, upstream_id="u")
    results.service.task = Succeeded("u", output, {}, "r")
    results.service.refused["http://x/1"] = EXPIRED
    left = await results.deliver()
    assert (left.state, left.urls) == (State.UNDELIVERED, ["http://x/1"])


async def test_a_result_that_is_in_the_answer_itself_is_written_like_any_other(results: Results) -> None:
    await results.paid("data:image/png;base64," + base64.b64encode(picture()).decode(), "http://x/1")
    job = await results.deliver()
    assert [Path(artifact["path"]).read_bytes() for artifact in job.artifacts] == [picture(), picture()]
    assert results.service.fetched == ["http://x/1"]


async def test_damaged_bytes_in_an_answer_are_said_to_be_damaged_and_kept(results: Results) -> None:
    await results.paid("data:image/png;base64,AA!A")
    job = await results.deliver()
    assert (job.state, job.urls) == (State.UNDELIVERED, ["data:image/png;base64,AA!A"])
    assert "The result's bytes in the answer are damaged" in job.message
    assert "paid for and kept with the job" in job.message


async def test_a_store_that_cannot_be_written_leaves_the_job_as_it_was_and_the_file_the_only_one(
    results: Results, monkeypatch: pytest.MonkeyPatch
) -> None:
    change, refusals = JobStore.change, [StateUnavailable("The disk is full.")]

    async def refusing(store: JobStore, *arguments: Any, **facts: Any) -> JobRecord | None:
        if "artifacts" in facts and refusals:
            raise refusals.pop()
        return await change(store, *arguments, **facts)

    monkeypatch.setattr(JobStore, "change", refusing)
    await results.paid("http://x/1")
    assert (await results.deliver()).state is State.READY
    job = await results.deliver()
    assert (job.state, len(job.artifacts)) == (State.SUCCEEDED, 1)
    assert [str(path) for path in results.directory.iterdir()] == [job.artifacts[0]["path"]]
