"""Tags: the same ones, well nested, with attributes that mean what they meant."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from .addresses import pages
from .finding import Finding, named
from .pieces import Piece, pieces

_MARKUP = re.compile(
    "abbr|acronym|aside|b|bdi|bdo|big|blockquote|br|center|col|dd|dfn|div|dl|dt|em|fieldset|figcaption|h[1-6]|hr|i|kbd"
    "|li|mark|ol|optgroup|p|picture|pre|rp|rt|ruby|samp|span|strong|sup|svg|tbody|td|tfoot|th|thead|tr|tt|u|ul|var|wbr"
)
# Words as well: alone and without attributes, as in "<source>", they name what people put there.
_WORDS = re.compile(
    "a|address|article|audio|button|canvas|caption|cite|code|del|details|figure|font|footer|form|header|iframe|img"
    "|input|ins|label|legend|link|main|menu|nav|option|q|s|section|select|small|source|strike|sub|summary|table"
    "|textarea|time|video"
)
_VOID = frozenset({"area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"})
_OPTIONAL_END = frozenset({"p", "li", "dt", "dd", "tr", "td", "th", "option"})
# What people read may be translated; what says how to read it may follow the language.
_READ = frozenset({"alt", "title", "placeholder", "label", "summary", "content", "value"})
_LINGUAL = frozenset({"lang", "xml:lang", "dir", "hreflang"})
# It says to translators what stands there, and nothing to a program.
_REMARK = "xliff:g"
_ADDRESSES = frozenset({"href", "src", "action", "cite"})
_TAG = re.compile(r"<(/?)\s*([\w:.-]+)(.*?)(/?)>", re.DOTALL)
_UNQUOTED = re.compile(r"=[^\s\"'=]+$")
_ATTRIBUTE = re.compile(
    r"(?<![^\s\"'])([^\s=\"'<>/]{1,100})(?:\s{0,9}=\s{0,9}(\"[^\"]*\"|'[^']*'|\\\"[^\"]*\\\"|[^\s]+))?"
)


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag: `opens`, `closes`, or both."""

    name: str
    opens: bool
    closes: bool
    attributes: Mapping[str, str]

    @property
    def key(self) -> str:
        """What it is compared by."""
        both = self.opens and self.closes
        return f"<{self.name}/>" if both else f"<{self.name}>" if self.opens else f"</{self.name}>"


def tags(text: str, also: Collection[str] = ()) -> list[Tag]:
    """The tags of a text; what only looks like one, as `<your name>`, is left out unless its name is in `also`."""
    return [tag for _, tag in placed(text, also)]


def placed(text: str, also: Collection[str] = ()) -> list[tuple[Piece, Tag]]:
    """The tags of a text with the pieces that they are."""
    found = [(piece, _read(piece.text)) for piece in pieces(text) if piece.kind == "tag"]
    closed = {tag.name for piece, tag in found if tag.closes and "/" in piece.text}
    return [
        (piece, tag)
        for piece, tag in found
        if tag.name in closed
        or tag.name in also
        or _MARKUP.fullmatch(tag.name)
        or tag.name[0].isdigit()
        or "=" in piece.text
    ]


@lru_cache(maxsize=1024)
def _read(text: str) -> Tag:
    match = _TAG.fullmatch(text)
    slash, name, rest, end = match.groups() if match else ("", text, "", "")
    known = _MARKUP.fullmatch(name.lower()) or _WORDS.fullmatch(name.lower())
    name = name.lower() if known else name
    if end and _UNQUOTED.search(rest):
        # The slash ends the address.
        rest, end = f"{rest}/", ""
    void = name in _VOID and not slash
    return Tag(name, not slash, bool(slash or end or void), _attributes(rest))


def _attributes(rest: str) -> dict[str, str]:
    return {match[1].lower(): (match[2] or "").strip("\\\"'") for match in _ATTRIBUTE.finditer(rest)}


def compared(source: str, translation: str) -> list[Finding]:
    """What happened to the tags."""
    before = tags(source)
    after = tags(translation, {tag.name for tag in before})
    if not before and not after:
        return []
    wanted, given = Counter(tag.key for tag in before), Counter(tag.key for tag in after)
    found = [
        Finding("tag", f"Tags {word}: {named(keys)}.")
        for word, keys in (("lost", wanted - given), ("added", given - wanted))
        if keys
    ]
    if not found and _is_nested(before) and not _is_nested(after):
        found.append(Finding("tag", "Tags cross each other or close before they open."))
    return found or _changed(before, after)


def _is_nested(found: Sequence[Tag]) -> bool:
    within: list[str] = []
    for tag in found:
        if tag.opens and tag.closes:
            continue
        if tag.opens:
            within.append(tag.name)
        elif not within or within.pop() != tag.name:
            return False
    return all(name in _OPTIONAL_END for name in within)


def _changed(before: Sequence[Tag], after: Sequence[Tag]) -> list[Finding]:
    """The attributes that changed, when every tag is there: tags of a name are compared whatever their order."""
    called = pages(_links(before), _links(after))
    wanted, given = Counter(_facts(before, called)), Counter(_facts(after, called))
    changed = list(wanted - given) or list(given - wanted)
    return [Finding("attribute", f"Attribute changed: {named(changed)}.")] if changed else []


def _links(found: Sequence[Tag]) -> list[str]:
    return [value for tag in found for name, value in tag.attributes.items() if name in _ADDRESSES]


def _facts(found: Sequence[Tag], called: Callable[[str], str]) -> list[str]:
    """Every attribute as `tag name=value`: an address may be that of the translated page, and what is read is free."""
    return [
        f"{tag.name} {name}{_value(name, value, called)}"
        for tag in found
        for name, value in tag.attributes.items()
        if name not in _LINGUAL and tag.name != _REMARK
    ]


def _value(name: str, value: str, called: Callable[[str], str]) -> str:
    if name in _READ or name.startswith(("aria-", "data-title")):
        return ""
    return f"={called(value) if name in _ADDRESSES else ' '.join(value.split())}"
