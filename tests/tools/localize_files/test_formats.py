"""Every format over real files: nothing changes but what is asked for, and independent readers agree on all of it."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

import pytest

from qwen_localize_tools.localize_files.formats import (
    FORMATS,
    Changes,
    Content,
    Layout,
    Unit,
    UnreadableError,
)
from tools.localize_files.table import CASES, CORPUS, Case

# What stands in place of a text's first letter, so that everything else in it stays valid.
MARK = "Ж"
TORTURE = (
    "He said \"no\", 'twice', and `left`",
    'a "quote" at the end"',
    "back\\slash, \\n and \\u0041, and one at the end\\",
    "one line\nand another",
    "<b>bold</b> & <i>more</i> &lt; 3 > 2",
    "100 % of %s and %1$d, %% and a lone %",
    "😀 and 👩‍👩‍👧, and e\u0301",
    "  spaces around  ",
    "{name} {{twice}} } and {",
    "\u200fعربي\u200e and \u2067עברית\u2069",
    "a line\u2028separator and a\u00a0space",
    "# not a comment // nor this /* or this */ <!-- or that -->",
    "- item: value, 'x': y | z; = end",
    "@string/name ?attr $x ${y} #{z}",
    "tab\there",
    "...",
    "yes",
    "12",
)

# The lines of a file of two languages in which a translation is missing or not finished.
WAITING = re.compile(r'^#[,|]|^msgstr|^"|<target|<translation|<numerusform|<segment|"state"|^\s*$')

each = pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.source}-{case.languages[1]}-{bool(case.target)}")


def changed(text: str) -> str:
    """Another text, of the same length if it begins with a letter."""
    return MARK + text[1:] if text[0].isalpha() else f"{MARK} {text}"


def plain(text: str) -> bool:
    """Whether a text begins with a letter and stands on one line."""
    return text[:1].isalpha() and text[:1] != MARK and "\n" not in text


def written(case: Case, data: bytes, changes: Changes, source: bytes | None = None) -> bytes:
    """The bytes of a file after the changes."""
    content = Content.of(data)
    model = content if case.format.layout is Layout.TOGETHER else Content.of(source or case.source_data)
    return content.encoded(case.format.write(content.text, changes, case.direction, model.text))


def said(units: Mapping[str, Unit]) -> list[str]:
    """The texts of all forms that say something."""
    return [text for unit in units.values() for text in unit.forms.values() if text.strip()]


def asked(unit: Unit) -> dict[str, str]:
    """Other texts for all the forms that a unit needs."""
    texts = dict(unit.source or unit.forms)
    if unit.samples and texts:
        texts = dict.fromkeys(unit.samples, list(texts.values())[-1])
    return {form: changed(text) for form, text in texts.items() if text}


def replaced(before: bytes, after: bytes) -> tuple[list[str], list[str]]:
    """The lines that are gone and those that came, between what both files have in common."""
    old, new = (Content.of(data).text.splitlines(keepends=True) for data in (before, after))
    while old and new and old[0] == new[0]:
        old, new = old[1:], new[1:]
    while old and new and old[-1] == new[-1]:
        old, new = old[:-1], new[:-1]
    return old, new


def lost(before: bytes, after: bytes) -> list[str]:
    """The lines that are not there any more, when both files are read in their order; those that grew still are."""
    old, new = (Content.of(data).text.splitlines() for data in (before, after))
    position, gone = 0, []
    for line in old:
        if line in new[position:]:
            position = new.index(line, position) + 1
        elif not any(grown(line, one) for one in new[position:]):
            gone.append(line)
    return gone


def vanished(before: bytes, after: bytes) -> list[str]:
    """The lines that are nowhere any more; those that grew still are."""
    old, new = (Content.of(data).text.splitlines() for data in (before, after))
    gone = [line for line in old if line not in frozenset(new)]
    return [line for line in gone if not any(grown(line, one) for one in new)]


def grown(line: str, longer: str) -> bool:
    """Whether a line is there with something put into it."""
    begun = next((at for at, (one, other) in enumerate(zip(line, longer, strict=False)) if one != other), len(line))
    return len(longer) > len(line) and longer.endswith(line[begun:])


def differences(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """What has become of texts, by their paths."""
    paths = [*before, *(path for path in after if path not in before)]
    pairs = {path: (before.get(path, ""), after.get(path, "")) for path in paths}
    return {path: pair for path, pair in pairs.items() if pair[0] != pair[1]}


@each
def test_a_file_in_which_nothing_is_changed_stays_as_it_is(case: Case) -> None:
    assert written(case, case.data, {}) == case.data


@each
def test_every_text_is_what_an_independent_reader_finds(case: Case) -> None:
    units = case.units(Content.of(case.data).text)
    found = Counter(case.alike(text) for text in said(units))
    assert found == Counter(case.texts(case.data).values())
    if case.sources:
        sources = Counter(text for unit in units.values() for text in unit.source.values() if text.strip())
        assert sources == Counter(case.sources(case.data, case.languages).values())


@each
def test_one_changed_text_changes_its_own_line_only(case: Case) -> None:
    change_some(case, case.data, case.source_data, 3)


def change_some(case: Case, data: bytes, source: bytes, count: int) -> None:
    """Changes some texts of a file, one at a time."""
    text = Content.of(data).text
    units, before = case.units(text), case.texts(data)
    places = [(key, form) for key, unit in units.items() for form in unit.forms if plain(unit.forms[form])]
    for key, form in case.sample(places, count):
        old = units[key].forms[form]
        after = written(case, data, {key: {form: changed(old)}}, source)
        assert list(differences(before, case.texts(after)).values()) == [(case.alike(old), case.alike(changed(old)))]
        gone, came = replaced(data, after)
        assert len(gone) == len(came) == 1 or (len(gone) < 12 and not on_a_line_of_its_own(case, old, text))
        assert case.units(Content.of(after).text)[key].forms == {**units[key].forms, form: changed(old)}


def on_a_line_of_its_own(case: Case, old: str, text: str) -> bool:
    """Whether a text stands on one line with its name; a String Catalog has its state beside it."""
    lines = [line.strip() for line in text.splitlines() if old in line]
    return bool(lines) and not lines[0].startswith('"' + old) and not case.file.endswith(".xcstrings")


@each
@pytest.mark.parametrize("variant", ["CRLF", "LF", "BOM", "no final line end"])
def test_line_ends_and_marks_stay_as_they_are(case: Case, variant: str) -> None:
    data, source = varied(case.data, variant), varied(case.source_data, variant)
    if data == case.data:
        return
    assert written(case, data, {}, source) == data
    change_some(case, data, source, 1)
    after = written(case, data, lacking(case, data, source), source)
    lone = Content.of(after).text.replace("\r\n", "").count("\n")
    assert lone == 0 or variant != "CRLF"
    assert after.endswith(b"\n") == data.endswith(b"\n")
    assert after[:2] == data[:2]


def varied(data: bytes, variant: str) -> bytes:
    """The same file as other editors would have saved it."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data
    if variant == "BOM":
        return b"\xef\xbb\xbf" + data.removeprefix(b"\xef\xbb\xbf")
    if variant == "no final line end":
        return data.rstrip(b"\r\n")
    unix = data.replace(b"\r\n", b"\n")
    return unix if variant == "LF" else unix.replace(b"\n", b"\r\n")


