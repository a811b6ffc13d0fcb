"""Languages and voices of the models that hear and speak (`media_languages.json`)."""

import difflib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from qwen_localize.errors import BadArgument, quote

from .languages import Known, Language, listed, pair

_NEAREST = 4


@dataclass(frozen=True)
class SpokenLanguage(Language):
    """A language of such a model; `speech` where it can also be spoken, not only written."""

    speech: bool = False


@dataclass(frozen=True)
class Table:
    """What a model understands and speaks.

    Attributes:
        languages: of both sides, as far as their rows do not say otherwise.
        pairs: the codes of the targets by that of the source, where not every pair can be had.
        voices: by name, the codes of the languages that each speaks; none where that is not published.
        default_voice: the model's own choice.
    """

    languages: tuple[SpokenLanguage, ...]
    pairs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    voices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    default_voice: str = ""


@cache
def media_table(model: str) -> Table:
    """What a model understands and speaks; Gummy's models are called `gummy`."""
    rows = json.loads(files(__package__).joinpath("media_languages.json").read_text("utf-8"))
    found = rows[rows["same"].get(model, model)]
    return Table(
        languages=tuple(SpokenLanguage(**row) for row in found["languages"]),
        pairs={source: tuple(targets) for source, targets in found.get("pairs", {}).items()},
        voices={voice: tuple(codes) for voice, codes in found.get("voices", {}).items()},
        default_voice=found.get("default_voice", ""),
    )


def listed_spoken(table: Table) -> list[dict[str, Any]]:
    """A table for programs, also with which languages can be spoken."""
    rows = zip(listed(table.languages), table.languages, strict=True)
    return [facts | {"speech": row.speech} for facts, row in rows]


def spoken_pair(
    source_lang: str, target_lang: str, model: str, table: Table
) -> tuple[SpokenLanguage | None, SpokenLanguage]:
    """Source (None for auto) and target of a translation.

    Raises:
        BadArgument: the model does not know one of them, they are the same, or it has no such pair.
    """
    source, target = pair(source_lang, target_lang, Known(model, table.languages))
    found = {row.code: row for row in table.languages}
    targets = table.pairs.get(source.code) if source else None
    if source and targets is not None and target.code not in targets:
        names = ", ".join(f"{found[code].name} ({code})" for code in targets)
        raise BadArgument(f"{model} translates {source.name} only into {names}. Choose one of them, or another model.")
    return found[source.code] if source else None, found[target.code]


def chosen_voice(voice: str, target: SpokenLanguage, model: str, table: Table) -> str:
    """The voice as the service spells it; the model's own if none is named.

    Raises:
        BadArgument: there is none of that name, or it does not speak the language; names those that do.
    """
    fitting = [name for name, codes in table.voices.items() if not codes or target.code in codes]
    if not voice:
        usual = table.default_voice
        return usual if usual in fitting or not fitting else fitting[0]
    known = {name.casefold(): name for name in table.voices}
    found = known.get(voice.strip().casefold())
    if found in fitting:
        return str(found)
    if found:
        raise BadArgument(f"voice: {found} does not speak {target.name}. These do: {', '.join(fitting[:8])}.")
    near = difflib.get_close_matches(voice.casefold(), [name.casefold() for name in fitting], _NEAREST, 0.5)
    names = [known[name] for name in near] or fitting[:_NEAREST]
    raise BadArgument(f"voice: {model} has no voice {quote(voice, 40)}. Nearest: {', '.join(names)}.")
