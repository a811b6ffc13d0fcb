"""Messages with branches: the same choices, and in every branch what its readers need."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from . import icu
from .counting import counts
from .finding import Finding, named
from .pieces import filled

# Languages with one form for every number.
_ONE_FORM = frozenset(["ja", "zh", "zh_tw", "yue", "ko", "th", "vi", "id", "ms", "lo", "my", "km", "jv", "su"])
_FORMS_FOR_FEW = frozenset({"zero", "one", "two", "=0", "=1", "=2"})
_DIVIDER = "||||"
_PIPE = re.compile(r"(?<!\|)\|(?!\|)")
# Before a form, the numbers that it is for: {0}, [2,*].
_RANGE = re.compile(r"\s*(?:\{\d{1,9}\}|\[\d{1,9},\s?(?:\d{1,9}|\*|Inf)\])")
_MOST_FORMS, _MOST_PIPED, _ALIKE = 6, 1000, 0.5


@dataclass(frozen=True)
class View:
    """What somebody sees of a message and of its translation.

    Attributes:
        source: the text.
        translation: what became of it.
        place: which branch it is; empty for a text without branches.
        free: the placeholders that this branch may go without.
    """

    source: str
    translation: str
    place: str = ""
    free: frozenset[str] = frozenset()

    def labelled(self, found: Sequence[Finding]) -> Iterator[Finding]:
        """The findings with their place."""
        for finding in found:
            if not self.place:
                yield finding
            else:
                check = "icu" if finding.check == "placeholder" else finding.check
                yield replace(finding, check=check, message=f"{finding.message[:-1]}, in {self.place}.")


def usual(source: str, translation: str) -> tuple[str, str]:
    """What most readers see of a text and its translation: the last form, or the branches called other."""
    if forms := _piped(source):
        return forms[-1], _divided(translation)[-1]
    return _usual(source), _usual(translation)


def _usual(text: str) -> str:
    if _DIVIDER in text:
        return text.rpartition(_DIVIDER)[2]
    return icu.flat(icu.parsed(text), {}) if icu.is_message(text) else text


def views(source: str, translation: str) -> Iterator[View]:
    """Every pair of texts that readers may be shown."""
    if icu.is_message(source) or icu.is_message(translation):
        yield from _branches(source, translation)
    elif _DIVIDER in source and _DIVIDER in translation:
        yield View(_usual(source), _usual(translation))
    elif forms := _piped(source):
        yield from _forms(forms, _divided(translation))
    else:
        yield View(source, translation)


def _piped(source: str) -> list[str]:
    """The forms of a plural that are divided by bars, of which the last says all that the others say; or none."""
    if "|" not in source or len(source) > _MOST_PIPED:
        return []
    forms = _divided(source)
    keys = [{piece.key for piece in filled(form)} for form in forms]
    if not 1 < len(forms) <= _MOST_FORMS or not all(map(str.strip, forms)) or any(each - keys[-1] for each in keys):
        return []
    return forms if keys[-1] or SequenceMatcher(None, forms[0], forms[-1]).ratio() >= _ALIKE else []


def _divided(text: str) -> list[str]:
    return [_RANGE.sub("", part, count=1) if _RANGE.match(part) else part for part in _PIPE.split(text)]


def bars(source: str, translation: str) -> list[Finding]:
    """What happened to the bars that part a text, and to the numbers that its parts are for."""
    if "|" not in source + translation or _DIVIDER in source:
        return []
    before, after = _PIPE.split(source), _PIPE.split(translation)
    ranges = [
        sorted("".join(found[0].split()) for found in map(_RANGE.match, parts) if found) for parts in (before, after)
    ]
    if ranges[0] and ranges[0] != ranges[1]:
        return [Finding("plural", "The numbers that its forms are for changed.")]
    if len(after) == len(before) or (_piped(source) and len(after) > len(before)):
        return []
    # People whose language has one word for all of them write it once.
    return [Finding("plural", f"{len(before)} parts between bars became {len(after)}.", hard=not _piped(source))]


def _forms(forms: Sequence[str], translated: Sequence[str]) -> Iterator[View]:
    """The first forms may be for few; the last of the source says what each of the translation has to say."""
    # With four there may be a dual, with more a zero besides.
    few = max(min(len(forms), len(translated)) - 1, min(len(translated) - 2, 3))
    for index, form in enumerate(translated):
        free = counts(forms[-1], form) if index < few else frozenset[str]()
        yield View(forms[-1], form, free=free)


def _branches(source: str, translation: str) -> Iterator[View]:
    try:
        before, after = icu.parsed(source), icu.parsed(translation)
    except icu.UnreadableError:
        return
    plurals = {argument.name for argument in icu.arguments(before) if argument.type in icu.PLURALS}
    chosen, _ = icu.choices(after, len(translation))
    always = {piece.key for piece in filled(icu.flat(before, {}))}
    for choice in chosen:
        shown = icu.flat(before, choice)
        few = {name for name, selector in choice.items() if name in plurals and selector in _FORMS_FOR_FEW}
        # A form for few may do without the count, and may have what the form for many has.
        free = {f"{{{name}}}" for name in few}.union(
            always.difference(piece.key for piece in filled(shown)) if few else ()
        )
        # The number that chooses may be said where the source does not say it.
        free |= {f"{{{name}}}" for name in plurals}.difference(piece.key for piece in filled(shown))
        place = ", ".join(f"{name} = {selector.lstrip('=')}" for name, selector in choice.items())
        yield View(
            shown,
            icu.flat(after, choice),
            place[:80] or "the message",
            frozenset(free),
        )


def compared(source: str, translation: str, target_lang: str) -> list[Finding]:
    """What happened to the choices themselves."""
    if not icu.is_message(source):
        return []
    try:
        after = icu.parsed(translation)
    except icu.UnreadableError as error:
        return [Finding("icu", f"The message cannot be read any more: {error}.")]
    given: dict[str, list[icu.Argument]] = {}
    for argument in icu.arguments(after):
        if argument.branches:
            given.setdefault(argument.name, []).append(argument)
    known = set(_invalid(icu.parsed(source)))
    found = [finding for finding in _invalid(after) if finding not in known]
    seen: set[str] = set()
    for argument in icu.arguments(icu.parsed(source)):
        if argument.branches and argument.name not in seen:
            seen.add(argument.name)
            found += _choice(argument, given.get(argument.name, []), target_lang)
    _, complete = icu.choices(after, len(translation))
    if not complete:
        found.append(Finding("icu", "The message has more branches than can be compared."))
    return [*found, *_typed(icu.parsed(source), after)]


def _invalid(message: icu.Message) -> Iterator[Finding]:
    for argument in icu.arguments(message):
        selectors = argument.selectors
        if not selectors:
            continue
        unknown = [word for word in selectors if not _is_form(word)] if argument.type in icu.PLURALS else []
        if unknown:
            yield Finding("icu", f"Keywords that no plural has: {named(unknown)}.")
        if "other" not in selectors:
            yield Finding("icu", f"The branch “other” of {argument.name} is missing.")
        if len(set(selectors)) < len(selectors):
            yield Finding("icu", f"A branch of {argument.name} stands there twice.")


def _is_form(selector: str) -> bool:
    return selector in icu.CATEGORIES or (selector[0] == "=" and selector[1:].isdecimal())


def _choice(wanted: icu.Argument, given: Sequence[icu.Argument], target_lang: str) -> Iterator[Finding]:
    if not given:
        yield Finding(
            "icu",
            f"The choice by {wanted.name} is gone.",
            hard=wanted.type == "select" or target_lang not in _ONE_FORM,
        )
        return
    if {argument.type for argument in given} != {wanted.type}:
        yield Finding("icu", f"The choice by {wanted.name} is no {wanted.type} any more.")
        return
    branches = {selector for argument in given for selector in argument.selectors}
    needed = set(wanted.selectors)
    if wanted.type == "select":
        lost, added = needed - branches, branches - needed
        if lost or added:
            yield Finding("icu", f"Branches of {wanted.name} lost or renamed: {named(sorted(lost) or sorted(added))}.")
        return
    if wanted.type == "plural":
        yield from _plural(wanted.name, needed, branches, target_lang)
    if {argument.style for argument in given} != {wanted.style}:
        yield Finding("icu", f"The offset of {wanted.name} changed.")


def _plural(name: str, needed: set[str], branches: set[str], target_lang: str) -> Iterator[Finding]:
    exact = {"=1": "one", "=0": "zero", "=2": "two"}
    lost = [form for form in sorted(needed) if form[0] == "=" and not branches & {form, exact.get(form, form)}]
    if "one" in needed and not branches & {"one", "=1"} and target_lang not in _ONE_FORM:
        lost.append("one")
    if lost:
        yield Finding("icu", f"Branches of {name} lost: {named(lost)}.", hard=target_lang not in _ONE_FORM)


def _typed(before: icu.Message, after: icu.Message) -> Iterator[Finding]:
    """Formats of numbers and dates, which `flat` leaves out."""
    wanted = {(part.name, part.type): part.style for part in icu.arguments(before) if part.type and not part.branches}
    for part in icu.arguments(after):
        style = wanted.get((part.name, part.type), part.style)
        if style != part.style and not part.branches:
            yield Finding("icu", f"The format of {part.name} changed.", hard=part.type == "number")
