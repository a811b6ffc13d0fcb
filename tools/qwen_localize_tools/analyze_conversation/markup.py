"""HTML as help desks write it, as text; in one pass, whatever is in it."""

import html
import re
from collections.abc import Iterator

_TAG = re.compile(r"<(/?)([A-Za-z!][\w-]*)[^<>]*>")
_LOOKS = re.compile(
    r"</?(?:p|br|div|span|a|b|i|u|em|strong|ul|ol|li|h[1-6]|table|tr|td|img|blockquote|body|html)[\s/>]", re.I
)
_BLOCKS = frozenset(
    {"p", "br", "div", "li", "tr", "ul", "ol", "table", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6"}
)
_UNSEEN = frozenset({"style", "script", "head", "title"})


def as_text(value: str) -> str:
    """What a reader of the HTML sees; text that is none stays as it is."""
    if not _LOOKS.search(value):
        return value
    lines = html.unescape("".join(_seen(value))).splitlines()
    return "\n".join(filter(None, map(str.strip, lines)))


def _seen(value: str) -> Iterator[str]:
    after, hidden = 0, ""
    for tag in _TAG.finditer(value):
        if not hidden:
            yield value[after : tag.start()]
        after, name = tag.end(), tag[2].lower()
        if hidden:
            hidden = "" if tag[1] and name == hidden else hidden
        elif name in _UNSEEN:
            hidden = "" if tag[1] else name
        elif name in _BLOCKS:
            yield "\n"
    if not hidden:
        yield value[after:]
