"""What is sent of a text, and how its answers become a text again.

A sentence is translated whole. For the count of a plural, a number is sent that takes the form in question, so that the
words around it are bent as they must be; afterwards the count takes the number's place again.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .._shared.gates.pieces import Piece, filled
from .formats import Forms
from .plurals import category, kind, numbers

_NAMED = re.compile(r"(?i)\b(?:count|n|num|number|total|amount|quantity|qty|size|length|smart_count)\b")
# In an ICU message, a straight one would make the braces behind it plain text.
_ELISION = re.compile(r"(?<=\w)'(?=\{)")
_NAME = re.compile(r"[A-Za-z_]{2}|\d|\{\w")
_NUMERIC = re.compile(r"%(?:\d+\$)?[-+0#', ]*\d*(?:hh|h|ll|l|q|z)?[diu]$|%L?n$|%\((?:count|n|num|number)\)[ds]$")


class UnfitError(ValueError):
    """A text that cannot be translated so, or an answer of which no text can be made; says why in a sentence.

    Attributes:
        check: a short stable name of what was wrong.
    """

    def __init__(self, words: str, check: str = "plural") -> None:
        super().__init__(words)
        self.check = check


@dataclass(frozen=True)
class Hole:
    """A count in a sentence, and the number that stands for it.

    Attributes:
        number: what is sent.
        count: what stands in the file.
        times: how often.
        is_single: whether no other number takes this form, so that its text may go without.
    """

    number: str
    count: str
    times: int
    is_single: bool = False

    def filled_in(self, answer: str) -> str:
        """The answer with the count in the number's place.

        Raises:
            UnfitError: the number is not there as often as it was sent.
        """
        found = len(as_written(self.number).findall(answer))
        if found == self.times:
            return as_written(self.number).sub(lambda _: self.count, answer)
        if not found and self.is_single:
            return answer
        raise UnfitError(f"The number {self.number}, sent in the place of {self.count}, came back {found} times.")


def as_written(number: str) -> re.Pattern[str]:
    """A number as languages write it: 1000000 has its thousands apart, and 1.5 may have a comma."""
    if "." in number:
        pattern = re.escape(number).replace(r"\.", "[.,٫]")
    else:
        head = len(number) % 3 or 3
        parts = [number[:head], *(number[at : at + 3] for at in range(head, len(number), 3))]
        pattern = "[.,' \u00a0\u202f\u2009’]?".join(parts)
    # What stands for something itself, as %1 and {1} do, is no number.
    return re.compile(rf"(?<![\d%{{]){pattern}(?!\d)")


@dataclass(frozen=True)
class Apostrophes:
    """How a message writes an apostrophe, which is a sign of its syntax too.

    Attributes:
        doubled: whether each is written twice.
        quoted: what stands between signs of quotation, as it is written.
        counted: whether it stands in a plural, where a # means the number.
    """

    doubled: bool
    quoted: tuple[str, ...] = ()
    counted: bool = False

    def written(self, text: str) -> str:
        """A text whose apostrophes are no syntax, and whose # is none."""
        kept = [re.escape(raw) for raw in self.quoted]
        sign = re.compile("|".join([*kept, "'" if self.doubled else r"'(?=[{}#|])", *(["#"] if self.counted else [])]))
        meant = {"'": "''" if self.doubled else "’", "#": "'#'"}
        return sign.sub(lambda found: meant.get(found[0], found[0]), text)


@dataclass(frozen=True)
class Sentence:
    """A text that is sent as it is."""

    text: str
    holes: tuple[Hole, ...] = ()
    apostrophes: Apostrophes | None = None

    @property
    def strings(self) -> list[str]:
        """What is sent."""
        return [self.text]

    def put_together(self, answers: Mapping[str, str]) -> str:
        """The text of its answer.

        Raises:
            UnfitError: a number is not where it was.
        """
        answer = answers[self.text]
        if self.apostrophes:
            answer = self.apostrophes.written(answer)
        elif "'{" not in self.text:
            answer = _ELISION.sub("’", answer)
        for hole in self.holes:
            answer = hole.filled_in(answer)
        return answer


def composed(source: Forms, form: str, number: str, source_lang: str, target_lang: str) -> Sentence:
    """What is sent for one form of a unit.

    Args:
        source: its forms in the source language.
        form: which form of the target language it is to become; "" for the only one.
        number: one that takes the form; empty where there is none.
        source_lang: how the source counts.
        target_lang: how the target counts.

    Raises:
        UnfitError: the number stands in the text already.
    """
    text = source[source_form(source, form, number, source_lang)]
    count = count_in(source) if number and form else ""
    if not count or count not in text:
        return Sentence(text)
    if as_written(number).search(text):
        others = numbers(target_lang, form)
        number = next((other for other in others if not as_written(other).search(text)), "")
        if not number:
            raise UnfitError("Every number that could stand for its count is in the text already.")
    is_single = numbers(target_lang, form) == [number]
    return Sentence(text.replace(count, number), (Hole(number, count, text.count(count), is_single),))


def source_form(source: Forms, form: str, number: str, source_lang: str) -> str:
    """The name of the form of the source from which a form of the target is made."""
    if form in source and (form in ("", "zero") or form[0] == "="):
        return form
    own = category(source_lang, number, kind(source, source_lang)) if number else form
    return own if own in source else "other" if "other" in source else list(source)[-1]


def count_in(source: Forms) -> str:
    """The placeholder of the number that a plural is chosen by; empty if that cannot be told."""
    text = source.get("other") or list(source.values())[-1]
    everything = Counter(piece.text for piece in filled(text))
    # What is filled in by its order alone means something else each time.
    found = [one for one, times in everything.items() if times == 1 or _NAME.search(one)]
    if len(everything) == 1:
        return found[0] if found else ""
    singular = {piece.text for name, text in source.items() if name in ("one", "=1") for piece in filled(text)}
    for chosen in (_named(found), _numeric(filled(text)), [one for one in found if singular and one not in singular]):
        if len(chosen) == 1:
            return chosen[0]
    return ""


def _named(found: Sequence[str]) -> list[str]:
    return [text for text in found if _NAMED.search(text.replace("_", " ")) or "smart_count" in text]


def _numeric(found: Sequence[Piece]) -> list[str]:
    return list(dict.fromkeys(piece.text for piece in found if _NUMERIC.match(piece.text)))
