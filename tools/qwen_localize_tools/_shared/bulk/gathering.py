"""The pictures that a call names, looked at one by one, so that memory never holds more than a few."""

import mimetypes
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

import anyio

from qwen_localize.errors import BadArgument, BadInput
from qwen_localize.files import Found, Kept, LocalMedia
from qwen_localize.tool import Context

from ..opaque import ReadyRules

MOST_RESULTS = 1000
_SIDE_BY_SIDE = 2
_MOST_NAMED = 20
_MOST_REASON = 250


@dataclass
class Gathered:
    """Pictures that can be sent, and what was left out.

    Attributes:
        pictures: how each is kept; for a preview, how it would be.
        pixels: how many each has; 0 where only the service will see it.
        left_out: names, with the reason.
    """

    pictures: list[Kept] = field(default_factory=list)
    pixels: list[int] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)

    @property
    def as_json(self) -> list[dict[str, str]]:
        """What was left out, the first of it."""
        return [{"name": name, "reason": reason[:_MOST_REASON]} for name, reason in self.left_out[:_MOST_NAMED]]


def is_one(found: Found) -> bool:
    """Whether a call names a single picture, and no folder or pattern."""
    return len(found.references) == 1 and not found.is_many


async def gather(context: Context, found: Found, rules: ReadyRules, variants: int, *, keep: bool) -> Gathered:
    """Look at all pictures; what cannot be sent is left out.

    Args:
        context: for reading and keeping.
        found: what the call names.
        rules: what the model takes.
        variants: how many results each picture is to have.
        keep: whether they are kept for a job; a preview keeps nothing.

    Raises:
        BadArgument: there are more than one call does.
        BadInput: none can be sent.
    """
    left_out = [*found.left_out, *((_name(path), "not a picture") for path in _others(found))]
    references = [reference for reference in found.references if reference not in set(_others(found))]
    if len(references) * variants > MOST_RESULTS:
        raise BadArgument(
            f"That would be {len(references) * variants} results, and one call makes at most {MOST_RESULTS}. Pass "
            "fewer pictures at once, as a smaller folder or pattern."
        )
    looked = await _looked_at(context, references, rules, keep=keep)
    gathered = Gathered(left_out=left_out)
    for reference, seen in zip(references, looked, strict=True):
        if isinstance(seen, BadInput):
            gathered.left_out.append((_name(reference), str(seen)))
        else:
            gathered.pictures.append(seen[0])
            gathered.pixels.append(seen[1])
    if not gathered.pictures:
        name, reason = gathered.left_out[-1]
        raise BadInput(
            reason if len(gathered.left_out) == 1 else
            f"None of {len(gathered.left_out)} can be sent. The last, {name}: {reason[:_MOST_REASON]}"
        )  # fmt: skip
    return gathered


async def _looked_at(
    context: Context, references: Sequence[str], rules: ReadyRules, *, keep: bool
) -> list[tuple[Kept, int] | BadInput]:
    seen: dict[int, tuple[Kept, int] | BadInput] = {}
    left = iter(enumerate(references))

    async def work() -> None:
        for index, reference in left:
            try:
                seen[index] = await _one(context, reference, rules, keep=keep)
            except BadInput as error:
                seen[index] = error
            await context.progress(len(seen), len(references), f"Looked at {len(seen)} of {len(references)} pictures")

    async with anyio.create_task_group() as group:
        for _ in range(min(_SIDE_BY_SIDE, len(references))):
            group.start_soon(work)
    return [seen[index] for index in range(len(references))]


async def _one(context: Context, reference: str, rules: ReadyRules, *, keep: bool) -> tuple[Kept, int]:
    media = await context.files.read(reference, rules)
    facts: dict[str, Any] = dict(media.facts) if isinstance(media, LocalMedia) else {}
    kept = await context.files.keep(media) if keep else Kept.of(media)
    return kept, facts.get("width", 0) * facts.get("height", 0)


def _others(found: Found) -> list[str]:
    """What a folder or pattern has brought along that is no picture, told by its name; the rest is looked at."""
    return [path for path in found.references if path in found.expanded and not _may_be_picture(path)]


def _may_be_picture(path: str) -> bool:
    kind = mimetypes.guess_type(PurePath(path).name)[0]
    return kind is None or kind.startswith("image/")


def _name(reference: str) -> str:
    return "a data URI" if reference[:5].lower() == "data:" else PurePath(reference).name[:100] or reference[:100]
