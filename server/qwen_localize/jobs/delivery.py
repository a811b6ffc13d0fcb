"""From a result that is paid for to a file on disk."""

from pathlib import Path
from typing import Any

import httpx2

from ..artifacts import Artifact, Artifacts
from ..clock import Clock
from ..dashscope import Client, Succeeded
from ..errors import Expired, LocalizeError, TryLater
from .records import JobRecord, State
from .store import Store

_GONE = (
    "The result was paid for, but it was not fetched within the 24 h that the service keeps it, and is gone. Calling "
    "again pays again."
)


class Delivery:
    """Fetches results; used by the one process that leads, so that nothing is fetched twice."""

    def __init__(self, store: Store, client: Client, clock: Clock) -> None:
        self._store = store
        self._client = client
        self._clock = clock

    async def deliver(self, job: JobRecord, urls_of: Any) -> None:
        """Fetch what is missing of a job's results and finish it; a failure leaves it to be tried again.

        Args:
            job: one that is READY.
            urls_of: where the results are in a task's output, should they have to be asked for anew.
        """
        try:
            try:
                await self._fetch(job)
            except Expired:
                job = await self._renewed(job, urls_of)
                await self._fetch(job)
        except Expired:
            await self._change(job, state=State.FAILED, message=_GONE)
        except LocalizeError as error:
            await self._change(job, state=State.UNDELIVERED, message=_undelivered(job, error))

    async def _renewed(self, job: JobRecord, urls_of: Any) -> JobRecord:
        """The job with freshly signed URLs, which only a task can be asked for."""
        state = await self._client.query(job.upstream_id) if job.upstream_id else None
        if not isinstance(state, Succeeded):
            raise Expired(_GONE)
        return await self._change(job, urls=urls_of(state.output)) or job

    async def _fetch(self, job: JobRecord) -> None:
        artifacts = Artifacts(Path(job.directory), room=0)  # what is paid for may have the last of it
        await artifacts.prepare()
        done = list(job.artifacts)
        for index in range(len(done), len(job.urls)):
            done.append(_facts(await self._one(job, artifacts, index)))
            await self._change(job, artifacts=done, planned=[])
        await self._change(job, state=State.SUCCEEDED, urls=[], message="")

    async def _one(self, job: JobRecord, artifacts: Artifacts, index: int) -> Artifact:
        planned = job.planned[0] if job.planned and index == len(job.artifacts) else ""

        async def plan(path: str) -> None:
            await self._change(job, planned=[path])

        async def consume(response: httpx2.Response) -> Artifact:
            part = f"{job.id}-{index}"
            return await artifacts.save_picture(job.stem, response.aiter_bytes(), part=part, planned=planned, plan=plan)

        return await self._client.download(job.urls[index], consume)

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


def _undelivered(job: JobRecord, error: LocalizeError) -> str:
    # What the error advises besides, to try again later, is for calls that are not paid yet.
    reason = f"{str(error).partition('. ')[0].rstrip('.')}." if isinstance(error, TryLater) else str(error)
    return (
        f"{reason} The result is paid for and kept by the service for 24 h: do not repeat the call, get_job with "
        f"job_id {job.id} fetches it."
    )
