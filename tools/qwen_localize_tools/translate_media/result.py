"""What `translate_media` returns, as data and in words."""

from typing import Any

from pydantic import Field

from qwen_localize.tool import JobRecord, JobResult
from qwen_localize.wellformed import clipped

# Bytes of the translation that an answer shows; all of it is in the file.
MOST_TEXT = 5_000


class MediaResult(JobResult):
    """The translation, or its beginning, and the files that have all of it."""

    PUBLISHED = JobResult.PUBLISHED | {"text"}

    text: str = Field(default="")

    @classmethod
    def own_facts(cls, job: JobRecord) -> dict[str, Any]:
        """What a job that is done has kept with its record."""
        details = dict(job.details)
        return {"text": details.pop("text", ""), "details": details}

    def brief(self) -> JobResult:
        """The job without its text."""
        return super().brief().model_copy(update={"text": ""})

    def blocks(self) -> list[str]:
        """The translation, so that it can be used as it is; then the facts."""
        return [self.text, self.message] if self.text else [self.message]


def shown(text: str) -> str:
    """As much of a text as an answer shows."""
    return clipped(text, MOST_TEXT)
