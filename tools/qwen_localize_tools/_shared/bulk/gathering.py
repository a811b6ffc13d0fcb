"""The pictures that a call names, looked at one by one, so that memory never holds more than a few."""

import mimetypes
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from qwen_localize.errors import BadArgument, BadInput, quote
from qwen_localize.files import Found, Kept, LocalMedia
from qwen_localize.tool import Context
from qwen_localize.wellformed import clipped

from ..opaque import ReadyRules
from ..workers import side_by_side

MOST_RESULTS = 1000
_SIDE_BY_SIDE = 2
_MOST_NAMED = 20
# In bytes.
_MOST_NAME, _MOST_REASON = 100, 280


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
    def paid(self) -> dict[str, int]:
        """The pixels of each picture that is paid for, by its mark: equal ones are paid once."""
        return {kept.mark: pixels for kept, pixels in zip(self.pictures, self.pixels, strict=True)}

    @property
    def as_json(self) -> list[dict[str, str]]:
        """What was left out, the first of it."""
        return [
            {"name": clipped(name, _MOST_NAME), "reason": clipped(reason, _MOST_REASON)}
            for name, reason in self.left_out[:_MOST_NAMED]
        ]


def is_one(found: Found) -> bool:
    """Whether a call names a single picture, and no folder or pattern."""
    return len(found.references) == 1 and not found.is_many


async def gather(
    context: Context, found: Found, rules: ReadyRules, variants: int, *, keep: bool, made: Collection[str] = ()
) -> Gathered:
    """Look at all pictures; what cannot be sent is left out.

    Args:
        context: for reading and keeping.
        found: what the call names.
        rules: what the model takes.
        variants: how many results each picture is to have.
        keep: whether they are kept for a job; a preview keeps nothing.
        made: what stands behind the last dot in the names of results: those in a folder are not done once more.

    Raises:
        BadArgument: there are more than one call does.
        BadInput: none can be sent.
    """
    others = {path: reason for path in found.references if (reason := _unwanted(path, found, made))}
    left_out = [(_shown(name), reason) for name, reason in found.left_out]
    left_out += [(_name(path), reason) for path, reason in others.items()]
    references = [reference for reference in found.references if reference not in others]
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
        name, reason = gathered.left_out[-1] if gathered.left_out else ("", "Name at least one picture.")
        raise BadInput(
            reason if len(gathered.left_out) == 1 else
            f"None of {len(gathered.left_out)} can be sent. The last, {name}: {clipped(reason, _MOST_REASON)}"
        )  # fmt: skip
    return gathered


async def _looked_at(
    context: Context, references: Sequence[str], rules: ReadyRules, *, keep: bool
) -> list[tuple[Kept, int] | BadInput]:
    seen: dict[int, tuple[Kept, int] | BadInput] = {}

    async def work(index: int) -> None:
        try:
            seen[index] = await _one(context, references[index], rules, keep=keep)
        except BadInput as error:
            seen[index] = error
        await context.progress(len(seen), len(references), f"Looked at {len(seen)} of {len(references)} pictures")

    await side_by_side(_SIDE_BY_SIDE, range(len(references)), work)
    return [seen[index] for index in range(len(references))]


async def _one(context: Context, reference: str, rules: ReadyRules, *, keep: bool) -> tuple[Kept, int]:
    media = await context.files.read(reference, rules)
    facts: dict[str, Any] = dict(media.facts) if isinstance(media, LocalMedia) else {}
    kept = await context.files.keep(media) if keep else Kept.of(media)
    return kept, facts.get("width", 0) * facts.get("height", 0)


def _unwanted(path: str, found: Found, made: Collection[str]) -> str:
    """Why something that a folder or pattern has brought along is not looked at, told by its name; empty if it is."""
    if path not in found.expanded:
        return ""
    name = PurePath(path)
    if re.sub(r"-\d+$", "", name.stem.rpartition(".")[2]) in made and "." in name.stem:
        return "by its name already a result"
    kind = mimetypes.guess_type(name.name)[0]
    return "" if kind is None or kind.startswith("image/") else "not a picture"


def _name(reference: str) -> str:
    return "a data URI" if reference[:5].lower() == "data:" else _shown(PurePath(reference).name or reference)


def _shown(name: str) -> str:
    """A name that anybody may have given, as one line."""
    return quote(name, 100)[1:-1]
