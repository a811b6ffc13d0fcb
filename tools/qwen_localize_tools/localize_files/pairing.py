"""The units of a file in both languages, whichever files they stand in."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from .discovery.model import Place, Resource
from .formats import Direction, Format, Forms, Layout, Unit, UnreadableError
from .formats.remarks import is_kept, most_of
from .plurals import categories, kind, numbers
from .project import Loaded, Project


@dataclass(frozen=True)
class Pair:
    """A unit in both languages.

    Attributes:
        key: what it is called.
        source: its forms in the source language.
        target: its forms in the target language that are there.
        needed: the forms that the target language has, each with a number that takes it; "" for a unit without plural.
        context: what its author says of it.
        most: characters that it may have.
        fault: what is wrong with the way the target is written.
    """

    key: str
    source: Forms
    target: Forms
    needed: Mapping[str, str]
    context: str = ""
    most: int = 0
    fault: str = ""


@dataclass(frozen=True)
class Paired:
    """One file of translations, with what it was made from.

    Attributes:
        direction: as the files spell the languages.
        source: the source file; for TOGETHER and a file without template, the file itself.
        target: the file; None where there is none yet.
        pairs: what is to be translated, in the source's order.
        shape: for a document, whether both files have the same blocks.
        there: for a document, the texts of the translation's blocks.
        others: but for a document, the keys that only the translation has.
    """

    resource: Resource
    place: Place
    direction: Direction
    source: Loaded
    target: Loaded | None
    pairs: Sequence[Pair] = field(default_factory=tuple)
    shape: bool = True
    there: tuple[str, ...] = ()
    others: frozenset[str] = frozenset()

    def written(self, changes: Mapping[str, Forms]) -> str:
        """The file's text with the changes.

        Raises:
            UnreadableError: the format cannot hold one of them.
        """
        kind = self.resource.format
        if self.target is None or not self.shape:
            return kind.create(self.source.text, changes, self.direction)
        return kind.write(self.target.text, changes, self.direction, self.source.text)


def paired(project: Project, resource: Resource, lang: str) -> Paired:
    """A file of translations as it stands.

    Raises:
        UnreadableError: one of its files cannot be used.
    """
    place = resource.place(lang)
    kind, direction = resource.format, Direction(resource.source_lang, place.locale)
    source_path = resource.source or place.path
    source = _loaded(project, source_path)
    if source is None:
        raise UnreadableError(f"{source_path} is not there")
    target = source if place.path == source_path else _loaded(project, place.path)
    if kind.layout is Layout.APART:
        return _apart(resource, place, direction, source, target)
    template = _units(kind, source, direction) if target is not source else []
    text = target.text if target else kind.create(source.text, {}, direction)
    units = list(kind.read(text, direction))
    samples = _samples(units)
    if not samples and (plural := next((unit.key for unit in template if unit.samples), "")):
        # A file without any plural says by one that is put into it which forms its language has.
        samples = _samples(kind.read(kind.write(text, {plural: {}}, direction, source.text), direction))
    pairs = tuple(pair for pair in _both(template, units, direction, samples) if not is_kept(pair.context))
    return Paired(resource, place, direction, source, target, pairs)


def _loaded(project: Project, path: str) -> Loaded | None:
    try:
        return project.load(path)
    except UnreadableError as error:
        raise UnreadableError(f"{path}: {error}") from None


def _units(kind: Format, file: Loaded, direction: Direction) -> list[Unit]:
    try:
        return list(kind.read(file.text, direction))
    except UnreadableError as error:
        raise UnreadableError(f"{file.path}: {error}") from None


def _apart(resource: Resource, place: Place, direction: Direction, source: Loaded, target: Loaded | None) -> Paired:
    kind = resource.format
    units = _units(kind, source, direction)
    there = {unit.key: unit for unit in _units(kind, target, direction)} if target else {}
    shape = not kind.whole or target is None or [unit.key for unit in units] == list(there)
    pairs = tuple(
        _pair(unit, unit.forms, there.get(unit.key), direction) for unit in units if not is_kept(unit.context)
    )
    texts = tuple(text for unit in there.values() for text in unit.forms.values() if text.strip())
    others = frozenset(() if kind.whole else there.keys() - {unit.key for unit in units})
    return Paired(resource, place, direction, source, target, pairs, shape, texts if kind.whole else (), others)


def _samples(units: Sequence[Unit]) -> Mapping[str, int]:
    return next((unit.samples for unit in units if unit.samples), {})


def _both(
    template: Sequence[Unit], units: Sequence[Unit], direction: Direction, samples: Mapping[str, int]
) -> Iterator[Pair]:
    """Units that have both languages: those of the file, and those that only its template has."""
    known = {unit.key: unit for unit in units}
    for unit in template or units:
        own = known.get(unit.key)
        yield _pair(unit, unit.source, own, direction, samples)
    order = {unit.key for unit in template}
    for unit in units if template else ():
        if unit.key not in order:
            yield _pair(unit, unit.source, unit, direction, samples)


def _pair(
    unit: Unit, source: Forms, own: Unit | None, direction: Direction, samples: Mapping[str, int] | None = None
) -> Pair:
    forms = {name: text for name, text in own.forms.items() if text.strip()} if own else {}
    if own and own.samples:
        samples = own.samples
    elif not unit.samples and set(source) <= {""}:
        samples = {}  # it is no plural
    wanted = needed(source, samples or {}, direction, unit.key)
    if forms and "zero" not in forms and "zero" not in categories(direction.target):
        wanted.pop("zero", None)  # people have done without it
    return Pair(
        unit.key,
        {name: text for name, text in source.items() if text.strip()},
        forms,
        wanted,
        unit.context,
        unit.most or most_of(unit.context),
        own.fault if own else "",
    )


def needed(source: Forms, samples: Mapping[str, int], direction: Direction, key: str) -> dict[str, str]:
    """The forms that a translation needs, each with a number that takes it."""
    if samples:
        return {form: str(number) for form, number in samples.items()}
    if set(source) <= {""}:
        return {"": ""}
    counted, locale = kind(source, direction.source, key), direction.target
    exact = {form: form[1:] for form in source if form[0] == "="}
    usual = {name: numbers(locale, name, counted)[0] for name in categories(locale, counted)}
    # A zero of its own, where the language has none: programs that know it choose it for nothing at all.
    own = {"zero": "0"} if "zero" in source and "zero" not in usual else {}
    return exact | own | usual
