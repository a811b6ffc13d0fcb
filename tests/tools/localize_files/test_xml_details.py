"""What each XML format promises by itself."""

import plistlib

import pytest

from qwen_localize_tools.localize_files.formats import Unit, UnreadableError
from qwen_localize_tools.localize_files.formats.android import ANDROID
from qwen_localize_tools.localize_files.formats.qt import QT
from qwen_localize_tools.localize_files.formats.qt_plurals import samples
from qwen_localize_tools.localize_files.formats.remarks import most_of
from qwen_localize_tools.localize_files.formats.resx import RESX
from qwen_localize_tools.localize_files.formats.stringsdict import STRINGSDICT
from qwen_localize_tools.localize_files.formats.xliff import XLIFF
from tools.localize_files.xml_files import (
    ANDROID_SOURCE,
    ANDROID_TARGET,
    QT_SOURCE,
    QT_TARGET,
    RESX_SOURCE,
    RUSSIAN,
    STRINGSDICT_SOURCE,
    STRINGSDICT_TARGET,
    XLIFF2_SOURCE,
    XLIFF2_TARGET,
    XLIFF_SOURCE,
    units,
)

FORMS = {"one": "%d a", "few": "%d b", "many": "%d c", "other": "%d d"}


def android(content: str) -> Unit:
    return ANDROID.read(f'<resources><string name="a">{content}</string></resources>', RUSSIAN)[0]


@pytest.mark.parametrize(
    ("content", "text", "fault"),
    [
        (r"Don\'t \"go\"\n\tnow \@ \? \\ \u00e9", 'Don\'t "go"\n\tnow @ ? \\ é', ""),
        (r"\uD83D\uDE00", "😀", ""),
        ("  two\n      lines  ", "two lines", ""),
        ('"  kept  it\'s"  ', "  kept  it's", ""),
        ("a &lt;b> &amp;amp; &#169; <![CDATA[<i>&amp;</i>]]>", "a <b> &amp; © <i>&amp;</i>", ""),
        ("<b>x</b> &lt;b>y&lt;/b> &amp;lt;b>", "<b>x</b> &lt;b>y&lt;/b> &amp;lt;b>", ""),
        ("it's", "it's", "an apostrophe is not escaped: it must be \\'"),
        ("@ home", "@ home", "the @ at its beginning is not escaped: it must be \\@"),
        (r"\u12", r"\u12", "the \\u is not that of a character"),
    ],
)
def test_a_text_of_android_is_read_as_its_compiler_reads_it(content: str, text: str, fault: str) -> None:
    unit = android(content)
    assert (unit.forms, unit.fault) == ({"": text}, fault)


def test_what_android_does_not_translate_is_left_out() -> None:
    text = """<resources><string name="a" translatable="false">A</string><string name="b">@string/c</string>
    <string name="c"/><item type="string" name="d">D</item><color name="e">#fff</color></resources>"""
    assert units(ANDROID, text) == {"c": {}, "d": {"": "D"}}
    assert units(ANDROID, text.replace("<resources>", '<resources translatable="false">')) == {}


def test_a_comment_above_an_entry_is_its_context_and_may_limit_it() -> None:
    found = {unit.key: unit for unit in ANDROID.read(ANDROID_SOURCE, RUSSIAN)}
    assert (found["ok"].context, found["ok"].most) == ("Says yes. CHAR LIMIT=20", 20)
    assert found["hello"].context == ""
    assert [most_of(text) for text in ("[CHAR LIMIT=NONE]", "max length 40", "at max. 30 characters", "max 5")] == [
        0,
        40,
        30,
        0,
    ]


def test_markup_is_what_the_source_has_as_markup_and_the_rest_is_text() -> None:
    source = '<resources><string name="a"><b>Hi</b></string><string name="b">&lt;b>Hi&lt;/b></string></resources>'
    created = ANDROID.create(source, {key: {"": "<b>Да</b> <i>"} for key in ("a", "b")}, RUSSIAN)
    assert '<string name="a"><b>Да</b> &lt;i&gt;</string>' in created
    assert '<string name="b">&lt;b&gt;Да&lt;/b&gt; &lt;i&gt;</string>' in created
    for broken in ("<b>Да", "<b>Да</b> <b", '<b a="&">Да</b>'):
        with pytest.raises(UnreadableError, match="markup of a text does not fit together"):
            ANDROID.create(source, {"a": {"": broken}}, RUSSIAN)


