"""What goes wrong with texts of localization files: each kind as a function of a good one."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks import damage, damage_whole
from benchmarks.damage_world import Damage, World
from benchmarks.human_files import FilePair

_FEW = frozenset({"zero", "one", "two", "=0", "=1", "=2"})


def _unlimited(_: FilePair) -> int:
    return 0


@dataclass(frozen=True)
class Kind:
    """A kind of damage.

    Attributes:
        name: what happened to the text.
        damage: the damaged text; None where there is nothing to damage.
        hard: whether it has to be found as damage, and not as a hint.
        most: how many characters the text may have.
    """

    name: str
    damage: Callable[[FilePair, World], str | None]
    hard: bool = True
    most: Callable[[FilePair], int] = _unlimited


def _of(done: Damage) -> Callable[[FilePair, World], str | None]:
    """A damage that takes no notice of forms."""
    return lambda pair, world: done(pair.pair, world)


def _with_count(done: Damage) -> Callable[[FilePair, World], str | None]:
    """A damage that is none where a form may go without its count."""

    def damaged(pair: FilePair, world: World) -> str | None:
        is_for_few = pair.form in _FEW or (pair.form.isdecimal() and (pair.sample or 0) < 3)
        return None if is_for_few or "|" in pair.pair.source else done(pair.pair, world)

    return damaged


def _line_break(pair: FilePair, world: World) -> str | None:
    """A line break too many, or one that is gone."""
    inner = pair.pair.translation.strip()
    changed = inner.replace("\n", " ", 1) if "\n" in inner else inner.replace(" ", "\n", 1)
    return changed if pair.breaks and changed != inner else None


def _lengthened(pair: FilePair, world: World) -> str | None:
    return pair.pair.translation + "." * (_room(pair) + 1)


def _room(pair: FilePair) -> int:
    """How many characters both texts may have."""
    return max(len(pair.pair.source), len(pair.pair.translation))


def _edge(pair: FilePair, world: World) -> str | None:
    text = pair.pair.translation
    return text.strip() if text != text.strip() else f" {text}"


def _end(pair: FilePair, world: World) -> str | None:
    return re.sub(r"(?:…|\.\.\.|[:：?？])$", "", pair.pair.translation) if pair.pair.source[-1] in "…:?" else None


DAMAGES = (
    Kind("placeholder renamed", _of(damage.renamed)),
    Kind("placeholder lost", _with_count(damage.lost)),
    Kind("placeholder duplicated", _of(damage.duplicated)),
    Kind("placeholder invented", _of(damage.added)),
    Kind("conversion changed", _with_count(damage.retyped)),
    Kind("bare %s %d reordered", _of(damage.swapped)),
    Kind("tag lost", _of(damage.tag_lost)),
    Kind("tags crossed", _of(damage.crossed)),
    Kind("attribute changed", _of(damage.attribute)),
    Kind("ICU argument renamed in a branch", _of(damage.branch_argument)),
    Kind("ICU keyword translated", _of(damage.keyword)),
    Kind("ICU branch lost", _of(damage.branch_dropped)),
    Kind("ICU # lost", _of(damage.count_dropped)),
    Kind("ICU unparseable", _of(damage.unreadable)),
    Kind("line breaks changed where they count", _line_break),
    Kind("empty", _of(damage_whole.empty)),
    Kind("too long", _lengthened, most=_room),
    Kind("control, U+FFFD, private use", _of(damage_whole.control)),
    Kind("number changed", _of(damage.number_changed)),
    Kind("address changed", _of(damage.address_changed)),
    Kind("quoted", _of(damage_whole.quoted)),
    Kind("note added", _of(damage_whole.noted)),
    Kind("source and translation", _of(damage_whole.both)),
    Kind("our marks, a foreign word", _of(damage_whole.leaked)),
    Kind("source returned", _of(damage_whole.returned), hard=False),
    Kind("accelerator lost", _of(damage_whole.accelerator_lost), hard=False),
    Kind("space at an edge", _edge, hard=False),
    Kind("ending lost", _end, hard=False),
)
