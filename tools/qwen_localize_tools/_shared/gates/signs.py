"""Signs that a program reads or shows: escapes, line breaks, entities, control characters, accelerators."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from html import unescape
from html.entities import codepoint2name

from .finding import Finding, named
from .pieces import pieces

_SEQUENCES = frozenset({r"\n", r"\r", r"\t", r"\\", r"\0"})
_QUOTES = {r"\"": '"', r"\'": "'"}
# Decoded, these become markup, or end an attribute.
_MARKUP = {"<": "lt", ">": "gt", "&": "amp"}
_NO_BREAK = "\u00a0\u202f\u2060"
_PARAGRAPH = re.compile(r"\n[^\S\n]{0,100}\n\s{0,100}")
_MENU = re.compile(r"(?<![&\w])&(?=[^\W_])(?![A-Za-z]{1,8};)|(?<=[a-z])&(?=[a-z])|\(&\w\)")
_UNDERLINED = re.compile(r"(?<![\w/.])_(?=[^\W\d_])|\(_\w\)")
# A browser makes the lines of what has these.
_BLOCK = re.compile(r"<(?:p|br|h[1-6]|li|div|td)\b", re.IGNORECASE)
_MOST_LABEL = 80


def compared(source: str, translation: str) -> list[Finding]:
    """What happened to the signs."""
    return [
        *_escapes(source, translation),
        *_line_breaks(source, translation),
        *_entities(source, translation),
        *_accelerators(source, translation),
    ]


def controls(source: str, translation: str) -> list[Finding]:
    """Characters that came out of nowhere, wherever they stand."""
    known = Counter(source)
    added = [char for char, count in Counter(translation).items() if _is_control(char) and count > known[char]]
    if not added:
        return []
    names = ", ".join(f"U+{ord(char):04X}" for char in added[:3])
    return [Finding("control", f"Characters that no text needs were added: {names}.")]


def _is_control(char: str) -> bool:
    # What turns letters around whatever they are, and letters that nobody sees.
    if char in "\ufffd\ufeff\u202d\u202e" or "\U000e0000" <= char <= "\U000e007f":
        return True
    no_character = ord(char) & 0xFFFE == 0xFFFE or "\ufdd0" <= char <= "\ufdef"
    return no_character or (char not in "\t\n\r" and unicodedata.category(char) in {"Cc", "Co", "Cs"})


def _kinds(text: str, kind: str) -> Counter[str]:
    return Counter(piece.text for piece in pieces(text) if piece.kind == kind)


def _escapes(source: str, translation: str) -> list[Finding]:
    wanted, given = _kinds(source, "escape"), _kinds(translation, "escape")
    if not wanted and not given:
        return []
    lost = [text for text in wanted - given if _matters(text, translation)]
    added = [text for text in given - wanted if text in _SEQUENCES or text[1] in "ux"]
    found = [Finding("escape", f"Escapes lost: {named(lost)}.")] if lost else []
    return [*found, *([Finding("escape", f"Escapes added: {named(added)}.")] if added else [])]


def _matters(escape: str, translation: str) -> bool:
    """Whether an escape that is gone is damage: a quotation mark may become another, a letter another word."""
    if escape in _QUOTES:
        return _QUOTES[escape] in translation.replace(escape, "")
    if escape in _SEQUENCES:
        return True
    digits = escape[2:].strip("{}")
    char = chr(min(int(digits, 16), 0x10FFFF))
    return not char.isalpha() and char not in translation


def _line_breaks(source: str, translation: str) -> list[Finding]:
    paragraphs, now = len(_PARAGRAPH.split(source.strip())), len(_PARAGRAPH.split(translation.strip()))
    if paragraphs > now and not _BLOCK.search(source):
        return [Finding("line_break", f"Paragraphs were joined: {paragraphs} became {now}.")]
    wanted, given = _lines(source), _lines(translation)
    if len(wanted) == len(given) or not given or (len(wanted) > 1 and all(map(_is_wrapped, wanted, wanted[1:]))):
        return []
    meant = not any(map(_is_wrapped, wanted, wanted[1:])) and not _BLOCK.search(source)
    return [Finding("line_break", f"Line breaks changed: {len(wanted)} became {len(given)} lines.", hard=meant)]


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _is_wrapped(line: str, following: str) -> bool:
    """Whether a line ends only because it was long enough: the sentence goes on in the next."""
    return (following[0].islower() or following[0] in "%{$<") and line[-1] not in ".!?:;"


def _entities(source: str, translation: str) -> list[Finding]:
    wanted, given = _meant(source), _meant(translation)
    if not wanted and not given:
        return []
    bare, now_bare = _without_entities(source), _without_entities(translation)
    decoded = [char for char in wanted - given if char in _MARKUP and now_bare.count(char) > bare.count(char)]
    blanks = [
        char for char in wanted - given if char in _NO_BREAK and not any(sign in translation for sign in _NO_BREAK)
    ]
    lost = [char for char in wanted - given if char in "<>" and char not in decoded]
    lost += [char for char in wanted if _is_symbol(char) and wanted[char] > given[char] + now_bare.count(char)]
    found = [f"&{_MARKUP.get(char) or codepoint2name.get(ord(char), 'nbsp')};" for char in (*decoded, *lost, *blanks)]
    if found:
        return [Finding("entity", f"Entities lost: {named(found)}.")]
    if wanted or "<" in source:
        added = [char for char in given if char in "<>" and char not in wanted and char not in bare]
    else:
        added = [char for char in given if char in "<>&\"'"]
    added += [char for char in given if _is_symbol(char) and given[char] > wanted[char] + bare.count(char)]
    added += [text for text in given - wanted if _is_unknown(text)]
    return [Finding("entity", f"Entities added: {named(added)}.")] if added else []


def _is_symbol(char: str) -> bool:
    """Whether a sign says something of its own, as © and → do, that no language writes otherwise."""
    return len(char) == 1 and unicodedata.category(char) in ("So", "Sc", "Sm") and char not in "<>"


def _is_unknown(text: str) -> bool:
    """Whether it is an entity of which only its own program could know the meaning."""
    return len(text) > 2 and text[0] == "&" and text[-1] == ";"


def _without_entities(text: str) -> str:
    return "".join(text[start:end] for start, end in _gaps(text))


def _gaps(text: str) -> Iterator[tuple[int, int]]:
    position = 0
    for piece in pieces(text):
        if piece.kind == "entity":
            yield position, piece.start
            position = piece.end
    yield position, len(text)


def _meant(text: str) -> Counter[str]:
    """The characters that the entities of a text stand for."""
    return Counter(unescape(piece.text) for piece in pieces(text) if piece.kind == "entity")


def _accelerators(source: str, translation: str) -> list[Finding]:
    if len(source) > _MOST_LABEL:
        return []
    for pattern, sign in ((_MENU, "&"), (_UNDERLINED, "_")):
        if len(pattern.findall(source)) == 1 == source.count(sign) and len(pattern.findall(translation)) != 1:
            return [Finding("accelerator", f"The accelerator marked by “{sign}” was lost or doubled.", hard=False)]
    return []
