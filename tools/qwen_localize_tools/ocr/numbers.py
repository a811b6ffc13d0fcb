"""Numbers as documents print them."""

import re

_CODES = (
    "AED ARS AUD BDT BGN BRL CAD CHF CLP CNY CZK DKK EGP EUR GBP HKD HUF IDR ILS INR JPY KES KRW KWD KZT LKR MXN "
    "MYR NGN NOK NZD PHP PKR PLN QAR RMB RON RUB SAR SEK SGD THB TRY TWD UAH USD VND ZAR"
)
_NAMES = r"Rs\.?|RM|kr\.?|zł|Kč|руб\.?|人民币|元|円|圆|원"
_AROUND = rf"[A-Z]{{0,3}}\$|[¢£¤¥€฿₡₦₩₪₫₭₮₱₲₴₵₸₹₺₼₽₾￡￥￦＄%]|{_CODES.replace(' ', '|')}|{_NAMES}"
# Where these are paid with, a comma stands between thousands, and no price has three decimals.
_COMMA_CURRENCY = re.compile(r"[¥￥£￡₩￦₹$＄元円圆원]|人民币|Rs|CNY|RMB|JPY|GBP|KRW|INR|USD|HKD|TWD|SGD")
_PRINTED = re.compile(
    rf"([+-])?(?:(?P<before>{_AROUND}) ?)?([+-])?(?P<digits>\d(?:[\d.,' ’]*\d)?)(-)? ?(?P<after>{_AROUND})?(-)?",
    re.ASCII,
)
_PLAIN = {0x2212: "-", 0x00A0: " ", 0x202F: " ", 0x2009: " "}
_STYLES = [
    re.compile(pattern, re.ASCII)
    for pattern in (
        r"(?P<whole>0|[1-9]\d*|[1-9]\d{0,2}(?:,\d{3})+)(?:\.(?P<decimals>\d+))?",
        r"(?P<whole>0|[1-9]\d*|[1-9]\d{0,2}(?:\.\d{3})+)(?:,(?P<decimals>\d{1,3}))?",
        r"(?P<whole>[1-9]\d{0,2}(?P<gap>[ '’])\d{3}(?:(?P=gap)\d{3})*)(?:[.,](?P<decimals>\d{1,2}))?",
    )
]
# More digits than this do not survive as numbers in every reader of JSON.
_MOST_DIGITS = 15


def number(text: str) -> float | None:
    """The number in a text such as "¥ 1,234.50"; None if there is none, or if it can be read in two ways.

    Around it may stand a currency or %, and a minus as accountants write it: (5), 5-. "1,234" and "1.234" are a
    thousand to some and one to others; "1,234.5", "1,234,567" and "$1,234" are the same to everybody.
    """
    plain = text.strip().translate(_PLAIN)
    enclosed = plain.startswith("(") and plain.endswith(")")
    printed = _PRINTED.fullmatch(plain[1:-1].strip() if enclosed else plain)
    if not printed:
        return None
    signs = [sign for sign in printed.group(1, 3, 5, 7) if sign] + ["-"] * enclosed
    found = _readings(printed["digits"])
    if "," in printed["digits"] and _COMMA_CURRENCY.search(f"{printed['before']} {printed['after']}"):
        found = found[:1]
    if len(found) != 1 or len(signs) > 1 or len(found[0]) > _MOST_DIGITS:
        return None
    return -float(found[0]) if "-" in signs else float(found[0])


def _readings(digits: str) -> list[str]:
    """The numbers that these digits can mean; first the one with commas between thousands."""
    matches = [match for style in _STYLES if (match := style.fullmatch(digits))]
    found = [(re.sub(r"\D", "", match["whole"]), match["decimals"]) for match in matches]
    return list(dict.fromkeys(f"{whole}.{decimals}" if decimals else whole for whole, decimals in found))
