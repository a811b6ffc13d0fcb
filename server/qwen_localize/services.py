"""Everything that lives as long as the server: settings in, connection, store, poller and runner out."""

from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import anyio

from .artifacts import Artifacts
from .clock import Clock
from .contract import Api
from .dashscope import Client, Paces, Timeouts, Wire
from .errors import StateUnavailable
from .jobs import Lock, Poller, Presence, ResultUrls, Runner, ScopedBook, Store
from .patience import patience
from .progress import Progress
from .recall import Flights, Recall
from .settings import Settings


@dataclass(frozen=True)
class Services:
    """What every call shares: one connection, one output directory, one job store.

    Attributes:
        broken: why there is no store; the server then lists its tools, and each call says why it cannot run.
        cancelled: ids of the last requests that the client has cancelled.
    """

    settings: Settings
    client: Client
    clock: Clock
    runner: Runner | None = None
    store: Store | None = None
    flights: Flights | None = None
    broken: StateUnavailable | None = None
    recall: Recall = field(default_factory=Recall)
    cancelled: deque[str] = field(default_factory=partial(deque[str], maxlen=100))

    def api(self, tool: str, progress: Progress, client_name: str | None, request_id: str) -> Api:
        """What one call may ask for.

        Raises:
            StateUnavailable: there is no job store.
        """
        if self.broken or not self.runner or not self.store or not self.flights:
            raise self.broken or StateUnavailable("The job store is not open.")
        return Api(
            tool=tool,
            scope=self.settings.scope,
            client=self.client,
            service=self.settings.service,
            artifacts=Artifacts(self.settings.output),
            readable=self.settings.readable,
            runner=self.runner,
            book=self.store,
            recall=self.recall,
            flights=self.flights,
            clock=self.clock,
            cap=self.settings.daily_budget,
            patience=patience(client_name, self.settings.wait),
            given_up=lambda: request_id in self.cancelled,
            progress=progress.report,
        )


@asynccontextmanager
async def open_services(
    settings: Settings, clock: Clock, timeouts: Timeouts | None, result_urls: Mapping[str, ResultUrls]
) -> AsyncIterator[Services]:
    """Everything that lives as long as the server: connection, store, poller, runner."""
    try:
        store = Store(settings.state, clock.wall())
    except StateUnavailable as error:
        yield Services(settings, Client(Wire(settings.service, settings.key)), clock, broken=error)
        return
    wire = Wire(
        settings.service,
        settings.key,
        clock=clock,
        timeouts=timeouts,
        paces=Paces(clock, ScopedBook(store, settings.scope)),
    )
    client = Client(wire, settings.task_qps)
    presence = Presence(settings.state)
    try:
        async with anyio.create_task_group() as group:
            lock = Lock(settings.state / f"poller-{settings.scope}.lock")
            poller = Poller(store, client, clock, settings.scope, presence, lock, result_urls, output=settings.output)
            if settings.key:
                group.start_soon(poller.run)
            yield Services(settings, client, clock, Runner(poller, group), store, Flights(group))
            group.cancel_scope.cancel()
    finally:
        presence.leave()
        store.close()
        with anyio.CancelScope(shield=True):
            await wire.close()


async def costs(settings: Settings, clock: Clock) -> list[dict[str, Any]]:
    """The costs so far with this service and key, by day, tool and model."""
    store = Store(settings.state, clock.wall())
    try:
        return await store.spending(settings.scope)
    finally:
        store.close()
