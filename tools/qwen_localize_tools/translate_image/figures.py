"""Numbers as pictures of goods show them, told apart by what they say and not by how they are written."""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

_SPACES = {0x00A0: " ", 0x202F: " ", 0x2009: " "}
# A sign may be that of several: ¥ is China's and Japan's.
_CURRENCIES = {
    "CNY": ("¥", "￥", "元", "cny", "rmb", "人民币"),
    "JPY": ("¥", "￥", "円", "jpy"),
    "USD": ("$", "＄", "us$", "usd"),
    "EUR": ("€", "eur"),
    "GBP": ("£", "gbp"),
    "RUB": ("₽", "руб", "rub"),
    "KRW": ("₩", "원", "krw"),
    "INR": ("₹", "rs", "inr"),
    "BRL": ("r$", "brl"),
}
_ALL_SIGNS = sorted({sign for signs in _CURRENCIES.values() for sign in signs}, key=len, reverse=True)
_SIGNS = "|".join(map(re.escape, _ALL_SIGNS))
# What a number is counted in. Some may as well be a unit, as in 4K, 5 m and 千克.
_SCALES = {
    10**3: ("thousand", "тыс", "ribu", "nghìn"),
    10**4: ("万", "萬", "만"),
    10**5: ("lakh",),
    10**6: ("million", "millones", "millón", "milhões", "millionen", "mln", "mio", "млн", "juta", "triệu"),
    10**7: ("crore",),
    10**8: ("亿", "億", "억"),
    10**9: ("billion", "mrd", "млрд"),
}
_SCALE_OF = {word: scale for scale, words in _SCALES.items() for word in words}
_PERHAPS = {"k": 10**3, "m": 10**6, "mil": 10**3, "千": 10**3, "천": 10**3}
_SCALE = "|".join(word if word >= "\u3000" else rf"{word}\b" for word in (*_SCALE_OF, *_PERHAPS))
_FIGURE = re.compile(
    rf"(?P<phone>\+\d[\d ()-]{{6,}}\d)"
    rf"|(?<![\d:])(?P<hour>\d\d?)[:：](?P<minute>[0-5]\d)(?![\d:])"
    rf"|(?P<before>{_SIGNS})?\s?"
    rf"(?P<digits>(?<!\d)\d{{1,3}}(?: \d{{3}}(?!\d))+(?:[.,]\d+)?|\d+(?:[.,'’]\d+)*|(?<![\d.,])[.,]\d+)"
    rf"(?:\s?(?P<scale>{_SCALE}))?"
    rf"(?P<noun>\s?[月월折])?"
    rf"(?:\s?(?P<after>{_SIGNS}))?",
    re.IGNORECASE,
)
_GROUP = 3
_MONTHS = 12
# Numbers in words, in the languages of which one is on either side.
_NUMERALS = ("one一", "two二两兩", "three三", "four四", "five五", "six六", "seven七", "eight八", "nine九", "ten十")
_WORDS = {word: value for value, words in enumerate(_NUMERALS, 1) for word in re.findall(r"[a-z]+|.", words)}
_WORD = re.compile("|".join(rf"\b{word}\b" if word.isascii() else word for word in _WORDS), re.IGNORECASE)


@dataclass(frozen=True)
class Figure:
    """A number.

    Attributes:
        text: as it stands there.
        values: all that it can mean: "1,299" is a thousand to some.
        currencies: whose sign stands beside it, if one does.
        may_be_word: whether others write it as a word, as a date's month.
    """

    text: str
    values: frozenset[Decimal]
    currencies: frozenset[str] = frozenset()
    may_be_word: bool = False

    def same(self, other: "Figure") -> bool:
        """Whether both can be the same; a currency that is not there, or was not read, is any."""
        money = not self.currencies or not other.currencies or self.currencies & other.currencies
        return bool(money and self.values & other.values)


def figures(text: str) -> list[Figure]:
    """The numbers in a line."""
    plain = "".join(map(_plain, text.translate(_SPACES)))
    return [figure for match in _FIGURE.finditer(plain) for figure in _meant(match)]


def in_words(text: str) -> list[Decimal]:
    """The numbers that stand in a line as words, as far as these are known."""
    return [Decimal(_WORDS[match.group().lower()]) for match in _WORD.finditer(text)]


def _plain(char: str) -> str:
    """Digits of every script as ASCII's, a fraction as two numbers, and nothing else changed."""
    if unicodedata.category(char) == "No" and "\u2044" in (parts := unicodedata.normalize("NFKC", char)):
        return " " + parts.replace("\u2044", "/")
    return str(unicodedata.decimal(char, char))


def _meant(match: re.Match[str]) -> list[Figure]:
    if match["phone"]:
        return [Figure(match["phone"], frozenset({Decimal(re.sub(r"\D", "", match["phone"]))}))]
    if match["hour"]:
        hour, minute = int(match["hour"]), Decimal(match["minute"]) / 100
        hours = {hour, hour % _MONTHS, hour % _MONTHS + _MONTHS}  # some count to twelve
        return [Figure(match.group(), frozenset(hour + minute for hour in hours))]
    digits = match["digits"].replace(" ", "")
    parts, marks = re.split(r"[.,'’]", digits), re.findall(r"[.,'’]", digits)
    if _is_several(parts, marks):  # a date, a version
        is_date = len(parts) == 3 and any(len(part) == 4 for part in parts)
        return [_part(part, may_be_word=is_date and int(part) <= _MONTHS) for part in parts]
    sign, noun = (match["before"] or match["after"] or "").casefold(), (match["noun"] or "").strip()
    values = _counted(_values(parts, marks), (match["scale"] or "").lower())
    currencies = frozenset(code for code, signs in _CURRENCIES.items() if sign in signs)
    if noun == "折":  # so many tenths of the price are left
        values = {meant for value in values for meant in (value, 10 * value, 100 - 10 * value)}
    is_month = bool(noun) and noun != "折" and values <= set(map(Decimal, range(1, _MONTHS + 1)))
    return [Figure(match.group().strip(), frozenset(values), currencies, is_month)]


def _part(digits: str, *, may_be_word: bool) -> Figure:
    return Figure(digits, frozenset({Decimal(digits)}), may_be_word=may_be_word)


def _is_several(parts: list[str], marks: list[str]) -> bool:
    """Whether the marks between digits are those of several numbers, and group none."""
    if len(marks) < 2 or len(set(marks)) > 1 or all(len(part) == _GROUP for part in parts[1:]):
        return False
    is_indian = marks[0] == "," and len(parts[-1]) == _GROUP and all(len(part) == 2 for part in parts[1:-1])
    return not is_indian


def _counted(values: set[Decimal], scale: str) -> set[Decimal]:
    if scale in _PERHAPS:
        return values | {value * _PERHAPS[scale] for value in values}
    return {value * _SCALE_OF.get(scale, 1) for value in values}


def _values(parts: list[str], marks: list[str]) -> set[Decimal]:
    whole = Decimal("".join(parts))
    if not marks:
        return {whole}
    fraction = Decimal(f"{''.join(parts[:-1]) or '0'}.{parts[-1]}")
    if len(marks) > 1:
        return {whole} if len(set(marks)) == 1 else {fraction}
    if len(parts[-1]) != _GROUP or len(parts[0]) > _GROUP or not parts[0]:
        return {fraction}
    return {whole, fraction} if int(parts[-1]) else {whole}
