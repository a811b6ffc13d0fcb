"""What misbehaving models do to translations: each kind of damage as a function of a good pair."""

import re
from itertools import pairwise

from benchmarks import damage_whole
from benchmarks.catalogues import Pair
from benchmarks.damage_world import Damage, World
from qwen_localize_tools._shared.gates import words_only
from qwen_localize_tools._shared.gates.icu import arguments, is_message, parsed
from qwen_localize_tools._shared.gates.pieces import Piece, filled, pieces
from qwen_localize_tools._shared.gates.tags import placed

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*")
_BRANCH = re.compile(r"(?<=[\s}])(=\d|\w+)\s*\{[^{}]*\}")
_DATE = re.compile(r"%-?[YymBbHMj]")
_ENDED = re.compile(r"(?<=[.!?:。：])\s*\n\s*")
# In these no number has a form of its own.
_ONE_FORM = frozenset({"ja", "ko", "zh", "zh_tw"})
_ARGUMENT = re.compile(r"\{(\w+)\}")
_NUMBER = re.compile(r"(?<![\w.,])\d{1,6}(?![\w])")


def _cut(text: str, piece: Piece) -> str:
    return text[: piece.start] + text[piece.end :]


def _exchanged(text: str, piece: Piece, new: str) -> str:
    return text[: piece.start] + new + text[piece.end :]


def _placeholder(pair: Pair, world: World) -> Piece | None:
    """A placeholder of the translation that stands there and in its source, and is no part of a date."""
    if is_message(pair.source) or len(_DATE.findall(pair.source)) > 1:
        return None
    wanted = {piece.key for piece in filled(pair.source)}
    found = [
        piece for piece in pieces(pair.translation) if piece.filled and piece.key in wanted and piece.kind != "percent"
    ]
    return world.chance.choice(found) if found else None


def lost(pair: Pair, world: World) -> str | None:
    """A placeholder is gone."""
    piece = _placeholder(pair, world)
    return _cut(pair.translation, piece) if piece else None


def renamed(pair: Pair, world: World) -> str | None:
    """The name of a placeholder was translated, or one letter is another."""
    piece = _placeholder(pair, world)
    name = _NAME.search(piece.text) if piece else None
    if not piece or not name or (piece.kind == "printf" and "(" not in piece.text):
        return None
    new = world.chance.choice(["имя", "Name1", name[0] + "s", "名前", name[0].swapcase()])
    return _exchanged(pair.translation, piece, piece.text[: name.start()] + new + piece.text[name.end() :])


def duplicated(pair: Pair, world: World) -> str | None:
    """A placeholder stands there twice."""
    piece = _placeholder(pair, world)
    return _exchanged(pair.translation, piece, f"{piece.text} {piece.text}") if piece else None


def added(pair: Pair, world: World) -> str | None:
    """A placeholder comes out of nothing."""
    if is_message(pair.source):
        return None
    words = pair.translation.split(" ")
    words.insert(
        world.chance.randint(0, len(words)), world.chance.choice(["{value}", "%s", "{{count}}", "%(name)s", "${x}"])
    )
    return " ".join(words)


def retyped(pair: Pair, world: World) -> str | None:
    """The conversion of a placeholder changed."""
    piece = _placeholder(pair, world)
    if not piece or piece.kind != "printf":
        return None
    new = piece.text[:-1] + world.chance.choice([kind for kind in "sdfx" if kind != piece.text[-1]])
    return None if {new[-1], piece.text[-1]} <= {"d", "i", "u"} else _exchanged(pair.translation, piece, new)


def swapped(pair: Pair, world: World) -> str | None:
    """Two placeholders of different types, told apart by their order alone, changed places."""
    if len(_DATE.findall(pair.source)) > 1:
        return None
    found = [piece for piece in pieces(pair.translation) if piece.kind == "printf" and re.fullmatch(r"%\w", piece.text)]
    different = [(one, two) for one, two in pairwise(found) if one.text != two.text]
    if not different:
        return None
    one, two = world.chance.choice(different)
    return _exchanged(_exchanged(pair.translation, two, one.text), one, two.text)


