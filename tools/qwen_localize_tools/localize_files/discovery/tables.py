"""The languages of a file that holds them all."""

import csv
import json

from .tags import parsed


def languages_inside(path: str, text: str) -> list[str]:
    """The locales that a string catalog or a table has already, as it spells them."""
    if path.casefold().endswith(".xcstrings"):
        return _of_catalog(text)
    return _of_header(text)


def _of_catalog(text: str) -> list[str]:
    try:
        strings = json.loads(text)["strings"].values()
        found = {locale: None for entry in strings for locale in entry.get("localizations", {})}
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError):
        return []
    return [locale for locale in found if parsed(locale)]


def _of_header(text: str) -> list[str]:
    line = next((line for line in text.splitlines() if line.strip()), "")
    try:
        cells = next(csv.reader([line], delimiter=max(",;\t", key=line.count)), [])
    except csv.Error:
        return []
    return [cell.strip() for cell in cells if parsed(cell.strip())]
