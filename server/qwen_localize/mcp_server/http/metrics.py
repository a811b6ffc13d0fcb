"""What an operator watches, in Prometheus' format. Nothing in it tells who called."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import anyio.to_thread
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from ...errors import StateUnavailable
from ...jobs import State
from ...meter import Meter
from .observed import ObservedStore


@dataclass(frozen=True)
class Metrics:
    """The figures of this process, and of the store that it shares.

    Attributes:
        meter: what this process has counted.
        store: the job store.
    """

    meter: Meter
    store: ObservedStore

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with all of them, as they are now."""
        await (await self._response())(scope, receive, send)

    async def _response(self) -> Response:
        try:
            figures = _Figures(self.meter, await self.store.jobs(), await self.store.costs())
        except StateUnavailable:
            return PlainTextResponse("The job store cannot be read now. See /readyz.\n", 503)
        registry = CollectorRegistry(auto_describe=False)
        registry.register(figures)
        text = await anyio.to_thread.run_sync(generate_latest, registry)
        return Response(text, headers={"content-type": CONTENT_TYPE_LATEST, "cache-control": "no-store"})


@dataclass(frozen=True, eq=False)
class _Figures(Collector):
    meter: Meter
    jobs: dict[str, int]
    costs: list[dict[str, Any]]

    def describe(self) -> Iterable[Metric]:
        """Nothing before it is asked for."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """Each figure with its labels."""
        jobs = GaugeMetricFamily("qwen_localize_jobs", "Jobs in the store, by state.", labels=["state"])
        for state in State:
            jobs.add_metric([state], self.jobs.get(state, 0))
        yield jobs
        calls = CounterMetricFamily(
            "qwen_localize_calls", "Calls that ended, by tool and outcome.", labels=["tool", "outcome"]
        )
        for labels, number in self.meter.calls.copy().items():
            calls.add_metric(labels, number)
        yield calls
        cost = GaugeMetricFamily(
            "qwen_localize_cost_cny", "Estimated costs that the store remembers, in CNY.", labels=["tool", "model"]
        )
        for row in self.costs:
            cost.add_metric([row["tool"], row["model"]], row["cny"])
        yield cost
        waited = CounterMetricFamily(
            "qwen_localize_limit_wait_seconds", "Seconds that requests waited for rate limits.", labels=["limit"]
        )
        for limit, seconds in self.meter.waited.copy().items():
            waited.add_metric([limit], seconds)
        yield waited
