"""Many submissions of one account, of which some are lost in one way or another: each is found, or sent again."""

import random
from dataclasses import dataclass, replace
from typing import Any

import pytest

from qwen_localize.dashscope import Row, TaskList, Waiting
from qwen_localize.jobs import FilePresence, State
from qwen_localize.jobs.lifecycle import Lifecycle
from server.jobs.desk import NOW, Desk, Listed
from server.jobs.records import record

JOBS, SEEDS = 40, 6
_AGAIN_TAKES = 30.0


@dataclass(frozen=True)
class Sent:
    """A submission.

    Attributes:
        at: when it was sent.
        after: how many seconds later its task was made; None if it did not arrive.
        fate: whether the answer "came", was "lost", or its process was "killed".
        noticed: how many seconds after it was sent that happened.
        takes: how many seconds the task works.
    """

    name: str
    at: float
    after: float | None
    fate: str
    noticed: float
    takes: float

    @property
    def task_id(self) -> str:
        return f"task-of-{self.name}"


def history(chance: random.Random) -> list[Sent]:
    """Submissions one after the other, as the limit of an account has them; a third of them have no answer."""
    found, at = list[Sent](), NOW + 1
    for number in range(JOBS):
        fate = chance.choice(("came", "came", "came", "came", "lost", "killed"))
        after = chance.uniform(0.01, 0.5)
        arrived = fate == "came" or chance.random() < 0.5
        noticed = after + chance.choice((0.0, 0.0, chance.uniform(0, 9)))
        takes = chance.choice((2.0, 15.0, chance.uniform(20, 90)))
        found.append(Sent(f"{number:02}", at, after if arrived else None, fate, noticed, takes))
        at += noticed + chance.uniform(1.0, 15.0)
    return found


class Account(Listed):
    """A service that lists what has been made of these so far, and of what is sent again."""

    def __init__(self, desk: Desk, sent: list[Sent]) -> None:
        super().__init__(made_of={one.task_id: one.name for one in sent})
        self._clock = desk.clock
        self._made = [(Row(one.task_id, "RUNNING", one.at + one.after), one.takes) for one in sent if one.after]

    async def list_tasks(self, model: str, page: int = 1) -> TaskList:
        now = self._clock.wall()
        made = [(row, now - row.created - takes) for row, takes in self._made if row.created <= now]
        self.rows = [replace(row, status="SUCCEEDED" if over >= 0 else "RUNNING") for row, over in made]
        return await super().list_tasks(model, page)

    async def _taken(self) -> Any:
        name = self.sent[-1]["input"]["url"].removeprefix("oss://").removesuffix(".png")
        task_id = f"again-{name}"
        self.made_of[task_id] = name
        self._made.append((Row(task_id, "RUNNING", self._clock.wall()), _AGAIN_TAKES))
        return Waiting(task_id, running=False)


async def _happens(desk: Desk, lifecycle: Lifecycle, one: Sent) -> None:
    """Have the store told of a submission, each thing in its time."""
    await desk.clock.sleep(one.at - desk.clock.wall())
    process = FilePresence(desk.folder, one.at)
    job = record(one.name, state=State.SUBMITTING, created=one.at, changed=one.at, sent=one.at, owner=process.name)
    await desk.add(job)
    await desk.clock.sleep(one.noticed)
    process.beat(desk.clock.wall())
    if one.fate == "came":
        await lifecycle.submitted(job, one.task_id)
    elif one.fate == "lost":
        await lifecycle.unconfirmed(job, "No answer came.", desk.clock.wall())
    await process.leave()


@pytest.mark.parametrize("seed", range(SEEDS))
async def test_each_lost_submission_is_found_or_sent_again_and_nobody_is_asked(desk: Desk, seed: int) -> None:
    sent = history(random.Random(seed))
    service = Account(desk, sent)
    async with desk.polling(service) as parts:
        for one in sent:
            parts.group.start_soon(_happens, desk, parts.env.lifecycle, one)
        await desk.clock.sleep(sent[-1].at - NOW)
        ended = [await desk.until(f"job-{one.name}", State.SUCCEEDED, State.NEEDS_DECISION) for one in sent]
    wanted = [one.task_id if one.after else f"again-{one.name}" for one in sent]
    assert [job.upstream_id for job in ended] == wanted
    assert len(service.sent) == sum(one.after is None for one in sent)
