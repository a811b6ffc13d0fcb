"""What a job does, settled when it begins: taken up again, it asks for the same, and pays for nothing twice."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from pydantic import TypeAdapter

from .merging import Wanted
from .surveying import Survey


@dataclass(frozen=True)
class Part:
    """One file of translations.

    Attributes:
        source: its resource's source file.
        pattern: and where the translations lie; both tell one resource from another.
        wanted: the texts that are asked for.
        strings: what is sent.
    """

    source: str
    pattern: str
    wanted: tuple[Wanted, ...]
    strings: tuple[str, ...]


@dataclass(frozen=True)
class Settled:
    """One language.

    Attributes:
        lang: as it was asked for.
        source: the service's code of the source language.
        parts: its files that have something to be done.
        memory: translations to imitate, as sources and targets.
    """

    lang: str
    source: str
    parts: tuple[Part, ...]
    memory: tuple[tuple[str, str], ...]


def settled(survey: Survey) -> list[Settled]:
    """What is to be done by what was seen."""
    return [_language(survey, lang) for lang in survey.plans]


def _language(survey: Survey, lang: str) -> Settled:
    parts = tuple(
        Part(
            plan.paired.resource.source,
            plan.paired.resource.pattern,
            tuple(Wanted(task.id, task.source, task.given, plan.states[task.id[0]]) for task in plan.tasks),
            tuple(plan.strings),
        )
        for plan in survey.plans[lang]
        if plan.tasks
    )
    terms = survey.memories[lang].terms
    return Settled(lang, survey.source_code(lang), parts, tuple((term.source, term.target) for term in terms))


def as_json(languages: Sequence[Settled]) -> str:
    """As it is kept."""
    return _all().dump_json(list(languages)).decode()


def from_json(text: str) -> list[Settled]:
    """As it was kept."""
    return _all().validate_json(text)


@cache
def _all() -> TypeAdapter[list[Settled]]:
    return TypeAdapter(list[Settled])
