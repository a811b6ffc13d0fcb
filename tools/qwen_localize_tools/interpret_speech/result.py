"""What the tool returns."""

from typing import Any, ClassVar

from qwen_localize.tool import JobRecord, JobResult


class SpeechResult(JobResult):
    """A job, with the beginning of its transcript."""

    PUBLISHED: ClassVar[frozenset[str]] = JobResult.PUBLISHED | {"transcript", "details"}

    transcript: str = ""

    @classmethod
    def own_facts(cls, job: JobRecord) -> dict[str, Any]:
        """The transcript, which is kept among the details."""
        rest = {name: value for name, value in job.details.items() if name != "transcript"}
        return {"details": rest, "transcript": str(job.details.get("transcript", ""))}

    def brief(self) -> JobResult:
        """The job without the transcript."""
        return super().brief().model_copy(update={"transcript": ""})

    def blocks(self) -> list[str]:
        """The message, then what was said."""
        return [part for part in (self.message, self.transcript) if part]
