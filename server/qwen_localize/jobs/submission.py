"""Sending a job, or doing a batch: the part in which money is spent."""

import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from weakref import WeakValueDictionary

import anyio

from ..dashscope import Departure, as_text, usage_of
from ..errors import OWN_FAULT, BadAnswer, BadArgument, LocalizeError, OverBudget, StateUnavailable, Unconfirmed
from ..files import Kept, offer
from ..finishing import to_the_end
from ..state import until_available
from ..wellformed import word
from .environment import Environment
from .gate import LOOK_SECONDS, Gate, Turn
from .lifecycle import Ending
from .locks import BEAT_SECONDS
from .records import JobRecord, Kind, State
from .store import Enter
from .work import Batch, Upstream

logger = logging.getLogger(__name__)

# How long a process that is told to stop still waits for the answer to what is out: a task's id comes at once,
# a call's result, which nobody could ask for again, after a minute or so.
_GRACE_SECONDS = {Kind.TASK: 10.0, Kind.CALL: 120.0}
LONGEST_GRACE_SECONDS = max(_GRACE_SECONDS.values())

# How often a job looks at the gate before it says again that it waits there.
_LOOKS = 4

Body = dict[str, Any]


class Submission:
    """Sends the jobs of this process, and does its batches."""

    def __init__(self, environment: Environment) -> None:
        self._env = environment
        self._lifecycle = environment.lifecycle
        self._batches: set[str] = set()
        self._in_hand = WeakValueDictionary[str, anyio.Lock]()

    async def run(self, job: JobRecord) -> None:
        """Send a job that is PREPARED, or do it; whatever goes wrong is written down with it.

        While this process was taken to be gone, its jobs were given to others: one of them may come back to it, and be
        in its hands still. It is then gone on with when that has come to an end, if there is anything left to do.
        """
        hand = self._in_hand.setdefault(job.id, anyio.Lock())
        came_back = hand.locked()
        async with hand:
            await until_available(self._env.clock, lambda: self._begin(job, came_back), job.id)
        self._env.woken.happened()

    async def _begin(self, job: JobRecord, came_back: bool) -> None:
        work = self._env.work(job)
        if came_back and isinstance(work, Upstream) and not await self._is_unsent(job):
            return
        try:
            await (self._do(job, work) if isinstance(work, Batch) else self._send(job, work))
        except StateUnavailable:
            raise
        except LocalizeError as error:
            await self._lifecycle.refused(job, str(error), type(error).__name__)
        except Exception:
            # Once a request is out, `_submit` and `_call` let nothing through: this is from before.
            logger.exception("%s failed for a reason nobody foresaw", job.id)
            await self._lifecycle.refused(job, OWN_FAULT)

    async def _is_unsent(self, job: JobRecord) -> bool:
        now = await self._env.store.get(job.id)
        return now is not None and now.owner == job.owner and now.state is State.PREPARED

    @property
    def is_doing(self) -> bool:
        """Whether this process does a batch."""
        return bool(self._batches)

    async def _send(self, job: JobRecord, work: Upstream) -> None:
        model = work.models.get(job.model)
        if model is None:
            raise BadArgument(f"This version of the server has no model {job.model}. Choose another model.")
        urls = [await offer(self._env.client, job.model, media, work.inline) for media in await self._env.media(job)]
        body = {"model": job.model} | work.request(job.arguments, urls)
        limit, uploads = model.limit_at(self._env.region), any(url.startswith("oss://") for url in urls)
        if self._env.gate and work.kind is Kind.TASK:
            await self._through(self._env.gate, Turn(job, limit), partial(self._out, work, body, uploads))
        else:
            await self._env.client.acquire(job.model, limit)
            if begun := await self._lifecycle.submitting(job):
                await self._out(work, body, uploads, begun, None)

    async def _through(self, gate: Gate, turn: Turn, out: Callable[[JobRecord, Enter], Awaitable[None]]) -> None:
        """Send a job when it is its turn among all processes; not at all if it is another's by then, or not wanted."""
        try:
            async with gate.first(turn.job):
                begun = await self._turned(gate, turn)
            if begun:
                await out(begun, turn.goes)
        finally:
            with anyio.CancelScope(shield=True):
                await self._freed(gate, turn)

    async def _turned(self, gate: Gate, turn: Turn) -> JobRecord | None:
        """The job when it is its turn."""
        while True:
            await gate.wait(turn)
            for _ in range(_LOOKS):
                if await gate.is_next(turn):
                    begun = await self._lifecycle.submitting(turn.job, turn.entered)
                    if begun or turn.wait is None:
                        return begun
                await self._env.clock.sleep(min(turn.wait or 0.0, LOOK_SECONDS))

    async def _freed(self, gate: Gate, turn: Turn) -> None:
        try:
            await gate.free(turn)
        except StateUnavailable as error:
            logger.warning("The gate opens by itself: %s", error)

    async def _out(self, work: Upstream, body: Body, uploads: bool, job: JobRecord, enter: Enter | None) -> None:
        """Have a request go out that is written down, whatever ends meanwhile."""
        departure = Departure(lambda: self._lifecycle.goes_out(job, self._env.client.skew, enter))
        send = self._submit if work.kind is Kind.TASK else self._call
        await to_the_end(
            lambda: send(job, work, body, departure, uploads), lambda: _GRACE_SECONDS[work.kind], self._beat
        )

    async def _submit(self, job: JobRecord, work: Upstream, body: Body, departure: Departure, uploads: bool) -> None:
        """Submit a task. Once it is out, only a stated refusal ends it for free; anything else is looked for."""
        try:
            state = await self._env.client.submit(work.path, body, departure, uploads=uploads)
        except Unconfirmed as error:
            await self._lifecycle.unconfirmed(job, error.reason, self._env.clock.wall(), error.answer)
        except Exception:
            if not departure.gone:
                raise
            logger.exception("The submission of %s failed for a reason nobody foresaw", job.id)
            await self._lifecycle.unconfirmed(job, OWN_FAULT, self._env.clock.wall())
        else:
            await self._lifecycle.submitted(job, state.task_id)

    async def _call(self, job: JobRecord, work: Upstream, body: Body, departure: Departure, uploads: bool) -> None:
        """Make a call. Once it is out, only a stated refusal ends it for free; of anything else, the user decides."""
        try:
            answer = await self._env.client.call(work.path, body, departure, uploads=uploads)
        except Unconfirmed as error:
            await self._lifecycle.needs_decision(job, undecided(str(error)), error.answer)
        except Exception:
            if not departure.gone:
                raise
            logger.exception("The call of %s failed for a reason nobody foresaw", job.id)
            await self._lifecycle.needs_decision(job, undecided(OWN_FAULT))
        else:
            await self._answered(job, work, answer)

    async def _answered(self, job: JobRecord, work: Upstream, answer: dict[str, Any]) -> None:
        await ready(self._env, job, work, answer.get("output"), usage_of(answer), word(answer.get("request_id")))

    async def _do(self, job: JobRecord, work: Batch) -> None:
        """Do a batch, from its beginning or with the answers that it has, until it rests, ends, or is another's."""
        while (now := await self._env.store.get(job.id)) and now.owner == self._env.presence.name:
            match now.state:
                case State.PREPARED | State.RUNNING | State.PAUSING | State.PAUSED if now.cancel:
                    await self._lifecycle.stopped(now, await self._landed(now))
                case State.PREPARED | State.RUNNING:
                    if begun := await self._lifecycle.working(now, now.owner):
                        await self._work_on(begun, work)
                case State.PAUSING:
                    # Whoever goes on with it does not pay again for what was out.
                    await self._lifecycle.paused(now, await self._landed(now))
                case _:
                    return

    async def _work_on(self, job: JobRecord, work: Batch) -> None:
        """Do a batch until it ends, or is stopped."""
        async with anyio.create_task_group() as group:
            with anyio.CancelScope() as scope:
                group.start_soon(self._heed, job, scope)
                self._batches.add(job.id)
                try:
                    await self._finish(job, work)
                finally:
                    self._batches.discard(job.id)
            group.cancel_scope.cancel()

    async def _finish(self, job: JobRecord, work: Batch) -> None:
        try:
            await self._lifecycle.completed(job, await self._done(job, work))
        except LocalizeError as error:
            over = isinstance(error, OverBudget) or isinstance(error.__cause__, OverBudget)
            await self._broken_off(job, str(error), OverBudget.__name__ if over else "")
        except Exception:
            logger.exception("%s could not be put together for a reason nobody foresaw", job.id)
            await self._broken_off(job, OWN_FAULT)

    async def _broken_off(self, job: JobRecord, words: str, error: str = "") -> None:
        await self._lifecycle.broken_off(job, words, await self._landed(job), error)

    async def _landed(self, job: JobRecord) -> list[dict[str, Any]]:
        """What the parts of a batch have made, once nothing of it is out any more."""
        await self._env.children.withdraw(job, cancel=job.cancel)
        await self._env.landed()
        return await self._env.children.all_rested(job)

    async def _done(self, job: JobRecord, work: Batch) -> Ending:
        context = self._env.contexts(job, partial(self._lifecycle.told, job))
        inputs = [Kept(**kept) for kept in job.inputs] if work.opens else await self._env.media(job)
        return await work.work(context, job.arguments, inputs)

    async def _heed(self, job: JobRecord, scope: anyio.CancelScope) -> None:
        """Stop a batch when it is cancelled, or has nobody any more who waits for it, in whichever process."""
        while True:
            changed = self._env.signals.next(job.id)
            try:
                now = await self._env.store.get(job.id)
            except StateUnavailable as error:
                logger.info("%s cannot be looked at now: %s", job.id, error)
            else:
                if not now or now.cancel or now.state is not State.RUNNING or now.owner != job.owner:
                    scope.cancel()
            await changed()

    async def _beat(self) -> None:
        """Say that this process lives: should it die, what came to the service later was not sent by it."""
        while True:
            self._env.presence.beat(self._env.clock.wall())
            await self._env.clock.sleep(BEAT_SECONDS)


async def ready(
    env: Environment, job: JobRecord, work: Upstream, output: Any, usage: dict[str, Any], request_id: str
) -> None:
    """Write down that a job is paid, with where its results are; what nobody understands is kept, and asked about."""
    try:
        found = work.read(output)
    except BadAnswer as error:
        words = f"{error} It counts as paid, and what the service said is kept with the job."
        await env.lifecycle.needs_decision(job, _ask(words), as_text(output))
    else:
        await env.lifecycle.ready(job, found.urls, usage=usage, request_id=request_id, details=found.details)


def undecided(words: str) -> str:
    """What to say of a call whose answer nobody has, and nobody can ask for."""
    return _ask(f"{words} The service keeps no list of such calls, so whether it is paid cannot be known.")


def _ask(words: str) -> str:
    return f"{words} Ask the user before paying again; if they agree, cancel_job and then repeat the call."
