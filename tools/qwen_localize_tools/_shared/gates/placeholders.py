"""Placeholders: each stands in the translation as often as in the source, and in the order that its type needs."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from functools import cached_property

from .finding import Finding, named, shown
from .pieces import Piece, filled, has_selector

# Percent signs of other scripts may stand for an escaped one.
_PERCENTS = "٪％"
_DATE_CODE = re.compile(r"%-?[aAbBcdHIjmMpSUwWxXyYZ](?![A-Za-z])")
_DATE_ONLY = frozenset("YymBbHMj")
_ANY_CODE = re.compile(r"%-?([A-Za-z])")
_POSITION = re.compile(r"%([0-9]{1,2})\$")
_OWN_MARK = re.compile(r"\[\[\s{0,3}[0-9]{1,6}\s{0,3}\]\]")
_INFLECTED = re.compile(r"\{\w+:[a-z_]{4,40}\}", re.ASCII)
_DIGITS = re.compile(r"[0-9]+")
_LOOSE = re.compile(r"[:@!$][A-Za-z_][A-Za-z0-9_-]*")
_ALIKE = {"i": "d", "u": "d"}
_NUMBERED_PERCENT = re.compile(r"%L?([0-9]{1,2})")


class _Text:
    """One side of a pair."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.pieces = filled(text)

    @cached_property
    def keys(self) -> frozenset[str]:
        """What its placeholders are compared by."""
        return frozenset(piece.key for piece in self.pieces)

    @cached_property
    def inflected(self) -> list[str]:
        """Its placeholders that ask for a form of their word: `{city:genitive}`."""
        return [key for key in self.keys if _INFLECTED.fullmatch(key)]

    @cached_property
    def numbers(self) -> frozenset[str]:
        """The numbers that stand in it, in whatever place."""
        return frozenset(_DIGITS.findall(self.text))

    @cached_property
    def names(self) -> Counter[str]:
        """What would be a placeholder in the right place: behind a letter of a script without spaces, for one."""
        return Counter(_LOOSE.findall(self.text))


def compared(source: str, translation: str, free: Collection[str] = ()) -> list[Finding]:
    """What happened to the placeholders.

    Args:
        source: the text.
        translation: what became of it.
        free: those that a language may leave out, or add once: the count of a plural's form for one.
    """
    before, after = _Text(source), _Text(translation)
    found = [] if _OWN_MARK.search(source) else _marks(translation)
    if not before.pieces and not after.pieces:
        return found
    if _is_date_format(source):
        return found + _date_format(before.pieces, after.pieces)
    wanted = _counted(before.pieces)
    given = _counted(_unpositioned(before.pieces, after.pieces))
    for key in _forgiven(wanted, given, free):
        del wanted[key], given[key]
    if has_selector(source):
        wanted, given = Counter(wanted.keys()), Counter(given.keys())
    extra = [key for key in given - wanted if not _stood_otherwise(key, before, after)]
    doubtful = [key for key in extra if _is_weak(key) and not any(map(_is_weak, wanted))]
    lost = [key for key in wanted - given if not _stands_otherwise(key, before, after)]
    added = [key for key in extra if key not in doubtful]
    return found + _named(lost, added, wanted) + _doubts(doubtful) + _reordered(before.pieces, after.pieces)


def _forgiven(wanted: Counter[str], given: Counter[str], free: Collection[str]) -> list[str]:
    """Which of the free ones are only left out, or only added where the source has none: no other took their place."""
    lost = [key for key in free if given[key] < wanted[key]]
    added = [key for key in free if given[key] > wanted[key]]
    if lost and added:
        return []
    said = any(wanted[key] for key in free)
    return lost or ([] if said else [key for key in added if given[key] == 1])


def _marks(translation: str) -> list[Finding]:
    marks = _OWN_MARK.findall(translation)
    return [Finding("placeholder", f"Numbering added: {named(marks)}.")] if marks else []


def _is_date_format(source: str) -> bool:
    codes = {code[-1] for code in _DATE_CODE.findall(source)}
    return len(codes) > 1 and bool(codes & _DATE_ONLY) and len(codes) == len(set(_ANY_CODE.findall(source)))


