"""What a tool may ask for during one call: paid calls, jobs, files, and to say how far it is."""

import math
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from ..calls import PaidCalls
from ..clock import Clock
from ..dashscope import Model
from ..errors import InternalError, LocalizeError, NeedsDecision, OverBudget, of_kind
from ..files import (
    Apart,
    Artifact,
    ArtifactType,
    Door,
    Found,
    Kept,
    KeptFiles,
    LocalFile,
    LocalMedia,
    Media,
    MediaRules,
    Outputs,
    Pdf,
    Pdfs,
    RemoteMedia,
    located,
    offer,
    read_media,
    read_text,
    scratch_folder,
)
from ..jobs import FINAL, GivenUp, JobRecord, Order, Runner, State
from ..state import Notices, until_available
from ..wellformed import whole
from .consent import NO_CONSENT, Consent
from .intake import entered, gathered
from .links import SCHEME, FinishedFiles
from .paid import Calls
from .results import JobResult, SavedFile, question, stage

# Tells the client how far a call is: done, of how many, and a short message.
ProgressReport = Callable[[float, float, str], Awaitable[None]]

# How far a job is, for a progress bar.
_SHARES = {State.PREPARED: 5, State.SUBMITTING: 10, State.QUEUED: 20, State.RUNNING: 40, State.READY: 90}
# How large a list of jobs may be, in bytes of JSON.
_MOST_OF_LIST = 55_000
_ELSEWHERE = (
    "It was begun with another API key or in another region, and goes on only while a server with these runs: ask the "
    "user to start one."
)


