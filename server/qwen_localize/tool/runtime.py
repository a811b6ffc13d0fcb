"""Everything that lives as long as the server: settings and tools in, and for each call what it may ask for."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from copy import copy
from dataclasses import dataclass
from typing import Any

from ..calls import Bookkeeping, PaidCalls
from ..clock import Clock
from ..dashscope import Timeouts
from ..files import Door, KeptFiles, Outputs
from ..jobs import GivenUp, JobRecord, Runner
from ..principals import Principals
from ..settings import Settings
from ..state import Answers, CostLedger, Database, Notices, purse
from .context import Calls, Context, Files, Jobs, ProgressReport
from .definition import Tool
from .process import Account, Opened, Process, parts


@dataclass(frozen=True)
class _Machine:
    """What one principal's calls with one account need."""

    opened: Opened
    paid: PaidCalls
    runner: Runner
    outputs: Outputs

    @property
    def database(self) -> Database:
        """The store."""
        return self.opened.database


class Runtime:
    """What calls ask for: each as the principal who makes it, so that nobody sees anything of anybody else.

    Args:
        settings: what the user decides.
        tools: whose jobs are done.
        clock: what time it is.
        timeouts: of the connection.
        principals: who shares the process.
        caller: who makes the call that is being served; empty for the user of this machine.
        door: how files come in for that call, if its caller does not share the disk.
    """

    def __init__(
        self,
        settings: Settings,
        tools: Sequence[Tool],
        clock: Clock,
        timeouts: Timeouts | None = None,
        *,
        principals: Principals | None = None,
        caller: Callable[[], str] = lambda: "",
        door: Callable[[], Door | None] = lambda: None,
    ) -> None:
        self.clock, self._door = clock, door
        self._principals = known = principals or Principals(settings)
        self._whose: Callable[[], str] = lambda: known.named(caller())
        self._results = {tool.name: tool.result for tool in tools}
        works = {tool.name: tool.work for tool in tools if tool.work}
        self._process = Process(known, works, clock, timeouts, self._batch_context)

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

    async def context(self, tool: str, progress: ProgressReport, wait_limit: float, given_up: GivenUp) -> Context:
        """What one call of a tool may ask for.

        Raises:
            StateUnavailable: there is no job store.
        """
        return self._context(await self._opened(), tool, progress, wait_limit, given_up)

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
        return _Machine(opened, paid, runner, Outputs(settings.output_dir))

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
            outputs=machine.outputs,
            kept=KeptFiles(settings.state_dir),
            parts=parts(settings),
            pdfs=machine.opened.pdfs,
            scratch=settings.state_dir / "scratch",
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
        return self._context(self._machine(opened, account), job.tool, progress, batch=job)
