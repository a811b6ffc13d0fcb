"""The formats of localization files: the registry, an explicit tuple."""

from .android import ANDROID
from .content import Content, newline
from .model import Changes, Direction, Format, Forms, Layout, Unit, UnreadableError
from .qt import QT
from .resx import RESX
from .stringsdict import STRINGSDICT
from .xliff import XLIFF

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

FORMATS: tuple[Format, ...] = (
    ANDROID,
    XLIFF,
    RESX,
    QT,
    STRINGSDICT,
)


def format_of(name: str, text: str) -> Format | None:
    """The format of a file by its ending, and by its text where several share that; None if it is none of ours."""
    folded = name.casefold()
    return next((one for one in FORMATS if folded.endswith(one.endings) and one.recognizes(text)), None)
