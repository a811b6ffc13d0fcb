"""What people call a language: names, codes and locales, brought to the codes and names that the tables have."""

import re
import unicodedata
from dataclasses import dataclass

# Common names and codes that the official tables spell differently.
_ALIASES = {
    "american english": "en",
    "arabian": "ar",
    "arabic": "ar",
    "albanian": "sq",
    "azerbaijani": "az",
    "brazilian portuguese": "pt",
    "british english": "en",
    "canadian french": "fr",
    "chinese": "zh",
    "cmn": "zh",
    "european portuguese": "pt",
    "european spanish": "es",
    "farsi": "fa",
    "fil": "tl",
    "filipino": "tl",
    "in": "id",
    "iw": "he",
    "latin american spanish": "es",
    "mandarin": "zh",
    "mandarin chinese": "zh",
    "mexican spanish": "es",
    "nb": "no",
    "no": "nb",
    "norwegian": "nb",
    "persian": "fa",
    "simplified chinese": "zh",
    "traditional chinese": "zh-tw",
    "uzbek": "uz",
}
# What a locale or a remark may say of Chinese; Chinese without any of it is Mandarin in simplified characters.
_MANDARIN = {"zh", "cmn", "chinese", "mandarin", "mandarin chinese"}
_CHINESE = {
    **dict.fromkeys(("hans", "simplified", "cn", "china", "mainland china", "sg", "singapore", "my", "malaysia"), "zh"),
    **dict.fromkeys(("hant", "traditional", "tw", "taiwan", "hk", "hong kong", "mo", "macau", "macao"), "zh-tw"),
    **dict.fromkeys(("yue", "cantonese"), "yue"),
}
_SCRIPTS = {"arabic": "arab", "cyrillic": "cyrl", "latin": "latn"}
_TAG = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{1,8})+")
_REMARK = re.compile(r"([^(),]+?)\s*[(,]\s*([^(),]+?)\s*\)?")


@dataclass(frozen=True)
class Locale:
    """A language with a region, a script or a remark: `sr-Latn-RS`, `Portuguese (Brazil)`.

    Attributes:
        base: the language itself.
        parts: what else is said of it.
        scripts: the scripts among the parts, as ISO 15924 codes.
        names: as a table may call this variety: `Egyptian Arabic`.
    """

    base: str
    parts: tuple[str, ...]
    scripts: frozenset[str]
    names: tuple[str, ...] = ()

    def keys(self) -> tuple[str, ...]:
        """The keys that a table may have it under, the best first; all in the form of `fold`."""
        if self.base not in _MANDARIN:
            return (*self.names, *spellings(self.base))
        variants = [_CHINESE[part] for part in self.parts if part in _CHINESE]
        return (variants[0],) if variants else ("zh",) if _MANDARIN.issuperset(self.parts) else ()


def locale(folded: str) -> Locale | None:
    """The parts of a name that has some; None for a language alone."""
    if remark := _REMARK.fullmatch(folded):
        base, said = remark.groups()
        parts = tuple(dict.fromkeys((said, *said.split("-"))))
        scripts = frozenset(_SCRIPTS[part] for part in parts if part in _SCRIPTS)
        return Locale(base, parts, scripts, (f"{said} {base}", f"{base} {said}"))
    if not _TAG.fullmatch(folded):
        return None
    base, *subtags = folded.split("-")
    return Locale(base, tuple(subtags), frozenset(tag for tag in subtags if len(tag) == 4 and tag.isalpha()))


def spellings(folded: str) -> tuple[str, ...]:
    """A name or code, and what else the tables may call it."""
    return (folded, _ALIASES[folded]) if folded in _ALIASES else (folded,)


def fold(name: str) -> str:
    """A name or code without case, accents, and the difference between `zh_TW` and `zh-tw`."""
    text = unicodedata.normalize("NFKD", name.strip().replace("’", "'")).casefold()
    return "".join(char for char in text if not unicodedata.combining(char)).replace("_", "-")
