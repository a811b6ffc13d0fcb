"""Which tasks of the list may be those of a lost submission."""

from hypothesis import assume, given
from hypothesis import strategies as st

from qwen_localize.dashscope import Row
from qwen_localize.jobs import JobRecord, lost
from qwen_localize.jobs.lost import Ambiguous, Candidates, NeverArrived
from server.jobs.records import lost_job

NOON = 1_800_000_000.0
near_noon = st.floats(NOON - 600, NOON + 600)
rows = st.lists(
    st.builds(Row, task_id=st.sampled_from("abcdefgh"), status=st.just("RUNNING"), created=near_noon),
    unique_by=lambda row: row.task_id,
    max_size=6,
)
known = st.sets(st.sampled_from("abcdefgh"), max_size=5)


@st.composite
def jobs(draw: st.DrawFn) -> JobRecord:
    sent = draw(near_noon)
    return lost_job(draw(st.uuids()).hex, sent, sent + draw(st.floats(0, 200)))


def near(job: JobRecord, row: Row) -> bool:
    """Whether the row is of about the time at which the job was sent, by a plain reading of the rule."""
    assert job.sent is not None
    assert job.lost is not None
    latest = min(job.lost, job.sent + lost.ARRIVAL_SECONDS)
    return job.sent - lost.NEAR_SECONDS <= row.created <= latest + lost.NEAR_SECONDS


@given(jobs(), rows, known)
def test_the_candidates_are_the_tasks_of_the_right_time_that_nobody_else_has(
    job: JobRecord, rows: list[Row], known: set[str]
) -> None:
    verdict = lost.look(job, rows, known)
    expected = {row.task_id for row in rows if row.task_id not in known and near(job, row)}
    found = {row.task_id for row in verdict.rows} if isinstance(verdict, Candidates) else set[str]()
    assert found == (expected if len(expected) <= lost.MOST_CANDIDATES else set())


@given(jobs(), rows, known)
def test_nothing_is_said_to_be_unpaid_while_any_task_of_that_time_is_nobodys(
    job: JobRecord, rows: list[Row], known: set[str]
) -> None:
    assert job.sent is not None
    verdict = lost.look(job, rows, known)
    strangers = [row for row in rows if row.task_id not in known and abs(row.created - job.sent) < lost.FAR_SECONDS]
    assert not (strangers and isinstance(verdict, NeverArrived))


@given(jobs(), rows, known, st.randoms())
def test_the_order_of_the_list_and_tasks_of_others_change_nothing(
    job: JobRecord, rows: list[Row], known: set[str], chance: object
) -> None:
    def found(verdict: lost.Verdict) -> object:
        return set(verdict.rows) if isinstance(verdict, Candidates) else verdict

    shuffled = [row for row in reversed(rows) if row.task_id not in known]
    assert found(lost.look(job, rows, known)) == found(lost.look(job, shuffled, set()))


@given(jobs(), st.floats(11, 180))
def test_a_task_that_was_made_long_after_the_submission_is_no_candidate_and_leaves_doubt(
    job: JobRecord, late: float
) -> None:
    assert job.sent is not None
    assert job.lost is not None
    assume(late > lost.ARRIVAL_SECONDS + lost.NEAR_SECONDS)
    assert lost.look(job, [Row("x", "RUNNING", job.sent + late)], set()) == Ambiguous(1)


def test_more_candidates_than_can_be_looked_at_leave_doubt() -> None:
    many = [Row(str(number), "SUCCEEDED", NOON) for number in range(lost.MOST_CANDIDATES + 1)]
    assert isinstance(lost.look(lost_job("a", NOON, NOON + 1), many[1:], set()), Candidates)
    assert lost.look(lost_job("a", NOON, NOON + 1), many, set()) == Ambiguous(len(many))


def test_an_empty_list_means_that_nothing_arrived() -> None:
    assert lost.look(lost_job("a", NOON, NOON + 1), [], set()) == NeverArrived()
