"""How a text is written as a YAML scalar: in the style that is there if it holds the text, else in double quotes."""

import re
from collections.abc import Iterator

from .model import UnreadableError
from .yaml_tree import is_text, tree

_BLOCK = re.compile(r"([|>])[-+0-9]*([^\r\n]*)")
_BREAK = re.compile(r"\r\n|\r|\n")
_INDENT = re.compile(r"[\r\n]( *)[^\s]")
# What Ruby, or a newer YAML, takes for a number or a symbol, though PyYAML does not.
_NO_TEXT = re.compile(r":.*|[-+.\d,_:eExXoO ]*|~|y|n", re.IGNORECASE)
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_ESCAPED = re.compile(r'[\\"\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]')


def scalar(
    text: str, like: str, style: str, column: int, end: str, *, is_flow: bool = False, is_last: bool = False
) -> str:
    """A text as a scalar.

    Args:
        text: what it shall say.
        like: a scalar as it stands in the file: the one in whose place it comes, or a neighbour.
        style: that one's style.
        column: where the key before it stands.
        end: the file's line end.
        is_flow: whether it stands between braces or brackets.
        is_last: whether the file ends directly behind it, without a line end.
    """
    for candidate in _candidates(text, like, style, column, end):
        sample = f"{{k: {candidate}}}" if is_flow else " " * column + f"k: {candidate}{'' if is_last else end}"
        if _says(sample, text):
            return candidate
    raise UnreadableError("it has a character that YAML cannot hold")


def quoted(text: str) -> str:
    """A text in double quotes, with escapes for what must not stand there."""
    return '"' + _ESCAPED.sub(_escape, text) + '"'


def _escape(found: re.Match[str]) -> str:
    sign = found[0]
    return _ESCAPES.get(sign) or (f"\\x{ord(sign):02x}" if ord(sign) < 256 else f"\\u{ord(sign):04x}")


def _candidates(text: str, like: str, style: str, column: int, end: str) -> Iterator[str]:
    """Ways to write a text, the best first."""
    # Not all readers take a tab in a text without quotes.
    if style == "" and "\t" not in text and not _NO_TEXT.fullmatch(text) and is_text(text):
        yield text
    elif style == "'":
        yield "'" + text.replace("'", "''") + "'"
    elif style in {"|", ">"}:
        yield from _blocks(text, like, column, end)
    yield quoted(text)


def _blocks(text: str, like: str, column: int, end: str) -> Iterator[str]:
    """A text as a block, with what its head says of the last line end, or has to."""
    head = _BLOCK.match(like)
    lines = text.removesuffix("\n").split("\n")
    if head is None or not text.strip() or lines[0].startswith((" ", "\t")):
        return
    indents = [len(found[1]) for found in _INDENT.finditer(like)]
    indent = " " * max(min(indents, default=0), column + 1) if indents else " " * (column + 2)
    between = end if head[1] == "|" else end * 2
    body = between.join(indent + line if line else "" for line in lines)
    asked = like[1 : head.start(2)]
    for chomping in dict.fromkeys(("-" if "-" in asked else "", "-", "")):
        yield f"{head[1]}{chomping}{head[2]}{end}{body}"


def _says(sample: str, text: str) -> bool:
    """Whether a sample says just this text."""
    try:
        found = tree(sample)
    except UnreadableError:
        return False
    values = found.entries if found else []
    return len(values) == 1 and values[0].node.kind == "text" and values[0].node.text == text
