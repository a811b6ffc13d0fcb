"""Subtitles in SRT and WebVTT: a cue's text is replaced, its times, number and settings stay."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .content import newline
from .model import Changes, Direction, Format, Layout, Unit, UnreadableError
from .splicing import Splice, line_number, spliced

_BREAK = re.compile(r"\r\n|\r|\n")
_SRT_TIME = r"\d{1,3}:\d{1,2}:\d{1,2}(?:[,.]\d{1,3})?"
_VTT_TIME = r"(?:\d{2,}:)?\d{2}:\d{2}\.\d{3}"


@dataclass(frozen=True)
class _Cue:
    """A cue: what it is called, and where its text is; `start` and `end` are equal where it has none."""

    key: str
    start: int
    end: int


@dataclass(frozen=True)
class _Kind:
    """What SRT and WebVTT do not have in common: how a line of times looks, and which line is blank."""

    timing: re.Pattern[str]
    is_blank: Callable[[str], bool]

    def cues(self, text: str) -> list[_Cue]:
        """All cues of a file, in its order."""
        seen: dict[str, int] = {}
        cues = []
        for time, start, end in self._timed(text):
            seen[time] = number = seen.get(time, 0) + 1
            cues.append(_Cue(time if number == 1 else f"{time}#{number}", start, end))
        return cues

    def _timed(self, text: str) -> Iterator[tuple[str, int, int]]:
        """The start time of each cue, and from where to where its text goes."""
        lines = _lines(text)
        at = 0
        while at < len(lines):
            line = text[slice(*lines[at])]
            at += 1
            timing = self.timing.fullmatch(line)
            if timing is None:
                if "-->" in line:
                    number = line_number(text, lines[at - 1][0])
                    raise UnreadableError(f"the times of a cue cannot be read (line {number})")
                continue
            first = at
            while at < len(lines) and not self._ends(text, lines, at):
                at += 1
            yield timing[1], *_span(text, lines, first, at)

    def _ends(self, text: str, lines: list[tuple[int, int]], at: int) -> bool:
        """Whether the text of a cue ends before this line: it is blank, or another cue follows without a blank line."""
        line = text[slice(*lines[at])]
        if self.is_blank(line) or self.timing.fullmatch(line):
            return True
        return (
            line.strip().isdecimal()
            and at + 1 < len(lines)
            and bool(self.timing.fullmatch(text[slice(*lines[at + 1])]))
        )

    def read(self, text: str, _direction: Direction) -> list[Unit]:
        """The cues that say something."""
        return [
            Unit(cue.key, {"": _BREAK.sub("\n", text[cue.start : cue.end])})
            for cue in self.cues(text)
            if cue.start < cue.end
        ]

    def write(self, text: str, changes: Changes, direction: Direction, source: str) -> str:
        """The target file with other texts; its cues must be those of the source."""
        if [cue.key for cue in self.cues(text)] != [cue.key for cue in self.cues(source)]:
            raise UnreadableError("its cues are not those of the source file: the times differ")
        return self.create(text, changes, direction)

    def create(self, text: str, changes: Changes, _direction: Direction) -> str:
        """A file with the texts in place of those that are there."""
        cues = {cue.key: cue for cue in self.cues(text)}
        end = newline(text)
        splices = []
        for key, forms in changes.items():
            if key not in cues:
                raise UnreadableError(f"there is no cue that begins at {key}")
            splices.append(self._splice(text, cues[key], self._held(forms[""]), end))
        return spliced(text, splices)

    def _held(self, text: str) -> str:
        """A text that a cue can hold."""
        if "\r" in text or any(self.is_blank(line) for line in text.split("\n")):
            raise UnreadableError("a subtitle cannot hold an empty line or a carriage return")
        if "-->" in text:
            raise UnreadableError("a subtitle cannot hold “-->”")
        return text

    def _splice(self, text: str, cue: _Cue, new: str, end: str) -> Splice:
        """What puts the text of a cue in its place; a cue without one gets lines of its own."""
        new = new.replace("\n", end)
        if cue.start == cue.end:
            new = f"{new}{end}" if text[cue.start - 1 : cue.start] in {"\n", "\r"} else f"{end}{new}"
        return Splice(cue.start, cue.end, new)


def _lines(text: str) -> list[tuple[int, int]]:
    """Where each line begins and ends, without its line end."""
    starts = [0, *(found.end() for found in _BREAK.finditer(text))]
    ends = [*(found.start() for found in _BREAK.finditer(text)), len(text)]
    return list(zip(starts, ends, strict=True))


def _span(text: str, lines: list[tuple[int, int]], first: int, last: int) -> tuple[int, int]:
    """From where to where some lines go, without the last line end."""
    if first < last:
        return lines[first][0], lines[last - 1][1]
    place = lines[first][0] if first < len(lines) else len(text)
    return place, place


_SRT = _Kind(re.compile(rf"\s*({_SRT_TIME})\s*-->\s*{_SRT_TIME}(?:\s.*)?"), lambda line: not line.strip())
_VTT = _Kind(re.compile(rf"\s*({_VTT_TIME})\s+-->\s+{_VTT_TIME}(?:\s.*)?"), lambda line: not line)


def _is_vtt(text: str) -> bool:
    return re.match(r"WEBVTT(?:[ \t\r\n]|\Z)", text) is not None


SRT = Format(
    name="SRT subtitles",
    layout=Layout.APART,
    endings=(".srt",),
    recognizes=lambda text: re.search(_SRT.timing.pattern, text) is not None,
    read=_SRT.read,
    write=_SRT.write,
    create=_SRT.create,
    whole=True,
)

VTT = Format(
    name="WebVTT subtitles",
    layout=Layout.APART,
    endings=(".vtt",),
    recognizes=_is_vtt,
    read=_VTT.read,
    write=_VTT.write,
    create=_VTT.create,
    whole=True,
)
