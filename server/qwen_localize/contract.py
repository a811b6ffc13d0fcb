"""What a tool is, and the one object (`Api`) it may ask things of.

A tool is a function whose first parameter is an `Api`; the others, annotated, are what the model fills in.
Its docstring is the description that the model reads, its return type a `Result`.
"""

import hashlib
import inspect
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import anyio

from .artifacts import Artifacts
from .clock import Clock
from .dashscope import Client, Limit, Service
from .errors import BadArgument, LocalizeError, OverBudget, Unconfirmed
from .inputs import (
    LocalDocument,
    LocalPicture,
    Picture,
    PictureRules,
    RemotePicture,
    read_document,
    read_picture,
    read_text,
)
from .jobs import Cost, Ending, JobRecord, Kind, Order, ResultUrls, Runner, State, Store, Tell
from .recall import Flights, Recall
from .results import JobResult, Result, SavedFile, stage


@dataclass(frozen=True)
class Rate:
    """List prices in CNY: per million tokens in and out, and per picture (contract section 13)."""

    input: float = 0.0
    output: float = 0.0
    image: float = 0.0

    def of_tokens(self, tokens_in: int, tokens_out: int) -> float:
        """What a call with so many tokens costs, in CNY."""
        return round((tokens_in * self.input + tokens_out * self.output) / 1_000_000, 6)


@dataclass(frozen=True)
class Model:
    """A model as a tool needs it: where it can be called, how often, and for how much.

    A region without a rate is one whose price nobody published; one without a limit of its own has the usual one.
    """

    name: str
    regions: tuple[str, ...]
    limit: Limit
    rates: Mapping[str, Rate] = field(default_factory=dict)
    limits: Mapping[str, Limit] = field(default_factory=dict)

    def limit_at(self, region: str | None) -> Limit:
        """Its limit in a region."""
        return self.limits.get(region or "", self.limit)


ToolFunction = Callable[..., Awaitable[Result]]


@dataclass(frozen=True)
class Tool:
    """One capability. Name, description, arguments and result are the function's own.

    Attributes:
        result_urls: for a tool whose work is a job: where the results are in the output of a task that succeeded.
        reads: it changes nothing and costs nothing.
        destroys: it ends something that cannot be taken up again.
        publishes: whether clients are told its result's schema; not where it is another tool's.
    """

    function: ToolFunction
    title: str
    result_urls: ResultUrls | None = None
    reads: bool = False
    destroys: bool = False
    publishes: bool = True

    @property
    def name(self) -> str:
        """The name that clients call."""
        return self.function.__name__

    @property
    def description(self) -> str:
        """The docstring, which is a prompt, a paragraph to a line."""
        paragraphs = inspect.cleandoc(self.function.__doc__ or "").split("\n\n")
        return "\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


