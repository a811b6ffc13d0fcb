"""What stands in a text without being language: placeholders, tags, addresses, entities, escapes.

One pattern finds all of them from left to right. Every repetition in it is bounded, or ends at the character that
begins the next one, so that no text takes more than linear time.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

_IN_URL = r"[A-Za-z0-9_.~:/?\#\[\]@!$&'()*+,;=%{}-]{1,2000}"
_URL = rf"(?:https?|ftp)://{_IN_URL}|(?<![\w.@/-])www\.{_IN_URL}"
_EMAIL = r"(?<![\w.+-])[\w.+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}"
_TEMPLATE = r"\{%[^{}%]{0,400}%\}|\{\#[^{}#]{0,400}\#\}|<!--[^<>]{0,400}-->"
_TAG = r"</?[A-Za-z][\w:.-]{0,60}(?:\s[^<>]{0,4000})?/?>|</?[0-9]{1,4}\s{0,3}/?>"
_BRACE = r"\{\{\{[^{}]{0,300}\}\}\}|[$\#%@]?\{\{[^{}]{0,300}\}\}|[$\#%@]\{[^{}]{0,300}\}|\{[^{}]{0,300}\}"
# The conversion of printf; after a number, as in "5%off", only the common ones, and no letter may follow.
_FLAGS = r"(?:'(?=[0-9.]{0,6}[difuFgG]))?(?:-(?=[0-9*])|[+0\#,]){0,4}(?:[0-9]{1,4}|\*)?(?:\.(?:[0-9]{1,3}|\*)?)?"
_CONVERSION = r"(?:hh|h|ll|l|L|q|j|z|t|I64)?(?:[diouxXeEfFgGcCsSpnb@]|[aA](?![A-Za-z]))"
_PRINTF = (
    rf"%(?:[0-9]{{1,2}}\$)?\#@\w{{1,60}}@|%arg(?![A-Za-z])|%\([A-Za-z_][\w.-]{{0,60}}\){_FLAGS}(?:[A-Za-z]|(?![A-Za-z]))|%<\w{{1,60}}>{_FLAGS}[A-Za-z]?"
    rf"|%[0-9]{{1,2}}\$(?:[-+0\#',]{{0,4}}[0-9*]{{0,4}}\$?(?:\.[0-9*]{{1,3}})?){_CONVERSION}"
    rf"|(?<![0-9])%{_FLAGS}{_CONVERSION}"
    r"|(?<=[0-9])%(?:l{0,2}[du]|[s@])(?![A-Za-z])"
)
_WRAPPED = (
    r"%(?!(?:ll?|hh?|z)?[a-zA-Z][%.-])[A-Za-z_][\w.-]{1,60}%|__[A-Za-z](?:(?!__)\w){0,60}__|\$[A-Z][A-Z0-9_@]{1,60}\$"
)
_DOLLAR = r"\$t\([^()]{0,300}\)|@(?:\.[a-z]{1,12})?:(?:\([^()]{0,60}\)|\{[^{}]{0,60}\}|[A-Za-z][\w.]{0,60})"
_WEAK = r"(?:(?<=[\s(\[\"'«“„])|(?<![\s\S]))(?::[A-Za-z_]\w{1,60}|![a-z_]\w{1,60}|@[A-Za-z_][\w-]{1,60})"
_ENTITY = r"&(?:[A-Za-z][A-Za-z0-9]{1,31}|\#[0-9]{1,7}|\#[xX][0-9A-Fa-f]{1,6});"
_PATH = r"(?<![\w])[A-Za-z]:\\[^\s\"'<>|*?]{0,260}"
_ESCAPE = r"\\(?:u[0-9A-Fa-f]{4}|u\{[0-9A-Fa-f]{1,6}\}|x[0-9A-Fa-f]{2}|[nrt\"'\\0])"

# Each kind with its pattern, and what a text must contain for it to be looked for. The first that fits wins.
_KINDS = (
    ("url", _URL, ("://", "www.")),
    ("email", _EMAIL, ("@",)),
    ("template", _TEMPLATE, ("{%", "{#", "<!--")),
    ("tag", _TAG, ("<",)),
    ("path", _PATH, (":\\",)),
    ("escape", _ESCAPE, ("\\",)),
    ("wrapped", _WRAPPED, ("%", "__", "$")),
    ("dollar", _DOLLAR, ("$t(", "@:", "@.")),
    ("percent", "%%", ("%%",)),
    ("printf", _PRINTF, ("%",)),
    ("brace", _BRACE, ("{",)),
    ("qt", r"%L?[0-9]{1,2}(?![0-9$])", ("%",)),
    ("group", r"(?<![\w$])\$[0-9](?![0-9.,]{0,1}[0-9A-Za-z])", ("$",)),
    ("named", r"(?<![A-Za-z0-9_$\\])\$[A-Za-z_]\w{0,60}", ("$",)),
    ("weak", _WEAK, (":", "!", "@")),
    ("entity", _ENTITY, ("&",)),
)
_FILLED = frozenset({"brace", "printf", "percent", "qt", "wrapped", "dollar", "group", "named", "weak", "template"})
_KNOWN_TYPES = "number|date|time|spellout|ordinal|duration|list"
# What may stand in single braces to be filled in; other words in braces are language.
_FIELD = re.compile(
    r"[-$@]?(?:\w|[^\x00-\x7f\s])(?:[\w.\-\[\]'\"/]|[^\x00-\x7f\s]){0,120}(?:![rsa])?(?::[^\s{}]{0,60}|:[^{}]{0,60}%[^{}]{0,60})?"
    rf"|\w{{1,60}}\s{{0,5}},\s{{0,5}}(?:{_KNOWN_TYPES})\b[^{{}}]{{0,200}}"
    r"|(?:[A-Z][A-Z0-9_-]{0,60}|-[A-Za-z][\w-]{0,60})\s{0,3}\([^()]{0,300}\)|\$[\w-]{1,60}\s{0,5}->"
    r"|\"[^\"]{0,60}\"|:[^\s{}]{1,30}|![rsa]|"
)
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_TERM = re.compile(r"\{\s*(-[\w-]+)\s*\([^()]*\)\s*\}")
_SELECTOR = re.compile(r"\{\s{0,20}\$[\w-]{1,60}\s{0,5}->(?!\s{0,5}\})")
_AFTER_URL = ".,;:!?'*_"
_CLOSERS = {")": "(", "]": "[", "}": "{"}


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece: its kind, as it stands, what it is compared by, and where it begins."""

    kind: str
    text: str
    key: str
    start: int

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.start + len(self.text)

    @property
    def filled(self) -> bool:
        """Whether a program puts something in its place."""
        return self.kind in _FILLED