def test_a_plural_gets_the_categories_that_it_lacks_in_their_order() -> None:
    written = ANDROID.write(ANDROID_TARGET, {"files": {"few": "%d b", "many": "%d c"}}, RUSSIAN, ANDROID_SOURCE)
    assert written == ANDROID_TARGET.replace(
        '        <item quantity="other">',
        '        <item quantity="few">%d b</item>\n        <item quantity="many">%d c</item>\n'
        '        <item quantity="other">',
    )


def test_new_android_entries_follow_those_before_them_in_the_look_of_the_file() -> None:
    target = ANDROID_TARGET.replace("    ", "\t").replace("Да", '"Да"').replace("Наше", '"Наше"')
    target = target.replace(">%d файл<", '>"%d файл"<')
    changes = {"hello": {"": 'Эй, <xliff:g id="name" example="Bob">%1$s</xliff:g>!'}, "days[0]": {"": "Пн"}}
    written = ANDROID.write(target, changes, RUSSIAN, ANDROID_SOURCE)
    assert 'xmlns:xliff="urn:oasis' in written
    assert '"Да"</string>\n\t<string name="hello">"Эй, <xliff:g id="name" example="Bob">' in written
    assert '</plurals>\n\t<string-array name="days">\n\t\t<item>"Пн"</item>\n\t\t<item>Tuesday</item>\n\t</s' in written


def test_a_new_android_file_has_the_translated_entries_and_the_comments() -> None:
    assert (
        ANDROID.create(ANDROID_SOURCE, {"bye": {"": "Пока"}}, RUSSIAN)
        == """<?xml version="1.0" encoding="utf-8"?>
<resources xmlns:xliff="urn:oasis:names:tc:xliff:document:1.2">
    <!-- Buttons -->

    <string name="bye">Пока</string>
</resources>
"""
    )


def test_the_last_of_two_android_entries_with_one_name_counts() -> None:
    text = '<resources>\n<string name="a">1</string>\n<string name="a">2</string>\n</resources>'
    assert units(ANDROID, text) == {"a": {"": "2"}}
    assert ANDROID.write(text, {"a": {"": "3"}}, RUSSIAN, text) == text.replace("2", "3")


def test_a_target_that_is_not_translated_yet_is_no_form() -> None:
    text = XLIFF_SOURCE.replace("<source>Bye</source>", '<source>Bye</source><target state="new">Bye</target>')
    assert units(XLIFF, text)["bye"] == {}
    assert units(XLIFF, text.replace('state="new"', 'state="final"'))["bye"] == {"": "Bye"}
    assert units(XLIFF, XLIFF2_TARGET)["title"] == {}


def test_a_written_target_is_told_as_translated_where_the_file_has_states() -> None:
    text = XLIFF_SOURCE.replace("<source>Bye</source>", '<source>Bye</source><target state="new">Bye</target>')
    written = XLIFF.write(text, {"bye": {"": "Пока"}, "count": {"": "Два"}}, RUSSIAN, XLIFF_SOURCE)
    assert '<source>Bye</source><target state="translated">Пока</target>' in written
    assert '</source>\n        <target state="translated">Два</target>\n' in written
    written = XLIFF.write(XLIFF2_TARGET, {"title": {"": "Д"}, "2": {"": "З"}}, RUSSIAN, XLIFF2_SOURCE)
    assert written.count('<segment state="translated">') == 2


def test_a_new_xliff_file_tells_its_language_and_has_no_target_for_the_rest() -> None:
    created = XLIFF.create(XLIFF_SOURCE, {"bye": {"": "Пока"}}, RUSSIAN)
    assert '<file source-language="en" target-language="ru" datatype' in created
    assert created.count("<target>") == 1
    assert 'srcLang="en" trgLang="ru">' in XLIFF.create(XLIFF2_SOURCE, {}, RUSSIAN)


def test_notes_limits_and_locks_of_xliff_are_read() -> None:
    text = XLIFF_SOURCE.replace('id="bye"', 'id="bye" resname="app.bye" maxwidth="9" size-unit="char"')
    text = text.replace('id="count"', 'id="count" translate="no"')
    found = {unit.key: unit for unit in XLIFF.read(text, RUSSIAN)}
    assert [*found] == ["greeting", "app.bye"]
    assert (found["greeting"].context, found["app.bye"].most) == ("On the first page", 9)
    assert XLIFF.read(XLIFF2_SOURCE, RUSSIAN)[0].context == "The title"


def test_a_changed_unit_has_the_source_that_it_is_a_translation_of() -> None:
    target = XLIFF.create(XLIFF_SOURCE, {"bye": {"": "Пока"}}, RUSSIAN)
    source = XLIFF_SOURCE.replace("Bye", "Goodbye")
    wanted = target.replace("Bye", "Goodbye").replace("Пока", "До встречи")
    assert XLIFF.write(target, {"bye": {"": "До встречи"}}, RUSSIAN, source) == wanted


