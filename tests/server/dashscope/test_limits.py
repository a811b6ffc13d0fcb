"""The service's limits, kept on our side (contract 1.5)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen_localize.dashscope.limits import MINUTE, SLACK, Limit, Pace, Paces
from support import FakeClock


def test_requests_are_spread_evenly_over_the_minute() -> None:
    pace = Pace(Limit(60))
    starts = [pace.reserve(0) for _ in range(4)]
    assert starts == [0, 1 + SLACK, 2 * (1 + SLACK), 3 * (1 + SLACK)]


def test_a_pause_is_not_saved_up_for_a_burst() -> None:
    pace = Pace(Limit(60))
    pace.reserve(0)
    assert [pace.reserve(100), pace.reserve(100)] == [100, 101 + SLACK]


def test_tokens_wait_until_enough_of_the_minute_has_passed() -> None:
    pace = Pace(Limit(6000, tokens=100))
    assert pace.reserve(0, 60) == 0
    assert pace.reserve(10, 30) == 10
    assert pace.reserve(20, 50) == MINUTE


def test_a_request_larger_than_the_budget_goes_alone_instead_of_never() -> None:
    pace = Pace(Limit(6000, tokens=100))
    pace.reserve(0, 10)
    assert pace.reserve(1, 500) == MINUTE


@given(
    calls=st.lists(st.tuples(st.floats(0, 30), st.integers(0, 100)), max_size=60),
    requests=st.sampled_from([10, 60, 600]),
)
def test_no_minute_ever_holds_more_than_the_limit(calls: list[tuple[float, int]], requests: int) -> None:
    pace, now, started = Pace(Limit(requests, tokens=300)), 0.0, []
    for wait, tokens in calls:
        now += wait
        start = pace.reserve(now, tokens)
        assert start >= now
        started.append((start, tokens))
    for begin, _ in started:
        window = [tokens for start, tokens in started if begin <= start < begin + MINUTE - 1e-6]
        assert len(window) <= requests
        assert sum(window) <= 300


async def test_models_do_not_wait_for_each_other(clock: FakeClock) -> None:
    paces = Paces(clock)
    for name in ("one", "two", "one"):
        await paces.wait(name, Limit(60))
    assert clock.slept == [pytest.approx(1 + SLACK)]