@lru_cache(maxsize=16)
def pieces(text: str) -> tuple[Piece, ...]:
    """The pieces of a text, in order; none lies within another."""
    wanted = tuple(index for index, (_, _, signs) in enumerate(_KINDS) if any(sign in text for sign in signs))
    return tuple(_pieces(text, _pattern(wanted))) if wanted else ()


@lru_cache(maxsize=256)
def _pattern(kinds: tuple[int, ...]) -> re.Pattern[str]:
    chosen = (_KINDS[index] for index in kinds)
    return re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern, _ in chosen), re.ASCII)


def _pieces(text: str, pattern: re.Pattern[str]) -> Iterator[Piece]:
    position = 0
    while match := pattern.search(text, position):
        kind, found = str(match.lastgroup), match[0]
        position = match.end()
        if kind == "url":
            found = _trimmed(found)
            position = match.start() + len(found)
        elif kind == "brace" and not _is_field(found):
            position = match.start() + 1
            continue
        yield Piece(kind, found, _key(kind, found), match.start())


def _is_field(braces: str) -> bool:
    if braces[0] != "{" or braces[1] == "{":
        return True
    return bool(_FIELD.fullmatch(braces[1:-1].strip()))


def _key(kind: str, found: str) -> str:
    if kind not in {"brace", "template"}:
        return found
    # What an expression shows, and the case of a term, follow the language.
    if found.startswith(("${", "#{")) and "?" in found:
        found = _QUOTED.sub("''", found)
    elif term := _TERM.fullmatch(found):
        found = f"{{{term[1]}}}"
    return "".join(found.split())


def _trimmed(url: str) -> str:
    """A URL without what belongs to the sentence around it."""
    while url:
        last = url[-1]
        opener = _CLOSERS.get(last)
        if last not in _AFTER_URL and not (opener and url.count(opener) < url.count(last)):
            break
        url = url[:-1]
    return url


def filled(text: str) -> list[Piece]:
    """The pieces that a program fills in, also those within tags and URLs."""
    found: list[Piece] = []
    for piece in pieces(text):
        if piece.filled:
            found.append(piece)
        elif piece.kind in {"tag", "url"} and any(char in piece.text for char in "{%$"):
            inner = piece.text[1:]
            found += [
                item for item in pieces(inner) if item.kind in {"brace", "printf", "wrapped", "template", "named"}
            ]
    return found


def has_selector(text: str) -> bool:
    """Whether the text chooses between forms in Fluent's way, each with its own pieces."""
    return bool(_SELECTOR.search(text))
