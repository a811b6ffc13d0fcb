"""The report of `localize_files`: a page to look at, and a table to edit and feed back."""

import csv
import io
import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qwen_localize.errors import BadInput
from qwen_localize_tools.localize_files.report import Row, page, read_sheet, sheet

ROW = Row("locales/ru.json", "ru", "menu.open", "", "Open", "", "Открыть", "new")
HOSTILE = "</script></noscript><script>alert(1)</script>&amp;\"'<!--"
# What spreadsheets read as something else, or what looks as if it were guarded against that.
_RISKY = st.sampled_from(["=1+1", "'=1", "''=1", "+1", "1/2", "'10:30", "-", "@a", "\t=x", "'tis", "''", " ", "＝1"])
_TEXTS = st.one_of(st.text(), st.text(alphabet="\"',;\t\r\n\\ =+1a\ufeff\u2028\ud800\0"), _RISKY)
ROWS = st.builds(
    Row,
    *[_TEXTS] * 7,
    state=st.sampled_from(["new", "changed", "kept", "stale", "left"]),
    check=_TEXTS,
    message=_TEXTS,
    hard=st.booleans(),
)


class Elements(HTMLParser):
    """The elements of a page with their attributes and texts, as a browser without scripts has them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


def data(text: str) -> dict[str, list[list[str]]]:
    found = re.search(r'id="data">(.*?)</script>', text, re.DOTALL)
    assert found
    return dict(json.loads(found[1]))


@settings(deadline=None)
@given(st.lists(ROWS, max_size=4))
def test_a_sheet_gives_back_exactly_the_rows_that_were_written(rows: list[Row]) -> None:
    assert read_sheet(sheet(rows)) == rows


@pytest.mark.parametrize(("separator", "end", "mark"), [(";", "\r\n", "\ufeff"), ("\t", "\n", ""), (",", "\n", "")])
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
def test_a_sheet_that_any_spreadsheet_has_saved_is_read(separator: str, end: str, mark: str, quoting: int) -> None:
    rows = [ROW, replace(ROW, key="a;b", new='two "lines",\nwith\ttabs; =1', hard=True), replace(ROW, new="'+7")]
    out = io.StringIO()
    cells = csv.reader(io.StringIO(sheet(rows).lstrip("\ufeff"), newline=""))
    csv.writer(out, delimiter=separator, lineterminator=end, quoting=quoting).writerows(cells)  # type: ignore[arg-type]
    assert read_sheet(mark + out.getvalue()) == rows


@pytest.mark.parametrize("text", ["=HYPERLINK(1)", "+1", "1/2", "10:30", "007", "50 %", "-", "@x"])
def test_no_spreadsheet_takes_a_text_for_a_formula_a_number_or_a_date(text: str) -> None:
    cells = next(csv.reader(io.StringIO(sheet([replace(ROW, new=text)]).splitlines()[1])))
    assert cells[6] == f"'{text}"


@pytest.mark.parametrize("edited", ["'tis the season", "'90s", "“1”", "Привет", "  two spaces  ", ""])
def test_what_a_person_types_is_taken_as_it_stands(edited: str) -> None:
    text = "Language,new,FILE,key\n" + f'ru,"{edited}",a.json,k\n\n'
    assert [row.new for row in read_sheet(text)] == [edited]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no column file, language, key, new"),
        ("file,language,key\na,b,c\n", "no column new"),
        ("file,language,key,new\na,ru,k,Привет, мир\n", "Row 2"),
    ],
)
def test_a_table_that_is_no_sheet_is_refused_with_what_is_wrong(text: str, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        read_sheet(text)


def test_texts_of_others_are_data_on_the_page_and_never_markup() -> None:
    file, language, key, form, source, old, new = [HOSTILE] * 7
    row = Row(file, language, key, form, source, old, new, "left", HOSTILE, HOSTILE, hard=True)
    text = page(HOSTILE, [row], {HOSTILE: HOSTILE})
    assert data(text)["rows"] == [[*[HOSTILE] * 7, "left", HOSTILE, HOSTILE, 1]]
    elements = Elements(text)
    assert len(elements.of("script")) == text.count("</script>") == 2
    assert text.count("</noscript>") == 1
    assert elements.texts.count(HOSTILE) >= 5


@settings(max_examples=50, deadline=None)
@given(st.text(), st.text(alphabet="<>/!-script&\"'\r\n\0\u2028"))
def test_the_script_is_given_every_text_as_it_is(one: str, other: str) -> None:
    rows = [replace(ROW, source=one, new=other), replace(ROW, key=other, message=one)]
    found = [dict(zip(Row.__match_args__, cells, strict=True)) for cells in data(page(other, rows, {}))["rows"]]
    assert [Row(**facts) for facts in found] == rows  # type: ignore[arg-type]


def test_the_page_needs_no_network_and_lets_nothing_run_but_its_own_script() -> None:
    elements = Elements(page("Review", [ROW], {}))
    assert not [name for _, attributes in elements.found for name in attributes if name in ("src", "href", "style")]
    assert not [name for _, attributes in elements.found for name in attributes if name.startswith("on")]
    policy = next(str(meta["content"]) for meta in elements.of("meta") if "http-equiv" in meta)
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy


def test_each_text_has_its_own_direction_and_its_language_as_browsers_spell_it() -> None:
    rows = [replace(ROW, language=language) for language in ("ar", "pt_BR", "zh-rCN", "iw-rIL", "pa-Arab")]
    text = page("Review", rows, {})
    cells = [cell for cell in Elements(text).of("td") if cell.get("class") == "text"]
    assert {cell["dir"] for cell in cells if "lang" not in cell} == {"auto"}
    assert [(cell["lang"], cell["dir"]) for cell in cells if "lang" in cell][::2] == [
        ("ar", "rtl"),
        ("pt-BR", "auto"),
        ("zh-CN", "auto"),
        ("iw-IL", "rtl"),
        ("pa-Arab", "rtl"),
    ]


def test_the_summary_counts_the_states_and_doubts_of_each_language() -> None:
    rows = [ROW, replace(ROW, check="numbers"), replace(ROW, language="de", state="left", check="tags", hard=True)]
    text = page("Review", rows, {"cost": "0.1 CNY"})
    assert "<tr><td>ru</td><td>2</td><td>0</td><td>0</td><td>0</td><td>0</td><td>1</td></tr>" in text
    assert "<tr><td>de</td><td>0</td><td>0</td><td>0</td><td>0</td><td>1</td><td>0</td></tr>" in text
    assert "0.1 CNY" in text


def test_without_scripts_the_first_five_hundred_rows_are_shown() -> None:
    text = page("Review", [replace(ROW, key=f"k{number}") for number in range(20_000)], {})
    assert len(Elements(text).of("td")) == 7 + 500 * 5
    assert "And 19500 more" in text
    assert len(data(text)["rows"]) == 20_000


def test_halves_of_characters_do_not_keep_the_page_from_being_written() -> None:
    assert "\ufffd" in page("Review", [replace(ROW, new="\ud83d")], {}).encode().decode()
