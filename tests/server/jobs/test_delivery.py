"""From a result that is paid for to a file, when the way is bad."""

import re
from pathlib import Path
from typing import Any

import pytest

from qwen_localize.dashscope import Client, Service, Wire
from qwen_localize.errors import Expired
from qwen_localize.jobs import Kind, State, Store
from qwen_localize.jobs.delivery import Delivery
from server.jobs.records import record
from server.jobs.world import assert_nothing_lost, assert_readable, in_order, until, world
from support import FakeClock

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


async def test_a_result_that_no_task_can_tell_anew_is_gone_and_nothing_else_is_asked(tmp_path: Path) -> None:
    class Gone(Client):
        async def download(self, url: str, consume: object) -> Any:
            raise Expired("The result's URL is no longer valid: it lives 24 h.")

    store, client = Store(tmp_path, NOW), Gone(Wire(Service.at("cn-beijing"), None))
    job = await store.add(record(kind=Kind.CALL, state=State.READY, urls=["http://x/y"], directory=str(tmp_path)))
    await Delivery(store, client, FakeClock()).deliver(job, lambda output: [])
    left = await store.get(job.id)
    store.close()
    assert left
    assert left.state is State.FAILED
    assert "Calling again pays again" in left.message
