"""Qt's translation files, `.ts`: contexts with messages, each with its source and its translation.

A message is called `context|source|comment`, or by its id if it has one. Forms of a plural are called `0`, `1` and so
on; `qt_plurals` knows how many a language has. What is unfinished has no forms yet; what the code does not use any more
(vanished, obsolete) is left alone. A byte that XML cannot hold, `<byte value="x1b"/>`, stays so in a text.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

from .content import newline
from .model import Changes, Direction, Format, Forms, Layout, Unit
from .qt_plurals import samples
from .remarks import most_of
from .splicing import Splice, spliced
from .xml_lines import additions, copied, lead, merged, removal
from .xml_places import Document, Element, opened, parsed, root_name, with_attribute, without_attribute
from .xml_text import Style, decoded, encoded

_GONE = ("vanished", "obsolete")
_REMARKS = ("comment", "extracomment", "translatorcomment")
_UNFINISHED = "unfinished"
_Block = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class _Message:
    """A message and the context that holds it."""

    context: str
    holder: Element
    element: Element
    source: Element
    translation: Element | None

    @property
    def numerus(self) -> bool:
        return self.element.attributes.get("numerus") == "yes"


def _holders(document: Document) -> list[Element]:
    """What holds messages: the contexts, and the outermost element where there are none."""
    return [document.root, *document.root.named("context")]


def _of(document: Document, holder: Element) -> Iterator[_Message]:
    """The messages of a context that the code uses, without those that have variants by length."""
    context = _said(document, holder, "name")
    for element in holder.named("message"):
        source, translation = element.first("source"), element.first("translation")
        attributes = translation.attributes if translation else {}
        if source and attributes.get("type") not in _GONE and "variants" not in attributes:
            yield _Message(context, holder, element, source, translation)


def _messages(document: Document) -> dict[str, _Message]:
    """The messages by their keys. Of several with one key the last counts."""
    found = (message for holder in _holders(document) for message in _of(document, holder))
    return {_key(document, message): message for message in found}


def _said(document: Document, element: Element, name: str) -> str:
    """What an element's child of a name says."""
    child = element.first(name)
    return decoded(document.content(child)) if child else ""


def _key(document: Document, message: _Message) -> str:
    if identity := message.element.attributes.get("id"):
        return identity
    source, comment = (_said(document, message.element, name) for name in ("source", "comment"))
    return "|".join(part.replace("|", "||") for part in (message.context, source, *([comment] if comment else [])))


def _read(text: str, direction: Direction) -> list[Unit]:
    document = parsed(text, "TS")
    numbers = samples(direction.target)
    return [_unit(document, key, message, numbers) for key, message in _messages(document).items()]


def _unit(document: Document, key: str, message: _Message, numbers: Mapping[str, int]) -> Unit:
    context = "\n".join(filter(None, (_said(document, message.element, name).strip() for name in _REMARKS)))
    done = message.translation and message.translation.attributes.get("type") != _UNFINISHED
    texts = {form: decoded(document.content(element)) for form, element in _forms(message).items()} if done else {}
    return Unit(
        key,
        {form: text for form, text in texts.items() if text.strip()},
        source={"": _said(document, message.element, "source")},
        context=context,
        most=most_of(context),
        samples=numbers if message.numerus else {},
    )


def _forms(message: _Message) -> dict[str, Element]:
    """The elements that hold a message's forms."""
    if message.translation is None:
        return {}
    if not message.numerus:
        return {"": message.translation}
    return {str(number): element for number, element in enumerate(message.translation.named("numerusform"))}


def _write(text: str, changes: Changes, direction: Direction, source: str) -> str:
    document, model = parsed(text, "TS"), parsed(source, "TS")
    messages, models = _messages(document), _messages(model)
    language, line = direction.target, newline(text)
    splices = [
        _translated(document, messages[key], forms, language, line) for key, forms in changes.items() if key in messages
    ]
    new = {key: models[key] for key in changes if key not in messages}
    return spliced(text, [*splices, *_added(document, model, new, changes, language)])


def _translated(document: Document, message: _Message, forms: Forms, language: str, line: str) -> Splice:
    """A message with its translation finished."""
    style = Style.of([document.content(message.source)], line, "\"'")
    texts = {form: encoded(text, style) for form, text in forms.items()}
    translation = message.translation
    if translation is None:
        before = lead(document.text, message.source.start)
        place = max(child.end for child in message.element.children)
        inside = _numerus(document, message, texts, language, before) if message.numerus else texts[""]
        return Splice(place, place, f"{before}<translation>{inside}</translation>")
    tag = without_attribute(document.tag(translation), "type")
    inside = texts.get("", "")
    if message.numerus:
        inside = _numerus(document, message, texts, language, lead(document.text, translation.start))
    return document.filled(translation, inside, tag)


