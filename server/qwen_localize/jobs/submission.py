"""The part of a job that only the process can do that was asked for it: send it."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import anyio

from ..dashscope import Limit
from ..errors import OWN_FAULT, Bug, LocalizeError, StateUnavailable, Unconfirmed
from .poller import Poller
from .records import JobRecord, Kind, State

logger = logging.getLogger(__name__)

# How long a process that is told to stop still waits for the answer to what is out: a task's id comes at once,
# a call's result, which nobody could ask for again, after a minute or so.
_GRACE_SECONDS = {Kind.TASK: 10.0, Kind.CALL: 120.0}
# How often what is paid for is tried to be written down.
_KEEP_SECONDS = 1.0

Tell = Callable[[str], Awaitable[None]]


@dataclass(frozen=True)
class Ending:
    """What a batch ends with."""

    message: str
    details: dict[str, Any]
    artifacts: list[dict[str, Any]]
    usage: dict[str, Any]
    cost: float | None


@dataclass(frozen=True)
class Order:
    """A job to be begun.

    Attributes:
        pieces: how many results `cost` is for.
        prepare: of a task or a call: uploads what must be; returns the request's body, and whether it names uploads.
        work: of a batch: all of it; tells how far it is.
    """

    tool: str
    label: str
    digest: str
    model: str
    limit: Limit
    path: str
    directory: str
    stem: str
    cost: float | None
    cap: float | None
    kind: Kind
    pieces: int = 1
    prepare: Callable[[], Awaitable[tuple[dict[str, Any], bool]]] | None = None
    work: Callable[[Tell], Awaitable[Ending]] | None = None

    def billed(self, pieces: int) -> float | None:
        """The cost of so many results, in CNY."""
        return None if self.cost is None else round(self.cost * pieces / self.pieces, 6)


class Submission:
    """Sends the jobs of this process."""

    def __init__(self, poller: Poller) -> None:
        self._poller = poller
        self._store, self._client, self._clock = poller.store, poller.client, poller.clock
        self._batches: dict[str, anyio.CancelScope] = {}

    async def run(self, job: JobRecord, order: Order) -> None:
        """Send a job, or do it; whatever goes wrong is written down with it."""
        try:
            if order.work:
                await self._work(job, order.work)
            elif order.prepare:
                await self._submit(job, order, *await order.prepare())
        except LocalizeError as error:
            await self._fail(job, str(error))
        except Exception:
            logger.exception("A job failed for a reason nobody foresaw")
            await self._fail(job, OWN_FAULT)

    def stop(self, job_id: str) -> bool:
        """Stop a batch of this process; whether there is one."""
        scope = self._batches.get(job_id)
        if scope:
            scope.cancel()
        return scope is not None

    async def _submit(self, job: JobRecord, order: Order, body: dict[str, Any], oss: bool) -> None:
        await self._client.turn(order.model, order.limit)
        if not await self._change(job, only={State.PREPARED}, state=State.SUBMITTING, sent=self._clock.wall()):
            return
        send = self._send_task if order.kind is Kind.TASK else self._send_call
        await _to_the_end(lambda: send(job, order, body, oss), _GRACE_SECONDS[order.kind])
        self._poller.woken.happened()

    async def _send_task(self, job: JobRecord, order: Order, body: dict[str, Any], oss: bool) -> None:
        try:
            state = await self._client.submit(order.path, body, oss=oss, before=partial(self._goes_out, job))
        except Unconfirmed as error:
            await self._keep(job, state=State.UNSURE, lost=self._clock.wall(), message=error.reason)
        else:
            await self._keep(job, state=State.QUEUED, upstream_id=state.task_id)

    async def _goes_out(self, job: JobRecord) -> None:
        """A task that was turned away goes out later than it first did, and is looked for by that time."""
        await self._change(job, sent=self._clock.wall())

    async def _send_call(self, job: JobRecord, order: Order, body: dict[str, Any], oss: bool) -> None:
        try:
            answer = await self._client.call(order.path, body, oss=oss)
        except Unconfirmed as error:
            await self._keep(job, state=State.UNCLEAR, message=unclear_call(str(error)))
        else:
            urls = self._poller.result_urls[order.tool](answer.get("output") or {})
            if not urls:
                raise Bug("The service answered without a picture. Reword the instruction, and call again.")
            facts = {"usage": answer.get("usage") or {}, "request_id": str(answer.get("request_id") or "")}
            await self._keep(job, state=State.READY, urls=urls, billed=order.billed(len(urls)), **facts)

    async def _work(self, job: JobRecord, work: Callable[[Tell], Awaitable[Ending]]) -> None:
        async def tell(words: str) -> None:
            await self._change(job, only={State.RUNNING}, message=words)

        if not await self._change(job, only={State.PREPARED}, state=State.RUNNING, sent=self._clock.wall()):
            return
        with anyio.CancelScope() as scope:
            self._batches[job.id] = scope
            try:
                end = await work(tell)
            finally:
                del self._batches[job.id]
            facts = {"details": end.details, "artifacts": end.artifacts, "usage": end.usage, "cost": end.cost}
            await self._keep(job, state=State.SUCCEEDED, message=end.message, **facts)
        if scope.cancelled_caught:
            words = "Cancelled. What was answered before is paid; the same call again takes it up from there."
            await self._change(job, only={State.RUNNING}, state=State.CANCELED, message=words)

    async def _fail(self, job: JobRecord, words: str) -> None:
        early = {State.PREPARED, State.SUBMITTING, State.RUNNING}
        await self._keep(job, only=early, state=State.FAILED, message=words, billed=0.0)

    async def _keep(self, job: JobRecord, **values: Any) -> None:
        """Write down what became of a job: tried until the disk takes it, since nobody else knows."""
        while True:
            try:
                await self._change(job, **values)
            except StateUnavailable as error:
                logger.warning("What became of %s is written down later: %s", job.id, error)
                await self._clock.sleep(_KEEP_SECONDS)
            else:
                return

    async def _change(self, job: JobRecord, **values: Any) -> JobRecord | None:
        changed = await self._store.change(job.id, self._clock.wall(), **values)
        self._poller.changed.happened()
        return changed


def unclear_call(words: str) -> str:
    """What to say of a call whose answer nobody has, and nobody can ask for."""
    return (
        f"{words} The service keeps no list of such calls, so whether it is paid cannot be known. Ask the user before "
        "paying again; if they agree, cancel_job and then repeat the call."
    )


async def _to_the_end(work: Callable[[], Awaitable[None]], grace: float) -> None:
    """Finish `work` even if this task is cancelled meanwhile, though then only for so many seconds."""
    shield = anyio.CancelScope(shield=True)
    failure: LocalizeError | None = None

    async def limit() -> None:
        try:
            await anyio.sleep_forever()
        finally:
            shield.deadline = anyio.current_time() + grace

    async with anyio.create_task_group() as group:
        group.start_soon(limit)
        with shield:
            try:
                await work()
            except LocalizeError as error:
                failure = error  # the group would wrap it
        group.cancel_scope.cancel()
    if failure:
        raise failure
