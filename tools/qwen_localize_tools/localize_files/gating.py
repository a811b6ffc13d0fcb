"""Whether a text may stand in a localization file: what it must share with its source, and what its file asks of it."""

import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import replace

from .._shared.gates import Finding, findings, wordless
from .._shared.gates.counting import counts, is_count
from .._shared.gates.finding import named
from .._shared.gates.pieces import filled
from .._shared.gates.placeholders import is_sequential
from .formats import Format

_FEW = frozenset({"zero", "one", "two", "=0", "=1", "=2"})
_FEW_NUMBERS = range(3)
# How many words a name has.
_MOST_NAME = 2
_CODE = re.compile(r"(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_ENDING = re.compile(r"(?<=[A-Za-z])[-'’]\w{1,3}$")
# In these no number has a form of its own.
_ONE_FORM = frozenset(["ja", "zh", "zh_tw", "yue", "ko", "th", "vi", "id", "ms", "lo", "my", "km", "jv", "su"])
# In these `one` is 21 and 31 too, or 101.
_BROAD_ONE = frozenset(["ru", "uk", "be", "sr", "hr", "bs", "mk", "lt", "lv", "is", "sl", "tl", "ceb"])
_ALIKE = {"=0": "zero", "=1": "one", "=2": "two"}
_ENDS = {"?": "?", "？": "?", "؟": "?", ";": "?", "՞": "?", "…": "…", ":": ":", "：": ":", "։": "."}
_OPENERS, _CLOSERS = "\u202a\u202b\u202d\u202e\u2066\u2067\u2068", "\u202c\u2069"
_UNASKED = frozenset({"th", "lo", "ja", "km", "my", "zh", "zh_tw", "yue"})


def judged(
    source: str,
    target: str,
    *,
    format: Format,  # noqa: A002 - what it is called everywhere
    form: str = "",
    sample: int | None = None,
    most: int = 0,
    source_lang: str,
    target_lang: str,
) -> list[Finding]:
    """What is wrong with a text of a file; a hard finding is damage, a soft one a hint.

    Args:
        source: the form of the source that says the same, decoded.
        target: what stands in the file, or is about to, decoded.
        format: of the file.
        form: what the text's form is called: one of CLDR's categories, `=0`, or the number that PO and Qt give it.
        sample: a number that takes this form, where the file says so; the smallest if it is one of 0, 1 and 2.
        most: how many characters it may have; 0 for any number.
        source_lang: a code in `languages.json`, or auto.
        target_lang: a code in `languages.json`.
    """
    if not target.strip():
        return [Finding("empty", "The text is empty.")] if source.strip() else []
    few = _is_for_few(form, sample, target_lang)
    free = counts(source, target) if few else frozenset[str]()
    found = [
        _levelled(finding, bare=wordless(source), named=_is_name(source, target))
        for finding in findings(source, target, source_lang, target_lang, free)
        if finding.check != "line_break"
    ]
    if few:
        found += _of_few(source, target, form, target_lang)
    if format.whole:
        found += _code(source, target)
    return [*found, *_broken(source, target, hard=format.breaks), *_shaped(source, target, most, target_lang)]


def missing(have: Collection[str], needed: Collection[str]) -> list[Finding]:
    """The forms that a plural's language needs and the plural lacks.

    Where `other` or one of a catalogue's numbered forms is missing, some numbers cannot be said at all; for any other
    category, programs show `other`.

    Args:
        have: the names of the forms that are there.
        needed: those that the language, or the file itself, has.
    """
    if not have or set(have) == {""} or _are_numbered(have) != _are_numbered(needed):
        return []
    known = {_ALIKE.get(form, form) for form in have}
    # For millions alone, as in French: hardly any program asks for it.
    rare = {"many"} if "few" not in needed else set[str]()
    lost = [form for form in needed if form not in known and form not in rare]
    if not lost:
        return []
    # Beside `many`, `other` is for fractions.
    hard = _are_numbered(needed) or ("other" in lost and "many" not in known)
    return [Finding("plural", f"Plural forms are missing: {', '.join(lost)}.", hard)]


def _are_numbered(forms: Collection[str]) -> bool:
    return any(map(str.isdecimal, forms))


def _is_for_few(form: str, sample: int | None, lang: str) -> bool:
    """Whether a form stands for one number, or for so few that it may say them without digits."""
    if form.isdecimal():
        if lang in _ONE_FORM:
            return False
        return form == "0" if sample is None else sample in _FEW_NUMBERS
    return form in _FEW


def _levelled(finding: Finding, *, bare: bool, named: bool) -> Finding:
    """The finding as it counts in files, where names, and what nobody has translated yet, stand as their source.

    An address or a number alone, `bare`, may be the one for the language's people.
    """
    same = finding.check == "untranslated" and "holds" not in finding.message
    free = (bare and finding.check in {"url", "number"}) or (named and finding.check == "script")
    return replace(finding, hard=False) if same or free else finding


def _is_name(source: str, target: str) -> bool:
    """Whether a text is a word or two of its source, with an ending or a hyphen at most: E-mail, XCom-ы."""
    letters = "".join(filter(str.isalpha, _ENDING.sub("", target).casefold()))
    return len(source.split()) <= _MOST_NAME and letters in "".join(filter(str.isalpha, source.casefold()))


def _of_few(source: str, target: str, form: str, lang: str) -> Iterator[Finding]:
    """Placeholders filled in by their order, of which the first was left out; a count that 21 needs too."""
    wanted, given = _order(source), _order(target)
    if len(given) < len(wanted) and given != wanted[: len(given)]:
        yield Finding("placeholder", "Without the count, the placeholders after it are filled in wrongly.")
    counted = any(is_count(piece) for piece in filled(source)) and not any(map(is_count, filled(target)))
    if form == "one" and lang in _BROAD_ONE and counted:
        yield Finding("plural", "The form “one” is shown for 21 as well, and has no count.", hard=False)


def _order(text: str) -> list[str]:
    return [piece.key[-1] for piece in filled(text) if is_sequential(piece)]


def _code(source: str, target: str) -> Iterator[Finding]:
    """In a document, what stands in backticks is for programs."""
    before, after = (Counter(match[2] for match in _CODE.finditer(text)) for text in (source, target))
    if before != after:
        yield Finding("code", f"Code changed: {named([*(before - after), *(after - before)])}.")


def _broken(source: str, target: str, *, hard: bool) -> Iterator[Finding]:
    before, after = (len(text.strip().splitlines()) for text in (source, target))
    if before != after:
        yield Finding("line_break", f"Line breaks changed: {before} became {after} lines.", hard)


def _shaped(source: str, target: str, most: int, lang: str) -> Iterator[Finding]:
    """The length, and what stands at the ends."""
    if most and (length := _length(target)) > most:
        # Where the source has more already, the limit is a wish.
        yield Finding("too_long", f"It has {length} characters, and may have {most}.", hard=_length(source) <= most)
    if _edges(source) != _edges(target):
        yield Finding("space", "Spaces at the beginning or the end changed.", hard=False)
    wanted, given = _end(source), _end(target)
    if wanted and wanted != given and not (wanted == "?" and lang in _UNASKED):
        yield Finding("ending", f"It ends without “{wanted}”.", hard=False)
    if _open(target) and not _open(source):
        yield Finding("direction", "Marks of the writing direction are not closed.", hard=False)


def _length(text: str) -> int:
    """How many characters are seen: markup is none."""
    return len(_TAG.sub("", text))


def _edges(text: str) -> tuple[str, str]:
    inner = text.strip()
    return text[: text.find(inner)] if inner else text, text[text.find(inner) + len(inner) :]


def _end(text: str) -> str:
    """What kind of sign a text ends with, of those that say how it goes on."""
    text = text.rstrip()
    return "…" if text.endswith(("...", "……", "⋯")) else _ENDS.get(text[-1:], "")


def _open(text: str) -> bool:
    return sum(map(text.count, _OPENERS)) != sum(map(text.count, _CLOSERS))
