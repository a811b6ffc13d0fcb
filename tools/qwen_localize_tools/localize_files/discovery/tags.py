"""Languages as projects spell them: `pt-BR`, `pt_BR`, `pt-rBR`, `b+sr+Latn`, `sr@latin`, and which of them are one."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

# Where a language without a region is meant to be spoken (CLDR, likelySubtags), for those that files are found in.
_LIKELY = (
    "aa:ET ab:GE af:ZA ak:GH am:ET an:ES ar:EG as:IN ast:ES az:AZ ba:RU be:BY bg:BG bm:ML bn:BD bo:CN br:FR bs:BA "
    "ca:ES ce:RU ceb:PH ckb:IQ co:FR cs:CZ cu:RU cv:RU cy:GB da:DK de:DE dsb:DE dv:MV dz:BT ee:GH el:GR en:US es:ES "
    "et:EE eu:ES fa:IR ff:SN fi:FI fil:PH fo:FO fr:FR fy:NL ga:IE gd:GB gl:ES gn:PY gsw:CH gu:IN gv:IM ha:NG haw:US "
    "he:IL hi:IN hr:HR hsb:DE ht:HT hu:HU hy:AM id:ID ig:NG is:IS it:IT iu:CA ja:JP jv:ID ka:GE kab:DZ kk:KZ kl:GL "
    "km:KH kn:IN ko:KR ks:IN ku:TR kw:GB ky:KG la:VA lb:LU lg:UG ln:CD lo:LA lt:LT lv:LV mai:IN mg:MG mi:NZ mk:MK "
    "ml:IN mn:MN mr:IN ms:MY mt:MT my:MM nb:NO ne:NP nl:NL nn:NO nso:ZA ny:MW oc:FR om:ET or:IN pa:IN pl:PL ps:AF "
    "pt:BR qu:PE rm:CH ro:RO ru:RU rw:RW sa:IN sc:IT scn:IT sd:PK se:NO si:LK sk:SK sl:SI sn:ZW so:SO sq:AL sr:RS "
    "ss:ZA st:ZA su:ID sv:SE sw:TZ ta:IN te:IN tg:TJ th:TH ti:ET tk:TM tn:ZA to:TO tr:TR ts:ZA tt:RU ug:CN uk:UA "
    "ur:PK uz:UZ ve:ZA vec:IT vi:VN wa:BE wo:SN xh:ZA yi:UA yo:NG yue:HK zh:CN zu:ZA "
)
_REGIONS = dict(pair.split(":") for pair in _LIKELY.split())
_RARE = (
    "ae av ay bh bi ch cr eo fj ho hz ia ie ii ik io kg ki kj kr kv li lu na nd ng no nr nv oj os pi rn sg sh sm tl "
    "tw ty vo za in iw ji mo jw ach acm acq aeb ajp ang apc arn ars ary arz awa ban bho brx chm chr cmn crh csb enm "
    "frp frr fur gom hne hrx inh jbo kmr kok ksh lij lld lmo ltg mdf mni mwl myv nan nap nds nqo pag pam pap pcm "
    "prg rue sah sat sco sdh skr sma smj smn sms syr szl tlh tzm wae war xal zgh zza "
)
_OTHERS = frozenset(_RARE.split())
_SAME = {"iw": "he", "in": "id", "ji": "yi", "jw": "jv", "no": "nb", "tl": "fil", "mo": "ro", "cmn": "zh"}
# How a language is written that may be written in several ways, if nothing is said; else a script counts as it is.
_SCRIPTS = {"zh": "Hans", "yue": "Hant", "sr": "Cyrl", "bs": "Latn", "az": "Latn", "uz": "Latn", "kk": "Cyrl"}
_SCRIPTS |= {"pa": "Guru", "sd": "Arab", "ks": "Arab", "ff": "Latn"}
_BY_REGION = dict.fromkeys((("zh", "TW"), ("zh", "HK"), ("zh", "MO")), "Hant")
_BY_REGION |= {("yue", "CN"): "Hans", ("sr", "ME"): "Latn", ("pa", "PK"): "Arab", ("uz", "AF"): "Arab"}
_MODIFIERS = {"latin": "Latn", "cyrillic": "Cyrl", "arabic": "Arab", "devanagari": "Deva"}
_VARIANTS = frozenset(["", "valencia", "formal", "informal", "tarask", "ijekavian", "polyton"])
_KNOWN_SCRIPTS = frozenset(["", "Hans", "Hant", "Latn", "Cyrl", "Arab", "Deva", "Guru", "Beng", "Tfng", "Adlm", "Olck"])
# Languages whose regions write differently: a file for one of them is not one for all.
_DIFFERING = frozenset(["de", "en", "es", "fr", "pt", "zh"])
# Countries that are mistaken for languages, where there is no language of that code, or none that is met.
_MISTAKEN = {"jp": "ja", "cn": "zh", "cz": "cs", "kr": "ko", "gr": "el", "dk": "da", "ua": "uk", "vn": "vi"}
_NAMES = {"english": "en", "german": "de", "french": "fr", "japanese": "ja", "italian": "it", "spanish": "es"}
_NAMES |= {"dutch": "nl"}  # folders that Xcode once made
_FORM = re.compile(
    r"(?P<language>[a-z]{2,3})(?:[-_](?P<script>[a-z]{4}))?(?:[-_](?P<region>[a-z]{2}|\d{3}))?"
    r"(?:\.utf-?8)?(?:[-_@](?P<variant>[a-z]{4,}))?",
    re.IGNORECASE,
)
_ANDROID = re.compile(r"(?<=[a-z]-)r(?=[A-Z]{2}$)")


@dataclass(frozen=True)
class Tag:
    """A language, and what is said of it."""

    language: str
    script: str = ""
    region: str = ""
    variant: str = ""

    def full(self) -> tuple[str, str, str, str]:
        """The same with what goes without saying: Chinese is simplified and of the mainland, Portuguese of Brazil."""
        language = _SAME.get(self.language, self.language)
        script = self.script or _BY_REGION.get((language, self.region)) or _SCRIPTS.get(language, "")
        if language == "sh":
            language, script = "sr", self.script or "Latn"
        likely = "TW" if (language, script) == ("zh", "Hant") else _REGIONS.get(language, "")
        return language, script, self.region or likely, self.variant

    @property
    def subtags(self) -> int:
        """How much is said beside the language."""
        return sum(map(bool, (self.script, self.region, self.variant)))


@cache
def parsed(locale: str) -> Tag | None:
    """A locale in any of the usual spellings; None for what is none."""
    if language := _NAMES.get(locale.casefold()) or _MISTAKEN.get(locale.casefold()):
        return Tag(language)
    if locale.casefold() == "tw":
        return Tag("zh", "Hant")
    text = locale[2:].replace("+", "-") if locale.startswith("b+") else _ANDROID.sub("", locale)
    found = _FORM.fullmatch(text)
    if found is None:
        return None
    language, script, region, variant = (part or "" for part in found.groups())
    language, variant = language.lower(), variant.lower()
    if language not in _REGIONS and language not in _OTHERS:
        return None
    script, variant = (_MODIFIERS[variant], "") if variant in _MODIFIERS else (script.title(), variant)
    if variant not in _VARIANTS or script not in _KNOWN_SCRIPTS:
        return None
    return Tag(language, script, region.upper(), variant)


def same(one: str, other: str) -> bool:
    """Whether two locales are one language, written alike, of one region."""
    first, second = parsed(one), parsed(other)
    return first.full() == second.full() if first and second else one.casefold() == other.casefold()


def region_of(tag: Tag) -> str:
    """The region where a language is meant to be spoken if nothing is said; empty if that is not known."""
    return tag.full()[2]


def best(asked: str, locales: Iterable[str]) -> str | None:
    """Which of the locales stands for the language that is asked for; None if none does."""
    known = list(locales)
    tag = parsed(asked)
    if tag is None:
        return asked if asked in known else None
    tagged = _told_apart({locale: found for locale in known if (found := parsed(locale))})
    if asked in known and tagged.get(asked, tag) == tag:
        return asked
    equal = [locale for locale, found in tagged.items() if found.full() == tag.full()]
    if equal:
        return min(equal, key=lambda locale: (tagged[locale] != tag, tagged[locale].subtags, locale))
    return _only_regional(tag, tagged)


def _told_apart(tagged: dict[str, Tag]) -> dict[str, Tag]:
    """Beside a simplified Chinese that is called so, a plain `zh` is the other, unless that is there too."""
    scripts = [tag.full()[1] for tag in tagged.values() if tag.full()[0] == "zh" and tag.subtags]
    if scripts != ["Hans"]:
        return tagged
    return {locale: Tag("zh", "Hant") if tag == Tag("zh") else tag for locale, tag in tagged.items()}


def _only_regional(tag: Tag, tagged: dict[str, Tag]) -> str | None:
    language, script, _, variant = tag.full()
    if tag.subtags or language in _DIFFERING:
        return None
    found = [locale for locale, one in tagged.items() if _alike(one, language, script, variant)]
    return found[0] if len(found) == 1 else None


def _alike(tag: Tag, language: str, script: str, variant: str) -> bool:
    full = tag.full()
    return (full[0], full[1], full[3]) == (language, script, variant)


def english(locales: Iterable[str]) -> str | None:
    """The locale that is English, rather that of no region or of the United States."""
    known = sorted(
        locale for locale in locales if (tag := parsed(locale)) and tag.language == "en" and tag.region != "XA"
    )
    return best("en", known) or best("en-GB", known) or (known[0] if known else None)
