"""Fluent, the format of Mozilla's projects: messages, terms and attributes, with plurals and other variants."""

import re
from collections.abc import Iterator

from .content import newline
from .fluent_edits import Editor, part_key, units
from .fluent_merging import Merger, copied, keys, named
from .fluent_tree import Message, messages
from .model import Changes, Direction, Format, Forms, Layout, Unit, UnreadableError
from .splicing import Splice, line_end, spliced

_ENTRY = re.compile(r"^-?[A-Za-z][A-Za-z0-9_-]* *=", re.MULTILINE)
_BLANK_LINES = re.compile(r"(?:[ ]*\r?\n)*")


def read(text: str, _direction: Direction) -> list[Unit]:
    """The texts of a file; those of one message have its comment."""
    texts = _texts(named(messages(text)))
    return [Unit(key, forms if any(forms.values()) else {}, context=said) for key, (forms, said) in texts.items()]


def write(text: str, changes: Changes, _direction: Direction, source: str) -> str:
    """The target file with the changes; what it lacks is copied from the source file, with its texts replaced."""
    there, models = named(messages(text)), named(messages(source))
    known = _texts(there)
    missing = {
        key: forms for key, forms in changes.items() if key not in known or ("" in known[key][0]) != ("" in forms)
    }
    _check(missing, _texts(models))
    end = newline(text)
    merger = Merger(Editor(text, end, changes), Editor(source, end, changes, drops=True), missing)
    return spliced(text, merger.merged(there, models))


def create(text: str, changes: Changes, _direction: Direction) -> str:
    """The source file without the messages that are not translated: programs fall back on the source language."""
    found = messages(text)
    _check(changes, _texts(named(found)))
    editor = Editor(text, newline(text), changes, drops=True)
    return spliced(text, (splice for message in found for splice in _translated(editor, message)))


def _translated(editor: Editor, message: Message) -> Iterator[Splice]:
    """A message in another language, or nothing."""
    if any(key in editor.changes for part in message.parts for key in keys(message, part)):
        yield from copied(editor, message)
        return
    end = _BLANK_LINES.match(editor.text, line_end(editor.text, message.end))
    yield Splice(message.start, end.end() if end else message.end, "")


def _texts(found: dict[str, Message]) -> dict[str, tuple[Forms, str]]:
    """The forms of each text and the comment of its message, by key; of those with one key the first."""
    texts: dict[str, tuple[Forms, str]] = {}
    for message in found.values():
        for part in message.parts:
            for key, _, forms in units(part.pattern, part_key(message, part.name)):
                texts.setdefault(key, (forms, message.comment))
    return texts


def _check(changes: Changes, known: dict[str, tuple[Forms, str]]) -> None:
    unknown = next((key for key in changes if key not in known), None)
    if unknown is not None:
        raise UnreadableError(f"the source file has no text {unknown}")


FLUENT = Format(
    name="Fluent",
    layout=Layout.APART,
    endings=(".ftl",),
    recognizes=lambda text: _ENTRY.search(text) is not None,
    read=read,
    write=write,
    create=create,
)
