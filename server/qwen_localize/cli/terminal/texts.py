"""`qwen-localize translate`: a few texts, or the lines of standard input."""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ...errors import BadInput, LocalizeError
from .calling import Call, one_line, printed, say
from .places import existing, folder_of


def run(options: argparse.Namespace) -> int:
    """Run the command; the exit status.

    Raises:
        LocalizeError: it cannot be done.
    """
    result = _call(options).result()
    translations = _translations(result)
    if options.json:
        printed(result)
    else:
        _print(translations)
    return _told(result, translations)


def _call(options: argparse.Namespace) -> Call:
    arguments = {"text": _texts(options.texts), "target_lang": options.to, "source_lang": options.source_lang}
    folders: tuple[Path, ...] = ()
    if options.glossary:
        glossary = existing(options.glossary)
        folders = (folder_of(glossary),)
        arguments["glossary"] = str(glossary)
    if options.model:
        arguments["model"] = options.model
    return Call("translate_text", arguments, folders, options.sandbox, options.fault)


def _texts(given: Sequence[str]) -> list[str]:
    """The texts; in the place of `-`, the lines of standard input."""
    texts: list[str] = []
    for text in given:
        texts += _lines() if text == "-" else [text]
    return texts


def _lines() -> list[str]:
    try:
        return sys.stdin.read().removesuffix("\n").split("\n")
    except UnicodeDecodeError:
        raise BadInput("Standard input is not text in UTF-8. Convert it first.") from None


def _translations(result: Mapping[str, Any]) -> list[Any]:
    """All of them: where there are too many for an answer, a file has them."""
    if not result.get("artifacts"):
        return list(result["translations"])
    path = Path(result["artifacts"][0]["path"])
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        raise LocalizeError(f"The translations are in {path}, which cannot be read: {error.strerror}.") from error
    return list(json.loads(text)) if path.suffix == ".json" else [text]


def _print(translations: Sequence[Any]) -> None:
    """One to a line; of one that failed, the line is empty."""
    sys.stdout.write("".join(f"{text if isinstance(text, str) else ''}\n" for text in translations))
    sys.stdout.flush()


def _told(result: Mapping[str, Any], translations: Sequence[Any]) -> int:
    """Say what is to be looked at; the exit status."""
    found = [(item["index"], item["message"]) for item in result.get("warnings", ())]
    found += [(at, item["error"]) for at, item in enumerate(translations) if isinstance(item, dict)]
    for index, message in found:
        say(f"line {index + 1}: {one_line(message)}")
    for term in result.get("glossary", {}).get("missing", ()):
        say(f"not found in this form: {one_line(term['source'])} = {one_line(term['target'])}")
    return int(bool(found))
