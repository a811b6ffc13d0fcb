import pytest

from qwen_localize_tools.localize_files.formats import Changes, Direction, Forms, UnreadableError, format_of

RUSSIAN = Direction("en", "ru")
CUES = "1\n00:00:01,000 --> 00:00:02,000\nHello\nthere\n\n2\n00:00:03,000 --> 00:00:04,000 X1:40\n<i>Bye</i>\n"


def texts(name: str, text: str) -> dict[str, Forms]:
    found = format_of(name, text)
    assert found is not None
    return {unit.key: dict(unit.forms) for unit in found.read(text, RUSSIAN)}


def said(name: str, text: str) -> list[str]:
    return [forms[""] for forms in texts(name, text).values()]


def created(name: str, text: str, changes: Changes) -> str:
    found = format_of(name, text)
    assert found is not None
    return found.create(text, changes, RUSSIAN)


def written(name: str, target: str, changes: Changes, source: str) -> str:
    found = format_of(name, source)
    assert found is not None
    return found.write(target, changes, RUSSIAN, source)


def test_texts_of_a_document_are_named_by_their_section() -> None:
    text = "before\n\n# A\n\none\n\ntwo\n\n## B\n\n- item\n\n## C\n\n> quote\n\n# D\n\n| a | b |\n|---|---|\n| c |\n"
    assert list(texts("a.md", text)) == [
        *("0/p1", "1/heading", "1/p1", "1/p2", "1.1/heading", "1.1/li1", "1.2/heading", "1.2/q1"),
        *("2/heading", "2/cell1", "2/cell2", "2/cell3"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "```js\ncode\n```\n",
        "    indented code\n",
        "<div>\nhtml\n</div>\n",
        "<!-- a comment -->\n",
        "[a]: https://example.org 'Title'\n",
        "import Tabs from '@theme/Tabs';\n",
        "export const size = {\n  a: 1,\n};\n",
        "{/* a comment */}\n",
        "<Tabs\n  items={['a']}\n/>\n",
        "$$\nx = y\n$$\n",
        ":::\n",
        "---\ntags: [a]\nslug: /x\n---\n",
    ],
)
def test_what_is_no_language_is_left_alone_in_a_document(text: str) -> None:
    assert texts("a.mdx", text) == {}


def test_lines_of_site_generators_stand_apart_from_the_text_between_them() -> None:
    text = ":::note\nRead this.\n:::\n\n> [!TIP]\n> And that.\n\n!!! warning\n    Or this.\n"
    assert said("a.md", text) == ["Read this.", "And that.", "Or this."]


def test_front_matter_gives_its_title_and_description_only() -> None:
    text = '---\ntitle: "A: b"\nslug: x\ndescription: Long\n---\n\nText\n'
    assert list(texts("a.md", text)) == ["front/title", "front/description", "0/p1"]
    assert 'title: "C \\"d\\""\nslug: x\n' in created("a.md", text, {"front/title": {"": 'C "d"'}})


def test_soft_line_breaks_are_spaces_and_hard_ones_line_feeds() -> None:
    assert said("a.md", "one\ntwo  \nthree\\\nfour\n\n中文\n换行\n") == ["one two\nthree\nfour", "中文换行"]
    assert created("a.md", "> one  \n> two\n", {"0/q1": {"": "a\nb"}}) == "> a  \n> b\n"
    assert created("a.md", "- one\n", {"0/li1": {"": "a\nb"}}) == "- a\\\n  b\n"


@pytest.mark.parametrize("text", ["1. a", "- a", "# a", "> a", "=== a", "```", "<b>", "---", "[a]: b", "* a", "| a |"])
def test_a_text_never_begins_another_block(text: str) -> None:
    after = created("a.md", "One\n", {"0/p1": {"": text}})
    assert texts("a.md", after) == {"0/p1": {"": text}}


def test_a_bar_in_a_cell_is_escaped() -> None:
    text = "| a | b |\n|---|---|\n| c | d |\n"
    after = created("a.md", text, {"0/cell3": {"": "x | y"}})
    assert after == "| a | b |\n|---|---|\n| x \\| y | d |\n"
    assert texts("a.md", after)["0/cell3"] == {"": "x | y"}


def test_a_tasks_box_and_a_footnotes_name_are_no_text() -> None:
    assert said("a.md", "- [ ] Do it\n- [x] Done\n\n[^1]: A note here\n") == ["Do it", "Done", "A note here"]


@pytest.mark.parametrize("text", ["", " a", "a ", "a\n\nb"])
def test_what_a_paragraph_cannot_hold_is_refused(text: str) -> None:
    with pytest.raises(UnreadableError):
        created("a.md", "One\n", {"0/p1": {"": text}})


def test_a_document_of_another_shape_is_refused() -> None:
    with pytest.raises(UnreadableError, match="are not those of the source"):
        written("a.md", "# A\n\nb\n\nc\n", {"1/p1": {"": "d"}}, "# A\n\nb\n")


def test_cues_are_named_by_their_start_and_keep_numbers_times_and_settings() -> None:
    assert texts("a.srt", CUES) == {"00:00:01,000": {"": "Hello\nthere"}, "00:00:03,000": {"": "<i>Bye</i>"}}
    after = created("a.srt", CUES, {"00:00:03,000": {"": "a\nb"}})
    assert after == CUES.replace("<i>Bye</i>", "a\nb")


