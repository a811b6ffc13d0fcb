"""Numbers as pictures of goods show them, told apart by what they say and not by how they are written."""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

_SPACES = {0x00A0: " ", 0x202F: " ", 0x2009: " "}
_CURRENCIES = {
    "CNY": ("¥", "￥", "元", "cny", "rmb", "人民币"),
    "JPY": ("円", "jpy"),
    "USD": ("$", "＄", "us$", "usd"),
    "EUR": ("€", "eur"),
    "GBP": ("£", "gbp"),
    "RUB": ("₽", "руб", "rub"),
    "KRW": ("₩", "원", "krw"),
    "INR": ("₹", "rs", "inr"),
    "BRL": ("r$", "brl"),
}
_BY_SIGN = {sign: code for code, signs in _CURRENCIES.items() for sign in signs}
_SIGNS = "|".join(re.escape(sign) for sign in sorted(_BY_SIGN, key=len, reverse=True))
_FIGURE = re.compile(
    rf"(?P<before>{_SIGNS})?\s?(?P<digits>(?<!\d)\d{{1,3}}(?: \d{{3}}(?!\d))+(?:[.,]\d+)?|\d+(?:[.,'’]\d+)*)"
    rf"(?:\s?(?P<after>{_SIGNS}))?",
    re.IGNORECASE,
)
_GROUP = 3


@dataclass(frozen=True)
class Figure:
    """A number: all that it can mean ("1,299" is a thousand to some), and the currency, if one stands beside it."""

    text: str
    values: frozenset[Decimal]
    currency: str = ""

    def same(self, other: "Figure") -> bool:
        """Whether both can be the same; a currency that is not there, or was not read, is any."""
        money = not self.currency or not other.currency or self.currency == other.currency
        return money and bool(self.values & other.values)


def figures(text: str) -> list[Figure]:
    """The numbers in a line."""
    plain = "".join(_plain(char) for char in text.translate(_SPACES))
    return [figure for match in _FIGURE.finditer(plain) for figure in _meant(match)]


def _plain(char: str) -> str:
    """Digits of every script as ASCII's, and nothing else changed."""
    return str(unicodedata.decimal(char, char))


def _meant(match: re.Match[str]) -> list[Figure]:
    digits = match["digits"].replace(" ", "")
    sign = (match["before"] or match["after"] or "").casefold()
    shown, currency = match.group().strip(), _BY_SIGN.get(sign, "")
    parts = re.split(r"[.,'’]", digits)
    marks = re.findall(r"[.,'’]", digits)
    if len(marks) > 1 and len(set(marks)) == 1 and any(len(part) != _GROUP for part in parts[1:]):
        return [Figure(part, frozenset({Decimal(part)})) for part in parts]  # a date, a version
    return [Figure(shown, frozenset(_values(parts, marks)), currency)]


def _values(parts: list[str], marks: list[str]) -> set[Decimal]:
    whole = Decimal("".join(parts))
    if not marks:
        return {whole}
    fraction = Decimal(f"{''.join(parts[:-1])}.{parts[-1]}")
    if len(marks) > 1:
        return {whole} if len(set(marks)) == 1 else {fraction}
    return {whole, fraction} if len(parts[-1]) == _GROUP and len(parts[0]) <= _GROUP else {fraction}