def lacking(case: Case, data: bytes, source: bytes) -> dict[str, dict[str, str]]:
    """What a file has no text for and its source file has, with texts."""
    there = case.units(Content.of(data).text)
    wanted = there if case.format.layout is Layout.TOGETHER else case.units(Content.of(source).text)
    keys = [key for key in wanted if key not in there or not there[key].forms]
    samples = {key: there.get(key, unit).samples for key, unit in wanted.items()}
    return filled({key: replace(wanted[key], samples=samples[key]) for key in keys})


def filled(units: Mapping[str, Unit]) -> dict[str, dict[str, str]]:
    """Other texts for all units that have any."""
    return {key: forms for key, unit in units.items() if (forms := asked(unit))}


@each
def test_what_a_translation_lacks_is_added_and_nothing_else_changes(case: Case) -> None:
    changes = lacking(case, case.data, case.source_data)
    after = written(case, case.data, changes)
    found = Counter(text for _, text in differences(case.texts(case.data), case.texts(after)).values())
    assert found == Counter(case.alike(text) for forms in changes.values() for text in forms.values())
    assert added_only(case, case.data, after)


def added_only(case: Case, before: bytes, after: bytes) -> bool:
    """Whether lines were added, and none changed; but in files of two languages, those which wait for a translation."""
    if case.format.layout is Layout.APART:
        return not lost(before, after) or Content.of(before).text.count("\n") == 0
    return all(WAITING.search(line) for line in vanished(before, after))


