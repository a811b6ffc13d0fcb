"""What `localize_files` returns."""

from collections.abc import Mapping, Sequence
from typing import Any

from qwen_localize.errors import quote
from qwen_localize.tool import SavedFile, cny

from .counting import Tally, findings, total
from .report import Row
from .surveying import Survey

# How many texts an answer names, in words and as data, and how much of a key and a message.
_MOST_WORDS, _MOST_DATA, _MOST_KEY = 5, 40, 60
_MOST_REMARK = 110
_NOUNS = {
    "new": "new",
    "changed": "changed",
    "kept": "kept",
    "stale": "stale",
    "left": "left out",
    "doubts": "in doubt",
}


def details(mode: str, survey: Survey, tallies: Mapping[str, Tally], **more: Any) -> dict[str, Any]:
    """The numbers, for programs."""
    rows = list(findings(tallies))
    return {
        "mode": mode,
        "found": _found(survey),
        "languages": {lang: tally.as_json for lang, tally in tallies.items()},
        "findings": [_finding(row) for row in rows[:_MOST_DATA]],
        "more_findings": max(len(rows) - _MOST_DATA, 0),
        "questions": list(survey.found.questions),
        "root": str(survey.project.root),
        **more,
    }


def _found(survey: Survey) -> dict[str, Any]:
    found = survey.found
    formats = sorted({resource.format.name for resource in found.resources})
    return {"files": len(found.resources), "formats": formats, "how": found.how}


def _finding(row: Row) -> dict[str, Any]:
    return {
        "file": row.file,
        "lang": row.language,
        "key": row.key + (f" [{row.form}]" if row.form else ""),
        "check": row.check,
        "message": row.message,
        "hard": row.hard,
    }


def numbers(tallies: Mapping[str, Tally]) -> str:
    """The numbers, a language after the other."""
    return "; ".join(f"{lang}: {_counts(tally)}" for lang, tally in tallies.items()) + "."


def _counts(tally: Tally) -> str:
    named = [f"{tally.counts[name]} {noun}" for name, noun in _NOUNS.items() if tally.counts[name]]
    return ", ".join([*(named or ["nothing"]), f"{tally.counts['files']} file(s)"])


def named(tallies: Mapping[str, Tally]) -> str:
    """The first texts of which something is to be said."""
    units: dict[tuple[str, str, str], Row] = {}
    for row in findings(tallies):
        units.setdefault((row.file, row.language, row.key), row)  # of its forms, the first
    rows = list(units.values())
    if not rows:
        return ""
    said = "; ".join(_named(row) for row in rows[:_MOST_WORDS])
    more = f"; and {len(rows) - _MOST_WORDS} more" if len(rows) > _MOST_WORDS else ""
    return f"LOOK AT: {said}{more}."


def _named(row: Row) -> str:
    place = f"{row.file} {quote(row.key, _MOST_KEY)}" if row.key else row.file
    message = row.message.rstrip(".")
    return f"{place}: {message[:_MOST_REMARK]}{'…' if len(message) > _MOST_REMARK else ''}"


def preview_words(survey: Survey, tallies: Mapping[str, Tally], cost: float | None, seconds: int) -> str:
    """What would be done, what it costs, and how to have it."""
    found = _found(survey)
    words = [
        f"{found['files']} source file(s) ({', '.join(found['formats'])}) in {survey.project.root}, by {found['how']}.",
        f"To do: {numbers(tallies)}",
        f"It would cost {cny(cost)} and take about {_time(seconds)}." if cost or seconds else "",
        *survey.found.questions[:3],
        *(f"Left as it is: {path}: {reason}." for path, reason in _refused(survey)[:3]),
        named(tallies),
        'Call again with mode="apply" to translate and write.' if total(tallies.values(), "files") else "",
    ]
    return " ".join(filter(None, words))


def _refused(survey: Survey) -> list[tuple[str, str]]:
    return list(dict.fromkeys((path, reason) for refused in survey.refused.values() for path, reason in refused))


def _time(seconds: int) -> str:
    return f"{seconds} s" if seconds < 100 else f"{round(seconds / 60)} min"


def done_words(mode: str, tallies: Mapping[str, Tally], cost: float, saved: Sequence[SavedFile]) -> str:
    """What was done, in words."""
    begun = "Checked, nothing sent" if mode == "check" else "Done"
    words = [
        f"{begun}: {numbers(tallies)}",
        named(tallies),
        f"Review: {saved[0].path}; as a table, to edit and feed back: {saved[1].path}." if len(saved) > 1 else "",
        f"It cost {cny(cost)}." if cost else "",
    ]
    return " ".join(filter(None, words))
