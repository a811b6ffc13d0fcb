"""The formats of localization files: the registry, an explicit tuple."""

from .content import Content, newline
from .csv_files import CSV
from .model import Changes, Direction, Format, Forms, Layout, Unit, UnreadableError
from .php import PHP
from .po import PO
from .properties import PROPERTIES
from .strings import STRINGS

__all__ = [
    "FORMATS",
    "Changes",
    "Content",
    "Direction",
    "Format",
    "Forms",
    "Layout",
    "Unit",
    "UnreadableError",
    "format_of",
    "newline",
]

FORMATS: tuple[Format, ...] = (PO, STRINGS, PROPERTIES, PHP, CSV)


def format_of(name: str, text: str) -> Format | None:
    """The format of a file by its ending, and by its text where several share that; None if it is none of ours."""
    folded = name.casefold()
    return next((one for one in FORMATS if folded.endswith(one.endings) and one.recognizes(text)), None)
