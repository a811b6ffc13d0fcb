"""Everything that lives as long as the server: settings and tools in, connection, store, poller and jobs out."""

import logging
import math
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import anyio
import anyio.to_thread
from anyio.abc import TaskGroup

from ..calls import Answer, Bookkeeping, PaidCalls, SessionCache, SingleFlight
from ..clock import Clock
from ..dashscope import Client, RateLimiter, Timeouts, Wire
from ..errors import InternalError, LocalizeError, StateUnavailable
from ..files import KeptFiles, Outputs, Pdfs, sweep_scratch
from ..jobs import (
    Environment,
    GivenUp,
    JobRecord,
    JobStore,
    Lock,
    Poller,
    Presence,
    Recovery,
    Runner,
    Submission,
    Work,
)
from ..meter import Meter
from ..settings import Settings
from ..state import KEPT_DAYS, Answers, CostLedger, Database, Notices, SharedRateLimits
from .consent import NO_CONSENT, Consent
from .context import Context, Files, Jobs, ProgressReport
from .definition import Registry, Tool
from .links import FinishedFile, FinishedFiles
from .paid import Calls
from .results import JobResult

logger = logging.getLogger(__name__)

Part = TypeVar("Part")

# How often a store that could not be opened is tried again, without a call that asks for it.
_AGAIN_SECONDS = 5.0


@dataclass(frozen=True)
class _Machine:
    """What there is once the store is open."""

    database: Database
    wire: Wire
    paid: PaidCalls
    runner: Runner
    pdfs: Pdfs


class _PartsOfTools(Mapping[str, Part]):
    """A part of each tool that has it, by the tool's name; asked for one, only that tool is imported."""

    def __init__(self, registry: Registry, part: Callable[[Tool], Part | None]) -> None:
        self._registry, self._part = registry, part

    def __getitem__(self, name: str) -> Part:
        tool = self._registry.named(name)
        part = self._part(tool) if tool else None
        if part is None:
            raise KeyError(name)
        return part

    def __iter__(self) -> Iterator[str]:
        return (tool.name for tool in self._registry if self._part(tool) is not None)

    def __len__(self) -> int:
        return len(list(iter(self)))


class _Attempt:
    """One try to open the store, for all who wait for it."""

    def __init__(self) -> None:
        self.done = anyio.Event()
        self.error: LocalizeError | None = None


