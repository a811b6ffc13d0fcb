"""The text of a Fluent pattern: placeables stay as they are, string literals become what they say, and back."""

import re
from collections.abc import Iterator, Mapping, Sequence

from .fluent_tree import Pattern, Piece, Placed, Said, Select, parser

_SPECIAL = re.compile(r"[{}\r]")
_ESCAPED = {"{": '{"{"}', "}": '{"}"}', "\r": '{"\\u000D"}'}
_NOTHING = '{""}'


def decoded(pattern: Pattern) -> str:
    """What a pattern says; selections within a text are named by what they are chosen by, as `{ $count -> }`."""
    return _said([piece if not isinstance(piece, Select) else Placed(mark) for mark, piece in _marked(pattern)])


def encoded(text: str, selects: Mapping[str, str], indent: str, end: str, *, inline: bool = True) -> str:
    """A text as a pattern, from its first sign on.

    Args:
        text: what it shall say.
        selects: how the selections that it names stand in the file.
        indent: what stands before its further lines.
        end: the file's line end.
        inline: whether it begins behind an equals sign or a bracket, on the same line.
    """
    pieces = _scanned(text, selects, keeps_literals=True)
    if _said(pieces) != text:
        pieces = _scanned(text, selects, keeps_literals=False)
    return _rendered(pieces, selects, indent, end, inline=inline)


def rendered(pattern: Pattern, file: str, indent: str, end: str) -> str:
    """A pattern that is there, written for another place."""
    selects = {mark: file[piece.start : piece.end] for mark, piece in _marked(pattern) if isinstance(piece, Select)}
    return encoded(decoded(pattern), selects, indent, end)


def selections(pattern: Pattern) -> dict[str, Select]:
    """The selections of a pattern by how its text names them."""
    return {mark: piece for mark, piece in _marked(pattern) if isinstance(piece, Select)}


def _marked(pattern: Pattern) -> Iterator[tuple[str, Piece]]:
    """The pieces of a pattern; a selection with its name, in which the second of the same has a number."""
    seen: dict[str, int] = {}
    for piece in pattern.pieces:
        if not isinstance(piece, Select):
            yield "", piece
            continue
        number = seen[piece.selector] = seen.get(piece.selector, 0) + 1
        yield f"{{ {piece.selector} -> {'' if number == 1 else f'{number} '}}}", piece


def _said(pieces: Sequence[Piece]) -> str:
    """The text of pieces. A brace in a literal is one in the text, unless that would read as a placeable."""
    plain = "".join(
        piece.text if isinstance(piece, Said) else piece.raw for piece in pieces if not isinstance(piece, Select)
    )
    if not any(isinstance(piece, Said) and piece.raw and _SPECIAL.search(piece.text) for piece in pieces):
        return plain
    if _merged(_scanned(plain, _marks(pieces), keeps_literals=False)) == _merged(pieces):
        return plain
    return "".join(_kept(piece) for piece in pieces)


def _kept(piece: Piece) -> str:
    if isinstance(piece, Said):
        return piece.raw if piece.raw and _SPECIAL.search(piece.text) else piece.text
    return piece.raw if isinstance(piece, Placed) else ""


def _marks(pieces: Sequence[Piece]) -> dict[str, str]:
    return {
        piece.raw: ""
        for piece in pieces
        if isinstance(piece, Placed) and piece.raw.rstrip("} 0123456789").endswith("->")
    }


def _merged(pieces: Sequence[Piece]) -> list[tuple[bool, str]]:
    """Pieces to be compared, each with whether it is text; texts that touch are one."""
    merged: list[tuple[bool, str]] = []
    for piece in pieces:
        is_text = isinstance(piece, Said)
        text = piece.text if isinstance(piece, Said) else _kept(piece)
        if is_text and merged and merged[-1][0]:
            merged[-1] = (True, merged[-1][1] + text)
        elif text:
            merged.append((is_text, text))
    return merged


def _scanned(text: str, selects: Mapping[str, str], *, keeps_literals: bool) -> list[Piece]:
    """The pieces of a text; braces that hold nothing of Fluent are text."""
    pieces: list[Piece] = []
    done = at = 0
    while (at := text.find("{", at)) >= 0:
        piece, end = _placeable(text, at, selects)
        if piece is None or (isinstance(piece, Said) and not keeps_literals):
            at += 1
            continue
        pieces += [Said(text[done:at])] if at > done else []
        pieces.append(piece)
        done = at = end
    return [*pieces, Said(text[done:])] if done < len(text) else pieces


def _placeable(text: str, at: int, selects: Mapping[str, str]) -> tuple[Piece | None, int]:
    """The placeable that begins there, and where it ends."""
    from fluent.syntax import ast
    from fluent.syntax.errors import ParseError
    from fluent.syntax.stream import FluentParserStream

    mark = next((mark for mark in selects if text.startswith(mark, at)), None)
    if mark is not None:
        return Placed(mark), at + len(mark)
    stream = FluentParserStream(text)
    stream.index = at
    try:
        expression = parser().get_placeable(stream).expression
    except ParseError:
        return None, at
    raw = text[at : stream.index]
    if isinstance(expression, ast.StringLiteral):
        return Said(str(expression.parse()["value"]), raw), stream.index
    is_choice = isinstance(expression, ast.SelectExpression)
    return (None if is_choice else Placed(raw)), stream.index


def _rendered(pieces: Sequence[Piece], selects: Mapping[str, str], indent: str, end: str, *, inline: bool) -> str:
    """Pieces as they stand in a file. What Fluent would not take for text stands in literals."""
    lines = [""]
    for piece in pieces:
        if isinstance(piece, Placed):
            lines[-1] += selects.get(piece.raw, piece.raw).replace("\r\n", "\n").replace("\n", end)
        elif isinstance(piece, Said) and piece.raw:
            lines[-1] += piece.raw
        elif isinstance(piece, Said):
            first, *others = _SPECIAL.sub(lambda found: _ESCAPED[found[0]], piece.text).split("\n")
            lines[-1] += first
            lines += others
    last = len(lines) - 1
    return end.join(
        (indent if number and guarded else "") + guarded
        for number, line in enumerate(lines)
        for guarded in [_guarded(line, is_first=number == 0, is_last=number == last, inline=inline)]
    )


def _guarded(line: str, *, is_first: bool, is_last: bool, inline: bool) -> str:
    """A line whose beginning and end are read as they are."""
    if not line:
        return _NOTHING if is_first or is_last else line
    if line.startswith(" "):
        line = _NOTHING + line
    elif line.startswith((".", "*", "[")) and not (is_first and inline):
        line = f'{{"{line[0]}"}}{line[1:]}'
    return line + _NOTHING if is_last and line.endswith(" ") else line
