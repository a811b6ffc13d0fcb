"""Adding to a Fluent file what only its source file has."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from .fluent_edits import Editor, is_plural, part_key, units
from .fluent_tree import Message, Part, Select
from .model import Changes, UnreadableError
from .splicing import Splice, line_end, line_start, spliced


def named(found: Collection[Message]) -> dict[str, Message]:
    """Messages by their names; of those with one name the first, as programs take it."""
    messages: dict[str, Message] = {}
    for message in found:
        messages.setdefault(message.name, message)
    return messages


def keys(message: Message, part: Part) -> list[str]:
    """What the texts of a part are called."""
    return [key for key, _, _ in units(part.pattern, part_key(message, part.name))]


def copied(editor: Editor, message: Message) -> Iterator[Splice]:
    """What makes a message a translation: the texts wanted, and none of the attributes without any."""
    end = message.equals
    for part in message.parts:
        if any(key in editor.changes for key in keys(message, part)):
            yield from editor.changed(part.pattern, part_key(message, part.name))
        elif part.name or not message.name.startswith("-"):
            yield Splice(end, part.pattern.end, "")
        end = part.pattern.end


@dataclass(frozen=True)
class Merger:
    """Adds texts to a target file in the shape that the source file has.

    Attributes:
        target: the file that gets them.
        source: the file that has their shape.
        missing: those of the texts wanted that have no place of their shape in the target.
    """

    target: Editor
    source: Editor
    missing: Changes

    def merged(self, there: dict[str, Message], models: dict[str, Message]) -> Iterator[Splice]:
        """All that the target gets: its own texts changed, and what it lacks."""
        done: set[tuple[str, str]] = set()
        before: Message | None = None
        last_end = 0
        for name, model in models.items():
            gap = self.source.text[last_end : model.start].count("\n") - 1
            last_end = line_end(self.source.text, model.end) - 1
            found = there.get(name)
            if found is not None:
                yield from self._message(found, model, done)
                before = found
            elif any(key in self.missing for part in model.parts for key in keys(model, part)):
                yield self._inserted(model, before, next(iter(there.values()), None), gap)
        for message in there.values():
            for part in message.parts:
                if (message.name, part.name) not in done:
                    yield from self.target.changed(part.pattern, part_key(message, part.name))

    def _inserted(self, model: Message, before: Message | None, first: Message | None, gap: int) -> Splice:
        """A new message behind another one, with as many empty lines before it as in the source file."""
        end, text = self.target.end, self.target.text
        lines = self._copy(model.name_start, model.end, copied(self.source, model)) + end
        if before is None and first is not None:
            return Splice(first.start, first.start, lines + end * max(0, gap))
        place = line_end(text, before.end) if before else len(text)
        lead = end if place and text[place - 1] != "\n" else ""
        return Splice(place, place, lead + end * (gap if before else 0) + lines)

    def _copy(self, start: int, end: int, splices: Iterator[Splice]) -> str:
        """A part of the source file with changes, and the line ends of the target."""
        shifted = [Splice(one.start - start, one.end - start, one.text) for one in splices]
        return re.sub(r"\r?\n", self.target.end, spliced(self.source.text[start:end], shifted))

    def _message(self, found: Message, model: Message, done: set[tuple[str, str]]) -> Iterator[Splice]:
        """What a message gets that is there."""
        parts = {part.name: part for part in found.parts}
        place = found.equals
        for part in model.parts:
            here = parts.get(part.name)
            place = here.pattern.end if here else place
            wanted = [key for key in keys(model, part) if key in self.missing]
            if not wanted:
                continue
            if here is None:
                yield self._new_part(model, part, place)
                continue
            new = self._reshaped(here, model, part, wanted)
            if new[0].start < new[0].end:
                done.add((found.name, part.name))
            yield from new

    def _new_part(self, model: Message, part: Part, place: int) -> Splice:
        """A value or an attribute that a message lacks, behind the one that precedes it."""
        text = self.source.text
        start = line_start(text, part.start) if part.name else model.equals
        new = self._copy(start, part.pattern.end, self.source.changed(part.pattern, part_key(model, part.name)))
        return Splice(place, place, self.target.end + new if part.name else new)

    def _reshaped(self, here: Part, model: Message, part: Part, wanted: list[str]) -> list[Splice]:
        """What gives a pattern the shape of the source's: a plural for a text, or variants that it lacks."""
        key, select = part_key(model, part.name), part.pattern.select
        if key in wanted or all(one in self.target.changes for one in keys(model, part)):
            return [self._replaced(here, part, key)]
        if select is None or is_plural(select):
            raise UnreadableError(f"{key} has other variants than in the source file")
        texts = {variant.name: self._variant(f"{key}[{variant.name}]", wanted) for variant in select.variants}
        new = {name: text for name, text in texts.items() if text is not None}
        if len(new) < len(wanted):
            raise UnreadableError(f"{key} has other variants than in the source file")
        there = here.pattern.select
        if there is None or is_plural(there) or there.selector != select.selector:
            return [self.target.wrapped(here.pattern, select, new)]
        return [self._variant_splice(there, select, name, text) for name, text in new.items()]

    def _variant(self, key: str, wanted: list[str]) -> str | None:
        """The text of a variant that is wanted."""
        return self.missing[key].get("") if key in wanted else None

    def _variant_splice(self, there: Select, select: Select, name: str, text: str) -> Splice:
        """A variant behind the one that precedes it in the source file."""
        names = [variant.name for variant in select.variants]
        before = [variant for variant in there.variants if variant.name in names[: names.index(name)]]
        return self.target.variant(name, text, before[-1] if before else None, there.variants[0])

    def _replaced(self, here: Part, part: Part, key: str) -> Splice:
        """A pattern of the source's shape, with the texts wanted."""
        if part.pattern.select is None and "" in self.missing.get(key, {}):
            return self.target.text_splice(here.pattern, self.missing[key][""])
        new = self._copy(part.pattern.start, part.pattern.end, self.source.changed(part.pattern, key)).strip(" ")
        return Splice(here.pattern.start, here.pattern.end, self.target.lead(here.pattern) + new)
