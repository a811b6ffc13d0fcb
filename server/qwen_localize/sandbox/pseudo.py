"""Pseudo-localization: text that looks translated and stays readable.

`Hello world` becomes `[Ĥéļļö ŵöŕļð ~~~]`: every letter accented, or put into the target's script (a font or an encoding
that cannot show it is found at once), about 30 % longer (so is a layout that cannot hold it), in brackets (so is a text
that was cut). Whatever a translation must not touch is left alone, and so is a whole ICU message.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from .scripts import written


class Pair(NamedTuple):
    """A glossary term or a translation memory entry."""

    source: str
    target: str


# What is hidden while a text is rewritten stands in it as one character of the private planes.
_HIDDEN = re.compile("[\U000f0000-\U0010ffff]")
_FIRST_HIDDEN = 0xF0000

_MARKER = r"\[\[\d{1,9}\]\]"  # numbers never change, so a marker need not be hidden, only passed over
_INNER = r"[^{}]"
for _ in range(4):  # the arms of a message, and messages in them
    _INNER = rf"(?:[^{{}}]|\{{{_INNER}*\}})"
# Each repetition is bounded or stopped by a delimiter, so that long texts stay linear.
_UNTOUCHABLE = "|".join(
    [
        rf"\{{\s*[\w.\-]+\s*,\s*(?:plural|selectordinal|select)\s*,{_INNER}*\}}",
        r"(?:https?|ftps?|wss?|oss|file)://[^\s<>\"'`(){}\[\]]*[^\s<>\"'`(){}\[\].,;:!?]",
        r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+",
        r"`[^`\r\n]{1,200}`",
        r"\$t\([^()\r\n]{0,200}\)",
        r"@(?:\.[a-z]{1,12})?:(?:\([^()]{0,60}\)|[A-Za-z][\w.]{0,60})",
        r"__[A-Za-z](?:(?!__)\w){0,60}__|%[A-Za-z_][\w.-]{1,60}%",
        r"\{\{[^{}\r\n]{0,200}\}\}",
        r"\{\s*-?\$?[\w.\-]+\s*(?:->\s*)?\}|\{\s*\"[^\"{}\r\n]{0,60}\"\s*\}",
        r"\$\{[^{}\r\n]{0,200}\}",
        r"\{\s*[\w.\-\[\]]*(?:![rsa])?(?::[^{}\r\n]{0,50})?\s*\}",
        r"\{\s*[\w.\-]+\s*,[^{}\r\n]{0,100}\}",
        r"%(?:\d{1,2}\$)?#@\w{1,60}@|%L?\d{1,2}(?![\d$.a-zA-Z])",
        r"(?<![\w$\\])\$[A-Za-z_]\w{0,60}|(?:(?<=\s)|^):[a-z_]\w{1,60}(?![\w:])",
        r"%(?:\([^()\s]{1,100}\)|\d{1,3}\$)?[-+#0]*\d*(?:\.\d+)?(?:hh?|ll?|[Lzjtq])?[diouxXeEfFgGaAcspn@%]",
        r"<!--(?:[^-]|-(?!->)){0,1000}-->",
        r"</?[A-Za-z][^<>]*>",
        r"</?\d{1,6}\s?/?>",
        r"&(?:[A-Za-z][A-Za-z0-9]{1,31}|#\d{1,7}|#[xX][0-9A-Fa-f]{1,6});",
        r"\\(?:[abfnrtv0\"'\\]|u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2})",
        rf"(?P<marker>{_MARKER})",
        _HIDDEN.pattern,
    ]
)
_WORD_SCRIPTS = "0-9A-Za-z_\u00c0-\u052f"  # scripts that put spaces between words
_FOREIGN = re.compile(
    "[\u0370-\u1dff\u2c00-\ud7ff\uf900-\ufdff\ufe10-\ufeff\uff00-\uffef\U00010000-\U0001f1ff\U00020000-\U0003ffff]+"
)
_LINE = re.compile(r"[^\r\n]+")
_WORD = re.compile(r"[A-Za-z]+")
_LEAD = re.compile(rf"\s*(?:{_MARKER}\s*|(?:[-*+>•]|#{{1,6}}|\d{{1,3}}[.)])\s+)*")
_TRAIL = re.compile(rf"{_MARKER}\Z")


class _Hidden:
    """Pieces taken out of a text: what stood there, and what will stand there."""

    def __init__(self) -> None:
        self._before: list[str] = []
        self._after: list[str] = []

    def hide(self, before: str, after: str) -> str:
        self._before.append(before)
        self._after.append(after)
        return chr(_FIRST_HIDDEN + len(self._before) - 1)

    def before(self, text: str) -> str:
        return _HIDDEN.sub(lambda found: self._before[ord(found.group()) - _FIRST_HIDDEN], text)

    def after(self, text: str) -> str:
        return _HIDDEN.sub(lambda found: self._after[ord(found.group()) - _FIRST_HIDDEN], text)


@dataclass(frozen=True)
class _Glossary:
    targets: dict[str, str]
    pattern: re.Pattern[str]

    @classmethod
    def of(cls, terms: Sequence[Pair], text: str) -> "_Glossary":
        plain = _plain(text)
        present = [term for term in terms if term.source.strip() and _plain(term.source) in plain]
        present.sort(key=lambda term: len(term.source), reverse=True)
        named = "|".join(_bounded(term.source) for term in present)
        pattern = f"{_UNTOUCHABLE}|(?P<term>{named})" if named else _UNTOUCHABLE
        targets = {_plain(term.source): term.target for term in reversed(present)}
        return cls(targets, re.compile(pattern, re.IGNORECASE if named else 0))


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def localize(text: str, terms: Sequence[Pair] = (), memory: Sequence[Pair] = (), script: str = "Latn") -> str:
    """The pseudo-localized text, line by line, white space and line ends unchanged.

    Args:
        text: what to translate.
        terms: wherever a source occurs (any case, whole words, any white space between), its target stands verbatim.
        memory: a text or a line that equals a source becomes its target verbatim.
        script: that of the target language, by its ISO 15924 code.
    """
    known = {pair.source.strip(): pair.target for pair in reversed(memory)}
    whole = text.strip()
    if whole and whole in known:
        return text.replace(whole, known[whole], 1)
    hidden = _Hidden()
    masked = _mask(text, _Glossary.of(terms, text), hidden)
    return hidden.after(_LINE.sub(lambda line: _localize_line(line.group(), hidden, known, script), masked))


def _mask(text: str, glossary: _Glossary, hidden: _Hidden) -> str:
    """The text with what must not change, and the terms, taken out of it."""

    def masked(found: re.Match[str]) -> str:
        piece = found.group()
        if found.lastgroup == "marker":
            return piece
        known = glossary.targets.get(_plain(piece), piece) if found.lastgroup == "term" else piece
        return hidden.hide(piece, known)

    return glossary.pattern.sub(masked, text)


def _localize_line(line: str, hidden: _Hidden, memory: dict[str, str], script: str) -> str:
    lead, core, trail = _split(line)
    if memory and (known := memory.get(hidden.before(core).strip())) is not None:
        return lead + hidden.hide(core, known) + trail
    if not any(character.isalpha() for character in core):
        return line
    accented = _WORD.sub(lambda word: written(word.group(), script), _romanize(core))
    return f"{lead}[{accented} {_filler(len(accented))}]{trail}"


def _split(line: str) -> tuple[str, str, str]:
    """What comes before the text of a line (indent, markers, bullets), the text, what comes after."""
    lead = _LEAD.match(line)
    size = lead.end() if lead else 0
    core = line[size:].rstrip()
    while core.endswith("]]") and (marker := _TRAIL.search(core)):
        core = core[: marker.start()].rstrip()
    return line[:size], core, line[size + len(core) :]


def _filler(length: int) -> str:
    """About 30 % of `length` in tildes, in groups that a line can break between."""
    size = max(1, round(length * 0.3))
    groups, rest = divmod(size, 11)
    return " ".join(["~" * 10] * groups + ["~" * rest] * (rest > 0))


def _romanize(text: str) -> str:
    if _FOREIGN.search(text) is None:
        return text
    from anyascii import anyascii

    return _FOREIGN.sub(lambda run: anyascii(run.group()), text)


def _bounded(source: str) -> str:
    source = source.strip()
    before = f"(?<![{_WORD_SCRIPTS}])" if re.match(f"[{_WORD_SCRIPTS}]", source) else ""
    after = f"(?![{_WORD_SCRIPTS}])" if re.search(rf"[{_WORD_SCRIPTS}]\Z", source) else ""
    return before + r"\s+".join(map(re.escape, source.split())) + after
