"""Syntax of programs and files that only the translation has: what some reader of it would stumble over, or run."""

import re
from collections import Counter

from . import icu
from .finding import Finding, named
from .pieces import filled, pieces

_SIGNS = re.compile(r"<!\[CDATA\[|\]\]>|<!--|-->|/\*|\*/|\{[%#]|[%#]\}|<[%?]|[%?]>|'''|\"\"\"|\bjavascript:|\]\(")
_NAME = re.compile(r"\$?[\w-]+")
_SELECTED = re.compile(r"\{\s{0,20}(\$[\w-]{1,60})\s{0,5}->")


def compared(source: str, translation: str) -> list[Finding]:
    """What was added of it."""
    signs = Counter(_SIGNS.findall(translation)) - Counter(_SIGNS.findall(source))
    found = [Finding("syntax", f"Syntax of programs was added: {named(signs)}.")] if signs else []
    if ("\\" in translation and "\\" not in source) or _begins(translation) > _begins(source):
        found.append(Finding("syntax", "A backslash, or a sign of a formula, was added."))
    if _unbalanced(translation) and not _unbalanced(source):
        found.append(Finding("syntax", "Braces are opened and not closed, or closed and not opened."))
    if _bare_percent(translation) > _bare_percent(source) and any(piece.kind == "printf" for piece in filled(source)):
        found.append(Finding("syntax", "A percent sign was added that programs take for the start of a placeholder."))
    return found


def chosen(source: str, translation: str) -> list[Finding]:
    """Choices by what the source does not know."""
    chosen_by = _chosen_by(translation)
    known = {word for piece in filled(source) for word in _NAME.findall(piece.text)} if chosen_by else set()
    invented = [name for name in chosen_by if name not in known.union(_chosen_by(source))]
    message = f"A choice was added by what the source does not know: {named(invented)}."
    return [Finding("syntax", message)] if invented else []


def _begins(text: str) -> bool:
    """Whether a spreadsheet would take the text for a formula."""
    return text.lstrip().startswith("=")


def _unbalanced(text: str) -> bool:
    depth = 0
    for sign in re.findall("[{}]", text):
        depth += 1 if sign == "{" else -1
        if depth < 0:
            return True
    return depth != 0


def _bare_percent(text: str) -> int:
    """The percent signs that belong to nothing."""
    return text.count("%") - sum(piece.text.count("%") for piece in pieces(text))


def _chosen_by(text: str) -> list[str]:
    selected = _SELECTED.findall(text)
    if not icu.is_message(text):
        return selected
    return selected + [argument.name for argument in icu.arguments(icu.parsed(text)) if argument.branches]
