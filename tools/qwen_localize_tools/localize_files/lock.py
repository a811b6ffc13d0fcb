"""The lock file: from which source each translation was made, and what we wrote, so that people's edits are known.

It is committed along with the translations, has one line for each text, and no path that is only this machine's.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from .discovery.model import Known
from .formats import Forms, UnreadableError

NAME = ".qwen-localize.lock"
_HEAD = "# qwen-localize 1: what was translated from what. Commit this file; it tells your edits from ours."
# In the place of the hash of our text, where the text is somebody else's.
OTHERS = "-"
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_HASH_DIGITS = 12


def digest(text: str) -> str:
    """What tells a text from another; a checkout with other line ends is the same."""
    text = text.replace("\r\n", "\n")
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:_HASH_DIGITS]


def source_digest(forms: Forms, context: str) -> str:
    """What tells a source, with what its author says of it, from another."""
    return digest(json.dumps([sorted(forms.items()), context]).replace(r"\r\n", r"\n"))


@dataclass(frozen=True)
class Entry:
    """Of one text.

    Attributes:
        source: the digest of the source it belongs to.
        ours: that of what we wrote; while we put another text into its place, those of both, with `|` in between.
    """

    source: str
    ours: str = OTHERS

    def is_ours(self, text: str) -> bool:
        """Whether we wrote it."""
        return digest(text) in self.ours


# A unit's key, and the form.
Id = tuple[str, str]


@dataclass
class Lock:
    """What the file says.

    Attributes:
        sets: source files, and where their translations lie.
        files: for each file of a translation and its language, the entries of its texts.
    """

    sets: dict[tuple[str, str], Known] = field(default_factory=dict)
    files: dict[tuple[str, str], dict[Id, Entry]] = field(default_factory=dict)

    @classmethod
    def read(cls, text: str) -> "Lock":
        """What a lock file says.

        Raises:
            UnreadableError: it was changed by hand, or is of a newer version.
        """
        lines = text.replace("\r\n", "\n").removesuffix("\n").split("\n")
        if lines[0] != _HEAD:
            raise UnreadableError("its first line is not one that this version writes")
        lock, entries = cls(), dict[Id, Entry]()
        for number, line in enumerate(lines[1:], 2):
            match [_plain(cell) for cell in line.split("\t")]:
                case ["set", lang, format_name, source, pattern]:
                    lock.sets[source, pattern] = Known(source, lang, pattern, format_name)
                case ["file", lang, path]:
                    entries = lock.files.setdefault((path, lang), {})
                case ["", source, ours, key, *form] if len(form) < 2:
                    entries[key, "".join(form)] = Entry(source, ours)
                case _:
                    raise UnreadableError(f"line {number} is not understood")
        return lock

    @property
    def text(self) -> str:
        """As it stands in the file."""
        return "\n".join([_HEAD, *self._lines(), ""])

    def _lines(self) -> Iterator[str]:
        for _, known in sorted(self.sets.items()):
            yield _line("set", known.source_lang, known.format, known.source, known.pattern)
        for (path, lang), entries in sorted(self.files.items()):
            if entries:
                yield _line("file", lang, path)
            for (key, form), entry in sorted(entries.items()):
                yield _line("", entry.source, entry.ours, key, *([form] if form else []))

    def entries(self, path: str, lang: str) -> dict[Id, Entry]:
        """The entries of a file; they may be changed."""
        return self.files.setdefault((path, lang), {})


def _line(*cells: str) -> str:
    return "\t".join(cell.translate(_ESCAPES) for cell in cells)


def _plain(cell: str) -> str:
    if "\\" not in cell:
        return cell
    parts = cell.split("\\\\")
    return "\\".join(part.replace("\\t", "\t").replace("\\n", "\n").replace("\\r", "\r") for part in parts)
