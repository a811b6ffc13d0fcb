"""The lines of an XML file: where an entry is added or left out so that a reviewer sees just that."""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from .splicing import Splice, line_end, line_start, spliced
from .xml_places import Document, Element, fragment, opened, with_attribute

_COMMENTS_AFTER = re.compile(r"[ \t]*(?:<!--(?:(?!-->)[^\n])*-->[ \t]*)+(?=\r?\n)")
_PREFIX = re.compile(r"[<\s]([\w.-]+):")
_COMMENT = re.compile(r"<!--(.*?)-->", re.DOTALL)


def lead(text: str, position: int) -> str:
    """What an entry of this place is set off by: its line's end and its indentation; empty if it shares its line."""
    start = position
    while start and text[start - 1] in " \t":
        start -= 1
    if start and text[start - 1] == "\n":
        start -= 2 if text[start - 2 : start] == "\r\n" else 1
    elif start:
        return ""
    return text[start:position]


def previous_end(element: Element) -> int:
    """Where what precedes an element among its siblings ends."""
    if element.parent is None:
        return 0
    siblings = element.parent.children
    position = bisect_left(siblings, element.start, key=lambda sibling: sibling.start)
    return siblings[position - 1].end if position else element.parent.inner


def comments_start(text: str, element: Element) -> int:
    """Where an element begins together with the comments right above it, without a blank line between."""
    start, floor = element.start, end_of_line_comments(text, previous_end(element))
    while True:
        end = start
        while end > floor and text[end - 1].isspace():
            end -= 1
        if text.count("\n", end, start) > 1 or not text.endswith("-->", floor, end):
            return start
        start = text.rfind("<!--", floor, end)


def comments_above(text: str, element: Element) -> str:
    """What the comments right above an element say."""
    gap = text[comments_start(text, element) : element.start]
    return "\n".join(" ".join(comment.split()) for comment in _COMMENT.findall(gap))


def end_of_line_comments(text: str, position: int) -> int:
    """Where the comments end that stand behind a place on its line, if nothing else does."""
    found = _COMMENTS_AFTER.match(text, position)
    return found.end() if found else position


def additions(
    document: Document,
    parent: Element,
    present: Mapping[str, Element],
    order: Iterable[str],
    blocks: Mapping[str, Callable[[str], str]],
    indentation: str,
) -> list[Splice]:
    """New entries, each after the one that precedes it in an order.

    `blocks` make an entry's text of its line end and indentation. `indentation` is what entries have that have no
    neighbours.
    """
    text, found, anchor = document.text, [], None
    first: list[str] = []
    neighbour = next(iter(present.values()), None)
    for key in order:
        if key in present:
            anchor = present[key]
        elif key in blocks and anchor is None:
            first.append(key)
        elif key in blocks and anchor is not None:
            before = lead(text, anchor.start)
            place = end_of_line_comments(text, anchor.end)
            found.append(Splice(place, place, before + blocks[key](before)))
    if first and neighbour is not None:
        before = lead(text, neighbour.start)
        place = comments_start(text, neighbour)
        found.append(Splice(place, place, "".join(blocks[key](before) + before for key in first)))
    elif first:
        found.append(_filled(document, parent, "".join(indentation + blocks[key](indentation) for key in first)))
    return found


def _filled(document: Document, parent: Element, blocks: str) -> Splice:
    """An element without entries, filled with some at its end."""
    text = document.text
    close = lead(text, parent.start) or "\n"
    if parent.inner == parent.end:
        return Splice(parent.start, parent.end, f"{opened(document.tag(parent))}{blocks}{close}</{parent.name}>")
    before = lead(text, parent.inner_end)
    start = parent.inner_end - len(before)
    return Splice(start, parent.inner_end, blocks + (before or close))


def removal(text: str, element: Element) -> Splice:
    """An element left out with its lines, and with the comments right above it."""
    start, end = comments_start(text, element), end_of_line_comments(text, element.end)
    first, after = line_start(text, start), line_end(text, end)
    if not text[first:start].strip() and not text[end:after].strip():
        return Splice(first, after, "")
    return Splice(start, end, "")


def merged(text: str, removals: Sequence[Splice]) -> list[Splice]:
    """Removals, of which those side by side are one; one of two blank lines that would meet goes too."""
    found: list[Splice] = []
    for splice in sorted(removals):
        if found and splice.start <= found[-1].end:
            found[-1] = Splice(found[-1].start, max(splice.end, found[-1].end), "")
        elif found and not text[found[-1].end : splice.start].strip():
            found[-1] = Splice(found[-1].start, splice.end, "")
        else:
            found.append(splice)
    return [_without_second_blank(text, splice) for splice in found]


def _without_second_blank(text: str, splice: Splice) -> Splice:
    after = line_end(text, splice.end)
    before = text[line_start(text, splice.start - 1) : splice.start] if splice.start else ""
    if before.endswith("\n") and not before.strip() and after < len(text) and not text[splice.end : after].strip():
        return Splice(splice.start, after, "")
    return splice


def copied(document: Document, element: Element, changes: Iterable[Splice], before: str) -> str:
    """An element with changes, for a place where `before` sets it off: line ends and indentation follow that."""
    inside = [Splice(one.start - element.start, one.end - element.start, one.text) for one in changes]
    block = spliced(document.text[element.start : element.end], inside).replace("\r\n", "\n")
    old, new = lead(document.text, element.start).lstrip("\r\n"), before.lstrip("\r\n")
    if old != new and before:
        block = spliced(block, _moves(moved := fragment(block), moved.root, old, new))
    return block.replace("\n", "\r\n") if before.startswith("\r") else block


def _moves(document: Document, element: Element, old: str, new: str) -> Iterator[Splice]:
    """The white space between an element's children in another indentation; not that of texts."""
    ends = [element.inner, *(child.end for child in element.children)]
    starts = [*(child.start for child in element.children), element.inner_end]
    gaps = (document.text[end:start] for end, start in zip(ends, starts, strict=True))
    if not element.children or any(gap.strip() for gap in gaps):
        return
    for start in starts:
        indentation = lead(document.text, start).lstrip("\r\n")
        if indentation.startswith(old):
            deeper = indentation.removeprefix(old)
            yield Splice(start - len(indentation), start, new + (deeper.replace(old, new) if old else deeper))
    for child in element.children:
        yield from _moves(document, child, old, new)


def with_namespaces(text: str, document: Document, model: Document, elements: Iterable[Element]) -> str:
    """A text whose outermost element declares the prefixes that elements of another document use."""
    used = {prefix for element in elements for prefix in _PREFIX.findall(model.text, element.start, element.end)}
    names = [f"xmlns:{prefix}" for prefix in sorted(used)]
    lacking = [name for name in names if name in model.root.attributes and name not in document.root.attributes]
    tag = document.tag(document.root)
    for name in lacking:
        tag = with_attribute(tag, name, model.root.attributes[name])
    return text[: document.root.start] + tag + text[document.root.inner :] if lacking else text
