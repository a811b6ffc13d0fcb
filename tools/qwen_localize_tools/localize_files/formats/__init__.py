"""The formats of localization files: the registry, an explicit tuple."""

from .content import Content, newline
from .fluent import FLUENT
from .markdown import MARKDOWN
from .model import Changes, Direction, Format, Forms, Layout, Unit, UnreadableError
from .rails import RAILS
from .subtitles import SRT, VTT

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

FORMATS: tuple[Format, ...] = (RAILS, FLUENT, MARKDOWN, SRT, VTT)


def format_of(name: str, text: str) -> Format | None:
    """The format of a file by its ending, and by its text where several share that; None if it is none of ours."""
    folded = name.casefold()
    return next((one for one in FORMATS if folded.endswith(one.endings) and one.recognizes(text)), None)
