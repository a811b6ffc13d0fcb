"""What discovery finds: source files, each with the place where its translations lie."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..formats import Format, Layout
from .styles import Style
from .tags import best

MARK = "[locale]"
# What to say where nothing was found.
HOW_FILES_WORKS = (
    "What git ignores is not looked at. "
    "Say with `files` where they are, seen from the project's root, with [locale] in the language's place: "
    'files="locales/[locale]/*.json" (also ** for folders in between, and several with commas). '
    "A file without [locale] is a source by itself: its translations get the language before the ending."
)


@dataclass(frozen=True)
class Place:
    """Where a translation lies or will lie; for TOGETHER, in the source file itself."""

    locale: str
    path: str
    exists: bool


@dataclass(frozen=True)
class Resource:
    """One source file and its translations. Paths are relative to the project's root, with slashes.

    Attributes:
        format: of the files.
        source_lang: as the project spells it.
        source: the source file; for TOGETHER, the file; for PAIRS, the template such as a .pot, or the file in the
            source language; empty for PAIRS that have neither: any translation then shows what there is.
        pattern: where translations lie, with `[locale]`; for TOGETHER, the file.
        style: how a new locale is spelled.
        targets: the locales that are there already, as spelled, and their files.
    """

    format: Format
    source_lang: str
    source: str
    pattern: str
    style: Style = field(default_factory=Style)
    targets: Mapping[str, str] = field(default_factory=dict)

    def place(self, lang: str) -> Place:
        """Where the translation into a language lies: what is there wins, else the project's own spelling."""
        named = self.style.named(lang)
        locale = named if named and named in self.targets else best(lang, self.targets) or self.style.spelled(lang)
        together = self.format.layout is Layout.TOGETHER
        path = self.targets.get(locale) or self.pattern.replace(MARK, locale)
        return Place(locale, path, together or locale in self.targets)


@dataclass(frozen=True)
class Known:
    """What was settled before: a source file, its language and where its translations lie."""

    source: str
    source_lang: str
    pattern: str
    format: str = ""


@dataclass(frozen=True)
class Found:
    """What there is to localize.

    Attributes:
        resources: in the order of their source files.
        how: what told of them: "files", "crowdin.yml", "conventions", with commas if several did.
        questions: what is ambiguous, each a sentence with the choices and the argument that settles it.
        skipped: what was left out, with the reason.
    """

    resources: tuple[Resource, ...] = ()
    how: str = ""
    questions: tuple[str, ...] = ()
    skipped: tuple[tuple[str, str], ...] = ()