@dataclass(frozen=True)
class Job:
    """Work that the service does asynchronously.

    Attributes:
        label: what is done to what, in a few words.
        path: the endpoint, below the native API's root.
        pictures: what it reads.
        body: the request body, given the pictures' URLs in their order.
        stem: the artifacts' name, without ending.
        cost: estimate in CNY, for `pieces` results.
        inline: bytes up to which a local picture is sent inside the request; a larger one is uploaded before.
    """

    label: str
    model: Model
    path: str
    pictures: tuple[Picture, ...]
    body: Callable[[list[str]], dict[str, Any]]
    stem: str
    cost: float | None
    pieces: int = 1
    kind: Kind = Kind.TASK
    inline: int = 0

    def request(self, urls: list[str]) -> dict[str, Any]:
        """The whole request body."""
        return {"model": self.model.name} | self.body(urls)

    @property
    def digest(self) -> str:
        """Equal for equal requests: names and places of local files do not matter, their content does."""
        marks = [picture.mark for picture in self.pictures]
        text = json.dumps([self.path, self.request(marks)], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Batch:
    """Work of many paid calls, done by this process; `digest` is equal for equal requests.

    Its calls write down their costs themselves, and keep their answers for a later try.
    """

    label: str
    model: Model
    digest: str
    work: Callable[[Tell], Awaitable[Ending]]


ProgressReport = Callable[[float, float, str], Awaitable[None]]
Send = Callable[..., Awaitable[dict[str, Any]]]

# Where the two protocols say how many tokens a call took, in and out.
_CHAT_USAGE = ("prompt_tokens", "completion_tokens")
_CALL_USAGE = ("input_tokens", "output_tokens")

# How far a job is, for a progress bar.
_SHARES = {State.PREPARED: 5, State.SUBMITTING: 10, State.QUEUED: 20, State.RUNNING: 40, State.READY: 90}


@dataclass(frozen=True)
class Api:
    """All that a tool may ask for during one call.

    Attributes:
        service: where requests go.
        runner: the jobs.
        book: where costs are written down.
        recall: texts of this session that are paid for.
        flights: paid requests that are on their way.
        cap: CNY that a day may cost; None for no limit.
        patience: seconds that this call may wait for a job.
        given_up: whether the client has said that it wants this call no more.
        progress: tells the client how far the call is: done, of how many, and a short message.
    """

    tool: str
    scope: str
    client: Client
    service: Service
    artifacts: Artifacts
    readable: tuple[Path, ...]
    runner: Runner
    book: Store
    recall: Recall
    flights: Flights
    clock: Clock
    cap: float | None
    patience: float
    given_up: Callable[[], bool]
    progress: ProgressReport

    def check_model(self, model: Model, family: Iterable[Model] = ()) -> None:
        """Refuse a model that the region lacks.

        Args:
            model: the model that was asked for.
            family: the models that the tool could use in its place.

        Raises:
            BadArgument: the region lacks it; names the regions that have it, and the family's models here.
        """
        region = self.service.region
        if region and region not in model.regions:
            here = " or ".join([other.name for other in family if region in other.regions][:3])
            raise BadArgument(
                f"{model.name} is not offered in {region}. It is in {', '.join(model.regions)}: "
                f"{f'use {here} here' if here else 'choose another model'}, "
                "or ask the user to set DASHSCOPE_REGION and that region's key."
            )

    def rate(self, model: Model) -> Rate | None:
        """The model's list price here; where no region is known, that of the one that is set, or its first."""
        assumed = self.service.assumed if self.service.assumed in model.regions else model.regions[0]
        return model.rates.get(self.service.region or assumed)

    async def chat(self, model: Model, body: dict[str, Any], tokens_in: int, tokens_out: int) -> dict[str, Any]:
        """One chat completion; the tokens are an estimate of what it will use.

        Raises:
            OverBudget: it would pass the daily budget; nothing was sent.
        """
        body = {"model": model.name} | body
        send = partial(self.client.chat, body)
        return await self._billed(model, ["chat", body], (tokens_in, tokens_out), send, _CHAT_USAGE)

    async def generate(
        self, model: Model, path: str, body: dict[str, Any], tokens_in: int, tokens_out: int
    ) -> dict[str, Any]:
        """One native call that answers at once; the tokens are an estimate of what it will use.

        Raises:
            OverBudget: it would pass the daily budget; nothing was sent.
        """
        body = {"model": model.name} | body
        send = partial(self.client.call, path, body, oss="oss://" in str(body))
        return await self._billed(model, [path, body], (tokens_in, tokens_out), send, _CALL_USAGE)

    async def _billed(
        self, model: Model, request: Any, expected: tuple[int, int], send: Send, counts: tuple[str, str]
    ) -> dict[str, Any]:
        """What `send` answers, once its turn has come, and with its cost written down."""
        self.check_model(model)
        self.client.require_key()

        async def work(goes_out: Callable[[], Awaitable[None]]) -> dict[str, Any]:
            return await self._paid(model, expected, send, counts, goes_out)

        key = hashlib.sha256(json.dumps([self.scope, request], sort_keys=True).encode()).hexdigest()
        return await self.flights.answer(key, work)

    async def _paid(
        self,
        model: Model,
        expected: tuple[int, int],
        send: Send,
        counts: tuple[str, str],
        goes_out: Callable[[], Awaitable[None]],
    ) -> dict[str, Any]:
        """The expected cost is written down before, the real one after; what was refused or never sent is free."""
        rate = self.rate(model)
        cost = self._priced(model, rate.of_tokens(*expected) if rate else None)
        entry = await self.book.spend(Cost(self.scope, self.tool, model.name, cost), self.clock.wall(), self.cap)
        out = False

        async def before() -> None:
            nonlocal out
            await goes_out()
            out = True

        try:
            await self.client.turn(model.name, model.limit_at(self.service.region), sum(expected))
            answer = await send(before=before)
        except BaseException as error:
            refused = isinstance(error, LocalizeError) and not isinstance(error, Unconfirmed)
            if refused or not out:
                with anyio.CancelScope(shield=True):
                    await self.book.settle(entry, 0)
            raise
        usage = answer.get("usage") or {}
        tokens_in, tokens_out = (int(usage.get(name) or 0) for name in counts)
        await self.book.settle(entry, rate.of_tokens(tokens_in, tokens_out) if rate else 0)
        return answer

    def _priced(self, model: Model, cost: float | None) -> float:
        """The cost, which a daily budget must know."""
        if cost is None and self.cap is not None:
            raise OverBudget(
                f"The price of {model.name} here is not known, so the daily budget (QWEN_LOCALIZE_DAILY_BUDGET) cannot "
                "be kept. Choose another model."
            )
        return cost or 0.0

    async def picture(self, reference: str, rules: PictureRules) -> Picture:
        """The picture that the user named, checked; nothing is sent yet."""
        return await read_picture(reference, rules, self.readable, local_service=self.service.is_local)

    async def document(self, reference: str, rules: PictureRules) -> Picture | LocalDocument:
        """The picture or PDF that the user named, checked; nothing is sent yet."""
        return await read_document(reference, rules, self.readable, local_service=self.service.is_local)

    async def text_file(self, reference: str, most: int) -> tuple[str, str]:
        """A local text file's name and content of at most so many bytes, for the tool to check."""
        return await read_text(reference, most, self.readable)

    async def save_text(self, name: str, text: str, mime_type: str) -> SavedFile:
        """Write a text into the output directory."""
        await self.artifacts.prepare()
        artifact = await self.artifacts.save_text(name, text, mime_type)
        return SavedFile(path=str(artifact.path), uri=artifact.path.as_uri(), mime_type=mime_type, bytes=artifact.bytes)

    async def run_job(self, job: Job) -> JobResult:
        """Begin a job, or join the same one, and wait for it as long as the client may be kept waiting.

        Raises:
            LocalizeError: it failed; the message is the reason, and what to do.
        """
        self.check_model(job.model)
        self.client.require_key()
        await self.artifacts.prepare()
        self._priced(job.model, job.cost)
        order = Order(
            tool=self.tool,
            label=job.label,
            digest=job.digest,
            model=job.model.name,
            limit=job.model.limit_at(self.service.region),
            path=job.path,
            directory=str(self.artifacts.directory),
            stem=job.stem,
            cost=job.cost,
            cap=self.cap,
            kind=job.kind,
            pieces=job.pieces,
            prepare=lambda: self._prepared(job),
        )
        return await self._followed(order)

    async def run_batch(self, batch: Batch) -> JobResult:
        """Begin a batch, or join the same one, and wait for it as long as the client may be kept waiting.

        Raises:
            LocalizeError: it failed; the message is the reason, and what to do.
        """
        self.client.require_key()
        await self.artifacts.prepare()
        order = Order(
            tool=self.tool,
            label=batch.label,
            digest=batch.digest,
            model=batch.model.name,
            limit=batch.model.limit_at(self.service.region),
            path="",
            directory=str(self.artifacts.directory),
            stem="",
            cost=None,
            cap=self.cap,
            kind=Kind.BATCH,
            work=batch.work,
        )
        return await self._followed(order)

    async def _followed(self, order: Order) -> JobResult:
        begun = await self.runner.begin(order)
        result = JobResult.of(await self.runner.wait(begun.id, self.patience, self._tell, self.given_up))
        if result.status in ("failed", "canceled"):
            raise LocalizeError(result.message)
        return result

    async def wait_for(self, job_id: str, seconds: float) -> JobResult:
        """A job when it is finished, or as it is after `seconds`."""
        return JobResult.of(await self.runner.wait(job_id, seconds, self._tell))

    async def _prepared(self, job: Job) -> tuple[dict[str, Any], bool]:
        urls = [await self.offered(job.model, picture, job.inline) for picture in job.pictures]
        return job.request(urls), any(url.startswith("oss://") for url in urls)

    async def offered(self, model: Model, picture: Picture, inline: int) -> str:
        """A URL under which the service can read the picture: its own, the picture itself, or a temporary upload's."""
        match picture:
            case RemotePicture(url=url):
                return url
            case LocalPicture(data=data) if len(data) <= inline:
                return picture.data_uri
            case LocalPicture(name=name, data=data):
                return await self.client.upload(model.name, name, data)

    async def _tell(self, job: JobRecord) -> None:
        words = f"{job.label}: {stage(job)}, job {job.id}"
        await self.progress(_SHARES.get(job.state, 95), 100, words)
