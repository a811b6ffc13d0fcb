"""Whether a translation may be handed out as it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import anyio.to_thread

from ..gates import Finding, findings
from .assignment import Assignment


@dataclass(frozen=True)
class Translated:
    """A translation, with the checks that it failed."""

    text: str
    failed: tuple[Finding, ...] = ()


async def judged(assignment: Assignment, pairs: Sequence[tuple[str, str]]) -> list[Translated]:
    """Each source's translation, checked; in a thread, since a long text takes a while."""
    return await anyio.to_thread.run_sync(partial(_judge, assignment, pairs))


def _judge(assignment: Assignment, pairs: Sequence[tuple[str, str]]) -> list[Translated]:
    source_lang, target_lang = assignment.source_lang, assignment.target_lang
    found = [(text, findings(source, text, source_lang, target_lang)) for source, text in pairs]
    return [Translated(text, tuple(item for item in items if item.hard)) for text, items in found]
