"""How often the task list is read."""

from hypothesis import given
from hypothesis import strategies as st

from qwen_localize.jobs import JobRecord, State
from qwen_localize.jobs.schedule import FIRST_SECONDS, MOST_SLOWDOWN, faster, interval, slower
from server.jobs.records import record

NOW = 1_800_000_000.0
ages = st.floats(0, 1e6)
slowdowns = st.floats(1, MOST_SLOWDOWN)


def waiting(age: float, state: State = State.RUNNING) -> JobRecord:
    return record(state=state, sent=NOW - age)


@given(st.lists(st.builds(waiting, ages, st.sampled_from(State))), slowdowns)
def test_the_list_is_read_at_most_every_second_and_at_least_every_five_unless_the_service_asked_for_peace(
    jobs: list[JobRecord], slowdown: float
) -> None:
    assert FIRST_SECONDS * slowdown <= interval(jobs, NOW, slowdown) <= 5 * slowdown <= 80


@given(st.lists(ages))
def test_a_new_job_makes_the_list_be_read_every_second_however_old_the_others_are(old: list[float]) -> None:
    assert interval([*map(waiting, old), waiting(0)], NOW) == FIRST_SECONDS


def test_young_tasks_are_looked_after_each_second_and_old_ones_every_five() -> None:
    assert [interval([waiting(age)], NOW) for age in (0, 59, 60, 179, 180, 9999)] == [1, 1, 2, 2, 5, 5]


@given(st.sampled_from([state for state in State if state not in (State.QUEUED, State.RUNNING)]), ages)
def test_jobs_that_are_not_at_the_service_do_not_count(state: State, age: float) -> None:
    assert interval([waiting(age, state), waiting(500)], NOW) == 5


@given(slowdowns)
def test_a_refusal_slows_down_and_a_success_takes_it_back_within_bounds(slowdown: float) -> None:
    assert 1 <= faster(slowdown) <= slowdown <= slower(slowdown) <= MOST_SLOWDOWN
    if slowdown <= MOST_SLOWDOWN / 2:
        assert faster(slower(slowdown)) == slowdown


def test_refusals_in_a_row_reach_the_slowest_pace_and_successes_the_first() -> None:
    slowdown = 1.0
    for _ in range(10):
        slowdown = slower(slowdown)
    assert slowdown == MOST_SLOWDOWN
    for _ in range(10):
        slowdown = faster(slowdown)
    assert slowdown == 1
