"""Everything that lives as long as the server: settings and tools in, and for each call what it may ask for."""

import math
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from copy import copy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from ..calls import Bookkeeping, PaidCalls
from ..clock import Clock
from ..dashscope import Timeouts
from ..files import Door, Outputs
from ..jobs import GivenUp, JobRecord, Runner, Work
from ..meter import Meter
from ..principals import Principals
from ..settings import Settings
from ..state import Answers, CostLedger, Notices, Store, purse
from .consent import NO_CONSENT, Consent
from .context import Context, Files, Jobs, ProgressReport
from .definition import Registry, Tool
from .links import FinishedFile, FinishedFiles
from .paid import Calls
from .process import Account, Opened, Process, parts
from .results import JobResult
from .surroundings import clock_for

Part = TypeVar("Part")


@dataclass(frozen=True)
class _Machine:
    """What one principal's calls with one account need."""

    opened: Opened
    paid: PaidCalls
    runner: Runner
    outputs: Outputs

    @property
    def database(self) -> Store:
        """The store."""
        return self.opened.database

    @property
    def past_budget(self) -> "_Machine":
        """The same, without a daily budget."""
        return replace(self, paid=replace(self.paid, cap=None))


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


class Runtime:
    """What calls ask for: each as the principal who makes it, so that nobody sees anything of anybody else.

    Args:
        settings: what the user decides.
        tools: whose jobs are done.
        clock: what time it is.
        timeouts: of the connection.
        meter: what is counted.
        caller: who makes the call that is being served; empty for the user of this machine.
        door: how files come in for that call, if its caller does not share the disk.

    Raises:
        BadSetting: there is a file of principals, and it cannot be used; or the storage cannot be, as it is set.
    """

    def __init__(
        self,
        settings: Settings,
        tools: Sequence[Tool],
        clock: Clock,
        timeouts: Timeouts | None = None,
        meter: Meter | None = None,
        *,
        caller: Callable[[], str] = lambda: "",
        door: Callable[[], Door | None] = lambda: None,
    ) -> None:
        self.clock, self._door = clock_for(settings, clock), door
        self._principals = known = Principals.load(settings)
        self._whose: Callable[[], str] = lambda: known.named(caller())
        registry = Registry.of(tools)
        self._results = _PartsOfTools[type[JobResult]](registry, lambda tool: tool.result)
        works = _PartsOfTools[Work](registry, lambda tool: tool.work)
        self._process = Process(known, works, self.clock, timeouts, self._batch_context, meter)

    @property
    def principal(self) -> str:
        """Who makes the call that is being served."""
        return self._whose()

    @property
    def settings(self) -> Settings:
        """The settings under which that call is made."""
        return self._principals.settings(self.principal)

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Runtime"]:
        """The runtime, until the block ends; jobs of earlier processes go on at once."""
        async with self._process.running():
            yield self

    def of(self, principal: str) -> "Runtime":
        """The same for one principal, whoever makes the call that is being served."""
        other = copy(self)
        other._whose, other._door = lambda: principal, lambda: None  # noqa: SLF001 - its own kind
        return other

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
            machine = machine.past_budget
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
        return FinishedFiles(machine.runner, self.settings.output_dir, self._process.shelves)

    async def is_first_answer(self, question: str) -> bool:
        """Whether a question, by its name, is answered for the first time, by whichever of all processes.

        Raises:
            StateUnavailable: there is no job store.
        """
        return await Answers((await self._opened()).database).is_first(f"question {question}", self.clock.wall())

    async def costs(self) -> list[dict[str, Any]]:
        """The principal's costs so far with this service and key, by day, tool and model.

        Raises:
            StateUnavailable: there is no job store.
        """
        paid = (await self._opened()).paid
        return await paid.ledger.by_day(paid.scope)

    async def _opened(self) -> _Machine:
        opened = await self._process.opened()
        return self._machine(opened, self._process.account(opened, self.settings))

    def _machine(self, opened: Opened, account: Account) -> _Machine:
        settings, group, database = self.settings, self._process.group, opened.database
        paid = PaidCalls(
            scope=purse(account.settings.scope, self.principal),
            client=account.client,
            service=settings.service if settings.scope == account.settings.scope else account.settings.service,
            clock=self.clock,
            ledger=CostLedger(database),
            cap=settings.daily_budget,
            single_flight=account.single_flight,
            cache=opened.cache,
            answers=Answers(database),
            bookkeeping=Bookkeeping(group, self.clock),
        )
        runner = Runner(account.environment, account.submission, group, self.principal)
        return _Machine(opened, paid, runner, Outputs.shared(settings.output_dir, self._process.shelves))

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
        paid, outputs, notices = machine.paid, machine.outputs, Notices(machine.database, self.principal)
        until, runner, files = self.clock.now() + wait_limit, machine.runner, self._files(machine)
        jobs = Jobs(runner, paid, outputs, notices, self._results, tool, until, given_up, progress, batch)
        if files.finished.shelves and files.shares_disk and not batch:
            jobs = replace(jobs, at_hand=files.finished.at_hand)
        return Context(
            calls=Calls(paid, tool, durable=batch is not None),
            jobs=jobs,
            files=files,
            progress=progress,
            clock=self.clock,
        )

    def _files(self, machine: _Machine) -> Files:
        settings = self.settings
        return Files(
            paid=machine.paid,
            allowed_dirs=settings.allowed_dirs,
            outputs=machine.outputs,
            kept=machine.opened.inputs,
            parts=parts(settings, self._process.storage),
            pdfs=machine.opened.pdfs,
            scratch=settings.state_dir / "scratch",
            finished=self._finished(machine),
            door=self._door(),
        )

    def _batch_context(
        self, opened: Opened, account: Account, job: JobRecord, tell: Callable[[str], Awaitable[None]]
    ) -> Context:
        """What a batch works with, for whoever has ordered it: its answers are kept, and its progress with the job."""

        async def progress(_done: float, _total: float, words: str) -> None:
            await tell(words)

        return self.of(job.principal).for_batch(opened, account, job, progress)

    def for_batch(self, opened: Opened, account: Account, job: JobRecord, progress: ProgressReport) -> Context:
        """What one of the principal's batches works with, at the account that it was begun with."""
        machine = self._machine(opened, account)
        if shelves := self._process.shelves:
            machine = replace(machine, outputs=Outputs.shared(Path(job.directory), shelves))
        return self._context(machine.past_budget if job.past_budget else machine, job.tool, progress, batch=job)
