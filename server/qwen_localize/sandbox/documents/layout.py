"""Where lines of text stand to each other: rows, tables, neighbours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qwen_localize.sandbox.pictures.reading import Line

Table = list[list[str]]


@dataclass(frozen=True)
class Box:
    """One line of text in its upright rectangle."""

    text: str
    left: float
    top: float
    right: float
    bottom: float

    @property
    def height(self) -> float:
        """From top to bottom."""
        return self.bottom - self.top

    def beside(self, other: Box) -> bool:
        """Whether both stand on one row: at least half of the lower one's height is shared."""
        shared = min(self.bottom, other.bottom) - max(self.top, other.top)
        return shared >= 0.5 * min(self.height, other.height)

    def above(self, other: Box) -> bool:
        """Whether the other begins under this one, no more than a line's height away."""
        gap = other.top - self.bottom
        overlaps = min(self.right, other.right) > max(self.left, other.left)
        return overlaps and -0.3 * self.height <= gap <= self.height


def boxes_of(lines: Iterable[Line]) -> list[Box]:
    """The lines' boxes in reading order."""
    boxes = []
    for line in lines:
        (left, top), (right, bottom) = line.corners.min(axis=0).tolist(), line.corners.max(axis=0).tolist()
        boxes.append(Box(line.text.strip(), left, top, right, bottom))
    return [box for row in rows(boxes) for box in row]


def rows(boxes: Iterable[Box]) -> list[list[Box]]:
    """Boxes that stand beside each other, from left to right; the rows from top to bottom."""
    found: list[list[Box]] = []
    for box in sorted(boxes, key=lambda box: box.top + box.bottom):
        if found and found[-1][0].beside(box):
            found[-1].append(box)
        else:
            found.append([box])
    return [sorted(row, key=lambda box: box.left) for row in found]


def blocks(boxes: Sequence[Box]) -> Iterator[list[list[Box]]]:
    """Runs of rows: a table is two rows or more of two boxes or more; all other rows come alone."""
    run: list[list[Box]] = []
    for row in rows(boxes):
        if len(row) > 1:
            run.append(row)
            continue
        yield from _closed(run)
        run = []
        yield [row]
    yield from _closed(run)


def is_table(block: Sequence[Sequence[Box]]) -> bool:
    """Whether a block is a table."""
    return len(block) > 1


def _closed(run: list[list[Box]]) -> list[list[list[Box]]]:
    return [run] if run else []


def table(block: Sequence[Sequence[Box]]) -> Table:
    """The cells of a table: boxes in one column overlap from the side; what is missing is empty."""
    columns = _columns([box for row in block for box in row])
    cells = [[""] * len(columns) for _ in block]
    for number, row in enumerate(block):
        for box in row:
            column = max(range(len(columns)), key=lambda index: _shared(box, columns[index]))
            cells[number][column] = f"{cells[number][column]} {box.text}".strip()
    return cells


def _columns(boxes: Iterable[Box]) -> list[tuple[float, float]]:
    columns: list[tuple[float, float]] = []
    for box in sorted(boxes, key=lambda box: box.left):
        if columns and box.left < columns[-1][1]:
            columns[-1] = (columns[-1][0], max(columns[-1][1], box.right))
        else:
            columns.append((box.left, box.right))
    return columns


def _shared(box: Box, column: tuple[float, float]) -> float:
    return min(box.right, column[1]) - max(box.left, column[0])
