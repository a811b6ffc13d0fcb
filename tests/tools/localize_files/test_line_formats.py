"""What every format of lines promises: the asked texts come back, and nothing else changes."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen_localize_tools.localize_files.formats import (
    FORMATS,
    Changes,
    Direction,
    Format,
    Unit,
    UnreadableError,
    format_of,
)

INTO_RUSSIAN = Direction("en", "ru")


@dataclass(frozen=True)
class Sample:
    """A file of a format: its source, and a translation that has everything."""

    file: str
    source: str
    target: str

    @property
    def format(self) -> Format:
        found = format_of(self.file, self.source)
        assert found
        return found

    def __str__(self) -> str:
        return self.file


PO = Sample(
    "app.po",
    """msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\n"

#. On the button
#: app.py:1
msgid "Save"
msgstr ""

msgctxt "door"
msgid "Open"
msgstr ""

msgid ""
"One line\\n"
"and another"
msgstr ""

#, python-format
msgid "%d file"
msgid_plural "%d files"
msgstr[0] ""
msgstr[1] ""
""",
    """msgid ""
msgstr ""
"Language: ru\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4"
" && (n%100<10 || n%100>=20) ? 1 : 2);\\n"

#. On the button
#: app.py:1
msgid "Save"
msgstr "Сохранить"

msgctxt "door"
msgid "Open"
msgstr "Открыта"

msgid ""
"One line\\n"
"and another"
msgstr ""
"Одна\\n"
"и другая"

#, python-format
msgid "%d file"
msgid_plural "%d files"
msgstr[0] "%d файл"
msgstr[1] "%d файла"
msgstr[2] "%d файлов"

#~ msgid "Old"
#~ msgstr "Старое"
""",
)
STRINGS = Sample(
    "Localizable.strings",
    """/* On the button */
"save" = "Save \\"it\\"";

/* No comment provided by engineer. */
"door.open" = "Open";
bare_key = "Bare"; // beside
"last" = "Last\\n";
""",
    """/* On the button */
"save" = "Сохранить";

/* No comment provided by engineer. */
"door.open" = "Открыта";
bare_key = "Голый"; // beside
"last" = "Конец\\n";
""",
)
PROPERTIES = Sample(
    "app.properties",
    """# The licence

# On the button
save = Save
door.open : Open
bare Bare \\
     and more
last=Last
""",
    """# The licence

# On the button
save = Сохранить
door.open : Открыта
bare Голый \\
     и ещё
last=Конец
""",
)
PHP = Sample(
    "messages.php",
    """<?php

return [
    // On the button
    'save' => 'Save',
    'door' => [
        'open' => "Open",
        'shut' => 'Shut',
    ],
    'time' => 'a' . 'b',
    'last' => 'Last',
];
""",
    """<?php

