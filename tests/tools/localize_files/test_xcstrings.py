"""String Catalogs: what is a unit, and that Xcode would have written it so."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen_localize_tools.localize_files.formats import Changes, Direction, Unit, UnreadableError, format_of
from qwen_localize_tools.localize_files.formats.xcstrings import XCSTRINGS

RUSSIAN = Direction("en", "ru")
texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


def string(value: str, state: str = "translated") -> dict[str, Any]:
    return {"stringUnit": {"state": state, "value": value}}


def plural(**forms: str) -> dict[str, Any]:
    return {"variations": {"plural": {form: string(value) for form, value in forms.items()}}}


def catalog(strings: dict[str, Any]) -> str:
    """A catalog as Xcode writes it."""
    content = {"sourceLanguage": "en", "strings": strings, "version": "1.0"}
    written = json.dumps(content, indent=2, separators=(",", " : "), ensure_ascii=False)
    return written.replace("{}", "{\n\n    }")


def localized(**languages: Any) -> dict[str, Any]:
    return {"localizations": {name.replace("_", "-"): value for name, value in languages.items()}}


def units(text: str, direction: Direction = RUSSIAN) -> dict[str, Unit]:
    return {unit.key: unit for unit in XCSTRINGS.read(text, direction)}


def written(text: str, changes: Changes, direction: Direction = RUSSIAN) -> str:
    """The catalog with the changes, which are all that it says more than before."""
    result = XCSTRINGS.write(text, changes, direction, text)
    before = {key: dict(unit.forms) for key, unit in units(text, direction).items()}
    after = {key: dict(unit.forms) for key, unit in units(result, direction).items()}
    assert after == {**before, **{key: dict(forms) for key, forms in changes.items()}}
    assert XCSTRINGS.create(text, changes, direction) == result
    return result


def test_the_key_is_the_source_where_the_source_language_says_nothing() -> None:
    text = catalog({"": {}, "Open": {"comment": "Button"}, "key": localized(en=string("Close", "new"))})
    assert format_of("Localizable.xcstrings", text) is XCSTRINGS
    found = units(text)
    assert found.keys() == {"Open", "key"}
    assert (found["Open"].source, found["Open"].context, found["Open"].forms) == ({"": "Open"}, "Button", {})
    assert found["key"].source == {"": "Close"}


def test_stale_strings_and_those_not_to_be_translated_are_no_units() -> None:
    text = catalog({"a": {"extractionState": "stale"}, "b": {"shouldTranslate": False}, "c": {"shouldTranslate": True}})
    assert units(text).keys() == {"c"}


def test_what_is_marked_as_new_is_not_there_yet_and_is_then_marked_as_translated() -> None:
    text = catalog({"Open": localized(ru=string("Open", "new"))})
    assert units(text)["Open"].forms == {}
    assert written(text, {"Open": {"": "Открыть"}}) == catalog({"Open": localized(ru=string("Открыть"))})


def test_a_language_is_added_in_alphabetical_order_as_xcode_does() -> None:
    text = catalog({"Open": localized(de=string("Öffnen"), uk=string("Відкрити"), zh_Hans=string("打开"))})
    expected = localized(de=string("Öffnen"), ru=string("Открыть"), uk=string("Відкрити"), zh_Hans=string("打开"))
    assert written(text, {"Open": {"": "Открыть"}}) == catalog({"Open": expected})
    hant = written(text, {"Open": {"": "打開"}}, Direction("en", "zh-Hant"))
    assert hant.endswith(catalog({"Open": localized(zh_Hans=string("打开"), zh_Hant=string("打開"))})[-300:])


def test_localizations_are_put_among_the_other_facts_of_a_string() -> None:
    text = catalog({"Open": {"comment": "Button", "shouldTranslate": True}, "Save": {}})
    expected = {"Open": {"comment": "Button", **localized(ru=string("О")), "shouldTranslate": True}}
    result = written(text, {"Open": {"": "О"}, "Save": {"": "С"}})
    assert result == catalog({**expected, "Save": localized(ru=string("С"))})


def test_plurals_take_the_forms_of_the_language_in_xcode_s_order() -> None:
    text = catalog({"n": localized(en=plural(one="%d day", other="%d days"), ru=plural(one="%d д", other="%d дн"))})
    assert units(text)["n"].source == {"one": "%d day", "other": "%d days"}
    result = written(text, {"n": {"one": "1", "few": "2", "many": "3", "other": "4"}})
    forms = plural(few="2", many="3", one="1", other="4")
    assert result == catalog({"n": localized(en=plural(one="%d day", other="%d days"), ru=forms)})


def test_plural_forms_take_the_place_of_a_single_unfinished_text() -> None:
    text = catalog({"n": localized(en=plural(one="a", other="b"), ru=string("", "new"))})
    result = written(text, {"n": {"one": "1", "other": "2"}})
    assert result == catalog({"n": localized(en=plural(one="a", other="b"), ru=plural(one="1", other="2"))})


def test_each_device_is_a_unit_unless_the_language_has_one_text_for_all() -> None:
    devices = {"variations": {"device": {"iphone": string("Tap"), "mac": string("Click")}}}
    text = catalog({"go": localized(en=devices)})
    changes = {"go|device.iphone": {"": "Коснитесь"}, "go|device.mac": {"": "Нажмите"}}
    expected = {"variations": {"device": {"iphone": string("Коснитесь"), "mac": string("Нажмите")}}}
    assert written(text, changes) == catalog({"go": localized(en=devices, ru=expected)})
    human = catalog({"go": localized(en=devices, ru=string("Жмите"))})
    assert [unit.forms for unit in units(human).values()] == [{"": "Жмите"}] * 2
    other = catalog({"go": localized(en=string("Go"), ru=devices)})
    assert units(other)["go"].forms == {"": "Click"}


def test_each_substitution_is_a_unit_and_brings_what_it_says_of_its_number() -> None:
    def substituted(text: str, **forms: str) -> dict[str, Any]:
        return {**string(text), "substitutions": {"n": {"argNum": 2, "formatSpecifier": "lld", **plural(**forms)}}}

    text = catalog({"k": localized(en=substituted("%@: %#@n@", one="%arg day", other="%arg days"))})
    changes = {"k": {"": "%@ — %#@n@"}, "k|substitutions.n": {"few": "б", "one": "а", "other": "в"}}
    expected = substituted("%@ — %#@n@", few="б", one="а", other="в")
    source = substituted("%@: %#@n@", one="%arg day", other="%arg days")
    assert written(text, changes) == catalog({"k": localized(en=source, ru=expected)})


@given(texts, st.sampled_from(["  ", "\t"]), st.sampled_from([" : ", ": "]), st.booleans())
def test_every_text_comes_back_and_the_file_keeps_its_look(
    text: str, indent: str, colon: str, ascii_only: bool
) -> None:
    content = json.loads(catalog({"é": localized(en=plural(one="a", other="é")), "b": localized(ru=string("x"))}))
    form: Any = {"indent": indent, "separators": (",", colon), "ensure_ascii": ascii_only}
    before = json.dumps(content, **form)
    after = written(before, {"é": {"few": text, "other": text}, "b": {"": text}})
    if "\x7f" not in text:
        assert after == json.dumps(json.loads(after), **form)


def test_a_catalog_without_strings_is_refused() -> None:
    with pytest.raises(UnreadableError, match="no String Catalog"):
        XCSTRINGS.read('{"sourceLanguage": "en"}', RUSSIAN)


def test_a_key_that_is_not_there_is_refused() -> None:
    with pytest.raises(UnreadableError, match="gone is not in the file"):
        XCSTRINGS.write(catalog({"a": {}}), {"gone": {"": "x"}}, RUSSIAN, "")
