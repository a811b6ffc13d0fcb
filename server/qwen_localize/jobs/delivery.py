"""From a result that is paid for to a file on disk."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2

from ..artifacts import Artifact, Artifacts
from ..clock import Clock
from ..dashscope import Client, Failed, Gone, Succeeded
from ..errors import OWN_FAULT, Bug, Expired, LocalizeError, OutputUnavailable, Spoiled, TryLater
from .records import JobRecord, State
from .store import Store

logger = logging.getLogger(__name__)

UrlsOf = Callable[[dict[str, Any]], list[str]]

_KEPT_SECONDS = 24 * 3600.0

_GONE = (
    "The result was paid for, but the service, which keeps results for 24 h, no longer has it. Calling again pays "
    "again."
)


class Delivery:
    """Fetches results; used by the one process that leads, so that nothing is fetched twice.

    Args:
        output: where files go if a job's own directory can no longer be written.
    """

    def __init__(self, store: Store, client: Client, clock: Clock, output: Path | None = None) -> None:
        self._store = store
        self._client = client
        self._clock = clock
        self._output = output

    async def deliver(self, job: JobRecord, urls_of: UrlsOf) -> None:
        """Fetch what is missing of a job's results and finish it; a failure leaves it to be tried again.

        Args:
            job: one that is READY.
            urls_of: where the results are in a task's output, should they have to be asked for anew.
        """
        try:
            job, error = await self._fetch(job)
            if isinstance(error, Expired):
                job, error = await self._renewed(job, urls_of, error)
        except LocalizeError as failure:
            error = failure
        except Exception:
            logger.exception("The results of %s cannot be fetched for a reason nobody foresaw", job.id)
            error = Bug(OWN_FAULT)
        await self._finish(await self._store.get(job.id) or job, error)

    async def _finish(self, job: JobRecord, error: LocalizeError | None) -> None:
        if error is None:
            await self._change(job, state=State.SUCCEEDED, urls=[], message="")
        elif not isinstance(error, Expired) or self._is_kept(job):
            await self._change(job, state=State.UNDELIVERED, message=_undelivered(job, error))
        elif job.artifacts:
            words = f"{_saved(job)} The rest was not fetched within the 24 h that the service keeps it, and is gone."
            await self._change(job, state=State.SUCCEEDED, urls=[], message=words)
        else:
            await self._change(job, state=State.FAILED, message=_GONE)

    def _is_kept(self, job: JobRecord) -> bool:
        """Whether the service still has the results, as far as time tells."""
        return bool(job.urls) and self._clock.wall() - (job.sent or job.created) < _KEPT_SECONDS

    async def _renewed(
        self, job: JobRecord, urls_of: UrlsOf, error: LocalizeError
    ) -> tuple[JobRecord, LocalizeError | None]:
        """Fetch by freshly signed URLs, which only a task can be asked for."""
        state = await self._client.query(job.upstream_id) if job.upstream_id else None
        urls = urls_of(state.output)[len(job.artifacts) :] if isinstance(state, Succeeded) else []
        if len(urls) >= len(job.urls):
            return await self._fetch(await self._change(job, urls=urls) or job)
        if isinstance(state, Gone | Failed):
            job = await self._change(job, urls=[]) or job
        return job, error

    async def _fetch(self, job: JobRecord) -> tuple[JobRecord, LocalizeError | None]:
        """The job with what could be fetched, and why the rest could not; into `output` where its own folder fails."""
        try:
            return await self._fetch_into(Path(job.directory), job)
        except OutputUnavailable:
            if not self._output or self._output == Path(job.directory):
                raise
            return await self._fetch_into(self._output, await self._store.get(job.id) or job)

    async def _fetch_into(self, directory: Path, job: JobRecord) -> tuple[JobRecord, LocalizeError | None]:
        """As `_fetch`; one bad result does not keep others out."""
        artifacts = Artifacts(directory, room=0)  # what is paid for may have the last of it
        await artifacts.prepare()
        error: LocalizeError | None = None
        for url in job.urls:
            try:
                done = _facts(await self._one(job, artifacts, url))
            except (Expired, Spoiled) as failure:
                error = failure
            else:
                left = [other for other in job.urls if other != url]
                job = await self._change(job, artifacts=[*job.artifacts, done], urls=left, planned=[]) or job
        return job, error

    async def _one(self, job: JobRecord, artifacts: Artifacts, url: str) -> Artifact:
        async def plan(path: str) -> None:
            await self._change(job, planned=[path])

        async def consume(response: httpx2.Response) -> Artifact:
            part = f"{job.id}-{len(job.artifacts)}"
            planned = job.planned[0] if job.planned else ""
            return await artifacts.save_picture(job.stem, response.aiter_bytes(), part=part, planned=planned, plan=plan)

        return await self._client.download(url, consume)

    async def _change(self, job: JobRecord, **values: Any) -> JobRecord | None:
        return await self._store.change(job.id, self._clock.wall(), **values)


def _facts(artifact: Artifact) -> dict[str, Any]:
    return {
        "path": str(artifact.path),
        "uri": artifact.path.as_uri(),
        "mime_type": artifact.mime_type,
        "bytes": artifact.bytes,
        "width": artifact.width,
        "height": artifact.height,
    }


def _saved(job: JobRecord) -> str:
    files = ", ".join(str(artifact["path"]) for artifact in job.artifacts)
    return f"Saved {files}." if files else ""


def _undelivered(job: JobRecord, error: LocalizeError) -> str:
    # What the error advises besides, to try again later, is for calls that are not paid yet.
    reason = f"{str(error).partition('. ')[0].rstrip('.')}." if isinstance(error, TryLater) else str(error)
    advice = (
        "The result is paid for and kept by the service for 24 h: do not repeat the call, get_job with "
        f"job_id {job.id} fetches it."
    )
    return " ".join(filter(None, (_saved(job), reason, advice)))