@each
def test_deleted_texts_come_back_where_they_were(case: Case) -> None:
    if case.target or case.format.whole or case.format.layout is Layout.TOGETHER:
        return
    text = Content.of(case.data).text
    changes = filled(case.units(text))
    whole = created(case, changes)
    for count in (1, 5) if changes else ():
        dropped = case.sample(list(changes), min(count, (len(changes) + 1) // 2))
        less = created(case, {key: forms for key, forms in changes.items() if key not in dropped})
        left = case.units(Content.of(less).text)
        absent = [key for key in dropped if key not in left or not left[key].forms]
        assert added_only(case, less, written(case, less, {key: changes[key] for key in absent}))
        assert case.texts(written(case, less, {key: changes[key] for key in dropped})) == case.texts(whole)


def created(case: Case, changes: Changes) -> bytes:
    """The bytes of a new file."""
    content = Content.of(case.source_data)
    return content.encoded(case.format.create(content.text, changes, case.direction))


@each
def test_a_new_file_has_all_texts(case: Case) -> None:
    if case.target or case.format.layout is Layout.TOGETHER:
        return
    changes = filled(case.units(Content.of(case.data).text))
    made = created(case, changes)
    expected = Counter(case.alike(text) for forms in changes.values() for text in forms.values())
    assert Counter(case.texts(made).values()) == expected


# What a format cannot hold and says so.
REFUSED = {
    "markdown": {TORTURE[3], TORTURE[7]},
    "srt": {TORTURE[11]},
    "vtt": {TORTURE[11]},
}
FIRST = {case.source.split("/")[0]: case for case in reversed(CASES)}


@pytest.mark.parametrize("folder", FIRST)
@pytest.mark.parametrize("text", TORTURE)
def test_any_text_comes_back_as_it_was(folder: str, text: str) -> None:
    case = FIRST[folder]
    units = case.units(Content.of(case.data).text)
    key, forms = next((key, forms) for key, unit in units.items() if (forms := asked(unit)))
    changes = {key: {**forms, list(forms)[-1]: text}}
    if text in REFUSED.get(folder, ()):
        with pytest.raises(UnreadableError):
            written(case, case.data, changes)
        return
    after = written(case, case.data, changes)
    found = case.units(Content.of(after).text)[key].forms
    assert {form: found[form] for form in changes[key]} == changes[key]
    assert case.alike(text) in case.texts(after).values()


def test_every_format_is_tried() -> None:
    assert {case.format.name for case in CASES} == {one.name for one in FORMATS}


def test_every_file_of_the_corpus_is_tried() -> None:
    tried = {name for case in CASES for name in (case.source, case.target)}
    files = {path.relative_to(CORPUS).as_posix() for path in CORPUS.rglob("*") if path.is_file()}
    assert files - tried <= {"ORIGINS.md", ".gitattributes"}
