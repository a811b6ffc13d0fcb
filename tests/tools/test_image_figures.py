"""Numbers and lines before and after a translation, compared."""

from collections.abc import Sequence

import pytest

from qwen_localize_tools.translate_image.figures import figures
from qwen_localize_tools.translate_image.proof import Line, compare
from qwen_localize_tools.translate_image.verdict import Verdict

SAME = [
    ("$1,299.00", "1 299,00 $"),
    ("¥19.90", "19,9 元"),
    ("12,000 pcs", "12 000 шт."),
    ("1,234,567", "1.234.567"),
    ("5 x 10", "10 x 5"),
    ("05.12.2024", "2024-12-5"),
    ("50% OFF", "Скидка 50%"),
    ("１２ 件", "12 шт"),
    ("٣٤", "34"),
    ("model X200", "модель X200"),
    ("€1.299,50", "1,299.50 EUR"),
    ("12 0000", "12 0000"),
    ("₹1,00,000", "100000 ₹"),
    ("5折", "50% OFF"),
    ("8折", "20% off"),
    ("12月5日", "December 5"),
    ("05.12.2024", "5 Dec 2024"),
    ("1.5万", "15,000"),
    ("3亿", "300 million"),
    ("$1.2K", "1 200 $"),
    ("4K", "4К"),
    ("5千克", "5 kg"),
    ("买一送一", "Buy 1 get 1"),
    ("10:30 PM", "22.30"),
    ("½", "1/2"),
    ("1½ L", "1 1/2 л"),
    (".5", "0,5"),
    ("500円", "¥500"),
    ("+7 (495) 123-45-67", "+7 495 123-45-67"),
]
OTHER = [
    ("$19.99", "$1999"),
    ("$19.99", "$19.90"),
    ("$19.99", "19.99 ₽"),
    ("¥100", "¥1000"),
    ("2 for 1", "2"),
    ("no number", "now 5"),
    ("1,299", "1,300"),
    ("1,000", "1"),
    ("1.5万", "1.5"),
    ("5折", "60% OFF"),
    ("12月", "11月"),
    ("05.12.2024", "06.12.2024"),
    ("买一送一", "Buy 1 get 1, 2"),
    ("99元", "99円"),
    ("10:30", "10:35"),
]


def lines(*texts: str) -> list[Line]:
    """Lines below each other."""
    return [Line(text, (0.1, 0.1 * row, 0.9, 0.1 * row + 0.08)) for row, text in enumerate(texts)]


def judged(before: Sequence[str], after: Sequence[str], places: bool = True) -> Verdict:
    one, other = lines(*before), lines(*after)
    if not places:
        one, other = [Line(line.text) for line in one], [Line(line.text) for line in other]
    return compare(one, other, [], [])


@pytest.mark.parametrize("places", [True, False])
@pytest.mark.parametrize(("before", "after"), SAME)
def test_the_same_number_written_in_another_way_is_the_same(before: str, after: str, places: bool) -> None:
    assert judged([before], [after], places).changed == []
    assert judged([after], [before], places).changed == []


@pytest.mark.parametrize("places", [True, False])
@pytest.mark.parametrize(("before", "after"), OTHER)
def test_another_number_is_told(before: str, after: str, places: bool) -> None:
    assert len(judged([before], [after], places).changed) == 1


def test_two_prices_that_changed_places_are_told_and_one_that_moved_alone_is_not() -> None:
    swapped = judged(["Cup ¥19", "Jug ¥29"], ["Чашка ¥29", "Кувшин ¥19"])
    assert swapped.changed == ["¥19 → ¥29", "¥29 → ¥19"]
    assert judged(["Only $5", "for all"], ["за всё", "только $5"]).changed == []


def test_every_line_is_translated_left_or_missing() -> None:
    verdict = judged(["New arrival", "Keep dry", "Free shipping"], ["Новинка", "Keep dry"])
    assert (verdict.translated, verdict.left, verdict.missing) == (1, ["Keep dry"], ["Free shipping"])
    assert verdict.words == (
        "Checked: 1 lines translated, 1 left: “Keep dry”, 1 missing: “Free shipping”; numbers kept."
    )
    assert not verdict.passed


def test_without_places_what_is_left_is_known_by_its_words_and_what_is_missing_by_the_count() -> None:
    verdict = judged(["New arrival", "Keep dry", "Free shipping"], ["Новинка", "Keep dry"], places=False)
    assert (verdict.left, verdict.missing) == (["Keep dry"], ["1 line(s)"])


@pytest.mark.parametrize("text", ["X200", "¥19.90", "USB3", "---", "5L"])
def test_codes_and_numbers_alone_are_not_to_be_translated(text: str) -> None:
    assert judged([text], [text]).passed


def test_a_slip_of_the_reader_does_not_hide_a_line_that_was_left() -> None:
    assert judged(["Free shipping"], ["Free shippinq"]).left == ["Free shipping"]
    assert judged(["SALE"], ["SALT"]).left == []


def test_terms_must_stand_there_and_sensitive_words_must_not() -> None:
    before, after = lines("Acme cup", "best in the world"), lines("Кружка", "лучший в мире")
    verdict = compare(before, after, [("Acme", "Acme"), ("cup", "кружка"), ("jug", "кувшин")], ["Лучший", "скидка"])
    assert verdict.terms == ["Acme"]
    assert verdict.sensitive == ["Лучший"]
    assert "glossary terms missing: Acme; sensitive words found: Лучший" in verdict.words


def test_a_brand_that_stays_by_the_glossary_is_not_told_as_left() -> None:
    assert compare(lines("ACME"), lines("ACME"), [("Acme", "Acme")], []).left == []


def test_numbers_as_long_as_a_page_take_no_time() -> None:
    assert len(figures("1," * 50_000)) == 50_000
    assert len(figures("9" * 4000)) == 1


def test_an_answer_of_a_hundred_thousand_lines_takes_no_time() -> None:
    many = [Line(f"{number} 9 9 9 9 9", (0.0, 0.0, 1.0, 1.0)) for number in range(100_000)]
    assert compare(many, many, [("9", "10")] * 100, ["9"] * 100).changed == []
