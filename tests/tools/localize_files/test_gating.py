"""Whether a text may stand in a localization file."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache

import pytest

from benchmarks.bench_file_gates import alarms, caught, undamaged
from benchmarks.damage_files import DAMAGES, Kind
from benchmarks.human_files import FilePair, sets
from qwen_localize_tools._shared.gates import Finding
from qwen_localize_tools.localize_files.formats import Format, Layout
from qwen_localize_tools.localize_files.gating import judged, missing

MOST_FALSE_ALARMS, LEAST_CAUGHT = 0.005, 0.95


def formatted(*, breaks: bool) -> Format:
    return Format("any", Layout.APART, (), lambda _: True, lambda *_: [], lambda *_: "", lambda *_: "", breaks=breaks)


PLAIN, BREAKS = formatted(breaks=False), formatted(breaks=True)


def found(source: str, target: str, form: str = "", lang: str = "de", sample: int | None = None) -> list[Finding]:
    return judged(source, target, format=PLAIN, form=form, sample=sample, source_lang="en", target_lang=lang)


def hard(source: str, target: str, form: str = "", lang: str = "de", sample: int | None = None) -> set[str]:
    return {finding.check for finding in found(source, target, form, lang, sample) if finding.hard}


def soft(source: str, target: str, form: str = "", lang: str = "de") -> set[str]:
    return {finding.check for finding in found(source, target, form, lang) if not finding.hard}


COUNTS = ["%d", "%1$d", "%i", "%lu", "%n", "%(count)d", "%(num)s", "{count}", "{0}", "{{count}}", "%{count}", "{ $n }"]


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("form", ["zero", "one", "two", "=0", "=1", "0"])
def test_a_form_for_few_may_go_without_its_count(count: str, form: str) -> None:
    assert hard(f"{count} mugs for {{owner}}", "Eine Tasse für {owner}", form) == set()
    assert hard("A mug for {owner}", f"{count} Tasse für {{owner}}", form) == set()


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("form", ["", "few", "many", "other", "1"])
def test_any_other_form_needs_its_count(count: str, form: str) -> None:
    assert hard(f"{count} mugs for {{owner}}", "Tassen für {owner}", form) == {"placeholder"}


@pytest.mark.parametrize(("source", "target"), [("Email", "E-mail"), ("XComs", "XCom-ы"), ("Backfills", "Backfill-ов")])
def test_a_name_may_stand_as_its_source_writes_it(source: str, target: str) -> None:
    assert hard(source, target, lang="ru") == set()
    assert soft(source, target, lang="ru") >= {"script"}


@pytest.mark.parametrize(
    ("source", "target"),
    [("Open files", "Ouvrir fichiers"), ("Email", "文件"), ("Email", "Email 文件")],
)
def test_words_that_are_no_name_of_the_source_are_of_the_wrong_script(source: str, target: str) -> None:
    assert "script" in hard(source, target, lang="ru")


def test_the_only_placeholder_of_a_plural_is_its_count() -> None:
    assert hard("%s mugs", "Eine Tasse", "one") == set()
    assert hard("%(owner)s's mugs on %(shelf)s", "Tassen auf %(shelf)s", "one") == {"placeholder"}


@pytest.mark.parametrize(
    "target",
    [
        "{Anzahl} Tasse",
        "{{count}} Tasse",
        "{COUNT} Tasse",
        "{count} {count} Tasse",
        "{count} Tasse {value}",
        "%d Tasse",
    ],
)
def test_a_count_that_became_another_is_damage_in_every_form(target: str) -> None:
    assert hard("{count} mugs", target, "one") == {"placeholder"}
    assert hard("{count} mugs", target, "other") == {"placeholder"}


def test_what_else_stands_in_a_form_for_few_has_to_stay() -> None:
    assert hard("%d mugs in <b>%s</b>", "Eine Tasse", "one") == {"placeholder", "tag"}


def test_a_count_that_is_left_out_moves_what_is_filled_in_by_its_order() -> None:
    assert hard("%d mugs of %s", "Eine Tasse von %s", "one") == {"placeholder"}
    assert hard("%s has %d mugs", "%s hat eine Tasse", "one") == set()
    assert hard("%1$d mugs of %2$s", "Eine Tasse von %2$s", "one") == set()


def test_a_numbered_form_is_for_few_if_a_small_number_takes_it() -> None:
    assert hard("%d mugs", "كوبان", "1", "ar", sample=2) == set()
    assert hard("%d mugs", "أكواب", "2", "ar", sample=3) == {"placeholder"}


def test_the_only_form_of_a_language_is_for_every_number() -> None:
    assert hard("%d mugs", "マグカップ", "0", "ja") == {"placeholder"}


def test_a_missing_count_is_a_hint_where_one_is_twenty_one_as_well() -> None:
    assert soft("%d mugs", "Одна кружка", "one", "ru") == {"plural"}
    assert soft("%d mugs", "Eine Tasse", "one") == set()


def test_line_breaks_are_hard_where_the_format_counts_them() -> None:
    pairs = [("Tea.\nMugs.", "Tee. Tassen."), ("Tea and mugs", "Tee und\nTassen")]
    for source, target in pairs:
        for form, level in ((BREAKS, True), (PLAIN, False)):
            (finding,) = judged(source, target, format=form, source_lang="en", target_lang="de")
            assert (finding.check, finding.hard) == ("line_break", level)


def test_a_text_over_its_length_is_refused() -> None:
    texts = {
        text: judged("Mug", text, format=PLAIN, most=5, source_lang="en", target_lang="de")
        for text in ("Tasse", "Tassen")
    }
    assert texts["Tasse"] == []
    assert [(finding.message, finding.hard) for finding in texts["Tassen"]] == [
        ("It has 6 characters, and may have 5.", True)
    ]


@pytest.mark.parametrize(
    ("source", "target", "lang", "check"),
    [
        ("Mug", "Tasse ", "de", "space"),
        ("Mug:", "Tasse", "de", "ending"),
        ("Loading…", "Lädt", "de", "ending"),
        ("A mug?", "Eine Tasse", "de", "ending"),
        ("&Mug", "Tasse", "de", "accelerator"),
        ("https://mugs.example/a", "https://mugs.example/deed.de", "de", "url"),
        ("+1 555 123 456", "+49 555 123 456", "de", "number"),
        ("Save all these mugs", "Save all these mugs", "de", "untranslated"),
        ("A mug", "\u2067ספל", "he", "direction"),
    ],
)  # fmt: skip
def test_what_people_do_too_is_a_hint(source: str, target: str, lang: str, check: str) -> None:
    assert soft(source, target, lang=lang) == {check}
    assert hard(source, target, lang=lang) == set()


@pytest.mark.parametrize(
    ("source", "target", "lang"),
    [
        ("Mug:", "Tasse：", "zh"),
        ("Loading...", "Lädt…", "de"),
        ("A mug?", "Κούπα;", "el"),
        ("A mug?", "杯子", "ja"),
        ("Qwen", "Qwen", "de"),
        ("\u2067A mug\u2069", "\u2067ספל\u2069", "he"),
    ],
)  # fmt: skip
def test_what_is_only_written_otherwise_is_no_hint(source: str, target: str, lang: str) -> None:
    assert found(source, target, lang=lang) == []


def test_an_empty_text_is_refused_unless_its_source_is_empty() -> None:
    assert hard("Mug", " ") == {"empty"}
    assert found(" ", "") == []


@pytest.mark.parametrize(
    ("have", "needed", "lost", "level"),
    [
        (["one", "other"], ["one", "few", "many", "other"], "few, many", False),
        (["one", "few", "many"], ["one", "few", "many", "other"], "other", False),
        (["one"], ["one", "other"], "other", True),
        (["=0", "one", "few"], ["one", "few", "other"], "other", True),
        (["0", "1"], ["0", "1", "2"], "2", True),
    ],
)
def test_forms_that_a_language_needs_are_missed(have: list[str], needed: list[str], lost: str, level: bool) -> None:
    (finding,) = missing(have, needed)
    assert (finding.message, finding.hard) == (f"Plural forms are missing: {lost}.", level)


@pytest.mark.parametrize(
    ("have", "needed"),
    [
        ([""], ["one", "other"]),
        ([], ["one", "other"]),
        (["=1", "other"], ["one", "other"]),
        (["=0", "=2", "one", "few", "many", "other"], ["zero", "one", "two", "few", "many", "other"]),
        (["one", "other"], ["one", "many", "other"]),
        (["0", "1", "2"], ["one", "few", "many", "other"]),
    ],
)
def test_forms_that_nobody_needs_are_not_missed(have: list[str], needed: list[str]) -> None:
    assert missing(have, needed) == []


@cache
def human() -> Mapping[str, Sequence[FilePair]]:
    return sets()


@cache
def clean() -> Sequence[FilePair]:
    return undamaged(human())


def test_people_are_seldom_blamed_and_their_mistakes_are_found() -> None:
    pairs = [pair for rows in human().values() for pair in rows]
    wrong = Counter(pair.wrong for pair, _ in alarms(pairs))
    assert len(pairs) > 4000
    assert wrong[False] <= MOST_FALSE_ALARMS * len(pairs)
    assert wrong[True] == sum(pair.wrong for pair in pairs)


@pytest.mark.parametrize("kind", DAMAGES, ids=lambda kind: kind.name)
def test_damage_to_what_people_wrote_is_caught(kind: Kind) -> None:
    result = caught(kind, clean(), 150, 3)
    assert result.tried > 10
    if kind.hard:
        assert result.hard >= LEAST_CAUGHT * result.tried
    else:
        assert result.noticed >= 0.9 * result.tried


def test_a_limit_is_one_of_what_is_seen_and_only_a_wish_where_the_source_exceeds_it() -> None:
    def long(source: str, target: str) -> list[bool]:
        found = judged(source, target, format=PLAIN, most=12, source_lang="en", target_lang="de")
        return [finding.hard for finding in found if finding.check == "too_long"]

    assert long('<b id="name">Save</b> it', '<b id="name">Sichern</b>') == []
    assert long("Save it", "Jetzt sichern") == [True]
    assert long("Save it right now", "Jetzt sofort sichern") == [False]


def test_code_in_a_document_stays_as_it_is() -> None:
    document = replace(PLAIN, whole=True)

    def judge(target: str, format_: Format) -> list[str]:
        found = judged("Run `make` in ``a`b`` now", target, format=format_, source_lang="en", target_lang="de")
        return [finding.check for finding in found if finding.hard]

    assert judge("Jetzt `make` in ``a`b`` ausführen", document) == []
    assert judge("Jetzt `mache` in ``a`b`` ausführen", document) == ["code"]
    assert judge("Jetzt `mache` in ``a`b`` ausführen", PLAIN) == []
