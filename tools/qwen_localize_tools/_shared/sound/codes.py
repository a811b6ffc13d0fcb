"""Languages as containers name them: by three letters (ISO 639-2/T)."""

import re

_BOTH = """
af:afr am:amh ar:ara as:asm az:aze be:bel bg:bul bn:ben bs:bos ca:cat cs:ces cy:cym da:dan de:deu el:ell en:eng
eo:epo es:spa et:est eu:eus fa:fas fi:fin fr:fra ga:gle gl:glg gu:guj he:heb iw:heb hi:hin hr:hrv hu:hun hy:hye
id:ind in:ind is:isl it:ita ja:jpn jv:jav ka:kat kk:kaz km:khm kn:kan ko:kor ky:kir la:lat lb:ltz lo:lao lt:lit
lv:lav mi:mri mk:mkd ml:mal mn:mon mr:mar ms:msa mt:mlt my:mya nb:nob ne:nep nl:nld nn:nno no:nor or:ori pa:pan
pl:pol ps:pus pt:por ro:ron ru:rus sd:snd si:sin sk:slk sl:slv so:som sq:sqi sr:srp su:sun sv:swe sw:swa ta:tam
te:tel tg:tgk th:tha tk:tuk tl:tgl tr:tur tt:tat ug:uig uk:ukr ur:urd uz:uzb vi:vie yi:yid zh:zho zu:zul
"""
_THREE = dict(re.findall(r"(\w+):(\w+)", _BOTH))


def three_letters(language: str) -> str:
    """The three letters of a language that is named by its code, with or without a region; `und` if it has none."""
    code = language.replace("_", "-").partition("-")[0].lower()
    if code in _THREE:
        return str(_THREE[code])
    return code if len(code) == 3 and code.isascii() and code.isalpha() else "und"
