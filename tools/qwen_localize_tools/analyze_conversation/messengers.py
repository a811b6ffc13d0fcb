"""Plain lines as people copy them and messengers export them. A line is looked at once, and only its beginning."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from .speakers import has_role
from .turns import SPEAKER, Stamps, Turn

# A speaker and a time stand within so many characters; what is longer is text.
_HEAD = 160
_MONTH = r"[^\W\d_]{3,12}\.?"
_DATE = (
    r"(?:\d{4}\s?[-/.年년]\s?\d{1,2}\s?[-/.月월]\s?\d{1,2}[日일.]?"
    r"|\d{1,2}[-/.]\s?\d{1,2}[-/.]\s?\d{2,4}\.?"
    rf"|\d{{1,2}}\.?[ -](?:de )?{_MONTH}(?: de)?[ ,-]{{1,2}}\d{{2,4}}"
    rf"|{_MONTH} \d{{1,2}},? \d{{4}}"
    r"|\d{1,2}[-/.月]\d{1,2}日?)(?:\s?\([^()\d]{1,10}\))?"
)
_HALF = r"[AaPp]\.?\s?[Mm]\b\.?|[صم]\b"
_BEFORE = rf"(?:(?:上午|下午|早上|中午|傍晚|晚上|凌晨|午前|午後|오전|오후|{_HALF})\s?)?"
_ZONE = r"(?:Z\b|\s?(?:UTC|GMT)?[+-]\d{2}:?\d{2}\b|\s(?:UTC|[A-Z]{1,3}T)\b)?"
_TIME = rf"{_BEFORE}\d{{1,2}}:\d{{2}}(?::\d{{2}}(?:[.,]\d+)?)?(?:\s?(?:{_HALF}|Uhr\b))?{_ZONE}"
# Beside a date, a point may part hours from minutes.
_CLOCK = rf"(?:{_TIME}|\d{{1,2}}\.\d{{2}}(?:\.\d{{2}})?(?![\d.]))"
_AT = r"(?:T|[,،;]?\s{1,3}(?:(?:[^\W\d_]{1,3}\.?|a las|alle) )?|,)"
_MOMENT = rf"(?:{_DATE}{_AT}{_CLOCK}|{_CLOCK},?\s{{1,2}}{_DATE})"
_OPEN, _CLOSE = r"(?:[\[(（【]\s?)?", r"(?:\s?[\])）】])?"
_STAMP = rf"{_OPEN}(?:{_MOMENT}|{_DATE}(?=[\])）】])|{_TIME}){_CLOSE}"
_NAME = r"(?P<name>[^\s:：][^:：]{0,59}?)"
_SHOP = r"[^\s:：][^:：]{0,40}[:：][^\s:：]{1,20}"
# Neither the colon of a time nor that of a URL or a path.
_COLON = r"\s*(?:：|(?<!\d):(?!//|\\)|:(?!\d\d|//))"
_AFTER = r"[\s,،|–—-]*"
# A time above or beside a name, as it is not part of what is said: with its date, its seconds, or its half of the day.
_PLAINLY = rf"(?:{_MOMENT}|\d{{1,2}}:\d{{2}}:\d{{2}}|\d{{1,2}}:\d{{2}}\s?(?:{_HALF})|[\[(（]{_TIME}[\])）])"

_BESIDE, _ABOVE, _BELOW, _PLAIN, _BARE, _DATED, _BREAK = range(7)
_KINDS: tuple[tuple[int, re.Pattern[str]], ...] = (
    (_BREAK, re.compile(rf"[—–\-=_*·\s]{{2,}}{_DATE}[—–\-=_*·\s]{{2,}}$|{_DATE}(?<=\))$")),
    (_BESIDE, re.compile(rf"{_TIME}\t(?P<name>[^\t]{{1,60}})\t|\[(?P<name_2>[^\[\]]{{1,40}})\] \[{_TIME}\] ")),
    (_BESIDE, re.compile(rf"{_STAMP}\s*<\s?[@+%~&]?(?P<name>[^<>]{{1,40}})>\s")),
    (_BESIDE, re.compile(rf"{_STAMP}{_AFTER}{_NAME}{_COLON}(?=.*\S)")),
    # A shop, and who answers for it: "旗舰店:小美 (2024-03-12 14:06:00): …".
    (_ABOVE, re.compile(rf"(?P<name>{_SHOP})\s*{_OPEN}{_MOMENT}{_CLOSE}(?:\s*$|{_COLON})")),
    (_ABOVE, re.compile(rf"(?!{_STAMP}){_NAME},?\s*{_OPEN}{_PLAINLY}{_CLOSE}\s*[:：]?\s*$")),
    (_ABOVE, re.compile(rf"(?!{_STAMP}){_NAME}[\s,]*{_STAMP}{_COLON}(?=.*\S)")),
    (_BELOW, re.compile(rf"{_OPEN}{_MOMENT}{_CLOSE}{_AFTER}{_NAME}\s*$")),
    (_DATED, re.compile(rf"{_OPEN}{_MOMENT}{_CLOSE}")),
    (
        _PLAIN,
        re.compile(
            rf"(?:[*_>•\s-]|\[?\d{{1,5}}[.)\]]\s)*\[?(?P<name>[^\s:：*\[\]][^:：\[\]]{{0,30}}?)\]?{_COLON}[*_]*"
        ),
    ),
    (_BARE, re.compile(rf"(?P<name>[^\s:：][^:：]{{0,40}}?)\s+{_TIME}$")),
)
_TIMELESS = tuple(item for item in _KINDS if item[0] in (_BREAK, _PLAIN))
_HAS_TIME = re.compile(r"\d[:.]\d\d")
# What begins a turn of nobody's, or none.
_NAMELESS = frozenset({_DATED, _BREAK})
_HINT = re.compile(r"[\d:：]")
# What only messengers write: a time without seconds, and then a dash or a tab.
_OF_MESSENGER = re.compile(rf"(?![^-\t]{{0,40}}:\d\d:)(?:{_MOMENT}\s[-–—]\s|{_TIME}\t)")
_MEETING = re.compile(r"From\s+(.{1,40}?)\s+[Tt]o\s.+")
_NO_NAME = re.compile(r"[\\=<>{}\"`;$|^]|\[\d|^[\['#/(]")
# Marks of direction, which messengers put round names, dates and their own words.
_MARKS = dict.fromkeys(map(ord, "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"))
_MARKS |= {0x202F: " ", 0xA0: " "}
# One messenger marks what it writes itself, in all its languages: in a message's place, or behind one that was edited.
_OWN = re.compile(r": ?\u200e(?!<)")
_EDITED = re.compile(r"\u200e<[^<>]{1,60}>$")
_UNSAID = re.compile(
    r"<[^<>]{1,60}>|\[\s?(?:图片|语音|视频|动画表情|文件|photo|image|sticker|video|voice message|file|audio|gif)\s?\]"
    r"|(?:image|video|audio|sticker|gif|document|contact card|photo) omitted"
    r"|(?:bild|video|audio|sticker|gif|dokument) weggelassen|(?:imagen|video|audio|sticker|documento) omitid[oa]"
    r"|this message was deleted\.?|you deleted this message\.?"
    r"|(?:messages .{0,40}end-to-end encrypt|Nachrichten und Anrufe sind Ende-zu-Ende|Los mensajes .{0,40}cifrados de"
    r"|Les messages .{0,40}chiffrés de|Сообщения .{0,40}сквозным|消息.{0,20}端到端加密).*",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class _Head:
    """The beginning of a turn: its line, its kind, who speaks (nobody, if a messenger does), and what the line says."""

    at: int
    kind: int
    name: str = ""
    text: str = ""


@dataclass(frozen=True)
class Script:
    """Turns as they were read of lines.

    Attributes:
        stamps: what stands beside the names.
    """

    turns: tuple[Turn, ...]
    stamps: Stamps


def from_text(text: str) -> Script:
    """Lines such as "Agent: hello", or a messenger's; a line without a speaker goes on with the one before.

    What a messenger says itself (who joined, that a picture was left out) is nobody's turn.
    """
    lines = [_EDITED.sub("", line.strip()) for line in text.splitlines()]
    heads = [head for at, line in enumerate(lines) if (head := _head(at, line))]
    form = _form(Counter(head.kind for head in heads))
    begun = {head.at: head for head in _begun(heads, form)}
    # What stands above the first stamp is a messenger's title.
    turns = tuple(_turns(lines, begun, SPEAKER if form == _PLAIN else ""))
    return Script(turns, Stamps.NONE if form == _PLAIN else _stamps([lines[at] for at in begun]))


def _head(at: int, line: str) -> _Head | None:
    """What a line begins, if anything."""
    if not _HINT.search(line[:_HEAD]):
        return None
    start = line[:_HEAD].translate(_MARKS).strip()
    for kind, pattern in _KINDS if _HAS_TIME.search(start) else _TIMELESS:
        if not (match := pattern.match(start)):
            continue
        if kind in _NAMELESS:
            return _Head(at, kind)
        if _can_speak(name := _name(match)):
            said = "" if _OWN.search(line[:_HEAD]) else start[match.end() :] + line[_HEAD:]
            return _Head(at, kind, name, said)
    return None


def _name(match: re.Match[str]) -> str:
    found = match.groupdict()
    name = (found["name"] or found.get("name_2") or "").strip(" *_~,|–—-\t")
    meeting = _MEETING.fullmatch(name)
    return meeting[1] if meeting else name


def _can_speak(name: str) -> bool:
    """Whether a name could be a person's, or a number of a telephone."""
    return not _NO_NAME.search(name) and (any(map(str.isalpha, name)) or name.startswith("+"))