class Runtime:
    """Opens the store when it is first needed, and again if that failed: a store that is locked, or whose disk is
    full, may be usable in a moment. Without one, each call says why it cannot run.

    Args:
        settings: what the user decides.
        tools: whose jobs are done.
        clock: what time it is.
        timeouts: of the connection.
        meter: what is counted.
    """

    def __init__(
        self,
        settings: Settings,
        tools: Sequence[Tool],
        clock: Clock,
        timeouts: Timeouts | None = None,
        meter: Meter | None = None,
    ) -> None:
        self.settings, self.clock, self._meter = settings, clock, meter
        self._timeouts = timeouts
        registry = Registry.of(tools)
        self._works = _PartsOfTools[Work](registry, lambda tool: tool.work)
        self._results = _PartsOfTools[type[JobResult]](registry, lambda tool: tool.result)
        self._outputs = Outputs(settings.output_dir)
        self._group: TaskGroup | None = None
        self._disk: tuple[Database, Presence] | None = None
        self._machine: _Machine | None = None
        self._attempt: _Attempt | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Runtime"]:
        """The runtime, until the block ends; jobs of earlier processes go on at once."""
        try:
            async with anyio.create_task_group() as group:
                self._group = group
                group.start_soon(self._keep_opening)
                yield self
                group.cancel_scope.cancel()
        finally:
            with anyio.CancelScope(shield=True):
                await self._close()

    async def context(
        self,
        tool: str,
        progress: ProgressReport,
        wait_limit: float,
        given_up: GivenUp,
        *,
        consent: Consent = NO_CONSENT,
        roots: tuple[Path, ...] = (),
        patience: float = math.inf,
    ) -> Context:
        """What one call of a tool may ask for.

        Args:
            tool: the tool's name.
            progress: told how far the call is.
            wait_limit: seconds that it may wait for a job.
            given_up: whether the client has given it up.
            consent: what the user has agreed to for it.
            roots: folders that may be read besides those of the settings.
            patience: seconds after which this client is known to give up.

        Raises:
            StateUnavailable: there is no job store.
        """
        machine = await self._opened()
        if consent.past_budget:
            machine = replace(machine, paid=replace(machine.paid, cap=None))
        context = self._context(machine, tool, progress, wait_limit, given_up)
        return replace(
            context,
            jobs=replace(context.jobs, consent=consent, patience=patience),
            files=replace(context.files, allowed_dirs=(*context.files.allowed_dirs, *roots)),
        )

    async def finished(self, link: str) -> FinishedFile:
        """The file that a link of a result stands for.

        Raises:
            BadInput: there is none.
            StateUnavailable: there is no job store.
        """
        return await self._finished(await self._opened()).find(link)

    def _finished(self, machine: _Machine) -> FinishedFiles:
        return FinishedFiles(machine.runner, self.settings.output_dir)

    async def costs(self) -> list[dict[str, Any]]:
        """The costs so far with this service and key, by day, tool and model.

        Raises:
            StateUnavailable: there is no job store.
        """
        return await (await self._opened()).paid.ledger.by_day(self.settings.scope)

    def _context(
        self,
        machine: _Machine,
        tool: str,
        progress: ProgressReport,
        wait_limit: float = 0.0,
        given_up: GivenUp = lambda: False,
        *,
        batch: JobRecord | None = None,
    ) -> Context:
        paid, outputs, notices = machine.paid, self._outputs, Notices(machine.database)
        until, runner = self.clock.now() + wait_limit, machine.runner
        return Context(
            calls=Calls(paid, tool, durable=batch is not None),
            jobs=Jobs(runner, paid, outputs, notices, self._results, tool, until, given_up, progress, batch),
            files=self._files(machine),
            progress=progress,
            clock=self.clock,
        )

    def _files(self, machine: _Machine) -> Files:
        settings = self.settings
        return Files(
            paid=machine.paid,
            allowed_dirs=settings.allowed_dirs,
            outputs=self._outputs,
            kept=KeptFiles(settings.state_dir),
            parts=_parts(settings),
            pdfs=machine.pdfs,
            scratch=settings.state_dir / "scratch",
            finished=self._finished(machine),
        )

    def _batch_context(self, job: JobRecord, tell: Callable[[str], Awaitable[None]]) -> Context:
        """What a batch works with: its answers are kept on disk, and its progress with the job."""

        async def progress(_done: float, _total: float, words: str) -> None:
            await tell(words)

        if (machine := self._machine) is None:
            raise InternalError
        if job.past_budget:
            machine = replace(machine, paid=replace(machine.paid, cap=None))
        return self._context(machine, job.tool, progress, batch=job)

    async def _keep_opening(self) -> None:
        while self._machine is None:
            with suppress(LocalizeError):
                await self._opened()
                return
            await self.clock.sleep(_AGAIN_SECONDS)

    async def _opened(self) -> _Machine:
        """The machine, opened by the first who needs it."""
        if self._machine is None:
            attempt = self._attempt
            if attempt is None:
                attempt = self._attempt = _Attempt()
                self._running_group.start_soon(self._try_to_open, attempt)
            await attempt.done.wait()
            if attempt.error:
                raise attempt.error
        if self._machine is None:
            raise InternalError
        return self._machine

    @property
    def _running_group(self) -> TaskGroup:
        if self._group is None:
            raise InternalError
        return self._group

    async def _try_to_open(self, attempt: _Attempt) -> None:
        try:
            self._machine = await self._open()
        except StateUnavailable as error:
            attempt.error = error
            logger.warning("%s", error)
        except Exception:
            # The server lives on, and says so to each call.
            logger.exception("The job store could not be opened for a reason nobody foresaw")
            attempt.error = InternalError()
        finally:
            self._attempt = None
            attempt.done.set()

    async def _open(self) -> _Machine:
        settings, now = self.settings, self.clock.wall()
        with anyio.CancelScope(shield=True):  # what is opened is known, and closed, also if the server ends meanwhile
            self._disk = disk = await anyio.to_thread.run_sync(_on_disk, settings.state_dir, now)
        database, presence = disk
        limiter = RateLimiter(self.clock, SharedRateLimits(database, settings.scope), self._meter)
        wire = Wire(settings.service, settings.key, clock=self.clock, timeouts=self._timeouts, limiter=limiter)
        client = Client(wire, settings.task_qps)
        single_flight = SingleFlight[Answer](self._running_group)
        environment = Environment(
            scope=settings.scope,
            region=settings.service.region,
            output_dir=settings.output_dir,
            store=JobStore(database),
            client=client,
            clock=self.clock,
            presence=presence,
            inputs=KeptFiles(settings.state_dir),
            works=self._works,
            contexts=self._batch_context,
            landed=single_flight.landed,
        )
        await _tidied(environment, database, now)
        await _swept(settings, self._outputs, now)
        paid = self._paid(client, database, single_flight)
        return _Machine(database, wire, paid, self._started(environment), Pdfs(self.clock))

    def _paid(self, client: Client, database: Database, single_flight: SingleFlight[Answer]) -> PaidCalls:
        return PaidCalls(
            scope=self.settings.scope,
            client=client,
            service=self.settings.service,
            clock=self.clock,
            ledger=CostLedger(database),
            cap=self.settings.daily_budget,
            single_flight=single_flight,
            cache=SessionCache(),
            answers=Answers(database),
            bookkeeping=Bookkeeping(self._running_group, self.clock),
        )

    def _started(self, environment: Environment) -> Runner:
        """The jobs, polled for from now on; without a key, none can be."""
        group, settings = self._running_group, self.settings
        submission = Submission(environment)
        runner = Runner(environment, submission, group)
        group.start_soon(runner.watch)
        if settings.key:
            lock = Lock(settings.state_dir / f"poller-{settings.scope}.lock")
            group.start_soon(Poller(environment, Recovery(environment, submission, group), lock).run)
        return runner

    async def _close(self) -> None:
        if self._disk:
            database, presence = self._disk
            presence.leave()
            database.close()
        if self._machine:
            await self._machine.pdfs.close()
            await self._machine.wire.close()


