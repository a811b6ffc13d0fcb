"""What became of each text, for people: a page to look at, and a table to edit and feed back."""

from .page import page
from .rows import Row, State
from .sheet import read_sheet, sheet

__all__ = ["Row", "State", "page", "read_sheet", "sheet"]