def _date_format(before: Sequence[Piece], after: Sequence[Piece]) -> list[Finding]:
    """A date may be written with other parts in another language."""
    differ = Counter(piece.key for piece in before) != Counter(piece.key for piece in after)
    return [Finding("placeholder", "The date is written with other parts.", hard=False)] if differ else []


def _counted(found: Iterable[Piece]) -> Counter[str]:
    return Counter(piece.key for piece in found)


def _unpositioned(before: Sequence[Piece], after: Sequence[Piece]) -> list[Piece]:
    """The translation's placeholders; `%2$s` as the second of the source's, if that has no positions itself."""
    bare = [piece for piece in before if piece.kind == "printf"]
    positions = [_POSITION.match(piece.key) for piece in after if piece.kind == "printf"]
    if not any(positions) or any(_POSITION.match(piece.key) for piece in bare):
        return list(after)
    return [_bare(piece, len(bare)) for piece in after]


def _bare(piece: Piece, most: int) -> Piece:
    match = _POSITION.match(piece.key)
    if piece.kind != "printf" or not match or not 1 <= int(match[1]) <= most:
        return piece
    return Piece("printf", piece.text, f"%{piece.key[match.end() :]}", piece.start)


def _is_weak(key: str) -> bool:
    """Whether it is written as people write too: `:name`, `@user`, `!var`, `$name`, `$1`."""
    return bool(_LOOSE.fullmatch(key)) or (key[0] == "$" and key[1:].isdigit())


def _stands_otherwise(key: str, before: _Text, after: _Text) -> bool:
    """Whether a placeholder that was not found is there all the same, in a place or a form that is as good."""
    if key == "%%":
        return any(sign in after.text for sign in _PERCENTS)
    if key[0] == "{" and any(inflected.startswith(f"{key[:-1]}:") for inflected in after.inflected):
        return True
    if key[0] == "$" and key[1:].isdigit():
        # A price: 5 $.
        return key[1:] in after.numbers and before.text.count("$") == 1
    return _is_weak(key) and after.names[key] >= before.names[key]


def _stood_otherwise(key: str, before: _Text, after: _Text) -> bool:
    if match := _NUMBERED_PERCENT.fullmatch(key):
        # Turkish and Basque write the sign before the number.
        return key not in before.keys and "%" in before.text and match[1] in before.numbers
    if _INFLECTED.fullmatch(key) and f"{key.partition(':')[0]}}}" in before.keys:
        return True
    if key[0] == "$" and key[1:].isdigit():
        return key not in before.keys and key[1:] in before.numbers
    return before.names[key] >= after.names[key] if _is_weak(key) else key == "%%" and "%" in before.text


def _named(lost: Sequence[str], added: Sequence[str], wanted: Counter[str]) -> list[Finding]:
    if lost and added:
        return [Finding("placeholder", f"Placeholder changed: {named(lost)} became {named(added)}.")]
    if lost:
        return [Finding("placeholder", f"Placeholder lost: {named(lost)}.")]
    again = [key for key in added if key in wanted]
    if again:
        return [Finding("placeholder", f"Placeholder repeated: {named(again)}.")]
    return [Finding("placeholder", f"Placeholder added: {named(added)}.")] if added else []


def _doubts(keys: Sequence[str]) -> list[Finding]:
    return [Finding("placeholder", f"Perhaps a placeholder was added: {named(keys)}.", hard=False)] if keys else []


def _reordered(before: Sequence[Piece], after: Sequence[Piece]) -> list[Finding]:
    """Placeholders without a name or number are filled in by their order: their types may not change places."""
    wanted, given = _types(before), _types(after)
    if wanted == given or len(wanted) != len(given):
        return []
    place = next(index for index, kind in enumerate(wanted) if kind != given[index])
    return [Finding("placeholder", f"Placeholders changed places: {shown(given[place])} stands before its turn.")]


def _types(found: Sequence[Piece]) -> list[str]:
    keys = [piece.key for piece in found if is_sequential(piece)]
    return [key[:-1] + _ALIKE.get(key[-1], key[-1]) for key in keys]


def is_sequential(piece: Piece) -> bool:
    """Whether it is filled in by its order alone: `%s`, `{}`, `{:d}`."""
    if piece.kind == "printf":
        return not piece.key.startswith(("%(", "%<", "%n")) and not _POSITION.match(piece.key)
    return piece.kind == "brace" and piece.key[:2] in {"{}", "{:", "{!"}
