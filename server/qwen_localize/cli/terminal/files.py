"""`qwen-localize files`: an app's localization files, looked at, translated, or checked."""

import argparse
import csv
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from ...errors import LocalizeError
from ...tool import cny
from .calling import Call, one_line, printed
from .places import existing, folder_of, project_of

_COUNTS = ("new", "changed", "kept", "stale", "left", "doubts", "files")
_MOST_SECONDS = 100
_OPTIONS = {"target_langs": "--to", "source_lang": "--from", "files": "--files", "max_cost": "--max-cost"}
_ARGUMENT = re.compile(r"\b(source_lang|target_langs|max_cost)\b|`?\b(files)(?:`|=(?=\"))")


def run(options: argparse.Namespace) -> int:
    """Run the command; the exit status.

    Raises:
        LocalizeError: it cannot be done, or could not be finished.
    """
    try:
        result = _call(options).result()
    except LocalizeError as error:
        raise LocalizeError(_typed(str(error))) from None
    details = result.get("details", {})
    if details.get("more_findings"):
        details |= _all_findings(result)
    if options.json:
        printed(result)
    else:
        _show(result, details)
    return _status(details)


def _call(options: argparse.Namespace) -> Call:
    path = existing(options.path)
    folders = [folder_of(path), project_of(path)]
    arguments = {
        "path": str(path),
        "target_langs": options.to,
        "mode": "apply" if options.apply else "check" if options.check else "preview",
        "source_lang": options.source_lang,
        "files": options.files,
    }
    if options.glossary:
        glossary = existing(options.glossary)
        folders.append(folder_of(glossary))
        arguments["glossary"] = str(glossary)
    wishes = {"max_cost": options.max_cost, "model": options.model}
    arguments |= {name: wish for name, wish in wishes.items() if wish}
    return Call("localize_files", arguments, tuple(folders), options.sandbox, options.fault, is_free=not options.apply)


def _all_findings(result: Mapping[str, Any]) -> dict[str, Any]:
    """All that was found, which for chats is too much and stands in the table beside the report."""
    paths = [file["path"] for file in result.get("artifacts", ()) if file["mime_type"] == "text/csv"]
    if not paths:
        return {}
    with Path(paths[0]).open(encoding="utf-8-sig", newline="") as table:
        rows = [row for row in csv.DictReader(table) if row["message"]]
    return {"findings": sorted(map(_of_row, rows), key=lambda one: not one["hard"]), "more_findings": 0}


def _of_row(row: Mapping[str, str]) -> dict[str, Any]:
    key = row["key"] + (f" [{row['form']}]" if row["form"] else "")
    finding = {"file": row["file"], "lang": row["language"], "key": key, "check": row["check"]}
    return finding | {"message": row["message"], "hard": row["hard"] == "yes"}


def _status(details: Mapping[str, Any]) -> int:
    """1 where something was left or found to be wrong, or could not be done without an answer."""
    languages = details.get("languages", {})
    if details.get("mode") == "preview":
        return 0
    return int(
        any(counts["left"] for counts in languages.values()) or (bool(details.get("questions")) and not languages)
    )


def _show(result: Mapping[str, Any], details: Mapping[str, Any]) -> None:
    console = Console(highlight=False, markup=False, emoji=False)

    def line(text: str) -> None:
        # Not wrapped: a path is there to be copied, and a line of a log to be searched for.
        console.print(one_line(text), soft_wrap=True)

    if languages := details.get("languages"):
        line(_found(details))
        console.print(_table(languages))
    for finding in details.get("findings", ()):
        line(_finding(finding))
    if more := details.get("more_findings"):
        line(f"and {more} more")
    for question in details.get("questions", ()):
        line(f"? {_typed(question)}")
    line(_outcome(result, details) if languages else result["message"])
    for file in result.get("artifacts", ()):
        line(f"  {file['path']}")


def _typed(words: str) -> str:
    """What a tool says of its arguments, as they are called here."""
    return _ARGUMENT.sub(lambda found: _OPTIONS[found[1] or found[2]] + (" " if found[0][-1] == "=" else ""), words)


def _found(details: Mapping[str, Any]) -> str:
    found = details["found"]
    sources = f"{found['files']} source file{'s' if found['files'] != 1 else ''}"
    return f"{sources} ({', '.join(found['formats'])}) in {details['root']}, by {found['how']}:"


def _table(languages: Mapping[str, Mapping[str, int]]) -> Table:
    table = Table("language", box=None, padding=(0, 2, 0, 0))
    for name in _COUNTS:
        table.add_column(name, justify="right")
    for language, counts in languages.items():
        table.add_row(one_line(language), *(str(counts[name]) for name in _COUNTS))
    return table


def _finding(finding: Mapping[str, Any]) -> str:
    level = "" if finding["hard"] else "doubt: "
    place = ":".join(filter(None, (finding["file"], finding["key"])))
    return f"{place}: {level}{finding['lang']}: {finding['message']} [{finding['check']}]"


def _outcome(result: Mapping[str, Any], details: Mapping[str, Any]) -> str:
    if details["mode"] == "check":
        return (
            f"{'' if details.get('findings') else 'Nothing is wrong with what is there. '}Nothing was sent or written."
        )
    if details["mode"] == "apply":
        cost = result.get("estimated_cost")
        return "Nothing was sent." if cost == 0 else f"Cost: {cny(cost)}."
    if not any(counts["files"] for counts in details["languages"].values()):
        is_left = any(counts["left"] for counts in details["languages"].values())
        return "Nothing can be translated as it is." if is_left else "There is nothing to translate."
    cost, seconds = details.get("estimated_cost_cny"), details.get("seconds", 0)
    time = f"{seconds} s" if seconds < _MOST_SECONDS else f"{round(seconds / 60)} min"
    return f"It would cost {cny(cost)} and take about {time}. Nothing is written yet: --apply does it."
