"""Whether a file that is about to be written says what it should, and nothing else: it is read again to see."""

import logging
from collections.abc import Iterator, Mapping

from .formats import Unit, UnreadableError
from .lock import Id
from .pairing import Paired

logger = logging.getLogger(__name__)


def by_key(texts: Mapping[Id, str]) -> dict[str, dict[str, str]]:
    """Texts by their units."""
    found: dict[str, dict[str, str]] = {}
    for (key, form), text in texts.items():
        found.setdefault(key, {})[form] = text
    return found


def unheld(now: Paired, changes: Mapping[Id, str]) -> set[Id]:
    """The changes that the file's format cannot hold exactly: read again, they would be something else.

    Raises:
        UnreadableError: whatever is left out, other texts would change too.
    """
    bad = set(_bad(now, dict(changes)))
    if bad and len(bad) < len(changes) and not _is_exact(now, {id_: changes[id_] for id_ in changes if id_ not in bad}):
        logger.error("A file of the format %s would not be as it should after writing", now.resource.format.name)
        raise UnreadableError("writing it would change other texts too, which is a fault of this program")
    return bad


def _bad(now: Paired, changes: dict[Id, str]) -> Iterator[Id]:
    if _is_exact(now, changes):
        return
    ids = list(changes)
    if len(ids) == 1:
        yield ids[0]
        return
    middle = len(ids) // 2
    for half in (ids[:middle], ids[middle:]):
        yield from _bad(now, {id_: changes[id_] for id_ in half})


def _is_exact(now: Paired, changes: Mapping[Id, str]) -> bool:
    """Whether the file, written and read again, has these changes and no others."""
    kind, direction = now.resource.format, now.direction
    is_new = now.target is None or not now.shape
    try:
        after = {unit.key: unit for unit in kind.read(now.written(by_key(changes)), direction)}
        before = {} if is_new or not now.target else {u.key: u for u in kind.read(now.target.text, direction)}
    except UnreadableError:
        return False
    if any(key not in after or after[key].forms.get(form) != text for (key, form), text in changes.items()):
        return False
    changed = {key for key, _ in changes}
    if not all(_stayed(unit, after.get(key), after, changes) for key, unit in before.items()):
        return False
    sources = {pair.key: pair.source for pair in now.pairs}
    # What a list cannot leave out stands there in the source language.
    others = [unit for key, unit in after.items() if key not in before and key not in changed and unit.forms]
    return is_new or all(set(unit.forms.values()) <= set(sources.get(unit.key, {}).values()) for unit in others)


def _stayed(unit: Unit, there: Unit | None, after: Mapping[str, Unit], changes: Mapping[Id, str]) -> bool:
    """Whether a unit is as it was, but for its changes; or became a form of a changed plural that it belongs to."""
    if there is None:
        texts = set(unit.forms.values())
        return any(texts <= set(after[key].forms.values()) for key, form in changes if form)
    names = {*unit.forms, *there.forms}
    same = all((unit.key, n) in changes or unit.forms.get(n) == there.forms.get(n) for n in names)
    return same and there.source == unit.source
