"""Which task of the list a lost submission is: only one that can be nobody else's."""

from hypothesis import assume, given
from hypothesis import strategies as st

from qwen_localize.dashscope import Row
from qwen_localize.jobs import JobRecord, lost
from qwen_localize.jobs.lost import Adopt, NeverArrived, Unclear
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
def test_a_task_that_is_known_to_be_anothers_is_never_adopted(job: JobRecord, rows: list[Row], known: set[str]) -> None:
    verdict = lost.look(job, [], rows, known)
    assert not isinstance(verdict, Adopt) or verdict.task_id not in known


@given(jobs(), rows, known)
def test_one_task_of_the_right_time_is_adopted_and_of_two_none(
    job: JobRecord, rows: list[Row], known: set[str]
) -> None:
    candidates = [row for row in rows if row.task_id not in known and near(job, row)]
    verdict = lost.look(job, [], rows, known)
    if len(candidates) == 1:
        assert verdict == Adopt(candidates[0].task_id)
    else:
        assert not isinstance(verdict, Adopt)


@given(jobs(), st.lists(jobs(), max_size=3), rows, known)
def test_a_task_that_another_lost_submission_may_be_is_not_adopted(
    job: JobRecord, others: list[JobRecord], rows: list[Row], known: set[str]
) -> None:
    verdict = lost.look(job, others, rows, known)
    if isinstance(verdict, Adopt):
        [row] = [row for row in rows if row.task_id == verdict.task_id]
        assert not any(near(other, row) for other in others)


@given(jobs(), jobs(), rows)
def test_two_lost_submissions_never_adopt_the_same_task(one: JobRecord, two: JobRecord, rows: list[Row]) -> None:
    verdicts = [lost.look(one, [two], rows, set()), lost.look(two, [one], rows, set())]
    adopted = [verdict.task_id for verdict in verdicts if isinstance(verdict, Adopt)]
    assert len(adopted) == len(set(adopted))


@given(jobs(), rows, known)
def test_nothing_is_said_to_be_unpaid_while_any_task_of_that_time_is_nobodys(
    job: JobRecord, rows: list[Row], known: set[str]
) -> None:
    assert job.sent is not None
    verdict = lost.look(job, [], rows, known)
    strangers = [row for row in rows if row.task_id not in known and abs(row.created - job.sent) < lost.FAR_SECONDS]
    assert not (strangers and isinstance(verdict, NeverArrived))


@given(jobs(), rows, known, st.randoms())
def test_the_order_of_the_list_and_tasks_of_others_change_nothing(
    job: JobRecord, rows: list[Row], known: set[str], chance: object
) -> None:
    shuffled = [row for row in reversed(rows) if row.task_id not in known]
    assert lost.look(job, [], rows, known) == lost.look(job, [], shuffled, set())


@given(jobs(), st.floats(11, 180))
def test_a_task_that_was_made_long_after_the_submission_is_asked_about_and_not_adopted(
    job: JobRecord, late: float
) -> None:
    assert job.sent is not None
    assert job.lost is not None
    assume(late > lost.ARRIVAL_SECONDS + lost.NEAR_SECONDS)
    assert lost.look(job, [], [Row("x", "RUNNING", job.sent + late)], set()) == Unclear(1)


def test_an_empty_list_means_that_nothing_arrived() -> None:
    assert lost.look(lost_job("a", NOON, NOON + 1), [], [], set()) == NeverArrived()
