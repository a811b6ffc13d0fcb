"""The moment of paying: what is said, and what is kept, when it goes wrong."""

import json
import shutil
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import httpx
import pytest
import respx

from fakes import RESULT_URL, TASK, Service, listed
from qwen_localize.dashscope import Limit, Waiting
from qwen_localize.errors import OWN_FAULT, StateUnavailable
from qwen_localize.jobs import JobRecord, JobStore, Kind, State
from qwen_localize.jobs.locks import BEAT_SECONDS
from server.jobs.desk import NOW, Desk, Listed
from server.jobs.records import input_of, record
from server.jobs.world import assert_nothing_lost, draw, world
from support import Connect, words
from virtual_time import VirtualClock


@pytest.mark.parametrize(
    ("fault", "expected"),
    [("debt@submit", "The account cannot pay for this call"), ("nokey@submit", "refused the API key")],
)
async def test_a_refused_submission_is_told_in_the_services_words(tmp_path: Path, fault: str, expected: str) -> None:
    async with world(tmp_path, [fault]) as w:
        [outcome] = await w.translate(1)
    assert outcome.is_error
    assert expected in outcome.words
    assert not w.sandbox.ledger.paid


@pytest.mark.parametrize("answer", [{}, {"output": {}}, {"output": {"task_id": TASK, "task_status": "SUSPENDED"}}])
async def test_an_accepted_submission_whose_answer_makes_no_sense_is_looked_for_in_the_list(
    httpx2_mock: respx.Router, connect: Connect, clock: VirtualClock, tmp_path: Path, answer: dict[str, Any]
) -> None:
    service, made = Service(httpx2_mock), []

    def accepted(_: httpx.Request) -> httpx.Response:
        made.append(clock.wall())
        return httpx.Response(200, json=answer | {"request_id": "r"})

    service.submit.side_effect = accepted
    service.list.side_effect = lambda _: listed("SUCCEEDED", gmt_create=made[0] * 1000)
    service.query.return_value = httpx.Response(
        200, json={"output": {"task_id": TASK, "task_status": "SUCCEEDED", "image_url": RESULT_URL}}
    )
    service.download.return_value = httpx.Response(200, content=draw(tmp_path, 0).read_bytes())
    async with connect() as client:
        result = await client.call_tool("translate_image", {"image": str(draw(tmp_path, 0)), "target_lang": "ru"})
    assert "Saved" in words(result)
    assert service.submit.call_count == 1


async def test_the_id_of_a_paid_task_is_written_down_as_soon_as_the_disk_takes_it_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusals = [StateUnavailable("The job store cannot be used (database or disk is full).")] * 3
    change = JobStore.change

    async def changed(store: JobStore, job_id: str, at: float, **values: Any) -> JobRecord | None:
        if values.get("state") is State.QUEUED and refusals:
            raise refusals.pop()
        return await change(store, job_id, at, **values)

    monkeypatch.setattr(JobStore, "change", changed)
    async with world(tmp_path) as w:
        outcomes = await w.translate(1)
    assert_nothing_lost(w, outcomes, unpaid=0)


FAILURE = {"code": "RequestTimeOut", "message": "Request timed out."}


async def test_a_task_that_the_service_accepted_in_spite_of_its_error_is_found_and_not_paid_again(
    httpx2_mock: respx.Router, connect: Connect, clock: VirtualClock, tmp_path: Path
) -> None:
    service, made = Service(httpx2_mock), []

    def failed(_: httpx.Request) -> httpx.Response:
        made.append(clock.wall())
        return httpx.Response(500, json=FAILURE)

    service.submit.side_effect = failed
    service.list.side_effect = lambda _: listed("SUCCEEDED", gmt_create=made[0] * 1000)
    service.download.return_value = httpx.Response(200, content=draw(tmp_path, 0).read_bytes())
    async with connect() as client:
        result = await client.call_tool("translate_image", {"image": str(draw(tmp_path, 0)), "target_lang": "ru"})
    assert "Saved" in words(result)
    assert service.submit.call_count == 1


async def test_a_submission_that_fails_every_time_and_is_not_listed_is_told_in_the_services_words_and_is_free(
    httpx2_mock: respx.Router, connect: Connect, tmp_path: Path
) -> None:
    service = Service(httpx2_mock)
    service.submit.side_effect = lambda _: httpx.Response(500, json=FAILURE)
    service.list.side_effect = lambda _: httpx.Response(200, json={"data": [], "total_page": 1})
    httpx2_mock._assert_all_called = False
    async with connect() as client:
        result = await client.call_tool("translate_image", {"image": str(draw(tmp_path, 0)), "target_lang": "ru"})
        spent = await client.read_resource("qwen-localize://usage")
    assert result.is_error
    assert "Request timed out." in words(result)
    assert "It was sent 3 times, and the service lists no such task, so nothing was paid" in words(result)
    assert spent.contents[0].model_dump()["text"] == "[]"


async def test_a_submission_that_was_turned_away_before_it_was_lost_is_looked_for_by_its_last_time(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, ["burst@submit:3", "drop@submit:1"]) as w:
        [outcome] = await w.translate(1)
    assert outcome.files
    assert w.submissions() == 1


async def test_a_job_whose_caller_left_while_it_was_written_down_is_sent_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written, add = anyio.Event(), JobStore.add

    async def added(store: JobStore, *arguments: Any) -> JobRecord | None:
        found = await add(store, *arguments)
        if not written.is_set():
            written.set()
            await anyio.lowlevel.checkpoint()
        return found

    monkeypatch.setattr(JobStore, "add", added)
    async with world(tmp_path) as w:
        async with anyio.create_task_group() as group:
            group.start_soon(w.translate, 1)
            await written.wait()
            group.cancel_scope.cancel()
        outcomes = await w.translate(1)
    assert_nothing_lost(w, outcomes, unpaid=0)