def _tags(pair: Pair) -> list[Piece]:
    if is_message(pair.source):
        return []
    return [piece for piece, _ in placed(pair.translation)]


def tag_lost(pair: Pair, world: World) -> str | None:
    """A tag is gone."""
    found = _tags(pair)
    return _cut(pair.translation, world.chance.choice(found)) if found else None


def crossed(pair: Pair, world: World) -> str | None:
    """Two neighbouring tags changed places."""
    found = [piece for piece in _tags(pair) if piece.text[-2] != "/" and piece.text not in {"<br>", "<hr>"}]
    couples = [
        (one, two)
        for one, two in pairwise(found)
        if (one.text[1] != "/" and two.text[1] == "/") or (one.text[1] == "/" == two.text[1] and one.text != two.text)
    ]
    if not couples:
        return None
    one, two = world.chance.choice(couples)
    return _exchanged(_exchanged(pair.translation, two, one.text), one, two.text)


def attribute(pair: Pair, world: World) -> str | None:
    """The value of an attribute that a program reads is another."""
    found = [piece for piece in _tags(pair) if re.search(r"(?:href|class|id|src|style|target)=.\w", piece.text)]
    if not found:
        return None
    piece = world.chance.choice(found)
    value = re.sub(r"((?:href|class|id|src|style|target)=.)(\w)", r"\1neu\2", piece.text, count=1)
    return _exchanged(pair.translation, piece, value)


def _message(pair: Pair) -> bool:
    return is_message(pair.source) and is_message(pair.translation)


def branch_argument(pair: Pair, world: World) -> str | None:
    """An argument in a message with branches has another name."""
    names = {argument.name for argument in arguments(parsed(pair.source))} if _message(pair) else set()
    found = [match for match in _ARGUMENT.finditer(pair.translation) if match[1] in names]
    if not found:
        return None
    match = world.chance.choice(found)
    return f"{pair.translation[: match.start(1)]}nombre{pair.translation[match.end(1) :]}"


def keyword(pair: Pair, world: World) -> str | None:
    """The keyword of a branch was translated."""
    if not _message(pair):
        return None
    words = [word for argument in arguments(parsed(pair.translation)) for word in argument.selectors if word[0] != "="]
    match = re.search(rf"\b{world.chance.choice(words)}(?=\s*\{{)", pair.translation)
    if not match:
        return None
    return f"{pair.translation[: match.start()]}autre{pair.translation[match.end() :]}"


def branch_dropped(pair: Pair, world: World) -> str | None:
    """A branch that the source has too is gone."""
    if not _message(pair):
        return None
    known = {word for argument in arguments(parsed(pair.source)) for word in argument.selectors}
    known -= {"one", "=1"} if pair.lang in _ONE_FORM else set()
    found = [match for match in _BRANCH.finditer(pair.translation) if match[1] in known]
    if not found:
        return None
    match = world.chance.choice(found)
    return pair.translation[: match.start()] + pair.translation[match.end() :]


def count_dropped(pair: Pair, world: World) -> str | None:
    """The `#` of the branch other is gone."""
    match = re.search(r"\bother\s*\{[^{}]*#", pair.translation) if _message(pair) else None
    return pair.translation[: match.end() - 1] + pair.translation[match.end() :] if match else None


def unreadable(pair: Pair, world: World) -> str | None:
    """A brace of a message is gone or one too many, or the commas are full-width."""
    if not _message(pair):
        return None
    text = pair.translation
    brace = world.chance.choice([at for at, char in enumerate(text) if char in "{}"])
    return world.chance.choice([text[:brace] + text[brace + 1 :], text + "}", text.replace(",", "，")])


def escape_lost(pair: Pair, world: World) -> str | None:
    """An escape is gone, or the line break that it means stands there."""
    found = [piece for piece in pieces(pair.translation) if piece.kind == "escape" and piece.text in {r"\n", r"\t"}]
    if not found:
        return None
    return _exchanged(pair.translation, world.chance.choice(found), world.chance.choice(["", "\n", " "]))


