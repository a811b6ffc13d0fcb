"""Gettext's PO files, and the templates (POT) that they are made of."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from .content import newline
from .flat import anchors, part, with_line_ends
from .model import Changes, Direction, Format, Forms, Layout, Unit, UnreadableError
from .po_messages import File, Message, parsed
from .po_plurals import base, rule, samples
from .splicing import Splice, line_end, spliced

_MUST_ESCAPE = re.compile(r'[\\"\b\f\n\r\t\v]')
# No others: many readers know no escapes by number.
_SHORT = {
    "\\": "\\\\", '"': '\\"', "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v",
}  # fmt: skip
_WIDTH = 79
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_WORD = re.compile(r"[^ ]+ *| +")
_UNWRITABLE = re.compile(r"[\x00\ud800-\udfff]")
_CHARSET = re.compile(r"charset=([^\s;]+)", re.IGNORECASE)


def _read(text: str, direction: Direction) -> list[Unit]:
    file = parsed(text)
    forms = samples(_plural_forms(file, direction.target))
    return [_unit(text, message, forms) for message in file.by_key().values() if message is not file.header]


def _unit(text: str, message: Message, forms: Mapping[str, int]) -> Unit:
    context, source = message.identity
    said = [text[start:end].strip()[2:].strip() for start, end in message.comments if text.startswith("#.", start)]
    there = {} if _fuzzy(text, message) else {form: one.text for form, one in message.strings.items() if one.text}
    return Unit(
        message.key,
        there,
        source={"": source} if message.plural is None else {"one": source, "other": message.plural},
        context="\n".join(filter(None, [context or "", *said])),
        samples={} if message.plural is None else forms,
    )


def _plural_forms(file: File, target: str) -> str:
    """The header's rule, if it is the target language's; a template has none, and a source file another."""
    own, language = file.heading("Plural-Forms"), file.heading("Language")
    theirs = bool(language) and base(language) != base(target)
    return own if samples(own) and not theirs else rule(target)


def _write(text: str, changes: Changes, direction: Direction, source: str) -> str:
    if not text.strip():
        return _create(source, changes, direction)
    file = parsed(text)
    _check_charset(file, changes)
    here, style = file.by_key(), _Style.of(text, file, direction)
    splices = [one for key, forms in changes.items() if key in here for one in _changed(text, here[key], forms, style)]
    missing = {key: forms for key, forms in changes.items() if key not in here}
    if missing:
        splices += _inserted(text, file, source, missing, style)
    return spliced(text, splices)


def _check_charset(file: File, changes: Changes) -> None:
    charset = _CHARSET.search(file.heading("Content-Type"))
    ascii_alone = all(one.isascii() for forms in changes.values() for one in forms.values())
    if charset and charset[1].lower() not in ("utf-8", "utf8") and not ascii_alone:
        raise UnreadableError(f"its header says charset={charset[1]}; make it UTF-8 first")


@dataclass(frozen=True)
class _Style:
    """How a file writes its translations: its line end, whether it wraps, and how many plural forms it has."""

    end: str
    wraps: bool
    count: int = 0
    references: bool = True

    @classmethod
    def of(cls, text: str, file: File, direction: Direction) -> "_Style":
        """That of a file."""
        return cls(newline(text), file.wraps, len(samples(_plural_forms(file, direction.target))))


def _changed(text: str, message: Message, forms: Forms, style: _Style) -> list[Splice]:
    _check_forms(message, forms)
    fuzzy = _fuzzy(text, message)
    written = {form: _encoded(one, message, style) for form, one in forms.items()}
    splices = _unmarked(text, message)
    for form, field in message.strings.items():
        if form in forms or fuzzy:
            splices.append(Splice(field.start, field.end, written.get(form, '""')))
    for form in sorted(forms.keys() - message.strings.keys(), key=int):
        splices.append(_added_form(text, message, form, written[form], style.end))
    return splices


def _check_forms(message: Message, forms: Forms) -> None:
    right = all(form.isdecimal() for form in forms) if message.plural is not None else list(forms) == [""]
    if not right:
        raise UnreadableError(f"the message {message.key} has other plural forms than were to be written")


def _added_form(text: str, message: Message, form: str, written: str, end: str) -> Splice:
    """A plural form that the message lacks, after the one before it."""
    before = [field for number, field in message.strings.items() if int(number) < int(form)]
    if not before:
        return Splice(message.translation, message.translation, f"msgstr[{form}] {written}{end}")
    position = line_end(text, before[-1].end)
    if text[position - 1] == "\n":
        return Splice(position, position, f"msgstr[{form}] {written}{end}")
    return Splice(position, position, f"{end}msgstr[{form}] {written}")


def _flags(text: str, message: Message) -> Iterator[tuple[int, int, list[str]]]:
    """The places of the lines with flags, and these."""
    for start, end in message.comments:
        if text.startswith(("#,", "#="), start):
            yield start, end, [flag.strip() for flag in text[start + 2 : end].split(",")]


def _fuzzy(text: str, message: Message) -> bool:
    return any("fuzzy" in flags for _, _, flags in _flags(text, message))


def _unmarked(text: str, message: Message) -> list[Splice]:
    """Without the mark that the translation is unfinished, and without what its source text once was."""
    splices = [Splice(start, end, "") for start, end in message.comments if text.startswith("#|", start)]
    for start, end, flags in _flags(text, message):
        if "fuzzy" in flags:
            rest = ", ".join(flag for flag in flags if flag != "fuzzy")
            splices.append(Splice(start, end, f"{text[start : start + 2]} {rest}{newline(text)}" if rest else ""))
    return splices


def _inserted(text: str, file: File, source: str, missing: Changes, style: _Style) -> Iterator[Splice]:
    """The messages that the target lacks, each after the one that precedes it in the source."""
    here, there, end = file.by_key(), parsed(source).by_key(), style.end
    if lost := next((key for key in missing if key not in there), None):
        raise UnreadableError(f"neither it nor the source file has the message {lost}")
    both = [there[key] for key in there if key in here]
    style = replace(style, references=_has_references(text, here.values()) or not _has_references(source, both))
    before = anchors(there, here)
    first = min((message.head for message in file.messages), default=len(text))
    dense = len(file.messages) > 1 and file.messages[0].stop == file.messages[1].head
    gap = "" if dense else end
    for key in (key for key in there if key in missing):
        block, anchor = _block(source, there[key], missing[key], style), before[key]
        if anchor is None:
            yield Splice(first, first, block + gap)
            continue
        position = here[anchor].stop
        whole = text[position - 1] == "\n"
        yield Splice(position, position, gap + block if whole else end + gap + block.removesuffix(end))


def _has_references(text: str, messages: Iterable[Message]) -> bool:
    return any(text.startswith("#:", start) for message in messages for start, _ in message.comments)


def _block(source: str, message: Message, forms: Forms, style: _Style) -> str:
    """A message of the source file with a translation; without its references if the target has none at all."""
    kept = [
        Splice(start, end, "")
        for start, end in message.comments
        if source.startswith("#:", start) and not style.references
    ]
    lines = part(source, message.head, message.translation, [*kept, *_unmarked(source, message)])
    return with_line_ends(lines, style.end) + _translation(message, forms, style)


def _translation(message: Message, forms: Forms, style: _Style) -> str:
    """The lines of a new translation; forms without a text are empty."""
    if message.plural is None:
        return f"msgstr {_encoded(forms.get('', ''), message, style)}{style.end}"
    _check_forms(message, forms)
    count = max([style.count, *(int(form) + 1 for form in forms)])
    return "".join(
        f"msgstr[{form}] {_encoded(forms.get(str(form), ''), message, style)}{style.end}" for form in range(count)
    )


def _encoded(text: str, message: Message, style: _Style) -> str:
    """A text in quotes; over several lines, as gettext does it, unless its source is not so."""
    source = message.fields["msgid"]
    breaks = "\n" in text[:-1] and (len(source.parts) > 1 or "\n" not in source.text[:-1])
    lines = _LINE.findall(text) if breaks else [text]
    if style.wraps and len(text) > _WIDTH - len('msgstr[0] ""'):
        lines = [part for line in lines for part in _wrapped(line)]
    quoted = [f'"{_escaped(line)}"' for line in lines]
    return style.end.join(['""', *quoted] if len(quoted) > 1 else quoted)


def _wrapped(line: str) -> list[str]:
    """The parts of a line that is too long, broken after spaces."""
    parts, width = [""], 0
    for word in _WORD.findall(line):
        long = len(_escaped(word))
        if parts[-1] and width + long > _WIDTH - 2:
            parts.append("")
            width = 0
        parts[-1] += word
        width += long
    return parts


def _escaped(text: str) -> str:
    if lost := _UNWRITABLE.search(text):
        raise UnreadableError(f"it cannot hold the character U+{ord(lost[0]):04X}")
    return _MUST_ESCAPE.sub(lambda found: _SHORT[found[0]], text)


def _create(source: str, changes: Changes, direction: Direction) -> str:
    """A file of the source's messages; of its translations, only the changes."""
    file = parsed(source)
    style = _Style(newline(source), file.wraps, len(samples(rule(direction.target))))
    wanted = {id(message): changes.get(key, {}) for key, message in file.by_key().items()}
    splices = [Splice(start, end, "") for start, end in file.obsolete]
    for message in file.messages:
        if message is not file.header:
            lines = _translation(message, wanted.get(id(message), {}), style)
            splices += [*_unmarked(source, message), Splice(message.translation, message.stop, lines)]
    return spliced(source, [*splices, *_header(source, file, direction, style.end)])


def _header(source: str, file: File, direction: Direction, end: str) -> list[Splice]:
    """The source's header, changed to what the target language needs."""
    header = file.header
    fields = {
        "Language": direction.target.replace("-", "_"),
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": rule(direction.target),
    }
    there = header.strings[""].text if header else ""
    lines = [_filled(line, fields) for line in _LINE.findall(there)]
    lines += [f"{name}: {value}" for name, value in fields.items()]
    written = end.join(['msgstr ""', *(f'"{_escaped(line)}\\n"' for line in lines)]) + end
    if header is None:
        return [Splice(0, 0, f'msgid ""{end}{written}{end}')]
    return [*_unmarked(source, header), Splice(header.translation, header.stop, written)]


def _filled(line: str, fields: dict[str, str]) -> str:
    """A line of the header with its new value, which is taken out of the fields."""
    name = line.partition(":")[0].strip()
    value = fields.pop(name, None)
    return line.rstrip("\n") if value is None else f"{name}: {value}"


PO = Format("Gettext PO", Layout.PAIRS, (".po", ".pot"), lambda _: True, _read, _write, _create)
