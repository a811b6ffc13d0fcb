"""The arithmetic of trying again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen_localize.dashscope.retry import (
    ATTEMPTS,
    JITTER,
    LONGEST_PAUSE,
    TOTAL_SECONDS,
    Failure,
    Repeat,
    allowed,
    pause,
    retry_after,
)


def test_pauses_double_from_half_a_second() -> None:
    assert [pause(attempt, 0, None, 0) for attempt in range(1, ATTEMPTS + 1)] == [0.5, 1, 2, 4, None]


def test_the_service_may_ask_for_longer_but_not_for_less() -> None:
    assert pause(1, 0, 30, 0) == 30
    assert pause(3, 0, 0.1, 0) == 2


def test_a_wait_that_would_pass_the_total_is_not_begun() -> None:
    assert pause(1, 0, TOTAL_SECONDS + 1, 0) is None
    assert pause(1, TOTAL_SECONDS, None, 0) is None


@given(
    attempt=st.integers(1, 20),
    elapsed=st.floats(0, 500),
    hint=st.none() | st.floats(0, 1000),
    chance=st.floats(0, 1, exclude_max=True),
    slow=st.floats(1, 4),
)
def test_every_pause_is_bounded_by_attempts_and_by_time(
    attempt: int, elapsed: float, hint: float | None, chance: float, slow: float
) -> None:
    wait = pause(attempt, elapsed, hint, chance, slow)
    if wait is None:
        return
    assert attempt < ATTEMPTS
    assert elapsed + wait <= TOTAL_SECONDS
    assert (hint or 0) <= wait <= max(LONGEST_PAUSE * slow, hint or 0) * (1 + JITTER)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "3"}, 3),
        ({"retry-after-ms": "250"}, 0.25),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "nan"}, None),
        ({}, None),
    ],
)
def test_what_the_service_asks_for_is_read_from_its_headers(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds


@pytest.mark.parametrize(
    ("repeat", "failures"),
    [
        (Repeat.ALWAYS, set(Failure)),
        (Repeat.IF_REFUSED, {Failure.UNSENT, Failure.ANSWERED, Failure.FAILED}),
        (Repeat.IF_UNSENT, {Failure.UNSENT}),
    ],
)
def test_a_paid_request_is_repeated_only_where_that_cannot_pay_twice(repeat: Repeat, failures: set[Failure]) -> None:
    assert {failure for failure in Failure if allowed(repeat, failure)} == failures
