"""`localize_files` and the table of its report, edited by people and fed back."""

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import respx

from fakes_text import russian
from support import words
from tools.localizing import EN, app, everything, localize, numbers, read, service, write

__all__ = ["app", "localize", "service"]
Rows = list[dict[str, str]]


@pytest.fixture
async def table(service: respx.Route, localize: Any) -> Path:
    """The table of a run that has translated everything."""
    files = (await localize()).structured_content["artifacts"]
    return next(Path(file["path"]) for file in files if file["path"].endswith(".csv"))


def edit(table: Path, change: Callable[[Rows], Rows]) -> None:
    """Change the rows of a table, which are title, menu.open and menu.save."""
    rows = change(list(csv.DictReader(io.StringIO(table.read_text("utf-8-sig")))))
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    table.write_text(text.getvalue(), "utf-8")


async def test_a_table_that_nobody_has_edited_changes_nothing(table: Path, localize: Any, app: Path) -> None:
    before = everything(app)
    assert numbers(await localize(files=str(table))) == {}
    assert everything(app) == before


async def test_a_damaged_text_is_not_written_and_is_named(table: Path, localize: Any, app: Path) -> None:
    edit(table, lambda rows: [rows[0] | {"new": "Привет, {nme}"}, rows[1] | {"new": "Открыть"}])
    result = await localize(files=str(table))
    assert numbers(result) == {"changed": 1, "left": 1, "files": 1}
    assert "“title”" in words(result)
    assert read(app / "locales/ru.json")["title"] == russian("Hello {name}")
    assert read(app / "locales/ru.json")["menu"]["open"] == "Открыть"


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("key", "no.such"),
        ("key", ""),
        ("form", "few"),
        ("file", "locales/en.json"),
        ("file", "../../somewhere.json"),
        ("source", "Hello, you {name}"),
    ],
)
async def test_a_row_that_fits_nothing_is_left_and_named(
    column: str, value: str, table: Path, localize: Any, app: Path
) -> None:
    before = everything(app)
    edit(table, lambda rows: [rows[0] | {"new": "Привет, {name}", column: value}])
    result = await localize(files=str(table))
    assert numbers(result) == {"left": 1}
    assert [found["check"] for found in result.structured_content["details"]["findings"]] == ["table"]
    assert everything(app) == before


async def test_a_table_of_other_languages_is_refused(table: Path, localize: Any, app: Path) -> None:
    edit(table, lambda rows: [row | {"language": "de"} for row in rows])
    result = await localize(files=str(table))
    assert result.is_error
    assert "No row of the table is of ru" in words(result)


async def test_a_row_that_nobody_has_edited_does_not_undo_what_somebody_wrote_since(
    table: Path, localize: Any, app: Path
) -> None:
    there = read(app / "locales/ru.json")
    write(app / "locales/ru.json", there | {"menu": there["menu"] | {"open": "Открыть"}})
    edit(table, lambda rows: [rows[0] | {"new": "Привет, {name}"}, *rows[1:]])
    assert numbers(await localize(files=str(table))) == {"changed": 1, "files": 1}
    assert read(app / "locales/ru.json")["menu"]["open"] == "Открыть"
    assert read(app / "locales/ru.json")["title"] == "Привет, {name}"


async def test_an_old_table_s_text_is_not_put_under_another_source(table: Path, localize: Any, app: Path) -> None:
    write(app / "locales/en.json", EN | {"title": "Good day {name}"})
    await localize()
    before = everything(app)
    edit(table, lambda rows: [rows[0] | {"new": "Привет, {name}"}, *rows[1:]])
    assert numbers(await localize(files=str(table))) == {"left": 1}
    assert everything(app) == before