@dataclass(frozen=True)
class Files:
    """What comes in, checked, and what is written into the output directory.

    Attributes:
        parts: parts of results that are paid for, as long as answers are kept that name them.
        scratch: where folders are made for what is needed only for a while.
        finished: results, which links in the place of paths may stand for.
        door: how files come in where the caller does not share this machine's disk.
    """

    paid: PaidCalls
    allowed_dirs: tuple[Path, ...]
    outputs: Outputs
    kept: KeptFiles
    parts: KeptFiles
    pdfs: Pdfs
    scratch: Path
    finished: FinishedFiles
    door: Door | None = None

    @property
    def shares_disk(self) -> bool:
        """Whether the caller's files lie on this machine; to others nothing may tell what lies here."""
        return self.door is None

    async def find(self, references: Sequence[str]) -> Found:
        """The files that folders and patterns among the references stand for; what else there is stays as it is.

        Raises:
            BadInput: one stands for nothing, or may not be looked into.
        """
        return await gathered(references, self.allowed_dirs, self.door)

    async def read(self, reference: str, rules: MediaRules) -> Media:
        """The media that the user named by path, URL or data URI, checked; nothing is sent yet.

        Raises:
            BadInput: it cannot be used.
        """
        reference, allowed = await self._place(reference)
        return await read_media(reference, rules, allowed, local_service=self.paid.service.is_local)

    async def _place(self, reference: str, *, remote: bool = True) -> tuple[str, tuple[Path, ...]]:
        """What a link stands for; anything else as it is. And where that may be read."""
        if not reference.strip().startswith(SCHEME):
            await self._brought(reference.strip())
            return await entered(reference, self.allowed_dirs, self.door, remote=remote)
        file = await self.finished.find(reference.strip())
        return str(file.path), (file.path.parent,)

    async def _brought(self, reference: str) -> None:
        """See that a result is on this disk, if a reference is the path of one that another replica has made."""
        if self.finished.shelves and self.shares_disk and reference.startswith(str(self.finished.directory)):
            await self.finished.brought(Path(reference))

    async def result(self, file: SavedFile) -> Path:
        """Where a result lies, which another replica may have made.

        Raises:
            StorageUnavailable: it cannot be had now.
        """
        await self.finished.brought(Path(file.path))
        return Path(file.path)

    async def keep(self, media: Media) -> Kept:
        """Put media where a batch finds it that opens its inputs itself, and memory is free of it.

        Raises:
            StateUnavailable: the disk refuses it; nothing was sent.
        """
        if isinstance(media, LocalMedia):
            await self.kept.put(media.data)
        return Kept.of(media)

    async def opened(self, kept: Kept) -> Media:
        """An input of a batch.

        Raises:
            BadInput: it is gone.
        """
        return await self.kept.get(kept)

    async def locate(self, reference: str, noun: str, most_bytes: int) -> RemoteMedia | LocalFile:
        """What the user named by path or URL, and may be too large for memory; nothing is read or sent yet.

        Raises:
            BadInput: it cannot be used.
        """
        reference, allowed = await self._place(reference)
        return await located(reference, noun, most_bytes, allowed, local_service=self.paid.service.is_local)

    async def hold(self, source: RemoteMedia | LocalFile) -> Kept:
        """Put a file where a job finds it, however large it is.

        Raises:
            BadInput: it cannot be read.
            StateUnavailable: the disk refuses it; nothing was sent.
        """
        return Kept.of(source) if isinstance(source, RemoteMedia) else await self.kept.hold(source)

    async def held(self, kept: Kept) -> Path:
        """Where a file lies that was held for a job, if it is there still.

        Raises:
            StateUnavailable: it cannot be brought to this disk now.
        """
        await self.kept.brought(kept.digest)
        return self.kept.path(kept.digest)

    @asynccontextmanager
    async def apart(self, program: Path) -> AsyncIterator[Apart]:
        """A program of ours that reads or writes a stranger's file in a process of its own, until the block ends."""
        apart = Apart(self.paid.clock, program)
        try:
            yield apart
        finally:
            await apart.close()

    @asynccontextmanager
    async def folder(self) -> AsyncIterator[Path]:
        """A folder for what is needed only for a while; it is gone when the block ends.

        Raises:
            StateUnavailable: the disk refuses it.
        """
        with scratch_folder(self.scratch) as folder:
            yield folder

    async def keep_part(self, data: bytes) -> str:
        """Keep a part of a result that is paid for, as long as answers are kept; waits until the disk takes it.

        Returns:
            The digest by which `parts` finds it.
        """
        return await until_available(self.paid.clock, partial(self.parts.put, data), "A part of a result")

    async def text(self, reference: str, most: int) -> tuple[str, str]:
        """A local text file's name and content of at most so many bytes, for the tool to check.

        Raises:
            BadInput: it cannot be used.
        """
        reference, allowed = await self._place(reference, remote=False)
        return await read_text(reference, most, allowed)

    def pdf(self, document: LocalMedia, password: str = "") -> AbstractAsyncContextManager[Pdf]:
        """A PDF, open until the block ends; its pages are drawn by another process, which is killed if one never ends.

        Args:
            document: the PDF.
            password: its own, if it has one.
        """
        return self.pdfs.opened(document, password)

    async def offer(self, model: Model, media: Media, inline: int) -> str:
        """A URL under which the service can read media; see `files.offer`."""
        return await offer(self.paid.client, model.name, media, inline)

    async def save(
        self, stem: str, chunks: AsyncIterator[bytes], kind: ArtifactType, *, once: bool = False
    ) -> SavedFile:
        """Write a result; `stem` is its name without ending. With `once`, an equal file of that name is this one.

        Raises:
            Spoiled: it is not of its kind.
            OutputUnavailable: the disk refused it.
        """
        await self.outputs.prepare()
        return _saved(await self.outputs.save(stem, chunks, kind, once=once))

    async def copy(self, file: SavedFile, stem: str, taken: Collection[str]) -> SavedFile:
        """A result once more under another name, unless an equal file has it already.

        Args:
            file: the result.
            stem: the name without ending.
            taken: paths of other results.

        Raises:
            OutputUnavailable: the disk refused it.
        """
        await self.outputs.prepare()
        path = await self.outputs.copy(await self.result(file), stem, taken)
        return file.model_copy(update={"path": whole(str(path)), "uri": path.as_uri()})

    async def save_text(self, name: str, text: str, mime_type: str, *, once: bool = False) -> SavedFile:
        """Write a text; `name` has its ending. With `once`, an equal file of that name is this one.

        Raises:
            OutputUnavailable: the disk refused it.
        """
        await self.outputs.prepare()
        return _saved(await self.outputs.save_text(name, text, mime_type, once=once))


