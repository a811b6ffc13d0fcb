"""Claims that a file is the source of translations, and the settling of them: format, languages and style."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from ..._shared.languages import AUTO
from ..formats import Format, Layout, UnreadableError
from .model import MARK, Resource
from .patterns import base_of, in_folder, locales, unmarked
from .styles import Style, guessed, usual
from .tables import languages_inside
from .tags import best, english
from .tree import Tree

Recognize = Callable[[str, str], Format | None]
_MOST_RESOURCES = 20_000
_LETTERS = 4_000  # of a file are enough to see how it is written
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


@dataclass(frozen=True)
class _Sighting:
    """A claim with what was seen: the format of its files, those of its pattern and of its neighbours by locale."""

    claim: Claim
    format: Format
    files: Mapping[str, str]
    shared: Mapping[str, str]
    text: str
    said: str

    @property
    def written(self) -> str:
        """The source language that the file itself names; empty if it names none."""
        match = _SAID.search(self.text)
        return match[1] if match else ""

    def own(self, files: Iterable[str]) -> str | None:
        """The locale among these that is the source language; English if nothing else was said."""
        wanted = best(self.said, files) if self.said else None
        return wanted or (english(files) if self.said in ("", "en") else None)

    def resource(self, source: str, lang: str) -> Resource:
        """What the claim turns out to be."""
        targets = {locale: path for locale, path in self.files.items() if path != source}
        style = guessed(self.shared, self.claim.style or usual(self.claim.pattern))
        return Resource(self.format, lang, source, self.claim.pattern, style, targets)


@dataclass
class Settling:
    """Makes resources of claims, and notes what stands against it."""

    tree: Tree
    recognize: Recognize
    source_lang: str = AUTO
    questions: list[str] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    shared: dict[str, dict[str, str]] = field(default_factory=dict)
    read: int = 0

    def notice(self, claims: Iterable[Claim]) -> None:
        """Take note of the languages that claims have files in; their neighbours are judged by them."""
        for claim in claims:
            self.shared.setdefault(base_of(claim.pattern), {}).update(self._locales(claim))

    def settled(self, claims: Iterable[Claim], others: bool = False) -> list[Resource]:
        """The resources that the claims turn out to be; the first claim to a pattern has it.

        Args:
            claims: of which notice was taken.
            others: whether there are resources already.
        """
        found: list[Resource] = []
        alone: list[Resource] = []
        for claim in {claim.pattern: claim for claim in reversed(list(claims))}.values():
            files, shared = self._locales(claim), self.shared[base_of(claim.pattern)]
            if resource := self._resource(claim, files, shared):
                (alone if self._is_alone(claim, resource, shared) else found).append(resource)
        return found + self._believed(alone, others or bool(found))

    def _is_alone(self, claim: Claim, resource: Resource, shared: dict[str, str]) -> bool:
        apart = resource.format.layout is Layout.APART
        return apart and list(shared) == [resource.source_lang] and not (self._said(claim) or english(shared))

    def _believed(self, alone: list[Resource], others: bool) -> list[Resource]:
        """The only file of its kind is a source, unless other files have another source: then it is a translation."""
        if not others:
            return alone
        for resource in alone:
            self.skipped.append((resource.source, "it is a translation of what is not there"))
        return []

    def _locales(self, claim: Claim) -> dict[str, str]:
        names = claim.style.names.values() if claim.style else ()
        return locales(self.tree, claim.pattern, names) if MARK in claim.pattern else {}

    def _resource(self, claim: Claim, files: dict[str, str], shared: dict[str, str]) -> Resource | None:
        sample = claim.source or (files[english(files) or min(files)] if files else "")
        text = self._text(claim, sample)
        form = self.recognize(sample.rpartition("/")[2], text) if text else None
        if form is None:
            if text and claim.sure:
                self._skip(sample, "it is of no format that is known here")
            return None
        sighting = _Sighting(claim, form, files, shared, text, self._said(claim))
        if form.layout is Layout.TOGETHER:
            return self._together(sighting, sample)
        source, lang = self._in_pairs(sighting) if form.layout is Layout.PAIRS else self._apart(sighting)
        return sighting.resource(source, lang) if lang and MARK in claim.pattern else None

    def _text(self, claim: Claim, path: str) -> str:
        if path not in self.tree.sizes:
            if claim.sure:
                self._skip(claim.source or claim.pattern, "it is not there")
            return ""
        self.read += 1
        if self.read > _MOST_RESOURCES:
            self._skip(".", f"only the first {_MOST_RESOURCES:,} sources were looked at; pass a path further in")
            return ""
        try:
            return self.tree.text(path)
        except UnreadableError as error:
            self._skip(path, str(error))
            return ""

    def _said(self, claim: Claim) -> str:
        return claim.source_lang if self.source_lang == AUTO else self.source_lang

    def _together(self, sighting: _Sighting, path: str) -> Resource | None:
        inside = languages_inside(path, sighting.text)
        said = sighting.said or sighting.written
        if not (inside or said or sighting.claim.sure):
            return None
        source = (best(said, inside) or said) if said else self._chosen(inside, path)
        targets = {locale: path for locale in inside if locale != source}
        style = guessed(inside, sighting.claim.style or usual(path))
        return Resource(sighting.format, source, path, path, style, targets) if source else None

    def _in_pairs(self, sighting: _Sighting) -> tuple[str, str]:
        """The template and the language of sources that each translation holds itself."""
        claim, files = sighting.claim, sighting.files
        said = sighting.said or sighting.written or "en"
        own = best(said, files)
        if not own and not claim.source and (named := best(said, sighting.shared)):
            self._skip(claim.pattern, f"there is none in the source language ({named})")
            return "", ""
        return claim.source or (files[own] if own else ""), own or said

    def _apart(self, sighting: _Sighting) -> tuple[str, str]:
        """The source file and its language, empty if there is none."""
        claim, said = sighting.claim, sighting.said
        if claim.source and not (claim.spare and sighting.own(sighting.files)):
            return claim.source, self._language_of(sighting)
        lang = (sighting.own(sighting.shared) or "") if said else self._chosen(sighting.shared, claim.pattern)
        source = sighting.files.get(lang, "")
        if (lang or said) and not source:
            self._skip(claim.pattern, f"there is none in the source language ({lang or said})")
        return source, lang if source else ""

    def _language_of(self, sighting: _Sighting) -> str:
        """The language of a file that has none in its name: English, unless something speaks against it."""
        claim, files = sighting.claim, sighting.files
        own = next((locale for locale, path in files.items() if path == claim.source), "")
        if said := sighting.said or own or _named_in(claim):
            return said
        also = f"There is {files['en']} too. " if "en" in files and claim.source == unmarked(claim.pattern) else ""
        if (also and not claim.spare) or not _is_latin(sighting.text):
            self._ask(f"Which language is {claim.source} in? {also}Pass source_lang.")
            return ""
        return "en"

    def _chosen(self, among: Iterable[str], where: str) -> str:
        known = sorted(among)
        if found := english(known):
            return found
        if len(known) == 1:
            return known[0]
        choices = ", ".join(known[:-1]) + f" or {known[-1]}" if known else "none is named"
        place = base_of(where) if MARK in where else where
        self._ask(f"Which language is the source in {place or 'the root'}: {choices}? Pass source_lang.")
        return ""

    def _ask(self, question: str) -> None:
        if question not in self.questions:
            self.questions.append(question)

    def _skip(self, path: str, reason: str) -> None:
        if (path, reason) not in self.skipped[-1:]:
            self.skipped.append((path, reason))


def _named_in(claim: Claim) -> str:
    """The locale in a source's own path, where translations lie elsewhere."""
    elsewhere = claim.source != unmarked(claim.pattern) and claim.sure
    found = in_folder(claim.source.replace(".lproj/", "/"), last=True) if elsewhere else None
    return found[1] if found and english([found[1]]) else ""


def _is_latin(text: str) -> bool:
    letters = [letter for letter in text[:_LETTERS] if letter.isalpha()]
    return sum(letter >= "\u0250" for letter in letters) * 10 <= len(letters)
