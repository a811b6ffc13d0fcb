"""From a result that is paid for to a file on disk."""

import base64
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2

from ..dashscope import Failed, Gone, Succeeded
from ..errors import (
    BadAnswer,
    Expired,
    InternalError,
    LocalizeError,
    OutputUnavailable,
    Spoiled,
    StateUnavailable,
    TryLater,
)
from ..files import Artifact, Outputs, own_folder
from .environment import Environment
from .records import JobRecord
from .work import Upstream

logger = logging.getLogger(__name__)

_KEPT_SECONDS = 24 * 3600.0
_DATA, _BASE64 = "data:", ";base64,"
_GONE = (
    "The result was paid for, but the service, which keeps results for 24 h, no longer has it. Calling again pays "
    "again."
)


class Delivery:
    """Fetches results; used by the one process that leads, so that nothing is fetched twice."""

    def __init__(self, environment: Environment) -> None:
        self._env = environment
        self._lifecycle = environment.lifecycle

    async def deliver(self, job: JobRecord, work: Upstream) -> None:
        """Fetch what is missing of the results of a job that is READY; a failure leaves it to be tried again."""
        error: LocalizeError | None
        if not (taken := await self._lifecycle.taken_over(job, self._env.presence.name)):
            return
        job = taken
        try:
            job, error = await self._fetch(job, work)
            if isinstance(error, Expired):
                job, error = await self._renewed(job, work, error)
        except StateUnavailable:
            raise  # what cannot be written down now is READY still, and fetched again in a moment
        except LocalizeError as failure:
            error = failure
        except Exception:
            logger.exception("The results of %s cannot be fetched for a reason nobody foresaw", job.id)
            error = InternalError()
        now = await self._env.store.get(job.id) or job
        if now.owner == job.owner:  # else this process stood still, and another one fetches them
            await self._finish(now, error)

    async def _finish(self, job: JobRecord, error: LocalizeError | None) -> None:
        if error is None:
            await self._lifecycle.succeeded(job)
        elif not isinstance(error, Expired) or self._is_kept(job):
            await self._lifecycle.undelivered(job, _undelivered(job, error))
        elif job.artifacts:
            words = f"{_saved(job)} The rest was not fetched within the 24 h that the service keeps it, and is gone."
            await self._lifecycle.succeeded(job, words)
        else:
            await self._lifecycle.gone(job, _GONE)

    def _is_kept(self, job: JobRecord) -> bool:
        """Whether the service still has the results, as far as time tells."""
        return bool(job.urls) and self._env.clock.wall() - (job.sent or job.created) < _KEPT_SECONDS

    async def _renewed(
        self, job: JobRecord, work: Upstream, error: LocalizeError
    ) -> tuple[JobRecord, LocalizeError | None]:
        """Fetch by freshly signed URLs, which only a task can be asked for."""
        state = await self._env.client.query(job.upstream_id) if job.upstream_id else None
        urls = _urls(work, state)[len(job.artifacts) :] if isinstance(state, Succeeded) else []
        if len(urls) >= len(job.urls):
            return await self._fetch(await self._lifecycle.renewed(job, urls), work)
        if isinstance(state, Gone | Failed):
            job = await self._lifecycle.renewed(job, [])
        return job, error

    async def _fetch(self, job: JobRecord, work: Upstream) -> tuple[JobRecord, LocalizeError | None]:
        """The job with what could be fetched, and why the rest could not; elsewhere, where its own folder fails."""
        try:
            return await self._fetch_into(Path(job.directory), job, work)
        except OutputUnavailable:
            home = own_folder(self._env.output_dir, job.principal)
            home = home / job.id if self._env.shelves else home
            if home == Path(job.directory):
                raise
            return await self._fetch_into(home, await self._env.store.get(job.id) or job, work)

    async def _fetch_into(
        self, directory: Path, job: JobRecord, work: Upstream
    ) -> tuple[JobRecord, LocalizeError | None]:
        """As `_fetch`; one bad result does not keep others out."""
        outputs = Outputs.shared(directory, self._env.shelves, room=0)  # what is paid for may have the last of it
        await outputs.prepare()
        error: LocalizeError | None = None
        for url in job.urls:
            try:
                artifact = await self._one(job, work, outputs, url)
            except (Expired, Spoiled) as failure:
                error = failure
            else:
                left = [other for other in job.urls if other != url]
                job = await self._lifecycle.saved(job, artifact.as_json, left)
        return job, error

    async def _one(self, job: JobRecord, work: Upstream, outputs: Outputs, url: str) -> Artifact:
        async def plan(path: str) -> None:
            await self._lifecycle.planned(job, path)

        async def save(chunks: AsyncIterator[bytes]) -> Artifact:
            part = f"{job.id}-{len(job.artifacts)}"
            planned = job.planned[0] if job.planned else ""
            return await outputs.save(job.stem, chunks, work.artifact, part=part, planned=planned, plan=plan)

        async def consume(response: httpx2.Response) -> Artifact:
            return await save(response.aiter_bytes())

        if url.startswith(_DATA):
            return await save(_held(url))
        return await self._env.client.download(url, consume)


async def _held(url: str) -> AsyncIterator[bytes]:
    """The bytes that a `data:` URL holds."""
    try:
        yield base64.b64decode(url.partition(_BASE64)[2], validate=True)
    except ValueError:
        raise Spoiled("The result's bytes in the answer are damaged.") from None


def _urls(work: Upstream, state: Succeeded) -> list[str]:
    try:
        return work.read(state.output).urls
    except BadAnswer:
        return []


def _saved(job: JobRecord) -> str:
    files = ", ".join(str(artifact["path"]) for artifact in job.artifacts)
    return f"Saved {files}." if files else ""


def _undelivered(job: JobRecord, error: LocalizeError) -> str:
    # What the error advises besides, to try again later, is for calls that are not paid yet.
    reason = f"{str(error).partition('. ')[0].rstrip('.')}." if isinstance(error, TryLater) else str(error)
    has_come = bool(job.urls) and all(url.startswith(_DATA) for url in job.urls)
    advice = (
        f"The result is paid for and kept {'with the job' if has_come else 'by the service for 24 h'}: do not repeat "
        f"the call, get_job with job_id {job.id} fetches it."
    )
    return " ".join(filter(None, (_saved(job), reason, advice)))
