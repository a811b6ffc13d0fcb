"""What `translate_text` returns, as data and in words."""

import json

from pydantic import BaseModel, Field

from qwen_localize.tool import Result, SavedFile, cny

from .._shared.usage import Usage
from .glossary import TermReceipt
from .placeholders import LostPlaceholders

# What a chat may cut off is also written to a file: it is paid for.
LONG_CHARS = 20_000


class Untranslated(BaseModel):
    """The place of a string that failed."""

    error: str


class TranslateTextResult(Result):
    """Translations in the order given; a string that failed has its reason in its place."""

    PUBLISHED = frozenset({"translations", "glossary", "placeholders", "artifacts"})

    translations: list[str | Untranslated]
    source_lang: str
    target_lang: str
    model: str
    glossary: list[TermReceipt]
    placeholders: list[LostPlaceholders]
    usage: Usage
    request_ids: list[str]
    reused: int
    remarks: list[str]
    estimated_cost: float | None = Field(description="CNY")
    artifacts: list[SavedFile]

    def blocks(self) -> list[str]:
        """The translations alone, so that they can be used as they are; then the facts."""
        return [self._translations(), " ".join(self._facts())]

    def files(self) -> list[SavedFile]:
        """The file with everything, if there is one."""
        return self.artifacts

    def _translations(self) -> str:
        if len(self.translations) == 1 and isinstance(self.translations[0], str):
            text = self.translations[0]
        else:
            text = json.dumps(self.model_dump(mode="json")["translations"], ensure_ascii=False)
        return f"{text[:LONG_CHARS]}… (cut; all of it is in the file below)" if self.artifacts else text

    def _facts(self) -> list[str]:
        failed = [index for index, item in enumerate(self.translations) if isinstance(item, Untranslated)]
        facts = [f"{self.source_lang} to {self.target_lang} by {self.model}, {cny(self.estimated_cost)}."]
        facts += [f"All translations: {file.path}." for file in self.artifacts]
        facts += (
            [f"{self.reused} texts were translated before in this session and not paid again."] if self.reused else []
        )
        facts += [f"Failed, each with its reason in its place: {_listed(failed)}."] if failed else []
        facts += [f"NOT as in the source: {_lost_words(self.placeholders)}."] if self.placeholders else []
        return facts + self.remarks + [_term_words(term) for term in self.glossary]


def _listed(indices: list[int]) -> str:
    shown = ", ".join(map(str, indices[:10]))
    return f"{shown} and {len(indices) - 10} more" if len(indices) > 10 else shown


def _lost_words(placeholders: list[LostPlaceholders]) -> str:
    shown = "; ".join(f"{', '.join(item.lost[:5])} in translation {item.index}" for item in placeholders[:10])
    return f"{shown}; and in {len(placeholders) - 10} more" if len(placeholders) > 10 else shown


def _term_words(term: TermReceipt) -> str:
    fate = f"not found in this form in translation {_listed(term.missing_in)} (it may be inflected)"
    return f"Glossary: {term.source} = {term.target} {'applied' if term.applied else fate}."
