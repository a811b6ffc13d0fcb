"""Plurals through the tool, in files of every kind: whole ones, in the forms of the target language, or none."""

import json
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import httpx
import polib
import pytest
import respx

from fakes_text import URL, completion, content, russian
from support import Connect, words

Localize = Callable[..., Awaitable[dict[str, int]]]
Told = list[str]
PO_HEAD = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n"Language: {}\\n"\n'
FOUR = "nplurals=4; plural=n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 ? 1 : n%10==0 || n%10>=5 ? 2 : 3;"
PO = 'msgid "%d file in it"\nmsgid_plural "%d files in it"\nmsgstr[0] ""\nmsgstr[1] ""\n'
ANDROID = '<resources>\n    <plurals name="n">\n        <item quantity="one">%d file</item>\n        <item quantity="other">%d files</item>\n    </plurals>\n</resources>\n'  # noqa: E501 - as it is written
QT = (
    '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n<TS version="2.1" language="en">\n<context>\n'
    '    <name>M</name>\n    <message numerus="yes">\n        <source>%1 has %n cat(s)</source>\n'
    '        <translation type="unfinished"></translation>\n    </message>\n</context>\n</TS>\n'
)
ORDINALS = {"place_ordinal_one": "{{count}}st place", "place_ordinal_two": "{{count}}nd place"}
ORDINALS |= {"place_ordinal_few": "{{count}}rd place", "place_ordinal_other": "{{count}}th place"}


