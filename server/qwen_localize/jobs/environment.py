"""What all parts share that move the jobs of one service and key, whoever has ordered them."""

import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from ..clock import Clock
from ..dashscope import Client
from ..errors import StateUnavailable
from ..files import Kept, KeptFiles, Media, Shelves
from .children import Children
from .gate import Gate
from .lifecycle import Lifecycle
from .locks import Presence
from .records import JobRecord, Kind
from .store import JobStore
from .waiting import JobSignals, Signal
from .work import Batch, Contexts, Upstream, Works, work_for

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Environment:
    """The jobs' surroundings in one process.

    Attributes:
        scope: names the service and key.
        region: the region that is asked, for the models' limits there; None if it is not known.
        output_dir: below it, each principal's results go if a job's own directory can no longer be written.
        works: how the jobs of each tool are done, by the tool's name.
        contexts: makes what a batch works with.
        shelves: where replicas share what is finished; each job has a folder of its own then.
        landed: returns when all paid calls have come back that nobody waits for any more.
        gate: where submissions go one by one, if other machines submit as well.
        woken: there is something new to do.
        waiting: how many requests wait for each job.
    """

    scope: str
    region: str | None
    output_dir: Path
    store: JobStore
    client: Client
    clock: Clock
    presence: Presence
    inputs: KeptFiles
    works: Works
    contexts: Contexts
    landed: Callable[[], Awaitable[None]]
    gate: Gate | None = None
    shelves: Shelves | None = None
    signals: JobSignals = field(default_factory=JobSignals)
    woken: Signal = field(default_factory=Signal)
    waiting: Counter[str] = field(default_factory=Counter)

    @cached_property
    def lifecycle(self) -> Lifecycle:
        """The only one that changes jobs."""
        return Lifecycle(self.store, self.clock, self.signals, self._ended)

    @cached_property
    def children(self) -> Children:
        """The parts of batches."""
        return Children(self.store, self.lifecycle, self.signals, self.clock)

    def known(self, jobs: Iterable[JobRecord]) -> list[JobRecord]:
        """The jobs whose tool this version has; the others wait for one that has it."""
        return [job for job in jobs if job.tool in self.works]

    def work(self, job: JobRecord) -> Upstream | Batch:
        """How a job is done."""
        return work_for(self.works[job.tool], many=job.kind is Kind.BATCH)

    async def media(self, job: JobRecord) -> list[Media]:
        """A job's inputs.

        Raises:
            BadInput: one is gone.
        """
        return [await self.inputs.get(Kept(**kept)) for kept in job.inputs]

    async def _ended(self, job: JobRecord) -> None:
        """Let go of its inputs. What cannot be let go of now is found at a later start."""
        digests = [kept["digest"] for kept in job.inputs if kept["digest"]]
        if not digests or self.gate:  # what others may be about to use is let go of by its age
            return
        try:
            await self.store.release(digests, self.inputs.remove)
        except (StateUnavailable, OSError) as error:
            logger.warning("The inputs of %s are let go of later: %s", job.id, error)
