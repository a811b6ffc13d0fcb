"""What a localization file is to everybody else: units with their forms, which a format reads and writes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

# The texts of a unit by the name of their form: "" for the only one; for a plural, CLDR's categories, "=0" and "=1" for
# exact numbers, or what the file itself calls them.
Forms = Mapping[str, str]
# What is to be written, by the keys of units. Forms that are not named stay as they are.
Changes = Mapping[str, Forms]


class UnreadableError(ValueError):
    """A file that is not of its format, or must not be touched; says why in a sentence, with the line where it is."""


class Layout(Enum):
    """How languages share files."""

    APART = "each language has a file, which holds this language alone"
    PAIRS = "each language has a file, which holds the source language too"
    TOGETHER = "one file holds all languages"


@dataclass(frozen=True)
class Direction:
    """From which language into which, as the file and its project spell them: `en`, `pt-BR`, `zh-Hant`."""

    source: str
    target: str


@dataclass(frozen=True)
class Unit:
    """One thing that is said, in one form or several.

    Attributes:
        key: what it is called in its file; there is no other of that name.
        forms: its texts, decoded from the file's escapes, in the language whose file this is; for PAIRS and TOGETHER,
            in the target language. Empty where there are none yet: absent, blank, or marked as unfinished.
        source: for PAIRS and TOGETHER, its texts in the source language.
        context: what its author says of it to translators; where the key itself is chosen by meaning, empty.
        most: how many characters it may have; 0 for any number.
        samples: where the file itself says which forms its language has, each with a number that takes it.
        fault: what is wrong with the way its text is written, such as an apostrophe that must be escaped.
    """

    key: str
    forms: Forms
    source: Forms = field(default_factory=dict)
    context: str = ""
    most: int = 0
    samples: Mapping[str, int] = field(default_factory=dict)
    fault: str = ""


@dataclass(frozen=True)
class Format:
    """One format of files. Its functions work on text; `content.Content` knows the bytes.

    Attributes:
        name: as people call it.
        layout: how languages share files.
        endings: of file names, in lower case, with the dot.
        recognizes: whether a text with such an ending is of this format.
        read: the units of a file, in its order, without those that are not to be translated. Raises UnreadableError.
        write: a target file with the changes and nothing else changed, to the byte. Takes its text, the changes, the
            direction, and the text of the source file (for TOGETHER, the same file), from which it takes the shape and
            the place of what is not there yet. It has the indentation, separators and line ends of its neighbours.
        create: a new target file, made of the source file's text, the changes and the direction. A unit without a
            change is left out where the format's users have a fallback for it, and else keeps its source text.
        whole: whether it is a document that is read from its beginning to its end, and no set of named strings.
        breaks: whether a line break in a text is a sign that counts.
    """

    name: str
    layout: Layout
    endings: tuple[str, ...]
    recognizes: Callable[[str], bool]
    read: Callable[[str, Direction], Sequence[Unit]]
    write: Callable[[str, Changes, Direction, str], str]
    create: Callable[[str, Changes, Direction], str]
    whole: bool = False
    breaks: bool = False
