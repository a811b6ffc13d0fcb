"""The formats of localization files: the registry, an explicit tuple."""

from .android import ANDROID
from .arb import ARB
from .content import Content, newline
from .csv_files import CSV
from .fluent import FLUENT
from .json_files import JSON
from .markdown import MARKDOWN
from .model import Changes, Direction, Format, Forms, Layout, Unit, UnreadableError
from .po import PO
from .properties import PROPERTIES
from .qt import QT
from .rails import RAILS
from .resx import RESX
from .strings import STRINGS
from .stringsdict import STRINGSDICT
from .subtitles import SRT, VTT
from .xcstrings import XCSTRINGS
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
    RAILS,
    MARKDOWN,
    SRT,
    VTT,
    JSON,
    ARB,
    XCSTRINGS,
    ANDROID,
    XLIFF,
    RESX,
    QT,
    STRINGSDICT,
    PO,
    STRINGS,
    PROPERTIES,
    CSV,
    FLUENT,
)


def format_of(name: str, text: str) -> Format | None:
    """The format of a file by its ending, and by its text where several share that; None if it is none of ours."""
    folded = name.casefold()
    return next((one for one in FORMATS if folded.endswith(one.endings) and one.recognizes(text)), None)
