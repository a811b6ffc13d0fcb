"""What the comparison of a picture with its translation found, for people and for programs."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

# How much is shown of what is odd: to programs, and in words.
_MOST_SHOWN, _MOST_CHARS = 20, 120
_FEW, _MOST_TOLD = 5, 60


@dataclass
class Verdict:
    """What the comparison found.

    Attributes:
        translated: how many lines.
        left: lines that are as they were.
        missing: lines in whose place nothing stands any more.
        figures: how many numbers are the same.
        changed: numbers that are not, as `before → after`.
        terms: targets of the glossary that do not stand there.
        words: words that should not.
    """

    translated: int = 0
    left: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    figures: int = 0
    changed: list[str] = field(default_factory=list)
    terms: list[str] = field(default_factory=list)
    sensitive: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Whether there is nothing to look at."""
        return not (self.left or self.missing or self.changed or self.terms or self.sensitive)

    @property
    def as_json(self) -> dict[str, Any]:
        """For programs: counts, and the first of what is odd."""
        odd = {
            "left": self.left,
            "missing": self.missing,
            "numbers_changed": self.changed,
            "terms_missing": self.terms,
            "sensitive_found": self.sensitive,
        }
        shown = {name: [text[:_MOST_CHARS] for text in texts[:_MOST_SHOWN]] for name, texts in odd.items() if texts}
        return {"passed": self.passed, "translated": self.translated, "numbers_kept": self.figures} | shown

    @property
    def words(self) -> str:
        """For people."""
        lines = [f"{self.translated} lines translated"]
        lines += [_told(len(self.left), "left", self.left)] if self.left else []
        lines += [_told(len(self.missing), "missing", self.missing)] if self.missing else []
        numbers = f"numbers changed: {_first(self.changed)}" if self.changed else "numbers kept"
        parts = [", ".join(lines), numbers]
        parts += [f"glossary terms missing: {_first(self.terms)}"] if self.terms else []
        parts += [f"sensitive words found: {_first(self.sensitive)}"] if self.sensitive else []
        return f"Checked: {'; '.join(parts)}."


def _first(texts: Sequence[str]) -> str:
    shown = [text if len(text) <= _MOST_TOLD else f"{text[:_MOST_TOLD]}…" for text in texts[:_FEW]]
    return ", ".join(shown) + (", …" if len(texts) > _FEW else "")


def _told(count: int, what: str, texts: Sequence[str]) -> str:
    shown = ", ".join(f"“{text[:40]}”" for text in texts[:3])
    return f"{count} {what}: {shown}{', …' if count > 3 else ''}"
