"""Claims that a file is the source of translations, and the settling of them: format, languages and style."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from ..formats import Format, Layout, UnreadableError
from .model import MARK, Resource
from .patterns import base_of, locales
from .styles import Style, guessed, usual
from .tables import languages_inside
from .tags import best, english
from .tree import Tree

Recognize = Callable[[str, str], Format | None]
_AUTO = "auto"
_SAID = re.compile(r"""\b(?:source-language|srcLang|sourcelanguage|sourceLanguage)["']?\s*[=:]\s*["']([\w-]+)["']""")


@dataclass(frozen=True)
class Claim:
    """What somebody says: here lies a source file, and there its translations.

    Attributes:
        pattern: where translations lie, with `[locale]` and without wildcards; for one file of all languages, that.
        source: the source file if it has no locale in its name, or if it is known.
        source_lang: the language of the source if it is said.
        style: how locales are spelled there if nothing is there yet; None for what is usual.
        sure: whether it was said, by a configuration or the user, and not concluded from names.
        spare: whether a file that has the source language in its path is preferred to `source`.
    """

    pattern: str
    source: str = ""
    source_lang: str = ""
    style: Style | None = None
    sure: bool = False
    spare: bool = False


@dataclass
class Settling:
    """Makes resources of claims, and notes what stands against it."""

    tree: Tree
    recognize: Recognize
    source_lang: str = _AUTO
    questions: list[str] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)

    def settled(self, claims: Iterable[Claim]) -> list[Resource]:
        """The resources that the claims turn out to be; the first claim to a file has it."""
        found: dict[str, Resource] = {}
        located = [(claim, self._locales(claim)) for claim in claims]
        shared: dict[str, dict[str, str]] = {}
        for claim, files in located:
            shared.setdefault(base_of(claim.pattern), {}).update(files)
        for claim, files in located:
            resource = self._resource(claim, files, shared[base_of(claim.pattern)])
            if resource and resource.pattern not in found:
                found[resource.pattern] = resource
        return list(found.values())

    def _locales(self, claim: Claim) -> dict[str, str]:
        names = claim.style.names.values() if claim.style else ()
        return locales(self.tree, claim.pattern, names) if MARK in claim.pattern else {}

    def _resource(self, claim: Claim, files: dict[str, str], shared: dict[str, str]) -> Resource | None:
        sample = claim.source or (files[english(files) or min(files)] if files else "")
        text = self._text(claim, sample)
        form = self.recognize(sample.rpartition("/")[2], text) if text else None
        if form is None:
            if text and claim.sure:
                self.skipped.append((sample, "it is of no format that is known here"))
            return None
        if form.layout is Layout.TOGETHER:
            return self._together(claim, form, sample, text)
        if MARK not in claim.pattern:
            return None
        if form.layout is Layout.PAIRS:
            return self._pairs(claim, form, files, shared, text)
        return self._apart(claim, form, files, shared)

    def _text(self, claim: Claim, path: str) -> str:
        if path not in self.tree.sizes:
            if claim.sure:
                self.skipped.append((claim.source or claim.pattern, "it is not there"))
            return ""
        try:
            return self.tree.text(path)
        except UnreadableError as error:
            self.skipped.append((path, str(error)))
            return ""

    def _said(self, claim: Claim) -> str:
        return claim.source_lang if self.source_lang == _AUTO else self.source_lang

    def _together(self, claim: Claim, form: Format, path: str, text: str) -> Resource | None:
        inside = languages_inside(path, text)
        match = _SAID.search(text)
        said = self._said(claim) or (match[1] if match else "")
        if not (inside or match or claim.sure):
            return None
        if not (source := (said and (best(said, inside) or said)) or self._chosen(inside, path)):
            return None
        targets = {locale: path for locale in inside if locale != source}
        return Resource(form, source, path, path, _style(claim, inside), targets)

    def _pairs(self, claim: Claim, form: Format, files: dict[str, str], shared: dict[str, str], text: str) -> Resource:
        match = _SAID.search(text[:4096])
        said = self._said(claim) or (match[1] if match else "") or "en"
        own = best(said, files) or (english(files) if said == "en" else None)
        source = claim.source or (files[own] if own else "")
        targets = {locale: path for locale, path in files.items() if path != source}
        return Resource(form, own or said, source, claim.pattern, _style(claim, shared), targets)

    def _apart(self, claim: Claim, form: Format, files: dict[str, str], shared: dict[str, str]) -> Resource | None:
        if claim.source and not (claim.spare and self._own(claim, files)):
            source, lang = claim.source, self._language_of(claim, files)
        else:
            lang = (self._own(claim, shared) or "") if self._said(claim) else self._chosen(shared, claim.pattern)
            source = files.get(lang, "")
            if wanted := "" if source else lang or self._said(claim):
                self.skipped.append((claim.pattern, f"there is none in the source language ({wanted})"))
        if not source or not lang:
            return None
        targets = {locale: path for locale, path in files.items() if path != source}
        return Resource(form, lang, source, claim.pattern, _style(claim, shared), targets)

    def _own(self, claim: Claim, files: dict[str, str]) -> str | None:
        said = self._said(claim)
        return (best(said, files) or (english(files) if said == "en" else None)) if said else english(files)

    def _language_of(self, claim: Claim, files: dict[str, str]) -> str:
        own = next((locale for locale, path in files.items() if path == claim.source), "")
        if (said := self._said(claim) or own) or claim.spare:
            return said or "en"
        if also := best("en", files):
            self.questions.append(f"Which language is {claim.source} in? There is {files[also]} too. Pass source_lang.")
            return ""
        return "en"

    def _chosen(self, among: Sequence[str] | dict[str, str], where: str) -> str:
        known = sorted(among)
        if found := english(known):
            return found
        if len(known) == 1:
            return known[0]
        choices = ", ".join(known[:-1]) + f" or {known[-1]}" if known else "none is named"
        place = base_of(where) if MARK in where else where
        question = f"Which language is the source in {place or 'the root'}: {choices}? Pass source_lang."
        if question not in self.questions:
            self.questions.append(question)
        return ""


def _style(claim: Claim, locales: Iterable[str]) -> Style:
    return guessed(locales, claim.style or usual(claim.pattern))