def test_equal_ids_in_two_files_of_one_xliff_have_names_of_their_own() -> None:
    start, end = XLIFF_SOURCE.index("  <file"), XLIFF_SOURCE.index("</xliff>")
    text = XLIFF_SOURCE[:end] + XLIFF_SOURCE[start:end].replace("ng2.template", "two") + "</xliff>\n"
    assert [unit.key for unit in XLIFF.read(text, RUSSIAN)][2:4] == ["bye", "greeting (greeting)"]
    written = XLIFF.write(text, {"bye (bye)": {"": "Пока"}}, RUSSIAN, text)
    assert written.index("Пока") > written.index("two")


def test_a_new_resx_file_keeps_the_headers_and_the_translated_texts_alone() -> None:
    created = RESX.create(RESX_SOURCE, {"Bye": {"": "Пока"}}, RUSSIAN)
    assert "xsd:schema" in created
    assert created.count("<data ") == 1
    assert [(unit.key, unit.most) for unit in RESX.read(RESX_SOURCE, RUSSIAN)] == [("Ok", 12), ("Bye", 0)]


def test_an_unfinished_translation_is_none_and_is_finished_when_it_is_written() -> None:
    text = QT_SOURCE.replace('type="unfinished"></translation>', 'type="unfinished">draft</translation>', 1)
    key = 'MainWindow|&Open "file"'
    assert units(QT, text)[key] == {}
    assert "<translation>&amp;О &quot;ф&quot;</translation>" in QT.write(text, {key: {"": '&О "ф"'}}, RUSSIAN, text)


def test_messages_that_are_gone_are_no_units_and_are_not_copied() -> None:
    assert not [key for key in units(QT, QT_TARGET) if "Gone" in key]
    created = QT.create(QT_SOURCE, {"Dialog|Close": {"": "З"}}, RUSSIAN)
    assert "Gone" not in created
    assert '<TS version="2.1" language="ru" sourcelanguage' in created
    assert created.count('type="unfinished"') == 3
    assert created.count("<numerusform></numerusform>") == 3


def test_a_new_message_of_qt_comes_with_its_context() -> None:
    changes = {"MainWindow|Open|a shop": {"": "О"}, "Dialog|Close": {"": "З"}}
    written = QT.write(QT_TARGET, changes, RUSSIAN, QT_SOURCE)
    dialog = QT_SOURCE[QT_SOURCE.index("<context>\n    <name>Dialog") : QT_SOURCE.index("</TS>")]
    assert dialog.replace(' type="unfinished"><', ">З<") in written
    assert units(QT, written) == {'MainWindow|&Open "file"': {"": "&Открыть"}, **changes}


@pytest.mark.parametrize(("language", "numbers"), [("ru_RU", "125"), ("tr", "2"), ("pt-BR", "12"), ("xx", "12")])
def test_a_plural_of_qt_has_the_forms_of_qt(language: str, numbers: str) -> None:
    assert "".join(map(str, samples(language).values())) == numbers
    plural = next(unit for unit in QT.read(QT_SOURCE, RUSSIAN) if unit.samples)
    assert plural.samples == {"0": 1, "1": 2, "2": 5}


def test_a_stringsdict_gets_the_categories_that_it_lacks_and_apple_reads_it() -> None:
    written = STRINGSDICT.write(STRINGSDICT_TARGET, {"files": FORMS, "days.days": FORMS}, RUSSIAN, STRINGSDICT_SOURCE)
    read = plistlib.loads(written.encode())
    kind = {"NSStringFormatSpecTypeKey": "NSStringPluralRuleType", "NSStringFormatValueTypeKey": "d"}
    assert read["files"]["count"] == read["days"]["days"] == kind | FORMS
    assert [*read["files"]["count"]][2:] == [*FORMS]
    assert "<key>few</key>\n\t\t\t<string>%d b</string>\n\t\t\t<key>many</key>" in written


def test_a_frame_that_says_something_is_a_unit_and_a_new_stringsdict_keeps_what_has_no_translation() -> None:
    assert units(STRINGSDICT, STRINGSDICT_SOURCE)["days.NSStringLocalizedFormatKey"] == {
        "": "%1$#@days@ in %2$#@weeks@"
    }
    assert STRINGSDICT.create(STRINGSDICT_SOURCE, {}, RUSSIAN) == STRINGSDICT_SOURCE
