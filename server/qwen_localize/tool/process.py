"""What the principals of one process share: the store, and of each account the connection, its limits, its jobs."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import anyio
import anyio.to_thread
from anyio.abc import TaskGroup

from ..calls import Answer, SessionCache, SingleFlight
from ..clock import Clock
from ..dashscope import Client, RateLimiter, Timeouts, Wire
from ..errors import InternalError, LocalizeError, StateUnavailable
from ..files import KeptFiles, Outputs, Pdfs, Shelves, Storage, Uploads, open_storage, own_folders, sweep_scratch
from ..jobs import (
    Environment,
    JobRecord,
    JobSignals,
    Poller,
    Recovery,
    Runner,
    Submission,
    Works,
)
from ..meter import Meter
from ..principals import Principals
from ..settings import Settings
from ..state import KEPT_DAYS, Answers, CostLedger, SharedRateLimits, Store
from .surroundings import Surroundings, open_surroundings
from .sweeping import swept

logger = logging.getLogger(__name__)

# How often a store that could not be opened is tried again, without a call that asks for it.
_AGAIN_SECONDS = 5.0
# How often what is old is looked for in the storage that replicas share.
_SWEEP_SECONDS = 6 * 3600.0

# Makes what a batch works with: its account, its job, and how it tells how far it is.
BatchContexts = Callable[["Opened", "Account", JobRecord, Callable[[str], Awaitable[None]]], Any]


@dataclass(frozen=True)
class Account:
    """One service with one key."""

    settings: Settings
    environment: Environment
    submission: Submission
    wire: Wire
    client: Client
    single_flight: SingleFlight[Answer]


@dataclass(frozen=True)
class Opened:
    """What there is once the store is open."""

    on: Surroundings
    pdfs: Pdfs
    inputs: KeptFiles
    cache: SessionCache = field(default_factory=SessionCache)
    signals: JobSignals = field(default_factory=JobSignals)
    accounts: dict[str, Account] = field(default_factory=dict)

    @property
    def database(self) -> Store:
        """The store."""
        return self.on.database


class _Attempt:
    """One try to open the store, for all who wait for it."""

    def __init__(self) -> None:
        self.done = anyio.Event()
        self.error: LocalizeError | None = None


class Process:
    """Opens the store when it is first needed, and again if that failed: a store that is locked, or whose disk is
    full, may be usable in a moment. Without one, each call says why it cannot run.

    Args:
        principals: who shares the process.
        works: how the jobs of each tool are done, by the tool's name.
        clock: what time it is.
        timeouts: of the connections.
        contexts: makes what a batch works with.
        meter: what is counted.

    Raises:
        BadSetting: the storage that replicas share cannot be used as it is set.
    """

    def __init__(
        self,
        principals: Principals,
        works: Works,
        clock: Clock,
        timeouts: Timeouts | None,
        contexts: BatchContexts,
        meter: Meter | None = None,
    ) -> None:
        self.principals, self.clock = principals, clock
        self._settings = settings = principals.settings("")
        self.storage = open_storage(settings.storage_url)
        self.shelves = Shelves(self.storage, settings.output_dir) if self.storage else None
        self._works, self._timeouts, self._contexts, self._meter = works, timeouts, contexts, meter
        self._group: TaskGroup | None = None
        self._on: Surroundings | None = None
        self._opened: Opened | None = None
        self._attempt: _Attempt | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Until the block ends; jobs of earlier processes go on at once."""
        try:
            async with anyio.create_task_group() as group:
                self._group = group
                group.start_soon(self._keep_opening)
                yield
                group.cancel_scope.cancel()
        finally:
            with anyio.CancelScope(shield=True):
                await self._close()

    @property
    def group(self) -> TaskGroup:
        """What lives as long as the process runs in it."""
        if self._group is None:
            raise InternalError
        return self._group

    async def opened(self) -> Opened:
        """What there is, opened by the first who needs it.

        Raises:
            StateUnavailable: there is no job store.
        """
        if self._opened is None:
            attempt = self._attempt
            if attempt is None:
                attempt = self._attempt = _Attempt()
                self.group.start_soon(self._try_to_open, attempt)
            await attempt.done.wait()
            if attempt.error:
                raise attempt.error
        if self._opened is None:
            raise InternalError
        return self._opened

    def account(self, opened: Opened, settings: Settings) -> Account:
        """The account that settings name, and from then on somebody who looks after its jobs."""
        if settings.scope not in opened.accounts:
            account = opened.accounts[settings.scope] = self._account(opened, settings)
            self._look_after(opened.on, account)
        return opened.accounts[settings.scope]

    async def _keep_opening(self) -> None:
        while self._opened is None:
            with suppress(LocalizeError):
                await self.opened()
                return
            await self.clock.sleep(_AGAIN_SECONDS)

    async def _try_to_open(self, attempt: _Attempt) -> None:
        try:
            self._opened = await self._open()
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

    async def _open(self) -> Opened:
        settings, now = self._settings, self.clock.wall()
        self._on = on = await open_surroundings(settings, self.clock, self.group)
        opened = Opened(on, Pdfs(self.clock), KeptFiles(settings.state_dir, storage=self.storage))
        accounts = [self._account(opened, each) for each in self.principals.everybody()]
        await _tidied(opened, now)
        await _swept(self.principals, now)
        for account in accounts:
            if opened.accounts.setdefault(account.settings.scope, account) is account:
                self._look_after(on, account)
        if self.storage:
            self.group.start_soon(self._keep_sweeping, self.storage, opened)
        return opened

    async def _keep_sweeping(self, storage: Storage, opened: Opened) -> None:
        while True:
            await swept(storage, opened.on.jobs, self.clock.wall())
            await self.clock.sleep(_SWEEP_SECONDS)
            await _tidied(opened, self.clock.wall())
            await _swept(self.principals, self.clock.wall())

    def _account(self, opened: Opened, settings: Settings) -> Account:
        on = opened.on
        limiter = RateLimiter(self.clock, SharedRateLimits(on.database, settings.scope), self._meter)
        wire = Wire(
            settings.service,
            settings.key,
            clock=self.clock,
            timeouts=self._timeouts,
            limiter=limiter,
            fence=on.presence.check,
        )
        client = Client(wire, settings.task_qps)
        single_flight = SingleFlight[Answer](self.group)

        def context(job: JobRecord, tell: Callable[[str], Awaitable[None]]) -> Any:
            return self._contexts(opened, account, job, tell)

        environment = Environment(
            scope=settings.scope,
            region=settings.service.region,
            output_dir=self._settings.output_dir,
            store=on.jobs,
            client=client,
            clock=self.clock,
            presence=on.presence,
            inputs=opened.inputs,
            works=self._works,
            contexts=context,
            landed=single_flight.landed,
            gate=on.gate,
            shelves=self.shelves,
            signals=opened.signals,
        )
        account = Account(settings, environment, Submission(environment), wire, client, single_flight)
        return account

    def _look_after(self, on: Surroundings, account: Account) -> None:
        """Poll for the jobs of an account from now on; without a key, none can be."""
        environment, submission, settings = account.environment, account.submission, account.settings
        self.group.start_soon(Runner(environment, submission, self.group).watch)
        if settings.key:
            on.look_after(environment, submission)
            recovery = Recovery(environment, submission, self.group)
            self.group.start_soon(Poller(environment, recovery, on.leader(settings.scope)).run)

    async def _close(self) -> None:
        if self._on:
            await self._on.close()
        if self._opened:
            await self._opened.pdfs.close()
            for account in self._opened.accounts.values():
                await account.wire.close()


