"""What `translate_text` returns, as data and in words."""

import json
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, Field

from qwen_localize.tool import JobRecord, JobResult

from .._shared.translating.glossary import GlossaryReceipt, fitting

# Bytes of JSON, of the text that the model reads and of the data beside it. What is more is in the files alone.
MOST_TEXT, MOST_DATA = 5_500, 36_000
_MOST_WARNINGS = 12_000
# Bytes of the sentences on warnings and terms, and how many of either they name.
_MOST_WORDS, _MOST_NAMED = 900, 10
# Of each string, where one alone is too long.
_LEAST_SHOWN = 200


class Untranslated(BaseModel):
    """The place of a string that failed."""

    error: str


class Warned(BaseModel):
    """A translation that failed a check and could not be mended."""

    index: int
    check: str
    message: str


class TranslateTextResult(JobResult):
    """Translations in the order given; a string that failed has its reason in its place.

    Where there are too many for an answer, `translations` are the first of `total`, and the file has all of them.
    """

    PUBLISHED = JobResult.PUBLISHED | {"translations", "warnings"}
    ALWAYS = JobResult.ALWAYS | {"translations", "warnings"}

    translations: list[str | Untranslated] = Field(default_factory=list)
    warnings: list[Warned] = Field(default_factory=list)
    glossary: GlossaryReceipt | None = None
    source_lang: str = ""
    target_lang: str = ""
    total: int = 0

    @classmethod
    def own_facts(cls, job: JobRecord) -> dict[str, Any]:
        """What a job that is done has kept with its record."""
        return {"details": {}, **job.details}

    def brief(self) -> JobResult:
        """The job without its translations, and what is to be said of each."""
        return super().brief().model_copy(update={"translations": [], "warnings": [], "glossary": None})

    def blocks(self) -> list[str]:
        """The translations alone, so that they can be used as they are; then the facts."""
        return [self._translations(), self.message] if self.translations else [self.message]

    def _translations(self) -> str:
        shown = beginning(self.translations, MOST_TEXT)
        if len(self.translations) == 1 and isinstance(shown[0], str):
            return shown[0]
        return json.dumps([item if isinstance(item, str) else item.model_dump() for item in shown], ensure_ascii=False)


def beginning(items: Sequence[str | Untranslated], most: int) -> list[str | Untranslated]:
    """As many of the first translations as fit into so many bytes of JSON; of one that is too long, its beginning."""
    shown: list[str | Untranslated] = []
    for item in items:
        size = _size(item) + 2
        if size > most:
            return shown if shown or not isinstance(item, str) else [_cut(item, most)]
        shown.append(item)
        most -= size
    return shown


def _cut(text: str, most: int) -> str:
    """The beginning of a text that has so many bytes at most in JSON."""
    part = text[:most]
    while _size(part) > most and len(part) > _LEAST_SHOWN:
        part = part[: len(part) * 3 // 4]
    return f"{part}…"


def _size(item: str | Untranslated) -> int:
    text = item if isinstance(item, str) else item.error
    return len(json.dumps(text, ensure_ascii=False).encode(errors="replace"))


def first_warnings(warnings: Sequence[Warned]) -> list[Warned]:
    """As many of the first as an answer has room for."""
    return list(warnings[: fitting((item.model_dump_json() for item in warnings), _MOST_WARNINGS)])


def warning_words(warnings: Sequence[Warned]) -> str:
    """The first warnings, in a sentence."""
    if not warnings:
        return ""
    shown = _named([f"{item.index}: {item.message.rstrip('.')}" for item in warnings])
    return f"CHECK these translations, which no attempt got right ({shown})."


def _named(items: Sequence[str]) -> str:
    """The first few, and how many more there are."""
    shown = items[: fitting(items[:_MOST_NAMED], _MOST_WORDS)]
    more = [f"and {len(items) - len(shown)} more"] if len(shown) < len(items) else []
    return "; ".join([*shown, *more])


def glossary_words(glossary: GlossaryReceipt) -> str:
    """How many terms were kept, and which were not."""
    if not glossary.kept and not glossary.missing:
        return ""
    words = f"Glossary: {glossary.kept} term(s) kept."
    if glossary.missing:
        shown = _named([f"{term.source} = {term.target} in {listed(term.missing_in)}" for term in glossary.missing])
        words += f" Not found in this form, perhaps inflected: {shown}."
    return words


def listed(indices: Sequence[int]) -> str:
    """The first few of many numbers."""
    shown = ", ".join(map(str, indices[:10]))
    return f"{shown} and {len(indices) - 10} more" if len(indices) > 10 else shown