class Model:
    """A translator into a kind of Russian, with damage to what has a certain word in it."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.damages = ""

    def answer(self, request: httpx.Request) -> httpx.Response:
        """The answer to a request."""
        lines = content(request).split("\n")
        self.asked += [re.sub(r"^\[\[\d+\]\] | \[\[\d+\]\]$", "", line) for line in lines]
        damaged = [self.damages and self.damages in line for line in lines]
        said = [
            russian(line).replace(self.damages, "9") if bad else russian(line)
            for line, bad in zip(lines, damaged, strict=True)
        ]
        return completion("\n".join(said))


@pytest.fixture
def model(httpx2_mock: respx.Router) -> Model:
    httpx2_mock._assert_all_called = False
    found = Model()
    httpx2_mock.post(URL).mock(side_effect=found.answer)
    return found


@pytest.fixture
def told() -> Told:
    """What was said of each call."""
    return []


@pytest.fixture
def localize(connect: Connect, tmp_path: Path, model: Model, told: Told) -> Localize:
    async def called(files: dict[str, str], mode: str = "apply") -> dict[str, int]:
        for path, text in files.items():
            (tmp_path / "app" / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "app" / path).write_text(text, "utf-8")
        async with connect() as client:
            given = {"path": str(tmp_path / "app"), "target_langs": "ru", "mode": mode}
            result = await client.call_tool("localize_files", given)
        assert not result.is_error, words(result)
        told.append(words(result))
        assert result.structured_content
        found = result.structured_content["details"]["languages"]["ru"]
        return {name: count for name, count in found.items() if count}

    return called


def strings(**texts: str) -> dict[str, str]:
    return {"locales/en.json": json.dumps(texts)}


def russian_json(tmp_path: Path) -> Any:
    return json.loads((tmp_path / "app/locales/ru.json").read_text("utf-8"))


async def test_a_catalogue_without_a_plural_says_by_its_header_how_many_forms_a_new_one_has(
    localize: Localize, tmp_path: Path
) -> None:
    head = PO_HEAD.format("ru") + f'"Plural-Forms: {FOUR}\\n"\n\n'
    files = {"locale/app.pot": f"{PO_HEAD.format('')}\n{PO}", "locale/ru/LC_MESSAGES/app.po": head}
    assert await localize(files) == {"new": 1, "files": 1}
    (entry,) = polib.pofile(str(tmp_path / "app/locale/ru/LC_MESSAGES/app.po"))
    assert entry.msgstr_plural == dict.fromkeys(range(4), f"%d {russian('files in it')}")


async def test_qt_s_plurals_have_the_language_s_forms_and_a_numbered_place_is_no_number(
    localize: Localize, model: Model, tmp_path: Path
) -> None:
    assert await localize({"app_en.ts": QT}) == {"new": 1, "files": 1}
    root = ElementTree.parse(tmp_path / "app/app_ru.ts").getroot()
    forms = [form.text for form in root.iter("numerusform")]
    assert forms == [f"%1 {russian('has')} %n {russian('cat(s)')}"] * 3
    assert "%1 has 1 cat(s)" in model.asked


async def test_ordinals_have_the_forms_of_ordinals(localize: Localize, model: Model, tmp_path: Path) -> None:
    assert await localize(strings(**ORDINALS)) == {"new": 1, "files": 1}
    assert list(russian_json(tmp_path)) == ["place_ordinal_other"]
    assert model.asked == ["21st place"]


async def test_a_choice_by_ordinals_has_the_branches_of_its_language(localize: Localize, tmp_path: Path) -> None:
    text = "{n, selectordinal, one {#st place} two {#nd place} few {#rd place} other {#th place}}"
    assert await localize(strings(place=text)) == {"new": 1, "files": 1}
    assert russian_json(tmp_path) == {"place": f"{{n, selectordinal, other {{#{russian('st place')}}}}}"}


async def test_a_hash_beside_a_plural_stays_one_within_its_branches(localize: Localize, tmp_path: Path) -> None:
    text = "Press # now, {n, plural, one {# key} other {# keys}}"
    assert await localize(strings(key=text)) == {"new": 1, "files": 1}
    branch = f"{russian('Press')} '#' {russian('now')}, # {russian('keys')}"
    forms = " ".join(f"{form} {{{branch}}}" for form in ("one", "few", "many", "other"))
    assert russian_json(tmp_path) == {"key": f"{{n, plural, {forms}}}"}


async def test_an_apostrophe_does_not_quote_the_braces_behind_it(
    localize: Localize, model: Model, tmp_path: Path, httpx2_mock: respx.Router
) -> None:
    httpx2_mock.post(URL).mock(return_value=completion("Это л'{name}"))
    assert await localize(strings(key="It is the {name}")) == {"new": 1, "files": 1}
    assert russian_json(tmp_path) == {"key": "Это л’{name}"}


async def test_the_variable_of_a_string_catalog_is_sent_as_a_number(
    localize: Localize, model: Model, tmp_path: Path
) -> None:
    forms = {
        name: {"stringUnit": {"state": "translated", "value": f"%arg {text}"}}
        for name, text in {"one": "file", "other": "files"}.items()
    }
    files = {"argNum": 1, "formatSpecifier": "lld", "variations": {"plural": forms}}
    unit = {"stringUnit": {"state": "translated", "value": "%#@files@ now"}, "substitutions": {"files": files}}
    catalog = {"sourceLanguage": "en", "strings": {"key": {"localizations": {"en": unit}}}, "version": "1.0"}
    assert (await localize({"L.xcstrings": json.dumps(catalog, indent=2)})).get("left", 0) == 0
    assert {"21 files", "22 files", "25 files", "1.5 files"} <= set(model.asked)
    made = json.loads((tmp_path / "app/L.xcstrings").read_text("utf-8"))["strings"]["key"]["localizations"]["ru"]
    plural = made["substitutions"]["files"]["variations"]["plural"]
    assert {unit["stringUnit"]["value"] for unit in plural.values()} == {f"%arg {russian('files')}"}


@pytest.mark.parametrize(
    ("files", "target", "damaged"),
    [
        ({"locale/en/LC_MESSAGES/app.po": f"{PO_HEAD.format('en')}\n{PO}"}, "locale/ru/LC_MESSAGES/app.po", "22"),
        ({"app_en.ts": QT}, "app_ru.ts", "5"),
        ({"res/values/strings.xml": ANDROID}, "res/values-ru/strings.xml", "1.5"),
    ],
    ids=["PO", "Qt", "Android"],
)
async def test_a_plural_that_would_lack_a_form_for_some_numbers_is_left_whole(
    files: dict[str, str], target: str, damaged: str, localize: Localize, model: Model, tmp_path: Path, told: Told
) -> None:
    model.damages = damaged
    assert await localize(files) == {"left": 1}
    assert told[0].count(target) == 1
    file = tmp_path / "app" / target
    assert not file.exists() or not re.search("[А-Я]", file.read_text("utf-8"))
    model.damages = ""
    assert await localize(files) == {"new": 1, "files": 1}
