"""What a call has come to, as its result."""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel

from qwen_localize.errors import LocalizeError
from qwen_localize.tool import Receipt, SavedFile, cny

from .._shared.translating.assignment import Assignment
from .._shared.translating.checking import Translated
from .._shared.translating.glossary import GlossaryReceipt, receipt
from .._shared.usage import usage
from .result import (
    MOST_DATA,
    MOST_TEXT,
    TranslateTextResult,
    Untranslated,
    Warned,
    beginning,
    first_warnings,
    glossary_words,
    listed,
    warning_words,
)
from .strings import Strings

# Of the names of models that answered, as the service says them.
_MOST_MODELS, _MOST_NAME = 3, 60


@dataclass(frozen=True)
class Outcome:
    """Translations, or the reason in the place of one that failed, and what is to be said of them."""

    assignment: Assignment
    places: list[str | Untranslated]
    warnings: list[Warned]
    terms: GlossaryReceipt

    @classmethod
    def of(cls, assignment: Assignment, strings: Strings, outcomes: Sequence[Translated | LocalizeError]) -> "Outcome":
        """The outcome of each string; slow with a large glossary."""
        places = [Untranslated(error=str(item)) if isinstance(item, LocalizeError) else item.text for item in outcomes]
        texts = [place if isinstance(place, str) else None for place in places]
        warnings = [
            Warned(index=index, check=finding.check, message=finding.message)
            for index, item in enumerate(outcomes)
            for finding in (item.failed if isinstance(item, Translated) else ())
        ]
        terms = receipt(assignment.termbase, list(zip(strings.texts, texts, strict=True)))
        return cls(assignment, places, warnings, terms)

    @property
    def fits(self) -> bool:
        """Whether an answer has room for all translations."""
        return beginning(self.places, MOST_TEXT) == self.places

    def files(self, strings: Strings) -> list[tuple[str, str, str]]:
        """What came from a file goes into one, and what an answer has no room for: names, texts, types."""
        lang = self.assignment.target_lang
        notes: list[tuple[str, Sequence[BaseModel]]] = []
        if len(first_warnings(self.warnings)) < len(self.warnings):
            notes.append(("warnings", self.warnings))
        if self.terms.bounded() != self.terms:
            notes.append(("missing-terms", self.terms.missing))
        if not notes and not strings.name and self.fits:
            return []
        filled = strings.filled([item if isinstance(item, str) else item.model_dump() for item in self.places], lang)
        return [filled, *(strings.noted(what, items, lang) for what, items in notes)]

    def result(self, saved: list[SavedFile], used: Receipt, remarks: list[str]) -> TranslateTextResult:
        """As it is returned: cut where a file has all of it, or would have it if the disk had taken it."""
        terms = self.terms.bounded()
        return TranslateTextResult(
            job_id="",
            status="succeeded",
            message=" ".join(filter(None, [*self._facts(saved, used), *used.remarks, *remarks])),
            tool="translate_text",
            model=self._models(used),
            artifacts=saved,
            details={},
            usage=usage(used),
            estimated_cost=used.cost,
            translations=beginning(self.places, MOST_DATA),
            warnings=first_warnings(self.warnings),
            glossary=terms if terms.kept or terms.missing else None,
            source_lang=self.assignment.source_lang,
            target_lang=self.assignment.target_lang,
            total=len(self.places),
        )

    def _models(self, used: Receipt) -> str:
        return (
            ", ".join(model[:_MOST_NAME] for model in sorted(used.models)[:_MOST_MODELS]) or self.assignment.model.name
        )

    def _facts(self, saved: Sequence[SavedFile], used: Receipt) -> list[str]:
        total = len(self.places)
        languages = f"{self.assignment.source_lang} to {self.assignment.target_lang}"
        many = f"{total} strings, " if total > 1 else ""
        failed = [index for index, item in enumerate(self.places) if isinstance(item, Untranslated)]
        return [
            f"{many}{languages} by {self._models(used)}, {cny(used.cost)}.",
            self._file_words(saved),
            f"{used.reused} request(s) were paid for before and not again." if used.reused else "",
            f"Failed, each with its reason in its place: {listed(failed)}." if failed else "",
            warning_words(self.warnings),
            glossary_words(self.terms),
        ]

    def _file_words(self, saved: Sequence[SavedFile]) -> str:
        if not saved:
            return ""
        total, shown = len(self.places), len(beginning(self.places, MOST_TEXT))
        what = "All of it" if total == 1 else f"All {total} translations"
        cut = f" (shown here: the first {shown})" if shown < total else ""
        more = f" More in {', '.join(file.path for file in saved[1:])}." if saved[1:] else ""
        return f"{what}: {saved[0].path}{cut}.{more}"