def _form(counted: Counter[int]) -> int:
    """How turns begin in this text: as most lines say that begin one, where stamps weigh more than colons."""
    beside, above, below, plain = (counted[kind] for kind in (_BESIDE, _ABOVE, _BELOW, _PLAIN))
    if above >= max(beside, 1) and (above > 1 or above > plain):
        return _ABOVE
    # A messenger's own lines look like names below a time: "12.03.24, 14:05 - Anna added Ben".
    if 5 * beside >= below and (beside > plain or (beside > 1 and 3 * beside >= plain)):
        return _BESIDE
    if below > max(beside, plain):
        return _BELOW
    return _BARE if counted[_BARE] > plain and counted[_BREAK] else _PLAIN


def _begun(heads: Sequence[_Head], form: int) -> Iterator[_Head]:
    """Those that begin a turn in this form, nobody's among them."""
    counted = Counter(head.name for head in heads if head.kind in (form, _BESIDE))
    for head in heads:
        if head.kind in (form, _BREAK):
            if form == _BESIDE and _is_about(head.name, counted):
                yield replace(head, name="")
            elif form != _PLAIN or head.text or counted[head.name] > 1 or has_role(head.name):
                yield head
        elif form == _PLAIN and head.kind in (_BESIDE, _ABOVE):
            yield head
        elif form == _BESIDE and head.kind in (_BELOW, _DATED):
            yield replace(head, name="")
        elif form == _BESIDE and head.kind == _PLAIN and counted[head.name]:
            yield head


