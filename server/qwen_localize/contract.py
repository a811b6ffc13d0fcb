"""What a tool is, and the one object (`Api`) it may ask things of.

A tool is a function whose first parameter is an `Api`; the others, annotated, are what the model fills in.
Its docstring is the description that the model reads, its return type a `Result`.
"""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field

from .artifacts import Artifact, Artifacts
from .dashscope import Client, Limit, Service, Waiting
from .errors import BadArgument, LocalizeError
from .inputs import LocalPicture, Picture, PictureRules, RemotePicture, read_picture


@dataclass(frozen=True)
class Rate:
    """List prices in CNY: per million tokens in and out, and per picture (contract section 13)."""

    input: float = 0.0
    output: float = 0.0
    image: float = 0.0

    def of_tokens(self, tokens_in: int, tokens_out: int) -> float:
        """What a call with so many tokens costs, in CNY."""
        return round((tokens_in * self.input + tokens_out * self.output) / 1_000_000, 6)


def cny(cost: float | None) -> str:
    """A cost for people: short sums keep their digits."""
    return "at an unknown price" if cost is None else f"about {f'{cost:.6f}'.rstrip('0').rstrip('.') or '0'} CNY"


@dataclass(frozen=True)
class Model:
    """A model as a tool needs it: where it can be called, how often, and for how much.

    A region without a rate is one whose price nobody published.
    """

    name: str
    regions: tuple[str, ...]
    limit: Limit
    rates: Mapping[str, Rate] = field(default_factory=dict)


class SavedFile(BaseModel):
    """A finished file on this machine's disk."""

    path: str
    uri: str
    mime_type: str
    bytes: int
    width: int | None = None
    height: int | None = None

    @classmethod
    def of(cls, artifact: Artifact) -> "SavedFile":
        """The artifact as the caller is told of it."""
        return cls(
            path=str(artifact.path),
            uri=artifact.path.as_uri(),
            mime_type=artifact.mime_type,
            bytes=artifact.bytes,
            width=artifact.width,
            height=artifact.height,
        )


class Result(BaseModel):
    """What every tool returns: structured fields for programs, and `blocks` of text for the model."""

    artifacts: list[SavedFile] = Field(default_factory=list)
    model: str
    estimated_cost: float | None = Field(description="CNY")

    def blocks(self) -> list[str]:
        """The same facts as short texts; each must stand without the structured fields."""
        raise NotImplementedError


ToolFunction = Callable[..., Awaitable[Result]]


@dataclass(frozen=True)
class Tool:
    """One capability. Name, description, arguments and result are the function's own."""

    function: ToolFunction
    title: str

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
        path: the endpoint, below the native API's root.
        body: the request body.
        oss: whether the body names temporary uploads.
        stem: the artifacts' name, without ending.
        result_urls: where the results are, in the output of a task that succeeded.
    """

    model: Model
    path: str
    body: dict[str, Any]
    oss: bool
    stem: str
    result_urls: Callable[[dict[str, Any]], list[str]]


@dataclass(frozen=True)
class Finished:
    """A job's end: the files are on disk."""

    output: dict[str, Any]
    usage: dict[str, Any]
    request_id: str
    artifacts: list[SavedFile]


ProgressReport = Callable[[float, float, str], Awaitable[None]]


@dataclass(frozen=True)
class Api:
    """All that a tool may ask for during one call.

    Attributes:
        service: where requests go, for the words of errors.
        progress: tells the client how far the call is: done, of how many, and a short message.
    """

    client: Client
    service: Service
    artifacts: Artifacts
    readable: tuple[Path, ...]
    progress: ProgressReport

    def check_model(self, model: Model) -> None:
        """Refuse a model that the region lacks.

        Raises:
            BadArgument: names the regions that have it.
        """
        region = self.service.region
        if region and region not in model.regions:
            raise BadArgument(
                f"{model.name} is not offered in {region}. It is in {', '.join(model.regions)}: choose another model, "
                "or ask the user to set DASHSCOPE_REGION and that region's key."
            )

    def rate(self, model: Model) -> Rate | None:
        """The model's list price here; at a hand-given origin, that of its first region."""
        return model.rates.get(self.service.region or model.regions[0])

    async def chat(self, model: Model, body: dict[str, Any], tokens: int) -> dict[str, Any]:
        """One chat completion; `tokens` is an estimate of what it will use, in and out."""
        self.check_model(model)
        return await self.client.chat({"model": model.name} | body, model.limit, tokens)

    async def picture(self, reference: str, rules: PictureRules) -> Picture:
        """The picture that the user named, checked; nothing is sent yet."""
        return await read_picture(reference, rules, self.readable, local_service=self.service.is_local)

    async def prepare_output(self) -> None:
        """Make sure that a result can be written, before it is paid for."""
        await self.artifacts.prepare()

    async def save_text(self, name: str, text: str, mime_type: str) -> SavedFile:
        """Write a text into the output directory."""
        await self.artifacts.prepare()
        return SavedFile.of(await self.artifacts.save_text(name, text, mime_type))

    async def offer(self, model: Model, picture: Picture) -> tuple[str, bool]:
        """A URL under which the service can read the picture, and whether it is a temporary upload."""
        match picture:
            case RemotePicture(url=url):
                return url, False
            case LocalPicture(name=name, data=data):
                await self.progress(0, 100, f"Uploading {name}")
                return await self.client.upload(model.name, name, data), True

    async def run_job(self, job: Job) -> Finished:
        """Submit, wait, download: returns when the files are on disk.

        Raises:
            LocalizeError: also when a paid result could not be fetched; the message then has its URL.
        """
        self.check_model(job.model)
        done = await self.client.run_task(
            job.path, {"model": job.model.name} | job.body, job.model.limit, oss=job.oss, on_state=self._tell
        )
        files = [await self._save(url, job.stem) for url in job.result_urls(done.output)]
        return Finished(done.output, done.usage, done.request_id, files)

    async def _tell(self, state: Waiting) -> None:
        if state.running:
            await self.progress(40, 100, f"The service is working on it (task {state.task_id})")
        else:
            await self.progress(20, 100, f"In the service's queue (task {state.task_id})")

    async def _save(self, url: str, stem: str) -> SavedFile:
        await self.progress(90, 100, "Downloading the result")

        async def consume(response: Any) -> Artifact:
            return await self.artifacts.save_picture(stem, response.aiter_bytes())

        try:
            return SavedFile.of(await self.client.download(url, consume))
        except LocalizeError as error:
            raise type(error)(f"{error} The result is paid for and can be fetched for 24 h from {url}") from error