def parts(settings: Settings, storage: Storage | None = None) -> KeptFiles:
    """Parts of results; they are kept as long as the answers that name them."""
    return KeptFiles(settings.state_dir, "parts", storage)


async def _tidied(opened: Opened, now: float) -> None:
    """Forget what is old, as far as the disk allows it now."""
    try:
        await opened.on.jobs.prune(now)
        await CostLedger(opened.database).prune(now)
        await Answers(opened.database).prune(now)
        await opened.on.jobs.release(list(opened.inputs.left_over(now)), opened.inputs.remove)
    except (StateUnavailable, OSError) as error:
        logger.info("Old records are forgotten later: %s", error)


async def _swept(principals: Principals, now: float) -> None:
    """Remove what a process has left lying that died, and parts of results that no answer names any more."""
    settings = principals.settings("")

    def work() -> None:
        for digest in parts(settings).left_over(now, KEPT_DAYS * 24 * 3600.0):
            parts(settings).remove(digest)
        sweep_scratch(settings.state_dir / "scratch", now)
        Uploads(settings.state_dir).sweep(now)
        for folder in own_folders(settings.output_dir, of_jobs=settings.storage_url is not None):
            Outputs(folder).sweep(now)

    try:
        await anyio.to_thread.run_sync(work)
    except OSError as error:
        logger.info("What was left lying is removed later: %s", error)
