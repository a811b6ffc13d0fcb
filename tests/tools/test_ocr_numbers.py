"""Numbers as documents print them: read rightly, or not at all."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen_localize_tools.ocr.numbers import number
from qwen_localize_tools.ocr.values import typed

SPACES = (" ", "\u00a0", "\u202f", "\u2009")
STYLES = [("", "."), ("", ","), (",", "."), (".", ","), ("'", "."), ("’", "."), *[(space, ",") for space in SPACES]]
AROUND = ("{}", "¥{}", "$ {}", "{} €", "{}元", "USD {}", "{} CHF", "HK${}", "Rs. {}", "{}%", "{} kr")
MINUS = ("-{}", "\u2212{}", "{}-", "({})")


@st.composite
def printed(draw: st.DrawFn) -> tuple[str, float]:
    """A number of two decimals in one of the styles, and what it is."""
    cents = draw(st.integers(0, 10**13))
    group, point = draw(st.sampled_from(STYLES))
    text = f"{cents // 100:,}".replace(",", group) + f"{point}{cents % 100:02}"
    negative = draw(st.booleans())
    signed = draw(st.sampled_from(MINUS)).format(text) if negative else text
    return draw(st.sampled_from(AROUND)).format(signed) if "(" not in signed else signed, (-1) ** negative * cents / 100


@given(printed())
def test_a_number_in_any_style_reads_back(case: tuple[str, float]) -> None:
    text, value = case
    assert typed(text, "number") == value


@given(st.integers(0, 10**15 - 1))
def test_a_whole_number_without_groups_reads_back(value: int) -> None:
    read = typed(f"{value}", "integer")
    assert (read, type(read)) == (value, int)


@given(st.integers(1, 999), st.integers(0, 999), st.sampled_from(",."))
def test_a_lone_group_of_three_is_a_thousand_or_a_decimal_and_stays_text(head: int, tail: int, mark: str) -> None:
    text = f"{head}{mark}{tail:03}"
    assert typed(text, "number") == typed(text, "integer") == text


@given(st.text(alphabet="0123456789.,' -+()$€%Ek万", max_size=12))
def test_nothing_is_read_whose_digits_are_not_all_in_the_number(text: str) -> None:
    value = number(text)
    if value is not None:
        written = "".join(char for char in text if char.isdigit())
        assert written.strip("0") == "".join(char for char in f"{Decimal(repr(value)):f}" if char.isdigit()).strip("0")


@given(st.text())
def test_what_is_no_number_stays_the_same_text(text: str) -> None:
    read = typed(text, "number")
    assert read is None or isinstance(read, float) or read == text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("\u22125", -5.0), ("5-", -5.0), ("(1,234.50)", -1234.5), ("1234,50", 1234.5), ("1 234,50 €", 1234.5),
        ("Rs. 500", 500.0), ("-$5", -5.0), ("$-5", -5.0), ("5,00- €", -5.0), ("1,234,567", 1234567.0),
        ("1.234.567", 1234567.0), ("¥1,234", 1234.0), ("1,234 元", 1234.0), ("0,125", 0.125), ("3.14159", 3.14159),
        ("US$ 1,234", 1234.0), ("1234,567", 1234.567), ("($5.00)", -5.0), ("+5", 5.0),
    ],
)  # fmt: skip
def test_a_number_is_read_with_what_accountants_put_around_it(text: str, value: float) -> None:
    assert typed(text, "number") == value


@pytest.mark.parametrize(
    "text",
    [
        "12万", "3.5k", "10 20 30", "2024 05 01", "INV-001", "1.234", "1,234", "€1,234", "$1.234", "2024-05-01",
        "10-20", "(-5)", "-5-", "- 5", "007", "5²", "½", "1,23,4", "12,3456", "1,234.567.8", "1 234 56", "1\n234",
        "1' 234", "5 kg", "A4", "12:30", "..5", "1234567890123456", "$", "()", "%", "1e5", "NaN",
    ],
)  # fmt: skip
def test_what_is_no_number_or_may_be_two_stays_text(text: str) -> None:
    assert typed(text, "number") == text
