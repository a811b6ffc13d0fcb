"""The documented limits, in service time (docs/model-studio.md 1.5 and 2.3)."""

import pytest

from qwen_localize.sandbox import Fault
from sandbox.stand import Caller, ManualClock

UNREACHABLE = "http://127.0.0.1:9/"


async def test_a_third_call_within_a_second_is_refused_in_the_words_of_each_endpoint(timed: Caller) -> None:
    await timed.chat()
    await timed.generate()
    compat, native = await timed.chat(), await timed.generate()
    assert (compat.status_code, compat.json()["error"]["code"]) == (429, "limit_requests")
    assert (native.status_code, native.json()["code"]) == (429, "Throttling.RateQuota")
    assert native.json()["message"] == "Requests rate limit exceeded, please try again later."
    assert [entry.status for entry in timed.sandbox.ledger.violations] == [429, 429]


async def test_each_model_has_its_own_budget(timed: Caller) -> None:
    for model in ("qwen-mt-plus", "qwen-mt-flash", "qwen-mt-lite", "qwen-mt-turbo"):
        assert (await timed.chat(model=model)).status_code == 200


async def test_sixty_calls_a_minute_are_served_and_no_more(timed: Caller, clock: ManualClock) -> None:
    statuses = []
    for _ in range(62):
        statuses.append((await timed.chat()).status_code)
        await clock.advance(0.9)
    assert statuses == [200] * 60 + [429] * 2
    await clock.advance(5)
    assert (await timed.chat()).status_code == 200


async def test_a_client_that_keeps_to_one_a_second_is_never_refused(timed: Caller, clock: ManualClock) -> None:
    for _ in range(130):
        assert (await timed.chat()).status_code == 200
        assert (await timed.http.get("/api/v1/tasks/x")).status_code == 200
        await clock.advance(1)


async def test_tokens_per_minute_are_limited_too(timed: Caller, clock: ManualClock) -> None:
    assert (await timed.chat("你" * 8000, "qwen-mt-plus")).status_code == 200
    await clock.advance(1)
    assert (await timed.chat("你" * 8000, "qwen-mt-plus")).status_code == 200
    await clock.advance(1)
    compat = await timed.chat("你" * 8000, "qwen-mt-plus")
    native = await timed.generate("你" * 8000, "qwen-mt-plus")
    assert (compat.status_code, compat.json()["error"]["code"]) == (429, "insufficient_quota")
    assert (native.status_code, native.json()["code"]) == (429, "Throttling.AllocationQuota")
    await clock.advance(60)
    assert (await timed.chat("你" * 8000, "qwen-mt-plus")).status_code == 200


async def test_submissions_are_limited(timed: Caller) -> None:
    statuses = [(await timed.submit(UNREACHABLE)).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]


async def test_the_newer_image_model_takes_one_a_minute(timed: Caller, clock: ManualClock) -> None:
    assert (await timed.submit(UNREACHABLE, "qwen-mt-image-2.0")).status_code == 200
    await clock.advance(50)
    assert (await timed.submit(UNREACHABLE, "qwen-mt-image-2.0")).status_code == 429
    await clock.advance(10)
    assert (await timed.submit(UNREACHABLE, "qwen-mt-image-2.0")).status_code == 200


async def test_one_task_query_a_second_is_served(timed: Caller, clock: ManualClock) -> None:
    first, second = [await timed.http.get("/api/v1/tasks/x") for _ in range(2)]
    assert (first.status_code, second.status_code, second.json()["code"]) == (200, 429, "Throttling.RateQuota")
    await clock.advance(1)
    assert (await timed.http.get("/api/v1/tasks/y")).status_code == 200


async def test_list_and_cancel_have_budgets_of_twenty_a_second_each(timed: Caller) -> None:
    lists = [(await timed.http.get("/api/v1/tasks")).status_code for _ in range(21)]
    cancels = [(await timed.http.post("/api/v1/tasks/x/cancel")).status_code for _ in range(21)]
    assert lists == [200] * 20 + [429]
    assert cancels == [400] * 20 + [429]
    assert (await timed.http.get("/api/v1/tasks/x")).status_code == 200


async def test_upload_policies_are_limited_per_model(timed: Caller) -> None:
    async def policy(model: str) -> int:
        answer = await timed.http.get("/api/v1/uploads", params={"action": "getPolicy", "model": model})
        return answer.status_code

    assert [await policy("qwen-mt-image") for _ in range(101)] == [200] * 100 + [429]
    assert await policy("qwen-mt-image-2.0") == 200


@pytest.mark.parametrize("fault", ["throttle", "query-throttle"])
async def test_a_fault_is_no_violation(caller: Caller, fault: str) -> None:
    caller.sandbox.faults.add(Fault(fault))
    assert (await caller.chat()).status_code == (429 if fault == "throttle" else 200)
    assert (await caller.http.get("/api/v1/tasks/x")).status_code == (200 if fault == "throttle" else 429)
    assert caller.sandbox.ledger.violations == ()
    assert [entry.fault for entry in caller.sandbox.ledger if entry.status == 429] == [fault]