async def test_a_picture_that_the_disk_does_not_take_at_first_is_sent_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = StateUnavailable("The job store cannot be used (database or disk is full).")
    refusals = {State.SUBMITTING: [full] * 3}
    change = JobStore.change

    async def changed(store: JobStore, job_id: str, at: float, **values: Any) -> JobRecord | None:
        if refusals.get(values.get("state", State.READY)):
            raise refusals[values["state"]].pop()
        return await change(store, job_id, at, **values)

    monkeypatch.setattr(JobStore, "change", changed)
    async with world(tmp_path) as w:
        outcomes = await w.translate(1)
    assert not refusals[State.SUBMITTING]
    assert_nothing_lost(w, outcomes, unpaid=0)


# What goes wrong once the request is out: never free, never lost.


class Surprise(Exception):
    """Something that nobody foresaw."""


@pytest.mark.parametrize("tool", ["translate_image", "edit_image"])
async def test_what_nobody_foresaw_after_the_request_went_out_is_not_taken_for_free(
    desk: Desk, caplog: pytest.LogCaptureFixture, tool: str
) -> None:
    service = Listed()

    async def surprise() -> Any:
        raise Surprise("secret")

    service.reply = surprise
    kind = desk.works[tool].kind  # type: ignore[union-attr]
    async with desk.parts(service, record(tool=tool, kind=kind, created=NOW)) as parts:
        await parts.submission.run(await desk.job())
        job = await desk.job()
    assert job.state is (State.UNCONFIRMED if tool == "translate_image" else State.NEEDS_DECISION)
    assert job.cost == 0.003
    assert "Surprise" in caplog.text


async def test_what_nobody_foresaw_before_the_request_went_out_is_free(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(Listed):
        async def upload(self, model: str, name: str, data: bytes) -> str:
            raise Surprise("secret")

    async with desk.parts(Broken(), record(created=NOW)) as parts:
        await parts.submission.run(await desk.job())
        job = await desk.job()
    assert (job.state, job.cost, job.message) == (State.FAILED, 0.0, OWN_FAULT)


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"output": None},
        {"output": {}},
        {"output": {"urls": None}},
        {"output": {"urls": [7]}},
        {"output": {"urls": [""]}},
        {"output": [1]},
        {"output": {"urls": "x" * 10}, "request_id": {"a": 1}, "usage": []},
    ],
)
async def test_a_calls_answer_that_is_not_understood_is_paid_kept_and_asked_about(
    desk: Desk, answer: dict[str, Any]
) -> None:
    service = Listed()

    async def reply() -> dict[str, Any]:
        return answer

    service.reply = reply
    async with desk.parts(service, record(tool="edit_image", kind=Kind.CALL, created=NOW)) as parts:
        await parts.submission.run(await desk.job())
        job = await desk.job()
    assert (job.state, job.cost) == (State.NEEDS_DECISION, 0.003)
    assert "It counts as paid, and what the service said is kept with the job" in job.message
    assert json.loads(job.answer) == answer.get("output")


@pytest.mark.parametrize("signs", [1, 3])
async def test_a_process_leaves_signs_of_life_while_a_request_is_out(desk: Desk, signs: int) -> None:
    service = Listed()

    async def slow() -> Any:
        await anyio.sleep(signs)
        return Waiting("t", running=False)

    service.reply = slow
    async with desk.parts(service, record(created=NOW, owner=desk.presence.name)) as parts:
        await parts.submission.run(await desk.job())
    gone = desk.presence.gone_since(desk.presence.name)
    assert gone == pytest.approx(NOW + signs + 2 * BEAT_SECONDS, abs=0.6)


async def test_an_input_that_was_damaged_on_the_disk_is_not_sent(desk: Desk) -> None:
    service = Listed()
    async with desk.parts(service, record(created=NOW)) as parts:
        desk.inputs.path(input_of("a").mark).write_bytes(b"another picture")
        await parts.submission.run(await desk.job())
        job = await desk.job()
    assert "was damaged on the disk" in job.message
    assert (service.sent, job.cost) == ([], 0.0)


@pytest.mark.parametrize("removed", ["processes", "inputs"])
async def test_a_sign_of_life_that_cannot_be_left_makes_no_paid_task_free(tmp_path: Path, removed: str) -> None:
    async with world(tmp_path) as w:
        await w.clients[0].call_tool("list_jobs", {})
        shutil.rmtree(w.settings.state_dir / removed, ignore_errors=True)
        outcomes = await w.translate(1)
    assert_nothing_lost(w, outcomes, unpaid=0)


async def test_what_fails_for_a_reason_nobody_foresaw_after_it_was_submitted_is_not_called_free(desk: Desk) -> None:
    async with desk.parts(Listed(), record(state=State.QUEUED, upstream_id="t")) as parts:
        assert await parts.env.lifecycle.refused(await desk.job(), "no") is None
        assert (await desk.job()).cost == 0.003


async def test_a_job_that_is_never_sent_survives_a_locked_store(desk: Desk) -> None:
    refusals = [StateUnavailable("The job store cannot be used (database is locked).")] * 3

    class Limited(Listed):
        async def acquire(self, model: str, limit: Limit, tokens: int = 0) -> float:
            if refusals:
                raise refusals.pop()
            return await super().acquire(model, limit, tokens)

    async with desk.polling(Limited(), record()):
        assert (await desk.until("job-a", State.FAILED, State.QUEUED)).state is State.QUEUED