return [
    // On the button
    'save' => 'Сохранить',
    'door' => [
        'open' => "Открыта",
        'shut' => 'Закрыта',
    ],
    'time' => 'a' . 'b',
    'last' => 'Конец',
];
""",
)
TABLE = """key,comment,en,ru
save,On the button,Save,Сохранить
door.open,,"Open, please","Открыта, да"
last,,Last,Конец
"""
CSV = Sample("texts.csv", TABLE, TABLE)
SAMPLES = [PO, STRINGS, PROPERTIES, PHP, CSV]
every = pytest.mark.parametrize("sample", SAMPLES, ids=str)
# What a file of text can hold at all: no NUL, no halves of characters.
texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1) | st.text(
    "\"'\\ \n\r\t%<>&{}$,;|=:#!/*[]()\u2028\u200f\x85\x0b\x1b😀я`?", min_size=1, max_size=12
)


def units(sample: Sample, text: str) -> dict[str, Unit]:
    return {unit.key: unit for unit in sample.format.read(text, INTO_RUSSIAN)}


def forms(sample: Sample, text: str) -> dict[str, dict[str, str]]:
    return {key: dict(unit.forms) for key, unit in units(sample, text).items()}


def written(sample: Sample, text: str, changes: Changes) -> str:
    return sample.format.write(text, changes, INTO_RUSSIAN, text if sample is CSV else sample.source)


@every
@given(text=texts)
def test_any_text_comes_back_as_it_was_written_and_no_other_changes(sample: Sample, text: str) -> None:
    before = forms(sample, sample.target)
    for key, old in before.items():
        change = dict.fromkeys(old, text)
        after = written(sample, sample.target, {key: change})
        assert forms(sample, after) == before | {key: change}


@every
@given(text=texts)
def test_any_text_comes_back_from_a_new_file(sample: Sample, text: str) -> None:
    wanted = {key: dict.fromkeys(unit.samples or [""], text) for key, unit in units(sample, sample.source).items()}
    assert forms(sample, sample.format.create(sample.source, wanted, INTO_RUSSIAN)) == wanted


@every
@given(text=texts)
def test_any_text_comes_back_where_its_entry_was_missing(sample: Sample, text: str) -> None:
    empty = sample.format.create(sample.source, {}, INTO_RUSSIAN)
    lacking = {key: dict.fromkeys(unit.samples or [""], text) for key, unit in units(sample, sample.source).items()}
    lacking = lacking if sample is not STRINGS else {"last": {"": text}}
    assert {**forms(sample, written(sample, empty, lacking))} == forms(sample, empty) | lacking


@every
def test_what_is_not_to_change_stays_to_the_byte(sample: Sample) -> None:
    for text in (sample.target, sample.target.replace("\n", "\r\n"), sample.target.rstrip("\n")):
        assert written(sample, text, {}) == text
        same = forms(sample, text)
        if sample is not PROPERTIES:  # a value that goes on in a second line comes back in one
            assert written(sample, text, same) == text


@every
def test_one_changed_text_changes_its_own_line_alone(sample: Sample) -> None:
    for end in ("\n", "\r\n"):
        before = sample.target.replace("\n", end)
        key = next(iter(forms(sample, before)))
        after = written(sample, before, {key: {"": "neu"}})
        assert [one for one, other in zip(before.split("\n"), after.split("\n"), strict=True) if one != other] != []
        assert sum(one != other for one, other in zip(before.split("\n"), after.split("\n"), strict=True)) == 1


def without(sample: Sample, key: str) -> str:
    """The translation without the lines of one entry."""
    lines = {
        (PO, "Save"): '#. On the button\n#: app.py:1\nmsgid "Save"\nmsgstr "Сохранить"\n\n',
        (PO, "door|Open"): 'msgctxt "door"\nmsgid "Open"\nmsgstr "Открыта"\n\n',
        (STRINGS, "save"): '/* On the button */\n"save" = "Сохранить";\n',
        (STRINGS, "last"): '"last" = "Конец\\n";\n',
        (PROPERTIES, "save"): "# On the button\nsave = Сохранить\n",
        (PROPERTIES, "last"): "last=Конец\n",
        (PHP, "save"): "    // On the button\n    'save' => 'Сохранить',\n",
        (PHP, "door.open"): "        'open' => \"Открыта\",\n",
        (PHP, "door.shut"): "        'shut' => 'Закрыта',\n",
        (PHP, "last"): "    'last' => 'Конец',\n",
    }[sample, key]
    assert lines in sample.target
    return sample.target.replace(lines, "")


@pytest.mark.parametrize(
    ("sample", "key"),
    [(PO, "Save"), (PO, "door|Open"), (STRINGS, "save"), (STRINGS, "last"), (PROPERTIES, "save"), (PROPERTIES, "last"),
     (PHP, "save"), (PHP, "door.open"), (PHP, "door.shut"), (PHP, "last")],
    ids=str,
)  # fmt: skip
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_a_missing_entry_comes_to_its_place_in_the_shape_of_its_neighbours(sample: Sample, key: str, end: str) -> None:
    lacking = without(sample, key).replace("\n", end)
    restored = written(sample, lacking, {key: forms(sample, sample.target)[key]})
    assert restored == sample.target.replace("\n", end)


@every
def test_what_its_author_says_of_a_text_is_its_context(sample: Sample) -> None:
    assert next(iter(units(sample, sample.source).values())).context == "On the button"


@every
def test_what_is_in_neither_file_is_refused(sample: Sample) -> None:
    with pytest.raises(UnreadableError, match="nowhere"):
        written(sample, sample.target, {"nowhere": {"": "x"}})


@pytest.mark.parametrize(
    ("name", "broken", "says"),
    [("a.po", 'msgid "a"\nmsgstr "b\n', "line 2"), ("a.po", 'msgid "a"\n\nmsgid "b"\nmsgstr ""\n', "line 3"),
     ("a.po", 'msgid "a"\n# note\nmsgstr ""\n', "line 2"), ("a.po", '"a"\n', "line 1"),
     ("a.strings", '"a" = "b"\n"c" = "d";\n', "line 2"), ("a.strings", '"a" = \n', "line 2"),
     ("a.strings", '"a" = "b";\n"c', "line 2"), ("a.properties", "a=b\nc=\\u12\n", "line 2"),
     ("a.php", "<?php return [\n'a' => 'b';\n];", "line 2"), ("a.php", "<?php return 1;", "no array"),
     ("a.csv", 'key,en\na,"b\n', "line 2"), ("a.csv", 'key,en\na,"b"c\n', "line 2"), ("a.csv", "a,b\n", "columns")],
)  # fmt: skip
def test_a_file_that_its_programs_would_not_take_is_refused_by_line(name: str, broken: str, says: str) -> None:
    ending = name.removeprefix("a")
    found = next(one for one in FORMATS if ending in one.endings)
    with pytest.raises(UnreadableError, match=says):
        found.read(broken, INTO_RUSSIAN)
