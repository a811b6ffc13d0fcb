"""Apple's plurals, `Localizable.stringsdict`: a property list in XML.

Each variable that has plural forms is a unit, called as its entry, or `entry.variable` if the entry has several. The
frame around the variables, `NSStringLocalizedFormatKey`, is a unit of its own if it says something. There is no
fallback for an entry that is not there: a new file keeps the source's texts.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import chain

from .content import newline
from .model import Changes, Direction, Format, Forms, Layout, Unit
from .splicing import Splice, spliced
from .xml_lines import additions, comments_above, copied, lead
from .xml_places import Document, Element, parsed, root_name
from .xml_text import Style, decoded, encoded, quotes_of

_CATEGORIES = ("zero", "one", "two", "few", "many", "other")
_FRAME = "NSStringLocalizedFormatKey"
_VARIABLE = re.compile(r"%(?:\d+\$)?(?:#@[^@]*@|[-+ 0-9.*]*(?:hh|h|ll|l|q|L|z|t|j)?[@a-zA-Z%])")


@dataclass(frozen=True, slots=True)
class _Variable:
    """What has texts in an entry: a variable with its forms, or the frame with one."""

    entry: str
    name: str
    pair: tuple[Element, Element]
    dictionary: Element | None
    forms: dict[str, Element]


_New = tuple[_Variable, Forms]
_Block = Callable[[str], str]


def _pairs(document: Document, dictionary: Element) -> dict[str, tuple[Element, Element]]:
    """The keys and values of a dictionary. Of several with one key the last counts."""
    children = dictionary.children
    pairs = zip(children[::2], children[1::2], strict=False)
    return {decoded(document.content(key)): (key, value) for key, value in pairs if key.name == "key"}


def _together(key: Element, value: Element) -> Element:
    """A pair as one element."""
    return Element("", {}, key.start, value.inner, value.inner_end, value.end, key.parent)


def _entries(document: Document) -> dict[str, tuple[Element, Element]]:
    dictionary = document.root.first("dict")
    found = _pairs(document, dictionary) if dictionary else {}
    return {name: pair for name, pair in found.items() if pair[1].name == "dict"}


def _variables(document: Document, entry: str, dictionary: Element) -> list[_Variable]:
    pairs, found = _pairs(document, dictionary), []
    for name, (key, value) in pairs.items():
        inner = _pairs(document, value) if value.name == "dict" else {}
        kind = inner.get("NSStringFormatSpecTypeKey")
        if kind and decoded(document.content(kind[1])) == "NSStringPluralRuleType":
            forms = {category: inner[category][1] for category in inner if category in _CATEGORIES}
            found.append(_Variable(entry, name, (key, value), value, forms))
        elif name == _FRAME and re.search(r"\w", _VARIABLE.sub("", decoded(document.content(value)))):
            found.append(_Variable(entry, name, (key, value), None, {"": value}))
    return found


def _units(document: Document) -> dict[str, _Variable]:
    """The variables and frames by the keys of their units."""
    found: dict[str, _Variable] = {}
    for entry, (_, dictionary) in _entries(document).items():
        variables = _variables(document, entry, dictionary)
        alone = sum(variable.dictionary is not None for variable in variables) == 1
        for variable in variables:
            key = entry if alone and variable.dictionary else f"{entry}.{variable.name}"
            while key in found:
                key += "#2"
            found[key] = variable
    return found


def _read(text: str, _: Direction) -> list[Unit]:
    document = parsed(text, "plist")
    entries = {name: comments_above(text, key) for name, (key, _) in _entries(document).items()}
    return [_unit(document, key, variable, entries) for key, variable in _units(document).items()]


def _unit(document: Document, key: str, variable: _Variable, comments: Mapping[str, str]) -> Unit:
    texts = {form: decoded(document.content(element)) for form, element in variable.forms.items()}
    return Unit(key, {form: text for form, text in texts.items() if text.strip()}, context=comments[variable.entry])


def _write(text: str, changes: Changes, _: Direction, source: str) -> str:
    document, model = parsed(text, "plist"), parsed(source, "plist")
    style = Style(quotes=quotes_of(text), newline=newline(text))
    units, models = _units(document), _units(model)
    there = [_changed(document, units[key], forms, style) for key, forms in changes.items() if key in units]
    new: dict[str, list[_New]] = {}
    for key in changes.keys() - units.keys():
        new.setdefault(models[key].entry, []).append((models[key], changes[key]))
    return spliced(text, [*chain.from_iterable(there), *_added(document, model, new, style)])


def _added(document: Document, model: Document, new: Mapping[str, list[_New]], style: Style) -> list[Splice]:
    """Variables that a file lacks: put into the entries that it has, or with their entries."""
    entries, originals = _entries(document), _entries(model)
    splices, blocks = [], {}
    for entry, variables in new.items():
        blocks[entry] = partial(_pair, model, originals[entry], variables, style)
        if entry in entries:
            within = {one.name: partial(_pair, model, one.pair, [(one, forms)], style) for one, forms in variables}
            splices += _among(document, entries[entry][1], model, originals[entry][1], within)
    if dictionary := document.root.first("dict"):
        splices += _among(document, dictionary, model, model.root.children[0], blocks)
    return splices


def _among(
    document: Document, dictionary: Element, model: Document, original: Element, blocks: Mapping[str, _Block]
) -> list[Splice]:
    """New pairs in a dictionary, in the order of its original."""
    present = {name: _together(*pair) for name, pair in _pairs(document, dictionary).items()}
    order = _pairs(model, original)
    indentation = next((lead(model.text, key.start) for key, _ in order.values()), "\n\t")
    return additions(document, dictionary, present, order, blocks, indentation)


def _pair(model: Document, pair: tuple[Element, Element], variables: list[_New], style: Style, before: str) -> str:
    """A pair of the source file with other texts."""
    key, value = pair
    splices = [splice for variable, forms in variables for splice in _made(model, variable, forms, style)]
    between = before if lead(model.text, value.start) else model.text[key.end : value.start]
    return model.text[key.start : key.end] + between + copied(model, value, splices, before)


def _changed(document: Document, variable: _Variable, forms: Forms, style: Style) -> list[Splice]:
    """A variable in which some forms are others; those that it lacks are added."""
    contents = {form: encoded(text, style) for form, text in forms.items()}
    there = [document.filled(variable.forms[form], text) for form, text in contents.items() if form in variable.forms]
    new = {form: text for form, text in contents.items() if form not in variable.forms}
    if not new or variable.dictionary is None:
        return there
    pairs = _pairs(document, variable.dictionary)
    apart = all(lead(document.text, value.start) for _, value in pairs.values())
    blocks = {form: partial(_form, form, text, apart) for form, text in new.items()}
    # Forms follow what is no form; they are added behind it if there are no others.
    others = {name: _together(*pair) for name, pair in pairs.items() if name not in _CATEGORIES}
    present = others | {name: _together(*pairs[name]) for name in _CATEGORIES if name in pairs}
    return there + additions(document, variable.dictionary, present, [*others, *_CATEGORIES], blocks, "\n\t")


def _form(form: str, content: str, apart: bool, before: str) -> str:
    return f"<key>{form}</key>{before if apart else ''}<string>{content}</string>"


def _made(model: Document, variable: _Variable, forms: Forms, style: Style) -> list[Splice]:
    """A variable of the source file in another language: it has just the forms that are given."""
    if variable.dictionary is None:
        return _changed(model, variable, forms, style)
    pairs = _pairs(model, variable.dictionary)
    apart = all(lead(model.text, value.start) for _, value in pairs.values())
    before = lead(model.text, variable.dictionary.children[0].start)
    others = [model.text[key.start : value.end] for name, (key, value) in pairs.items() if name not in _CATEGORIES]
    texts = [_form(form, encoded(forms[form], style), apart, before) for form in _CATEGORIES if form in forms]
    close = lead(model.text, variable.dictionary.inner_end)
    return [model.filled(variable.dictionary, "".join(before + one for one in [*others, *texts]) + close)]


def _create(text: str, changes: Changes, _: Direction) -> str:
    document = parsed(text, "plist")
    units, style = _units(document), Style(quotes=quotes_of(text), newline=newline(text))
    made = [_made(document, units[key], forms, style) for key, forms in changes.items()]
    return spliced(text, chain.from_iterable(made))


STRINGSDICT = Format(
    name="Apple stringsdict",
    layout=Layout.APART,
    endings=(".stringsdict",),
    recognizes=lambda text: root_name(text) == "plist",
    read=_read,
    write=_write,
    create=_create,
    breaks=True,
)
