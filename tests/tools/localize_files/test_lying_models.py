"""Models that lie, and every format: nothing that is damaged gets into a file, and a file stays one of its kind."""

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import respx
from mcp_types import CallToolResult

from fakes_text import URL, russian
from support import Connect, words
from tools.localize_files.liar import DAMAGES, ODDITIES, Damage, Liar, naming
from tools.localize_files.world import FILES, KINDS, PLURAL

TEXTS = (
    "Delete the whole account",
    "Hello {name}, welcome back to the shop",
    "%s sent you %d new messages",
    "Press <b>Save</b> to keep the changes",
    "The first line\nThe second line",
    "350 ml are sold on https://shop.example/help only",
)


def named(damages: Mapping[str, Damage | None]) -> dict[str, str]:
    """Every other text with every damage that changes it, and the others with the next."""
    liar = Liar(list(damages.values()))
    texts = {
        f"k{text}-{naming(number)}": f"{words} {naming(number)}"
        for number in range(len(damages))
        for text, words in enumerate(TEXTS)
        if (number + text) % 2
    }
    return {key: text for key, text in texts.items() if liar.said(text) != russian(text)}


async def localized(
    connect: Connect, httpx2_mock: respx.Router, app: Path, damages: Mapping[str, Damage | None]
) -> Any:
    texts = named(damages)
    for kind in KINDS.values():
        kind.build(app, texts)
    liar = Liar(list(damages.values()))
    httpx2_mock.post(URL).mock(side_effect=liar.answer)
    async with connect() as client:
        given = {"path": str(app), "target_langs": "ru", "mode": "apply", "files": FILES}
        result = await client.call_tool("localize_files", given)
    assert not result.is_error, words(result)
    return result


def table(result: CallToolResult) -> list[dict[str, str]]:
    (path,) = (item["path"] for item in result.structured_content["artifacts"] if item["path"].endswith(".csv"))
    return list(csv.DictReader(Path(path).read_text("utf-8-sig").splitlines(keepends=True)))


def in_format(name: str, text: str) -> str:
    """A text as it stands in a format's source file."""
    return text.replace("{name}", "{ $name }") if name == "fluent" else text


async def test_nothing_that_is_damaged_gets_into_a_file_and_each_text_left_is_named(
    httpx2_mock: respx.Router, connect: Connect, tmp_path: Path
) -> None:
    app = tmp_path / "app"
    result = await localized(connect, httpx2_mock, app, DAMAGES)
    sound = {*PLURAL.values(), *named(DAMAGES).values(), "A title"}
    for name, kind in KINDS.items():
        allowed = {in_format(name, text) for text in sound}
        allowed |= {russian(text) for text in allowed}
        assert [text for text in kind.texts(app) if text not in allowed] == [], name
    assert len(words(result)) < 1_200
    left = [row for row in table(result) if row["state"] == "left"]
    assert all(row["message"] for row in left)
    assert {row["file"] for row in left} == {str(kind.target(app).relative_to(app)) for kind in KINDS.values()}
    numbers = result.structured_content["details"]["languages"]["ru"]
    assert len({(row["file"], row["key"]) for row in left}) == numbers["left"]


async def test_what_people_write_too_stands_in_every_format_as_it_is(
    httpx2_mock: respx.Router, connect: Connect, tmp_path: Path
) -> None:
    app = tmp_path / "app"
    result = await localized(connect, httpx2_mock, app, ODDITIES)
    liar = Liar(list(ODDITIES.values()))
    left = {(row["file"], row["source"]) for row in table(result) if row["state"] == "left"}
    for name, kind in KINDS.items():
        file = str(kind.target(app).relative_to(app))
        there = {bare(name, text) for text in kind.texts(app)}
        texts = [in_format(name, text) for text in named(ODDITIES).values() if "\n" not in text]
        lost = [text for text in texts if (file, text) not in left and bare(name, liar.said(text)) not in there]
        assert lost == [], name
        assert len(texts) > 5 * sum((file, text) in left for text in texts), name


def bare(name: str, text: str) -> str:
    """A text without what the independent reader of a format leaves in it, or takes out."""
    return " ".join(text.replace("\\", "").split()) if name == "markdown" else text


async def test_a_good_model_fills_every_format_and_a_second_run_asks_and_changes_nothing(
    httpx2_mock: respx.Router, connect: Connect, tmp_path: Path
) -> None:
    app = tmp_path / "app"
    for kind in KINDS.values():
        kind.build(app, {f"k{number}": text for number, text in enumerate(TEXTS)})
    liar = Liar([])
    httpx2_mock.post(URL).mock(side_effect=liar.answer)
    async with connect() as client:
        given = {"path": str(app), "target_langs": "ru", "mode": "apply", "files": FILES}
        first = await client.call_tool("localize_files", given)
        asked, there = liar.asked, {path: path.read_bytes() for path in app.rglob("*") if path.is_file()}
        second = await client.call_tool("localize_files", given)
    numbers, again = (one.structured_content["details"]["languages"]["ru"] for one in (first, second))
    assert numbers["left"] == numbers["doubts"] == 0
    assert again == dict.fromkeys(again, 0) | {"kept": numbers["new"]}
    assert liar.asked == asked
    assert {path: path.read_bytes() for path in there} == there
    for name, kind in KINDS.items():
        wanted = {russian(in_format(name, text)) for text in TEXTS if name != "markdown" or "\n" not in text}
        assert wanted <= set(kind.texts(app)), name