def _on_disk(state_dir: Path, now: float) -> tuple[Database, Presence]:
    """The store, and this process's sign in the state directory.

    Raises:
        StateUnavailable: the directory cannot be used.
    """
    database = Database(state_dir, now)
    try:
        return database, Presence(state_dir, now)
    except OSError as error:
        database.close()
        raise StateUnavailable(
            f"{state_dir} cannot be written ({error.strerror}). Make it writable, or set QWEN_LOCALIZE_STATE_DIR to "
            "another folder."
        ) from error


async def _tidied(environment: Environment, database: Database, now: float) -> None:
    """Forget what is old, as far as the disk allows it now."""
    try:
        await environment.store.prune(now)
        await CostLedger(database).prune(now)
        await Answers(database).prune(now)
        await environment.store.release(list(environment.inputs.left_over(now)), environment.inputs.remove)
    except (StateUnavailable, OSError) as error:
        logger.info("Old records are forgotten later: %s", error)


def _parts(settings: Settings) -> KeptFiles:
    """Parts of results; they are kept as long as the answers that name them."""
    return KeptFiles(settings.state_dir, "parts")


async def _swept(settings: Settings, outputs: Outputs, now: float) -> None:
    """Remove what a process has left lying that died, and parts of results that no answer names any more."""
    parts = _parts(settings)

    def work() -> None:
        for digest in parts.left_over(now, KEPT_DAYS * 24 * 3600.0):
            parts.remove(digest)
        sweep_scratch(settings.state_dir / "scratch", now)
        outputs.sweep(now)

    try:
        await anyio.to_thread.run_sync(work)
    except OSError as error:
        logger.info("What was left lying is removed later: %s", error)
