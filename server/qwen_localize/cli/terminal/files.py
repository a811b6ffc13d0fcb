"""`qwen-localize files`: an app's localization files, looked at, translated, or checked."""

import argparse
from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from ...tool import cny
from .calling import Call, one_line, printed
from .places import existing, folder_of, project_of

_COUNTS = ("new", "changed", "kept", "stale", "left", "doubts", "files")
_PREVIEW = "This was a preview: nothing was sent, paid or written. The same command with --apply does it."


def run(options: argparse.Namespace) -> int:
    """Run the command; the exit status.

    Raises:
        LocalizeError: it cannot be done, or could not be finished.
    """
    result = _call(options).result()
    details = result.get("details", {})
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
    return Call("localize_files", arguments, tuple(folders), options.sandbox, options.fault)


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
        console.print(_table(languages))
    for finding in details.get("findings", ()):
        line(_finding(finding))
    for question in details.get("questions", ()):
        line(f"? {question}")
    line(result["message"])
    line(_cost(result, details))
    for file in result.get("artifacts", ()):
        line(f"  {file['path']}")
    if details.get("mode") == "preview":
        line(_PREVIEW)


def _table(languages: Mapping[str, Mapping[str, int]]) -> Table:
    table = Table("language", box=None, padding=(0, 2, 0, 0))
    for name in _COUNTS:
        table.add_column(name, justify="right")
    for language, counts in languages.items():
        table.add_row(one_line(language), *(str(counts[name]) for name in _COUNTS))
    return table


def _finding(finding: Mapping[str, Any]) -> str:
    level = "" if finding["hard"] else "doubt: "
    return f"{finding['file']}:{finding['key']}: {level}{finding['lang']}: {finding['message']} [{finding['check']}]"


def _cost(result: Mapping[str, Any], details: Mapping[str, Any]) -> str:
    if details.get("mode") == "preview" and "estimated_cost_cny" in details:
        return f"It would cost {cny(details['estimated_cost_cny'])} and take {details.get('seconds', 0)} s."
    return f"Cost: {cny(result.get('estimated_cost') or 0.0)}."
