"""How a project spells its locales, and how a new one is to be spelled."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

from .tags import Tag, parsed, region_of, same

_ANDROID_OLD = {"he": "iw", "id": "in", "yi": "ji"}  # as Android's own checks demand


class Spelling(Enum):
    """The usual ways to spell a locale."""

    BCP47 = "pt-BR"
    POSIX = "pt_BR"
    LOWER = "pt-br"
    LOWER_POSIX = "pt_br"
    ANDROID = "pt-rBR"


class Chinese(Enum):
    """How the two ways to write Chinese are told apart."""

    ASKED = "as it is asked for: zh, zh-TW, zh-Hant"
    REGION = "zh-CN, zh-TW"
    SCRIPT = "zh-Hans, zh-Hant"


@dataclass(frozen=True)
class Style:
    """How a new locale is spelled.

    Attributes:
        spelling: in which of the usual ways.
        regions: whether each language has a region: `de-DE` for `de`.
        chinese: how the two ways to write Chinese are told apart.
        names: languages that the project calls by another name.
    """

    spelling: Spelling = Spelling.BCP47
    regions: bool = False
    chinese: Chinese = Chinese.ASKED
    names: Mapping[str, str] = field(default_factory=dict)

    def spelled(self, lang: str) -> str:
        """A language as this project would spell it."""
        tag = parsed(lang)
        return self.named(lang) or (_joined(_regional(tag, self), self.spelling) if tag else lang)

    def named(self, lang: str) -> str | None:
        """What the project calls a language by a name of its own; None if it has none."""
        return next((name for code, name in self.names.items() if same(code, lang)), None)


def _regional(tag: Tag, style: Style) -> Tag:
    if tag.language in ("zh", "cmn"):
        return _chinese(tag, style.chinese)
    if style.regions and not tag.region and not tag.script:
        return replace(tag, region=region_of(tag))
    return tag


def _chinese(tag: Tag, told: Chinese) -> Tag:
    _, script, region, _ = tag.full()
    if told is Chinese.REGION:
        return Tag("zh", "", region)
    if told is Chinese.SCRIPT:
        return Tag("zh", script, region if tag.region and region not in ("CN", "TW") else "")
    return tag


def _joined(tag: Tag, spelling: Spelling) -> str:
    parts = [part for part in (tag.language, tag.script, tag.region, tag.variant) if part]
    if spelling is Spelling.ANDROID:
        return _android(tag, parts)
    text = ("_" if spelling in (Spelling.POSIX, Spelling.LOWER_POSIX) else "-").join(parts)
    return text.lower() if spelling in (Spelling.LOWER, Spelling.LOWER_POSIX) else text


def _android(tag: Tag, parts: list[str]) -> str:
    if tag.script or tag.variant or tag.region.isdigit():
        return "b+" + "+".join(parts)
    language = _ANDROID_OLD.get(tag.language, tag.language)
    return f"{language}-r{tag.region}" if tag.region else language


def guessed(locales: Iterable[str], usual: Style) -> Style:
    """The style of a project that has these locales already; where they say nothing, the usual one."""
    known = [locale for locale in locales if parsed(locale)]
    tags = [tag for locale in known if (tag := parsed(locale))]
    regions = len(tags) > 1 and all(tag.region for tag in tags)
    chinese = [tag for tag in tags if tag.language == "zh"]
    told = usual.chinese
    if chinese:
        told = Chinese.SCRIPT if any(tag.script for tag in chinese) else Chinese.ASKED
        told = Chinese.REGION if any(tag.region and not tag.script for tag in chinese) else told
    return replace(usual, spelling=_spelling(known) or usual.spelling, regions=regions or usual.regions, chinese=told)


def _spelling(locales: list[str]) -> Spelling | None:
    long = [locale for locale in locales if "-" in locale or "_" in locale or "+" in locale]
    if not long:
        return None
    if any(locale.startswith("b+") or "-r" in locale for locale in long):
        return Spelling.ANDROID
    lower = all(locale == locale.lower() and not locale[-1].isdigit() for locale in long)
    if sum("_" in locale for locale in long) * 2 > len(long):
        return Spelling.LOWER_POSIX if lower else Spelling.POSIX
    return Spelling.LOWER if lower else Spelling.BCP47


_POSIX = Style(Spelling.POSIX, chinese=Chinese.REGION)
_USUAL = (
    (r"values-\[locale\]/", Style(Spelling.ANDROID, chinese=Chinese.REGION)),
    (r"\.lproj/|\.xcstrings$", Style(chinese=Chinese.SCRIPT)),
    (r"_locales/", Style(Spelling.POSIX, chinese=Chinese.REGION, names={"pt": "pt_BR"})),
    (r"\.nls\.\[locale\]|bundle\.l10n\.", Style(Spelling.LOWER, chinese=Chinese.REGION)),
    (r"\.res[xw]$", Style(chinese=Chinese.SCRIPT)),
    (r"django(?:js)?\.po$", Style(Spelling.POSIX, chinese=Chinese.SCRIPT)),
    (r"languages/.*-\[locale\]\.po$", Style(Spelling.POSIX, regions=True, chinese=Chinese.REGION)),
    (r"\.(?:po|properties|ts)$", _POSIX),
    (r"\.arb$", Style(Spelling.POSIX)),
)


def usual(pattern: str) -> Style:
    """How locales are usually spelled where translations lie so."""
    return next((style for form, style in _USUAL if re.search(form, pattern)), Style())
