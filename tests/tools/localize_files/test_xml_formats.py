"""What all XML formats promise: texts come back as they were written, and nothing else changes."""

import difflib
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qwen_localize_tools.localize_files.formats import FORMATS, UnreadableError, format_of
from tools.localize_files.xml_files import RUSSIAN, SAMPLES, Sample, units

HARD = (
    "quotes \" and ' and “ ”",
    "a \\ backslash\\n, \\u0041 and \\",
    "two\nlines\n\nand a tab\t.",
    "a < b && c > d ]]> &amp; &lt;b&gt; <b>bold</b> <i",
    "100% of %d, % and %%",
    "  spaces   at  the edges ",
    "emoji 👩‍👩‍👧 \u2028 \u200f\u202b right to left \ufeff \u00a0",
    "@mention",
    "?",
    "return\rand\r\nboth",
    "<!-- no comment --> <![CDATA[none]]> <?no?>",
    '"',
    "@string/name",
)
CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\ufffe\uffff")
TEXTS = st.one_of(
    st.text(st.sampled_from("\\'\"<>&;@? \n\t\r%{}u004[]!-nbx/="), min_size=1),
    st.text(CHARACTERS.filter(lambda one: ord(one) >= 32), min_size=1),
).filter(str.strip)


@pytest.fixture(params=SAMPLES)
def sample(request: pytest.FixtureRequest) -> Sample:
    return SAMPLES[request.param]


def added(before: str, after: str) -> list[str]:
    """The lines that are new; fails if another line is changed or gone."""
    difference = list(difflib.ndiff(before.splitlines(keepends=True), after.splitlines(keepends=True)))
    assert not [line for line in difference if line.startswith("- ")]
    return [line[2:] for line in difference if line.startswith("+ ")]


def form(sample: Sample, key: str) -> str:
    """The last form of a unit."""
    unit = next(unit for unit in sample.format.read(sample.source, RUSSIAN) if unit.key == key)
    return [*(unit.forms or unit.source)][-1]


@pytest.mark.parametrize("name", SAMPLES)
def test_a_file_is_known_by_its_ending_and_its_outermost_element(name: str) -> None:
    sample = SAMPLES[name]
    assert format_of(f"some{sample.format.endings[0].upper()}", sample.source) is sample.format
    assert sample.format in FORMATS
    assert not sample.format.recognizes("<html></html>")
    assert not sample.format.recognizes("export const a = 1;")


def test_a_file_without_changes_stays_as_it_is_to_the_byte(sample: Sample) -> None:
    assert sample.format.write(sample.target, {}, RUSSIAN, sample.source) == sample.target
    assert sample.format.write(sample.source, {}, RUSSIAN, sample.source) == sample.source


@pytest.mark.parametrize("text", HARD)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_every_text_comes_back_and_nothing_else_changes(sample: Sample, text: str, end: str) -> None:
    source, target = sample.source.replace("\n", end), sample.target.replace("\n", end)
    changes = {key: {form(sample, key): text} for key in (sample.there, sample.lacking)}
    written = sample.format.write(target, changes, RUSSIAN, source)
    before, after = units(sample.format, target), units(sample.format, written)
    for key, forms in changes.items():
        assert after[key] == {**before.get(key, {}), **forms}
    assert {key: after[key] for key in before if key not in changes} == {
        key: forms for key, forms in before.items() if key not in changes
    }
    assert written.replace("\r\n", "").count("\n") == (0 if end == "\r\n" else written.count("\n"))
    ET.fromstring(written)


@pytest.mark.parametrize("text", HARD)
def test_a_new_file_has_what_was_asked_for(sample: Sample, text: str) -> None:
    changes = {sample.there: {form(sample, sample.there): text}}
    created = sample.format.create(sample.source, changes, RUSSIAN)
    assert units(sample.format, created)[sample.there] == changes[sample.there]


@settings(max_examples=60, deadline=None)
@given(text=TEXTS, name=st.sampled_from(list(SAMPLES)))
def test_any_text_comes_back(text: str, name: str) -> None:
    sample = SAMPLES[name]
    changes = {sample.there: {form(sample, sample.there): text}}
    written = sample.format.write(sample.target, changes, RUSSIAN, sample.source)
    assert units(sample.format, written)[sample.there] == {
        **units(sample.format, sample.target)[sample.there],
        **changes[sample.there],
    }


def test_an_entry_that_lacks_is_added_in_lines_of_its_own(sample: Sample) -> None:
    changes = {sample.lacking: {form(sample, sample.lacking): "НОВОЕ"}}
    written = sample.format.write(sample.target, changes, RUSSIAN, sample.source)
    assert any("НОВОЕ" in line for line in added(sample.target, written))


@pytest.mark.parametrize("text", ["a \ud800 half", "a \x00 zero"])
def test_what_xml_cannot_hold_is_refused(text: str) -> None:
    sample = SAMPLES["resx"]
    with pytest.raises(UnreadableError, match=r"XML cannot hold the character U\+"):
        sample.format.write(sample.target, {"Ok": {"": text}}, RUSSIAN, sample.source)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<resources>\n<string name='a'>b</resources>", r"mismatched tag \(line 2\)"),
        ("", "no element found"),
        ("<html/>", "its outermost element is <html>, not <resources>"),
        ("<resources>\n&nbsp;</resources>", r"undefined entity \(line 2\)"),
        ('<!DOCTYPE r [\n<!ENTITY a "b">]><resources>&a;</resources>', r"'a'; only those of XML itself .*\(line 2\)"),
        ('<!DOCTYPE r SYSTEM "a.dtd"><resources>\n&a;</resources>', r"'a'; only those of XML itself .*\(line 2\)"),
        ("<?xml version='1.0' encoding='windows-1252'?><resources/>", "the encoding windows-1252"),
        ("<resources>" + "<b>" * 200 + "</b>" * 200 + "</resources>", "deeper ones"),
    ],
)
def test_what_is_not_of_the_format_is_refused_with_its_line(text: str, reason: str) -> None:
    with pytest.raises(UnreadableError, match=reason):
        SAMPLES["android"].format.read(text, RUSSIAN)
