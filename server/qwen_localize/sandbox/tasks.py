"""Asynchronous tasks: queue, states, expiry (docs/model-studio.md 2)."""

import uuid
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from anyio.abc import TaskGroup

from .catalogue import ImageModel
from .clock import Clock
from .errors import Refusal

QUEUE = 500  # docs/model-studio.md 1.5
KEPT_SECONDS = 24 * 3600.0  # docs/model-studio.md 2.1


class State(StrEnum):
    """The documented task states."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELED = "CANCELED"


Work = Callable[["Task"], Awaitable[dict[str, Any]]]


@dataclass
class Task:
    """One task. Times are service seconds since the sandbox opened.

    Attributes:
        output: what a SUCCEEDED task adds to `output`.
        failure: why it FAILED.
    """

    model: ImageModel
    request_id: str
    work: Work
    submitted: float
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    state: State = State.PENDING
    scheduled: float | None = None
    ended: float | None = None
    output: dict[str, Any] = field(default_factory=dict)
    failure: Refusal | None = None


class Tasks:
    """The queue and what became of everything in it.

    Args:
        clock: service time.
        least_seconds: how long a task stays RUNNING at least.
        jobs: where tasks run.
        on_success: told of every task that SUCCEEDED, and so is billed.
    """

    def __init__(
        self,
        clock: Clock,
        least_seconds: float,
        jobs: TaskGroup,
        on_success: Callable[[Task], None],
    ) -> None:
        self._clock = clock
        self._least_seconds = least_seconds
        self._jobs = jobs
        self._on_success = on_success
        self._tasks: dict[str, Task] = {}
        self._waiting: dict[str, deque[Task]] = {}
        self._running: dict[str, int] = {}

    def submit(self, model: ImageModel, request_id: str, work: Work) -> Task:
        """Queue a task.

        Raises:
            Refusal: 500 tasks of the model are waiting already.
        """
        waiting = self._waiting.setdefault(model.name, deque())
        if len(waiting) >= QUEUE:
            raise Refusal(429, "Throttling", "Too many tasks are waiting in the queue.", over_limit=True)
        task = Task(model, request_id, work, self._clock.now())
        self._tasks[task.id] = task
        waiting.append(task)
        self._start_waiting(model)
        return task

    def find(self, task_id: str) -> Task | None:
        """The task; None if there is none of this id, or it has expired."""
        self._drop_expired()
        return self._tasks.get(task_id)

    def all(self) -> list[Task]:
        """Every task that has not expired, the newest first."""
        self._drop_expired()
        return list(reversed(self._tasks.values()))

    def cancel(self, task_id: str) -> None:
        """Cancel a PENDING task (docs/model-studio.md 2.4).

        Raises:
            Refusal: the task is in any other state, or unknown.
        """
        task = self.find(task_id)
        if task is None or task.state is not State.PENDING:
            message = "Failed to cancel the task, please confirm if the task is in PENDING status."
            raise Refusal(400, "UnsupportedOperation", message)
        self._waiting[task.model.name].remove(task)
        self._end(task, State.CANCELED)

    def forget(self, task_id: str) -> None:
        """Lose a task as if it had expired."""
        self._tasks.pop(task_id, None)

    def _start_waiting(self, model: ImageModel) -> None:
        waiting = self._waiting[model.name]
        while waiting and (model.at_once is None or self._running.get(model.name, 0) < model.at_once):
            task = waiting.popleft()
            task.state, task.scheduled = State.RUNNING, self._clock.now()
            self._running[model.name] = self._running.get(model.name, 0) + 1
            self._jobs.start_soon(self._run, task)

    async def _run(self, task: Task) -> None:
        started = self._clock.now()
        try:
            task.output = await task.work(task)
        except Refusal as refusal:
            task.failure = refusal
        await self._clock.sleep(started + self._least_seconds - self._clock.now())
        self._end(task, State.SUCCEEDED if task.failure is None else State.FAILED)
        self._running[task.model.name] -= 1
        self._start_waiting(task.model)

    def _end(self, task: Task, state: State) -> None:
        task.state, task.ended = state, self._clock.now()
        if state is State.SUCCEEDED:
            self._on_success(task)

    def _drop_expired(self) -> None:
        oldest = self._clock.now() - KEPT_SECONDS
        for task_id in [task.id for task in self._tasks.values() if task.submitted <= oldest]:
            del self._tasks[task_id]