@dataclass(frozen=True)
class Jobs:
    """Work that outlives the call.

    Attributes:
        results: as what the jobs of each tool are told, by the tool's name.
        wait_until: the moment, on the machine's clock, until which this call may wait for a job.
        given_up: whether the client has given up this call, for another reason than that it took too long.
        batch: the batch that works; None for a call.
        consent: what the user has agreed to for this call.
        patience: seconds after which this client is known to give up a call.
        at_hand: has a job's files on this disk, if its caller looks for them there.
    """

    runner: Runner
    paid: PaidCalls
    outputs: Outputs
    notices: Notices
    results: Mapping[str, type[JobResult]]
    tool: str
    wait_until: float
    given_up: GivenUp
    progress: ProgressReport
    batch: JobRecord | None = None
    consent: Consent = NO_CONSENT
    patience: float = math.inf
    at_hand: Callable[[JobRecord], Awaitable[None]] | None = None

    @property
    def report_name(self) -> str:
        """A name for what a batch writes of itself, the same each time it is begun."""
        return f"{self.tool}-{self.batch.id}" if self.batch else self.tool

    async def run(self, order: Order) -> JobResult:
        """Begin a job, or join the same one, and wait for it as long as the client may be kept waiting.

        Raises:
            NeedsDecision: it may be paid, and only the user can say whether to pay again.
            OverBudget: it has passed the daily budget, or would; nothing more was sent.
            LocalizeError: it failed; the message is the reason, and what to do.
        """
        self.paid.check_model(order.model)
        self.paid.require_key()
        if not self.runner.is_batch(self.tool, order):  # each of its calls is booked by itself
            await self._check_cost(order)
        elif self.consent.past_budget:
            order = replace(order, past_budget=True)
        await self.outputs.prepare()
        again = self.consent.pay_again
        begun = await self.runner.begin(self.tool, order, self.outputs.directory, self.paid.cap, again)
        left = max(0.0, self.wait_until - self.runner.now())
        ended = await self._waited(begun.id, left)
        result = self._result(ended)
        if ended.state is State.NEEDS_DECISION:
            raise NeedsDecision(result.message, ended.id, question(ended))
        if ended.state is State.UNDELIVERED and ended.details.get("error") == OverBudget.__name__:
            raise OverBudget(result.message)
        if result.status in ("failed", "canceled"):
            raise LocalizeError(result.message)
        return result

    async def _check_cost(self, order: Order) -> None:
        """Refuse what the budget does not allow; of what is to be paid again, before the job of before is let go."""
        if self.consent.pay_again:
            await self.paid.check_budget(order.model, order.cost)
        else:
            self.paid.known_cost(order.model, order.cost)

    async def child(self, order: Order) -> JobRecord:
        """A part of this batch, done as a job by itself, when it has come to rest.

        It is begun once, however often the batch is begun anew. If it is paid, but cannot be fetched now, or may be
        paid, its state says so.

        Raises:
            OverBudget: it would pass the daily budget; nothing was sent.
            LocalizeError: it failed, or was refused, of the kind that tells who can act.
        """
        if self.batch is None:
            raise InternalError
        self.paid.known_cost(order.model, order.cost)
        job = await self.runner.child(self.batch, order, self.outputs.directory, self.paid.cap)
        if job.state in (State.FAILED, State.CANCELED):
            raise of_kind(str(job.details.get("error", "")), job.message)
        return job

    async def get(self, job_id: str, seconds: float) -> JobResult:
        """A job when it is finished, or as it is after `seconds`; one that rests, and can go on, does.

        Raises:
            BadArgument: there is none of that id.
        """
        await self.runner.resume(job_id)
        job = await self._waited(job_id, min(seconds, self.patience))
        result = self._result(job)
        if self.runner.is_here(job) or job.state in FINAL:
            return result
        return result.model_copy(update={"message": f"{result.message} {_ELSEWHERE}"})

    async def _waited(self, job_id: str, seconds: float) -> JobRecord:
        job = await self.runner.wait(job_id, seconds, self._tell, self.given_up)
        if self.at_hand:
            await self.at_hand(job)
        return job

    async def shown(self, job_id: str) -> JobResult:
        """A job as it stands; nothing goes on that rests.

        Raises:
            BadArgument: there is none of that id.
        """
        return self._result(await self.runner.get(job_id))

    async def recent(self, limit: int) -> list[JobResult]:
        """The newest jobs, in brief."""
        jobs = await self.runner.recent(limit)
        return [self._result(job).brief().fitted(_MOST_OF_LIST // len(jobs)) for job in jobs]

    async def cancel(self, job_id: str) -> JobResult:
        """Cancel a job as far as it can be.

        Raises:
            BadArgument: there is none of that id.
        """
        return self._result(await self.runner.cancel(job_id))

    def _result(self, job: JobRecord) -> JobResult:
        return self.results.get(job.tool, JobResult).of(job, is_known=job.tool in self.results)

    async def _tell(self, job: JobRecord) -> None:
        await self.progress(_SHARES.get(job.state, 95), 100, f"{job.label}: {stage(job)}, job {job.id}")


@dataclass(frozen=True)
class Context:
    """All that a tool may ask for during one call, and a batch while it works."""

    calls: Calls
    jobs: Jobs
    files: Files
    progress: ProgressReport
    clock: Clock


def _saved(artifact: Artifact) -> SavedFile:
    return SavedFile(**artifact.as_json)