def with_escape(pair: Pair, world: World) -> Pair | None:
    """The pair with an escaped line break on both sides, since catalogues decode theirs."""
    if "\n" in pair.source.strip() or is_message(pair.source) or len(pair.source) < 12:
        return None
    return Pair(pair.kit, pair.lang, f"{pair.source}\\n{pair.source}", f"{pair.translation}\\n{pair.translation}")


def line_break_lost(pair: Pair, world: World) -> str | None:
    """A line that ends with its sentence, or a paragraph, runs into the next one."""
    if is_message(pair.source) or "<" in pair.source or not _ENDED.search(pair.source.strip()):
        return None
    text = _ENDED.sub(" ", pair.translation.strip(), count=1)
    return text if text != pair.translation.strip() else None


def entity_lost(pair: Pair, world: World) -> str | None:
    """An entity was decoded, or is gone."""
    return pair.translation.replace("&nbsp;", " ").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def with_entities(pair: Pair, world: World) -> Pair | None:
    """The pair with entities on both sides: catalogues have too few of them."""
    if "&" in pair.source + pair.translation or is_message(pair.source):
        return None
    mark = world.chance.choice(["&nbsp;", "&lt;", "&gt;", "&amp;"])
    return Pair(pair.kit, pair.lang, f"{pair.source} {mark} 1", f"{pair.translation} {mark} 1")


def address_changed(pair: Pair, world: World) -> str | None:
    """An address leads elsewhere."""
    found = [piece for piece in pieces(pair.translation) if piece.kind in {"url", "email"}]
    if not found or is_message(pair.source):
        return None
    piece = world.chance.choice(found)
    text = piece.text
    at = world.chance.randrange(len(text) // 2, len(text))
    return _exchanged(pair.translation, piece, f"{text[:at]}zq{text[at:]}")


def number_changed(pair: Pair, world: World) -> str | None:
    """A number is another."""
    found = list(_NUMBER.finditer(pair.translation)) if not is_message(pair.source) else []
    words = _NUMBER.findall(words_only(pair.translation))
    found = [match for match in found if match[0] in pair.source and words.count(match[0]) == 1]
    if not found:
        return None
    match = world.chance.choice(found)
    other = int(match[0]) + world.chance.randint(1, 8)
    return f"{pair.translation[: match.start()]}{other}{pair.translation[match.end() :]}"


DAMAGES: dict[str, Damage] = {
    "placeholder lost": lost,
    "placeholder renamed": renamed,
    "placeholder duplicated": duplicated,
    "placeholder added": added,
    "conversion changed": retyped,
    "typed order swapped": swapped,
    "tag lost": tag_lost,
    "tags crossed": crossed,
    "attribute changed": attribute,
    "ICU argument renamed": branch_argument,
    "ICU keyword translated": keyword,
    "ICU branch dropped": branch_dropped,
    "ICU # dropped": count_dropped,
    "ICU unreadable": unreadable,
    "escape lost": escape_lost,
    "line break lost": line_break_lost,
    "entity lost": entity_lost,
    "address changed": address_changed,
    "number changed": number_changed,
    "accelerator lost (soft)": damage_whole.accelerator_lost,
    "control character": damage_whole.control,
    "our marks, a foreign word": damage_whole.leaked,
    "quoted": damage_whole.quoted,
    "fenced": damage_whole.fenced,
    "note added": damage_whole.noted,
    "repeated": damage_whole.doubled,
    "source returned": damage_whole.returned,
    "source and translation": damage_whole.both,
    "empty": damage_whole.empty,
    "other script": damage_whole.other_script,
    "question answered *": damage_whole.answered,
    "cut to a third *": damage_whole.truncated,
    "other language, same script *": damage_whole.other_language,
    "another string's *": damage_whole.shifted,
}
PREPARED = {"escape lost": with_escape, "entity lost": with_entities}