def _numerus(document: Document, message: _Message, texts: Forms, language: str, before: str) -> str:
    """The forms of a plural: those that are not given stay, and if there are none, they are empty."""
    there = _forms(message)
    forms = sorted({*there, *texts, *samples(language)}, key=int)
    inner = next((lead(document.text, element.start) for element in there.values()), before + "    " * bool(before))
    kept = {form: document.content(element) for form, element in there.items()}
    items = (f"{inner}<numerusform>{texts.get(form, kept.get(form, ''))}</numerusform>" for form in forms)
    return "".join(items) + (before if inner else "")


def _added(
    document: Document, model: Document, new: Mapping[str, _Message], changes: Changes, language: str
) -> list[Splice]:
    """Messages that a file lacks: put into the contexts that it has, or with their contexts."""
    there = {_said(document, holder, "name"): holder for holder in reversed(_holders(document))}
    by_holder: dict[int, dict[str, _Message]] = {}
    for key, message in new.items():
        by_holder.setdefault(message.holder.start, {})[key] = message
    splices, contexts = [], dict[str, _Block]()
    for holder in _holders(model):
        messages, name = by_holder.get(holder.start, {}), _said(model, holder, "name")
        if messages and name in there:
            blocks = {key: partial(_block, model, one, changes[key], language) for key, one in messages.items()}
            splices += _among(document, there[name], model, holder, blocks)
        elif messages:
            contexts[name] = partial(_context, model, holder, messages, changes, language)
    present = {name: holder for name, holder in there.items() if holder is not document.root}
    order = [_said(model, holder, "name") for holder in _holders(model)]
    return [*splices, *additions(document, document.root, present, order, contexts, "\n")]


def _among(
    document: Document, holder: Element, model: Document, original: Element, blocks: Mapping[str, _Block]
) -> list[Splice]:
    """New messages in a context, in the order of its original."""
    present = {_key(document, message): message.element for message in _of(document, holder)}
    order = [_key(model, message) for message in _of(model, original)]
    indentation = next((lead(model.text, element.start) for element in original.named("message")), "\n    ")
    return additions(document, holder, present, order, blocks, indentation)


def _block(model: Document, message: _Message, forms: Forms, language: str, before: str) -> str:
    return copied(model, message.element, [_translated(model, message, forms, language, "\n")], before)


def _context(
    model: Document, holder: Element, messages: Mapping[str, _Message], changes: Changes, language: str, before: str
) -> str:
    """A context of the source file with these messages alone."""
    kept = {message.element.start for message in messages.values()}
    removals = [removal(model.text, one) for one in holder.named("message") if one.start not in kept]
    made = [_translated(model, message, changes[key], language, "\n") for key, message in messages.items()]
    return copied(model, holder, [*made, *merged(model.text, removals)], before)


def _create(text: str, changes: Changes, direction: Direction) -> str:
    """The source file with translations; what has none yet is unfinished, for which the source is shown."""
    document, line = parsed(text, "TS"), newline(text)
    messages = _messages(document)
    language, wanted = direction.target, {messages[key].element.start: key for key in changes}
    splices, removals = [], []
    for holder in _holders(document):
        live = {message.element.start: message for message in _of(document, holder)}
        for element in holder.named("message"):
            if element.start in wanted:
                forms = changes[wanted[element.start]]
                splices.append(_translated(document, live[element.start], forms, language, line))
            elif element.start in live:
                splices += _emptied(document, live[element.start], language)
            else:
                removals.append(removal(text, element))
    tag = with_attribute(document.tag(document.root), "language", language, "version")
    splices.append(Splice(document.root.start, document.root.inner, tag))
    return spliced(text, [*splices, *merged(text, removals)])


def _emptied(document: Document, message: _Message, language: str) -> list[Splice]:
    """A message that is still to be translated."""
    translation = message.translation
    if translation is None:
        return []
    tag = opened(with_attribute(document.tag(translation), "type", _UNFINISHED))
    bare = replace(message, translation=None)
    inside = _numerus(document, bare, {}, language, lead(document.text, translation.start)) if message.numerus else ""
    return [document.filled(translation, inside, tag)]


QT = Format(
    name="Qt translations",
    layout=Layout.PAIRS,
    endings=(".ts",),
    recognizes=lambda text: root_name(text) == "TS",
    read=_read,
    write=_write,
    create=_create,
)