def _is_about(name: str, counted: Counter[str]) -> bool:
    """Whether a messenger tells what somebody did: "Anna changed the subject to"."""
    words = name.split()
    return len(words) > 3 and counted[name] == 1 and any(" ".join(words[:end]) in counted for end in (1, 2))


def _turns(lines: Sequence[str], begun: dict[int, _Head], name: str) -> Iterator[Turn]:
    said: list[str] = []
    for at, line in enumerate(lines):
        head = begun.get(at)
        if head and head.kind != _BREAK:
            yield from _turn(name, said)
            name, said = head.name, [head.text]
        elif not head:
            said.append(line)
    yield from _turn(name, said)


def _turn(name: str, said: list[str]) -> Iterator[Turn]:
    """What somebody said on one or more lines, if it is anything."""
    text = " ".join(" ".join(said).split())
    if name and text and not _UNSAID.fullmatch(text[:200]):
        yield Turn(name, text)


def _stamps(begun: Sequence[str]) -> Stamps:
    """Whose stamps these lines begin with; one messenger's marks of direction stand in no log."""
    marked = any("\u200e" in line for line in begun)
    of_messenger = sum(bool(_OF_MESSENGER.match(line.translate(_MARKS).strip())) for line in begun)
    return Stamps.OF_MESSENGER if marked or 2 * of_messenger > len(begun) else Stamps.ANY
