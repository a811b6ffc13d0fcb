"""Which files of a project are localization files, in which language is the source, where each translation lies."""

from .finding import discover, root_of
from .model import HOW_FILES_WORKS, MARK, Found, Known, Place, Resource
from .styles import Chinese, Spelling, Style

__all__ = [
    "HOW_FILES_WORKS",
    "MARK",
    "Chinese",
    "Found",
    "Known",
    "Place",
    "Resource",
    "Spelling",
    "Style",
    "discover",
    "root_of",
]
