"""Paid requests on their way, and what becomes of them when nobody waits for them any more."""

from collections.abc import AsyncIterator
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from anyio.abc import TaskGroup

from qwen_localize.calls import SessionCache, SingleFlight
from qwen_localize.calls.single_flight import GRACE_SECONDS, MOST_LANDED
from qwen_localize.dashscope import Departure
from qwen_localize.errors import Rejected

Flight = SingleFlight[dict[str, Any]]


class Service:
    """Answers when it is let; counts what was asked."""

    def __init__(self) -> None:
        self.turn, self.out, self.answers = anyio.Event(), anyio.Event(), anyio.Event()
        self.asked = 0

    async def work(self, departure: Departure) -> dict[str, Any]:
        if not self.turn.is_set():
            await self.turn.wait()
        await departure.leave()
        self.asked += 1
        self.out.set()
        await self.answers.wait()
        return {"answer": self.asked}


@pytest.fixture
async def group() -> AsyncIterator[TaskGroup]:
    async with anyio.create_task_group() as group:
        yield group
        group.cancel_scope.cancel()


@pytest.fixture
def service() -> Service:
    return Service()


async def given_up(single_flight: Flight, service: Service, when: anyio.Event) -> None:
    """A call that ends without having waited for its answer."""
    async with anyio.create_task_group() as call:
        call.start_soon(single_flight.answer, "key", service.work)
        await when.wait()
        call.cancel_scope.cancel()


async def test_an_answer_that_came_after_its_call_was_given_up_is_kept_for_the_next(
    group: TaskGroup, service: Service
) -> None:
    single_flight = Flight(group)
    service.turn.set()
    await given_up(single_flight, service, service.out)
    service.answers.set()
    await anyio.wait_all_tasks_blocked()
    assert await single_flight.answer("key", service.work) == {"answer": 1}
    assert await single_flight.answer("key", service.work) == {"answer": 2}


async def test_an_answer_that_comes_in_the_moment_in_which_its_call_is_given_up_is_kept(group: TaskGroup) -> None:
    single_flight, asked = Flight(group), 0

    async with anyio.create_task_group() as call:

        async def work(departure: Departure) -> dict[str, Any]:
            nonlocal asked
            asked += 1
            await departure.leave()
            call.cancel_scope.cancel()
            return {"answer": asked}

        call.start_soon(single_flight.answer, "key", work)
    assert await single_flight.answer("key", work) == {"answer": 1}


async def test_an_equal_request_waits_for_the_one_that_is_out(group: TaskGroup, service: Service) -> None:
    single_flight, answers = Flight(group), []

    async def ask() -> None:
        answers.append(await single_flight.answer("key", service.work))

    service.turn.set()
    async with anyio.create_task_group() as calls:
        calls.start_soon(ask)
        calls.start_soon(ask)
        await service.out.wait()
        service.answers.set()
    assert answers == [{"answer": 1}] * 2


async def test_a_request_whose_call_is_given_up_before_its_turn_is_never_sent(
    group: TaskGroup, service: Service
) -> None:
    single_flight, waiting = Flight(group), anyio.Event()
    waiting.set()
    await given_up(single_flight, service, waiting)
    service.turn.set()
    await anyio.wait_all_tasks_blocked()
    assert service.asked == 0


async def test_a_request_that_was_called_off_while_a_thread_worked_for_it_is_never_sent(
    group: TaskGroup, service: Service
) -> None:
    single_flight, began = Flight(group), anyio.Event()

    async def work(departure: Departure) -> dict[str, Any]:
        began.set()
        with anyio.CancelScope(shield=True):
            await service.turn.wait()
        return await service.work(departure)

    async with anyio.create_task_group() as call:
        call.start_soon(single_flight.answer, "key", work)
        await began.wait()
        call.cancel_scope.cancel()
    service.turn.set()
    await anyio.wait_all_tasks_blocked()
    assert service.asked == 0


