"""Workbooks as CSV. They are read in a process of their own: a damaged or hostile one ends that process at most.

This file is that process's program as well (`main`), so it imports nothing of the project.
"""

import csv
import importlib.util
import io
import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import Any

ENDINGS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
MOST_BYTES = 20 * 1024 * 1024
_MOST_CHARACTERS = 100 * 1024 * 1024
_MOST_MEMORY = 2 * 1024**3
# Many hosts give a call up after a minute.
_MOST_SECONDS = 40


class Unreadable(Exception):
    """No table can be had of it, for the reason said."""


def as_csv(data: bytes, environment: Mapping[str, str]) -> str:
    """The largest sheet of a workbook as CSV, from its first row of two cells or more.

    Args:
        data: the workbook.
        environment: what the process is told.

    Raises:
        Unreadable: it is damaged, protected or too large, or the library that reads it is missing.
    """
    if importlib.util.find_spec("python_calamine") is None:
        raise Unreadable('it takes another package: pip install "qwen-localize[sheets]". Or save it as CSV in UTF-8.')
    command = [sys.executable, "-P", __file__]
    try:
        done = subprocess.run(  # noqa: S603 - our own program
            command,
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_MOST_SECONDS,
            check=True,
            env=environment,
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        raise Unreadable("it is damaged, protected by a password, or too large. Save it as CSV in UTF-8.") from None
    return done.stdout.decode("utf-8", "replace")


def main() -> None:
    """Read a workbook from the standard input, and write CSV to the standard output."""
    _set_limits()
    out = io.TextIOWrapper(sys.stdout.buffer, "utf-8", errors="replace", newline="")
    writer = csv.writer(out)
    left = _MOST_CHARACTERS
    for row in _rows(sys.stdin.buffer.read()):
        left -= sum(map(len, row)) + len(row)
        if left < 0:
            sys.exit("too large")
        writer.writerow(row)
    out.flush()


def _set_limits() -> None:
    """Bound its memory, and its time as well, since whoever would end it may have ended before."""
    try:
        import resource
    except ImportError:  # not on Windows, where an allocation that cannot be had fails by itself
        return
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_MOST_SECONDS, _MOST_SECONDS))


def _rows(data: bytes) -> Iterator[list[str]]:
    from python_calamine import load_workbook

    book = load_workbook(io.BytesIO(data))
    sheets = [book.get_sheet_by_index(number) for number in range(len(book.sheet_names))]
    largest = max(sheets, key=lambda sheet: sheet.height)
    begun = False
    for row in largest.iter_rows():
        cells = [_cell(value) for value in row]
        begun = begun or sum(map(bool, cells)) > 1
        if begun and any(cells):
            yield cells


def _cell(value: Any) -> str:
    """A cell as people see it: numbers of tickets without a point."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


if __name__ == "__main__":
    main()
