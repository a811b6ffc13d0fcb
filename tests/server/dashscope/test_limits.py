"""The service's limits, kept on our side (docs/model-studio.md 1.5)."""

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen_localize.dashscope.limits import ALONE_SECONDS, MINUTE, SLACK, Limit, RateLimiter, seconds_until_free
from virtual_time import VirtualClock

GAP = 1 + SLACK


def test_requests_are_spread_evenly_over_the_minute() -> None:
    assert seconds_until_free(Limit(60), [], 10, 0) == 0
    assert seconds_until_free(Limit(60), [(10, 0)], 10, 0) == pytest.approx(GAP)
    assert seconds_until_free(Limit(60), [(10, 0)], 10.5, 0) == pytest.approx(GAP - 0.5)


def test_a_pause_is_not_saved_up_for_a_burst() -> None:
    assert seconds_until_free(Limit(60), [(0, 0)], 100, 0) == 0
    assert seconds_until_free(Limit(60), [(0, 0), (100, 0)], 100, 0) == pytest.approx(GAP)


def test_tokens_wait_until_enough_of_the_minute_has_passed() -> None:
    taken = [(0.0, 60), (10.0, 30)]
    assert seconds_until_free(Limit(6000, tokens=100), taken, 20, 10) == 0
    assert seconds_until_free(Limit(6000, tokens=100), taken, 20, 50) == MINUTE - 20


def test_a_request_larger_than_the_budget_goes_alone_instead_of_never() -> None:
    assert seconds_until_free(Limit(6000, tokens=100), [(0, 10)], 1, 500) == MINUTE - 1
    assert seconds_until_free(Limit(6000, tokens=100), [], 1, 500) == 0


@given(
    calls=st.lists(st.tuples(st.floats(0, 30), st.integers(0, 100)), max_size=60),
    requests=st.sampled_from([1, 10, 60, 600]),
)
async def test_no_minute_ever_holds_more_than_the_limit(calls: list[tuple[float, int]], requests: int) -> None:
    clock = VirtualClock()
    limiter = RateLimiter(clock)
    started = []
    for wait, tokens in calls:
        await clock.sleep(wait)
        await limiter.acquire("model", Limit(requests, tokens=300), tokens)
        started.append((clock.now(), tokens))
    for begin, _ in started:
        window = [tokens for start, tokens in started if begin <= start < begin + MINUTE - 1e-6]
        assert len(window) <= requests
        assert sum(window) <= 300


async def test_models_do_not_wait_for_each_other(clock: VirtualClock) -> None:
    limiter = RateLimiter(clock)
    for name in ("one", "two", "one"):
        await limiter.acquire(name, Limit(60))
    assert clock.slept == [pytest.approx(GAP)]


async def test_a_gap_can_be_measured_from_the_answer(clock: VirtualClock) -> None:
    limiter = RateLimiter(clock)
    await limiter.acquire("query", Limit(60))
    await anyio.sleep(0.5)
    await limiter.restart_gap("query")
    await limiter.acquire("query", Limit(60))
    assert clock.slept == [pytest.approx(GAP)]


async def _out_of(limiter: RateLimiter, seconds: list[float]) -> list[tuple[float, float]]:
    """When each of so many requests at once, whose answers take so long, has left, and was answered."""
    out: list[tuple[float, float]] = []

    async def ask(seconds: float) -> None:
        async with limiter.alone("query"):
            began = anyio.current_time()
            await anyio.sleep(seconds)
            out.append((began, anyio.current_time()))

    async with anyio.create_task_group() as group:
        for one in seconds:
            group.start_soon(ask, one)
    return sorted(out)


async def test_however_many_wait_one_leaves_when_the_last_one_is_answered(clock: VirtualClock) -> None:
    out = await _out_of(RateLimiter(clock), [1.0] * 100)
    assert [began for began, _ in out[1:]] == [answered for _, answered in out[:-1]]


async def test_one_that_is_never_answered_keeps_the_others_waiting_once(clock: VirtualClock) -> None:
    began = anyio.current_time()
    out = await _out_of(RateLimiter(clock), [1000.0, 1.0, 1.0, 1.0])
    assert [left - began for left, _ in out] == [0, ALONE_SECONDS, ALONE_SECONDS + 1, ALONE_SECONDS + 2]


async def test_a_reservation_is_corrected_to_what_was_used(clock: VirtualClock) -> None:
    limiter, limit = RateLimiter(clock), Limit(6000, tokens=100)
    at = await limiter.acquire("model", limit, 90)
    await limiter.correct("model", at, 90, 10)
    await limiter.acquire("model", limit, 90)
    assert clock.slept == [pytest.approx(limit.gap)]


async def test_what_requests_use_is_learned_slowly_downwards_and_at_once_upwards(clock: VirtualClock) -> None:
    limiter, limit = RateLimiter(clock), Limit(6000, tokens=1000)
    reserved = []
    for used in (50, 50, 50, 50, 100, 50):
        at = await limiter.acquire("model", limit, 100)
        reserved.append(limiter._store._made["model"][-1][1])  # type: ignore[attr-defined]
        await limiter.correct("model", at, 100, used)
        await anyio.sleep(MINUTE)
    assert reserved == [100, 80, 65, 52, 50, 100]  # rounded up


async def test_what_small_requests_use_says_nothing_of_a_far_larger_one(clock: VirtualClock) -> None:
    limiter, limit = RateLimiter(clock), Limit(6000, tokens=1000)
    for _ in range(40):
        at = await limiter.acquire("model", limit, 20)
        await limiter.correct("model", at, 20, 1)
    await anyio.sleep(MINUTE)
    started = []
    for _ in range(4):
        await limiter.acquire("model", limit, 500)
        started.append(clock.now())
    assert sum(start < started[0] + MINUTE for start in started) <= 2


async def test_requests_that_use_more_than_was_reckoned_have_the_next_ones_reckoned_higher(clock: VirtualClock) -> None:
    limiter, limit = RateLimiter(clock), Limit(6000, tokens=1000)
    at = await limiter.acquire("model", limit, 100)
    await limiter.correct("model", at, 100, 200)
    await anyio.sleep(MINUTE)
    started = []
    for _ in range(10):
        await limiter.acquire("model", limit, 100)
        started.append(clock.now())
    assert sum(start < started[0] + MINUTE for start in started) <= 5


async def test_a_use_that_cannot_be_starves_nobody_for_long(clock: VirtualClock) -> None:
    limiter, limit = RateLimiter(clock), Limit(60, tokens=1000)
    at = await limiter.acquire("model", limit, 10)
    await limiter.correct("model", at, 10, 1_000_000)
    before = clock.now()
    for _ in range(10):
        at = await limiter.acquire("model", limit, 10)
        await limiter.correct("model", at, 10, 10)
    assert clock.now() - before < 2 * MINUTE


def test_the_makespan_of_requests_is_bound_by_their_number_and_by_their_tokens() -> None:
    assert Limit(60).makespan([0] * 11) == pytest.approx(10 * GAP)
    assert Limit(6000, tokens=100).makespan([50] * 5) == pytest.approx(2 * MINUTE, abs=1)
    assert Limit(60).makespan([]) == 0


class SetBack(VirtualClock):
    """A clock that is set back each time it is looked at."""

    looks = 0

    def now(self) -> float:
        self.looks += 1
        return super().now() - 3600 * self.looks


async def test_a_clock_that_jumps_back_keeps_nobody_waiting() -> None:
    clock = SetBack()
    limiter = RateLimiter(clock)
    await limiter.acquire("model", Limit(60))
    await limiter.acquire("model", Limit(60))
    assert clock.slept == []
