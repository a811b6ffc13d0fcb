"""Plural forms of gettext: which form a number takes, by the expression in C that a file's header has."""

import re
from collections.abc import Callable, Mapping

_HEADER = re.compile(r"nplurals\s*=\s*(\d{1,2})\s*;\s*plural\s*=\s*([^;]+)")
_SIGN = re.compile(r"\s*(n|\d{1,9}|&&|\|\||==|!=|<=|>=|[-+*/%<>!?:()])")
_LONGEST = 1000
_MOST_FORMS = 10
_BINDS = {
    "||": 1, "&&": 2, "==": 3, "!=": 3, "<": 4, ">": 4, "<=": 4, ">=": 4, "+": 5, "-": 5, "*": 6, "/": 6, "%": 6,
}  # fmt: skip
# Numbers from 20 to 99 sound natural in every language; where none of them takes a form, the smallest that does.
_NUMBERS = (*range(20, 100), *range(1, 20), *range(100, 320), 0, 1000, 40_000, 100_000, 1_000_000)

_Value = Callable[[int], int]


def samples(header: str) -> dict[str, int]:
    """The forms of a `Plural-Forms` header, each with a number that takes it; none if it cannot be understood."""
    found = _HEADER.search(header)
    if not found or len(header) > _LONGEST or not 1 <= int(found[1]) <= _MOST_FORMS:
        return {}
    count = int(found[1])
    try:
        plural = _Expression(found[2]).value()
        taken = [plural(number) for number in _NUMBERS]
    except (ValueError, ZeroDivisionError, RecursionError):
        return {}
    if max(taken) >= count:
        return {}
    numbers = dict(reversed(list(zip(taken, _NUMBERS, strict=True))))
    # A form that no whole number takes is like the last of the others.
    last = numbers[max(numbers)]
    return {str(form): numbers.get(form, last) for form in range(count)}


class _Expression:
    """An expression in C with one variable, `n`."""

    def __init__(self, text: str) -> None:
        self._signs = _signs(text)
        self._next = 0

    def value(self) -> _Value:
        """What it comes to, for a number.

        Raises:
            ValueError: it is no such expression.
        """
        value = self._choice()
        if self._peek():
            raise ValueError
        return value

    def _choice(self) -> _Value:
        condition = self._operation(1)
        if self._peek() != "?":
            return condition
        self._take("?")
        yes = self._choice()
        self._take(":")
        no = self._choice()
        return lambda n: yes(n) if condition(n) else no(n)

    def _operation(self, binds: int) -> _Value:
        left = self._operand()
        while _BINDS.get(self._peek(), 0) >= binds:
            sign = self._take()
            left = _operated(sign, left, self._operation(_BINDS[sign] + 1))
        return left

    def _operand(self) -> _Value:
        sign = self._take()
        if sign == "!":
            negated = self._operand()
            return lambda n: int(not negated(n))
        if sign == "(":
            inner = self._choice()
            self._take(")")
            return inner
        if sign == "n":
            return lambda n: n
        number = int(sign)
        return lambda _: number

    def _peek(self) -> str:
        return self._signs[self._next] if self._next < len(self._signs) else ""

    def _take(self, expected: str = "") -> str:
        sign = self._peek()
        if not sign or expected not in ("", sign):
            raise ValueError
        self._next += 1
        return sign


def _signs(text: str) -> list[str]:
    signs, position, text = [], 0, text.strip()
    while position < len(text):
        if not (found := _SIGN.match(text, position)):
            raise ValueError
        signs.append(found[1])
        position = found.end()
    return signs


_OPERATIONS: Mapping[str, Callable[[int, int], int]] = {
    "==": lambda a, b: int(a == b),
    "!=": lambda a, b: int(a != b),
    "<": lambda a, b: int(a < b),
    ">": lambda a, b: int(a > b),
    "<=": lambda a, b: int(a <= b),
    ">=": lambda a, b: int(a >= b),
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a // b,
    "%": lambda a, b: a % b,
}


def _operated(sign: str, left: _Value, right: _Value) -> _Value:
    if sign == "&&":
        return lambda n: int(bool(left(n) and right(n)))
    if sign == "||":
        return lambda n: int(bool(left(n) or right(n)))
    does = _OPERATIONS[sign]
    return lambda n: does(left(n), right(n))


_ONE = "nplurals=1; plural=0;"
_TWO = "nplurals=2; plural=(n != 1);"
_ZERO_TOO = "nplurals=2; plural=(n > 1);"
_EAST = "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);"
_ARABIC = "nplurals=6; plural=n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5;"
# As gettext's own table has them. A language that is not here has two forms, as English has.
_LANGUAGES = (
    ("ja vi ko zh th id ms my lo km jv su yo bo dz ig ii sah wo yue", _ONE),
    ("fr pt_BR br oc fil tl ak am gun ln mg mi ti wa fa hy kab", _ZERO_TOO),
    ("ru uk be sr hr bs sh", _EAST),
    ("ar arz acm ary ars acq aeb apc ajp", _ARABIC),
    ("cs sk", "nplurals=3; plural=(n==1) ? 0 : (n>=2 && n<=4) ? 1 : 2;"),
    ("pl", "nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);"),
    ("lt", "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && (n%100<10 || n%100>=20) ? 1 : 2);"),
    ("lv", "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n != 0 ? 1 : 2);"),
    ("ro", "nplurals=3; plural=n==1 ? 0 : (n==0 || (n%100 > 0 && n%100 < 20)) ? 1 : 2;"),
    ("sl", "nplurals=4; plural=(n%100==1 ? 0 : n%100==2 ? 1 : n%100==3 || n%100==4 ? 2 : 3);"),
    ("ga", "nplurals=5; plural=n==1 ? 0 : n==2 ? 1 : n<7 ? 2 : n<11 ? 3 : 4;"),
    ("gd", "nplurals=4; plural=(n==1 || n==11) ? 0 : (n==2 || n==12) ? 1 : (n > 2 && n < 20) ? 2 : 3;"),
    ("cy", "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n==3 ? 3 : n==6 ? 4 : 5);"),
    ("mt", "nplurals=4; plural=(n==1 ? 0 : n==0 || (n%100>1 && n%100<11) ? 1 : (n%100>10 && n%100<20) ? 2 : 3);"),
    ("is", "nplurals=2; plural=(n%10!=1 || n%100==11);"),
    ("mk", "nplurals=2; plural=(n%10==1 && n%100!=11 ? 0 : 1);"),
)
_RULES = {language: plural for languages, plural in _LANGUAGES for language in languages.split()}


def rule(language: str) -> str:
    """The `Plural-Forms` of a language: `pt-BR`, `zh_Hant`."""
    spelt = language.replace("-", "_")
    return _RULES.get(spelt) or _RULES.get(base(language), _TWO)


def base(language: str) -> str:
    """The language of a locale, without region, script and variant."""
    return re.split(r"[-_@.]", language.strip(), maxsplit=1)[0].lower()
