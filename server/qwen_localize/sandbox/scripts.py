"""The letters that a pseudo-localized text is written in: those of the target's script, as a translation would be."""

from functools import cache
from itertools import islice

# Characters that both ways of writing Chinese have.
_CHINESE = "人大小中日月火水木金土山川口目耳手足心力田石米竹雨王"
_LATIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ACCENTED = "áƀçðéƒĝĥîĵķļɱñöþʠŕšţûṽŵẋýžÁƁÇÐÉƑĜĤÎĴĶĻḾÑÖÞǪŔŠŢÛṼŴẊÝŽ"
# By ISO 15924 code: where the small letters begin, and the capitals where there are any; or all 26.
_FIRST = {
    "Cyrl": "аА", "Grek": "αΑ", "Armn": "աԱ", "Geor": "ა", "Arab": "ا", "Hebr": "א", "Deva": "क", "Beng": "ক",
    "Gujr": "ક", "Orya": "କ", "Taml": "க", "Telu": "క", "Knda": "ಕ", "Sinh": "ක", "Thai": "ก", "Laoo": "ກ",
    "Khmr": "ក", "Mymr": "က", "Hans": _CHINESE, "Hant": _CHINESE, "Jpan": "か", "Kore": "가",
}  # fmt: skip
# Scripts that say in one sign what takes others about three.
_DENSE = frozenset({"Hans", "Hant", "Jpan", "Kore"})


def written(word: str, script: str) -> str:
    """A word of Latin letters in another script; with accents in Latin itself."""
    return (word[::3] if script in _DENSE else word).translate(_letters(script))


@cache
def _letters(script: str) -> dict[int, str]:
    if script not in _FIRST:
        return {ord(plain): accented for plain, accented in zip(_LATIN, _ACCENTED, strict=True)}
    first = _FIRST[script]
    letters = first * 2 if len(first) == len(_CHINESE) else _from(first[0]) + _from(first[-1])
    return {ord(plain): letter for plain, letter in zip(_LATIN, letters, strict=True)}


def _from(first: str) -> str:
    """The 26 letters that begin here."""
    return "".join(islice((chr(code) for code in range(ord(first), 0x10FFFF) if chr(code).isalpha()), 26))