def test_cues_that_begin_at_once_have_numbers_and_one_without_a_text_gets_its_own() -> None:
    text = "WEBVTT\n\n00:01.000 --> 00:02.000\na\n\n00:01.000 --> 00:02.000\n\n00:03.000 --> 00:04.000\n"
    assert list(texts("a.vtt", text)) == ["00:01.000"]
    after = written("a.vtt", text, {"00:01.000#2": {"": "b"}, "00:03.000": {"": "c"}}, text)
    assert texts("a.vtt", after) == {"00:01.000": {"": "a"}, "00:01.000#2": {"": "b"}, "00:03.000": {"": "c"}}


@pytest.mark.parametrize("text", ["a\n\nb", "", "a --> b", "a\rb", "\na"])
def test_what_a_subtitle_cannot_hold_is_refused(text: str) -> None:
    with pytest.raises(UnreadableError, match="cannot hold"):
        created("a.srt", CUES, {"00:00:01,000": {"": text}})


def test_times_that_cannot_be_read_are_refused_with_their_line() -> None:
    with pytest.raises(UnreadableError, match=r"\(line 7\)"):
        texts("a.srt", CUES.replace("00:00:03,000 -->", "00:03 -->"))


def test_other_times_than_those_of_the_source_are_refused() -> None:
    with pytest.raises(UnreadableError, match="times differ"):
        written("a.srt", CUES.replace("03,000", "03,500"), {}, CUES)


def test_placeables_stay_and_string_literals_become_what_they_say() -> None:
    text = 'a = { $x } { -b } {"{"} { "}" }{" "}y\nb = {"{"} $x {"}"}\n'
    assert said("a.ftl", text) == ["{ $x } { -b } { } y", '{"{"} $x {"}"}']


@pytest.mark.parametrize("text", ["{", "a }", " a ", ".a\n*b\n[c\n d", "a\n\nb\n", "\n", '{"{"} $x {"}"}', "{ $ }"])
def test_what_fluent_takes_for_something_else_stands_in_literals(text: str) -> None:
    source = "a = b\nc =\n    d\n    e\n"
    assert said("a.ftl", created("a.ftl", source, {"a": {"": text}, "c": {"": text}})) == [text, text]


def test_a_terms_attributes_are_grammar_and_stay() -> None:
    text = "-brand = Firefox\n    .gender = masculine\n"
    assert list(texts("a.ftl", text)) == ["-brand"]
    assert created("a.ftl", text, {"-brand": {"": "Лис"}}) == "-brand = Лис\n    .gender = masculine\n"


PLATFORMS = "a = { PLATFORM() ->\n    [windows] Options\n   *[other] Preferences\n  }\nb = c\n"


def test_the_variants_of_a_selection_are_texts_of_their_own_and_the_default_is_the_messages() -> None:
    assert texts("a.ftl", PLATFORMS) == {"a[windows]": {"": "Options"}, "a": {"": "Preferences"}, "b": {"": "c"}}


@pytest.mark.parametrize("target", ["a = x\n", "a =\n    x\n", "a = { PLATFORM() ->\n   *[other] x\n  }\n"])
def test_a_variant_that_a_target_lacks_is_added_and_its_text_stays(target: str) -> None:
    after = written("a.ftl", target, {"a[windows]": {"": "y"}}, PLATFORMS)
    assert texts("a.ftl", after) == {"a[windows]": {"": "y"}, "a": {"": "x"}}


def test_a_selection_within_a_text_is_named_there_and_its_variants_are_translated() -> None:
    source = "a = Hi { $g ->\n    [m] Mr\n   *[other] Ms\n  } { $n }\n"
    assert texts("a.ftl", source)["a"] == {"": "Hi { $g -> } { $n }"}
    changes = {"a": {"": "{ $n }, { $g -> }!"}, "a[m]": {"": "Herr"}}
    after = created("a.ftl", source, changes)
    assert after == "a = { $n }, { $g ->\n    [m] Herr\n   *[other] Ms\n  }!\n"


def test_plural_forms_that_fluent_lacks_stand_before_the_default() -> None:
    source = "a = { $n ->\n    [0] None\n    [one] One\n   *[other] { $n }\n  }\n"
    assert texts("a.ftl", source) == {"a": {"=0": "None", "one": "One", "other": "{ $n }"}}
    after = written("a.ftl", source, {"a": {"few": "f", "many": "m"}}, source)
    assert after == source.replace("[one] One\n", "[one] One\n    [few] f\n    [many] m\n")


def test_an_ordinal_is_no_plural() -> None:
    source = 'a = { NUMBER($n, type: "ordinal") ->\n    [one] st\n   *[other] th\n  }\n'
    assert list(texts("a.ftl", source)) == ["a[one]", "a"]


def test_a_message_of_fluent_gets_the_attribute_that_it_lacks() -> None:
    source = "a = b\n    .c = d\n    .e = f\n"
    assert written("a.ftl", "a = b\n    .e = f\n", {"a.c": {"": "x"}}, source) == "a = b\n    .c = x\n    .e = f\n"


@pytest.mark.parametrize("text", ["a = b\nc d\n", "a = b\n#x\n", "a = b\nc = { $x\n", "x = y\nz =\n"])
def test_what_is_no_fluent_is_refused_with_its_line(text: str) -> None:
    with pytest.raises(UnreadableError, match=r"\(line [23]\)"):
        texts("a.ftl", text)


def test_the_first_of_messages_with_one_name_counts() -> None:
    assert texts("a.ftl", "a = one\na = two\n") == {"a": {"": "one"}}
