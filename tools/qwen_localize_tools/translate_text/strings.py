"""Strings, from an argument or a file, and the file into which their translations go."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from pydantic import BaseModel

from qwen_localize.errors import BadInput, quote
from qwen_localize.files import LocalMedia
from qwen_localize.wellformed import Malformed, parsed_exactly

from .sheet import Table

MOST_BYTES = 20 * 1024 * 1024
ENDINGS = frozenset({".json", ".csv", ".tsv"})
# What stands in the place of a string that failed: what it was is in the source.
Place = str | dict[str, str]


@dataclass(frozen=True)
class Strings:
    """What is to be translated.

    Attributes:
        name: a file's own; empty for what was given in the call.
        content: what the strings were read from, as text; JSON for what was given in the call.
        texts: the strings, in their order.
    """

    name: str
    content: str
    texts: list[str]

    @classmethod
    def given(cls, texts: list[str]) -> "Strings":
        """Those of a call."""
        return cls("", json.dumps(texts), texts)

    @classmethod
    def read(cls, name: str, content: str) -> "Strings":
        """Those of a file: the strings of a JSON list or object, or of a column of a table.

        Raises:
            BadInput: there are none.
        """
        texts = Table(name, content).texts if _is_table(name) else _leaves(_json(name, content))
        if not any(text.strip() for text in texts):
            raise BadInput(f"{quote(name)} has no strings. Use a JSON list or object of strings, CSV, or TSV.")
        return cls(name, content, texts)

    @classmethod
    def of(cls, name: str, content: str) -> "Strings":
        """Those of a file, or of a call if it has no name."""
        return cls.read(name, content) if name else cls.given(json.loads(content))

    def as_media(self) -> LocalMedia:
        """Themselves as what a job is given."""
        return LocalMedia("strings", self.content.encode(errors="surrogatepass"), "text/plain")

    def filled(self, translations: Sequence[Place], target_lang: str) -> tuple[str, str, str]:
        """A file with the translations in the places of the strings: its name, text, and type."""
        stem = PurePath(self.name).stem or "translations"
        if _is_table(self.name):
            table = Table(self.name, self.content)
            text = table.filled([place if isinstance(place, str) else None for place in translations], target_lang)
            return f"{stem}.{target_lang}.{table.ending}", text, f"text/{table.ending}"
        if len(translations) == 1 and not self.name and isinstance(translations[0], str):
            return f"translation.{target_lang}.txt", translations[0], "text/plain"
        left = iter(translations)
        value = _mapped(_json(self.name, self.content), lambda _: next(left))
        text = json.dumps(value, ensure_ascii=False, indent=1)
        return f"{stem}.{target_lang}.json", text, "application/json"

    def noted(self, what: str, items: Sequence[BaseModel], target_lang: str) -> tuple[str, str, str]:
        """A file with all that is to be said of the translations: its name, text, and type."""
        stem = PurePath(self.name).stem or "translations"
        text = json.dumps([item.model_dump() for item in items], ensure_ascii=False, indent=1)
        return f"{stem}.{target_lang}.{what}.json", text, "application/json"


def _is_table(name: str) -> bool:
    return PurePath(name).suffix.casefold() in (".csv", ".tsv")


def _json(name: str, content: str) -> Any:
    try:
        return parsed_exactly(content.encode(errors="surrogatepass"))
    except Malformed:
        raise BadInput(f"{quote(name)} is no JSON that can be read. Check it, or save it again.") from None


def _leaves(value: Any) -> list[str]:
    """All strings in a JSON value, in their order, but for names."""
    found: list[str] = []

    def note(text: str) -> str:
        found.append(text)
        return text

    _mapped(value, note)
    return found


def _mapped(value: Any, change: Callable[[str], Place]) -> Any:
    if isinstance(value, dict):
        return {name: _mapped(item, change) for name, item in value.items()}
    if isinstance(value, list):
        return [_mapped(item, change) for item in value]
    return change(value) if isinstance(value, str) else value