async def test_a_failure_is_raised_for_everybody_who_waits_and_not_kept(group: TaskGroup, service: Service) -> None:
    single_flight = Flight(group)

    async def refused(_: Departure) -> dict[str, Any]:
        raise Rejected("no")

    with pytest.raises(Rejected):
        await single_flight.answer("key", refused)
    service.turn.set()
    service.answers.set()
    assert await single_flight.answer("key", service.work) == {"answer": 1}


async def test_only_the_last_answers_are_kept(group: TaskGroup) -> None:
    single_flight, out, answers = Flight(group), anyio.Event(), anyio.Event()

    async def work(departure: Departure) -> dict[str, Any]:
        await departure.leave()
        out.set()
        await answers.wait()
        return {"first": True}

    async with anyio.create_task_group() as calls:
        for number in range(MOST_LANDED + 1):
            calls.start_soon(single_flight.answer, str(number), work)
        await anyio.wait_all_tasks_blocked()
        calls.cancel_scope.cancel()
    answers.set()
    await anyio.wait_all_tasks_blocked()

    async def again(_: Departure) -> dict[str, Any]:
        return {"first": False}

    assert await single_flight.answer("0", again) == {"first": False}
    assert await single_flight.answer("1", again) == {"first": True}


def test_the_texts_used_last_are_kept_as_far_as_there_is_room() -> None:
    cache = SessionCache(most=6)
    cache.keep("a", "one")
    cache.keep("b", "two")
    cache.keep("b", "tw")
    cache.get("a")
    cache.keep("c", "six")
    assert [cache.get(key) for key in "abc"] == ["one", None, "six"]


@pytest.mark.parametrize(("finish", "kept"), [(True, ["answer"]), (False, [])])
async def test_a_process_that_ends_waits_for_an_answer_that_will_be_kept_and_for_no_other(
    finish: bool, kept: list[str]
) -> None:
    found: list[str] = []

    async def work(departure: Departure) -> dict[str, Any]:
        await departure.leave()
        await anyio.sleep(GRACE_SECONDS / 2)
        found.append("answer")
        return {}

    async with anyio.create_task_group() as process:
        single_flight = Flight(process)
        process.start_soon(lambda: single_flight.answer("key", work, finish=finish))
        await anyio.sleep(1)
        process.cancel_scope.cancel()
    assert found == kept


async def test_a_process_that_ends_does_not_wait_for_ever_and_sends_nothing_more() -> None:
    sent: list[str] = []

    async def silent(departure: Departure) -> dict[str, Any]:
        await departure.leave()
        await anyio.sleep_forever()
        return {}

    async def early(departure: Departure) -> dict[str, Any]:
        await anyio.sleep(2)
        await departure.leave()
        sent.append("early")
        return {}

    began = anyio.current_time()
    async with anyio.create_task_group() as process:
        single_flight = Flight(process)
        process.start_soon(lambda: single_flight.answer("silent", silent, finish=True))
        process.start_soon(lambda: single_flight.answer("early", early, finish=True))
        await anyio.sleep(1)
        process.cancel_scope.cancel()
    assert anyio.current_time() - began <= 1 + GRACE_SECONDS
    assert sent == []


async def test_no_request_that_has_left_is_broken_off_in_whichever_moment_its_caller_goes() -> None:
    for before in range(8):
        for moment in range(20):
            sent, answered = await cut_at(moment, before)
            assert (sent, answered) == (1, 1), (before, moment)


async def cut_at(moment: int, before: int) -> tuple[int, int]:
    """How often a request is sent and answered whose caller goes after so many steps, and which another then makes."""
    sent: list[int] = []
    answered: list[int] = []

    async def work(departure: Departure) -> dict[str, Any]:
        for _ in range(before):
            await anyio.lowlevel.checkpoint()
        await departure.leave()
        sent.append(1)
        await anyio.sleep(5)
        answered.append(1)
        return {}

    async with anyio.create_task_group() as group:
        flights = Flight(group)
        async with anyio.create_task_group() as call:
            call.start_soon(flights.answer, "key", work)
            for _ in range(moment):
                await anyio.lowlevel.checkpoint()
            call.cancel_scope.cancel()
        await flights.answer("key", work)
    return len(sent), len(answered)
