"""Where a job stands among those that wait: pure, so that what is fair can be read and tested here."""

from .records import JobRecord, Kind

# What somebody waits for in a chat, and what a batch of any size orders for itself.
FEW, MANY = "few", "many"
CHAT, PART = 10, 0


def lane(job: JobRecord) -> str:
    """In which of the two lanes a job waits: parts of batches never take the places of what callers have ordered."""
    return MANY if job.parent else FEW


def priority(job: JobRecord) -> int:
    """The higher, the sooner. A batch that is resumed or begun goes first: it costs nothing to begin one."""
    if job.kind is Kind.BATCH:
        return CHAT + 1
    return PART if job.parent else CHAT
