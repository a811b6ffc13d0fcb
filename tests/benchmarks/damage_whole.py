"""Damage to a translation as a whole: wrapped, annotated, repeated, answered, cut, or another's."""

import re

from benchmarks.catalogues import Pair
from benchmarks.damage_world import World
from qwen_localize_tools._shared.gates import words_only

_REMARKS = {
    "ru": "Примечание: сохранён исходный стиль.",
    "de": "Hinweis: Der Stil des Originals wurde beibehalten.",
    "fr": "Remarque : le style original a été conservé.",
    "es": "Nota: se ha mantenido el estilo original.",
    "zh": "注：已保留原文风格。",
    "zh_tw": "註：已保留原文風格。",
    "ja": "注：原文のスタイルを維持しました。",
    "ko": "참고: 원문의 스타일을 유지했습니다.",
    "ar": "ملاحظة: تم الحفاظ على الأسلوب الأصلي.",
}
_LABELS = ("Translation: ", "Here is the translation: ", "Sure! Here's the translation:\n", "Translated text:\n")


def quoted(pair: Pair, world: World) -> str | None:
    """The whole is wrapped in quotation marks."""
    if pair.source.strip()[:1] in "\"'«“‘" or any(char in pair.translation for char in "\"'«“„「`"):
        return None
    return world.chance.choice(['"{}"', "«{}»", "“{}”", "「{}」", "`{}`"]).replace("{}", pair.translation)


def fenced(pair: Pair, world: World) -> str | None:
    """The whole stands in a code fence."""
    return f"```{world.chance.choice(['', 'text', 'json'])}\n{pair.translation}\n```"


def noted(pair: Pair, world: World) -> str | None:
    """A label before it, or a remark after it."""
    remark = _REMARKS.get(pair.lang, "Note: the original style was kept.")
    label = world.chance.choice(_LABELS)
    return world.chance.choice(
        [label + pair.translation, f"{pair.translation} ({remark})", f"{pair.translation}\n\n{remark}"]
    )


def doubled(pair: Pair, world: World) -> str | None:
    """It stands there twice, or again and again."""
    if len(words_only(pair.translation)) < 8:
        return None
    return world.chance.choice([" ", "\n", ". "]).join([pair.translation] * world.chance.choice([2, 2, 6]))


def answered(pair: Pair, world: World) -> str | None:
    """A question is answered in the target's language instead of translated."""
    if not pair.source.rstrip().endswith("?"):
        return None
    same = [other.translation for other in world.elsewhere[pair.kit, pair.lang] if len(other.translation) > 40]
    return " ".join(world.chance.sample(same, 3)) if len(same) > 2 else None


def returned(pair: Pair, world: World) -> str | None:
    """The source comes back."""
    return pair.source if len(pair.source.split()) > 3 and pair.source != pair.translation else None


def both(pair: Pair, world: World) -> str | None:
    """Source and translation, one behind the other."""
    if len(pair.source.split()) < 4 or pair.source == pair.translation:
        return None
    return world.chance.choice([f"{pair.source} — {pair.translation}", f"{pair.translation} ({pair.source})"])


def other_script(pair: Pair, world: World) -> str | None:
    """The translation is one into a language of another script."""
    wanted = {
        "ru": "ja",
        "ja": "ru",
        "ko": "ru",
        "zh": "ko",
        "ar": "ru",
        "de": "ru",
        "fr": "zh",
        "es": "ar",
        "he": "ar",
    }
    return _of(pair, wanted.get(pair.lang, ""), world)


def other_language(pair: Pair, world: World) -> str | None:
    """The translation is one into a language of the same script."""
    wanted = {
        "ru": "uk",
        "uk": "ru",
        "de": "fr",
        "fr": "de",
        "es": "pl",
        "ja": "zh",
        "zh": "ja",
        "zh_tw": "zh",
        "it": "tr",
    }
    return _of(pair, wanted.get(pair.lang, ""), world)


def _of(pair: Pair, lang: str, world: World) -> str | None:
    if len(pair.source) < 16:
        return None
    texts = [other.translation for other in world.elsewhere.get((pair.kit, lang), ()) if other.source == pair.source]
    return texts[0] if texts and texts[0] != pair.translation else None


def shifted(pair: Pair, world: World) -> str | None:
    """The translation of another string of the same catalogue."""
    text = world.chance.choice(world.elsewhere[pair.kit, pair.lang]).translation
    return text if text != pair.translation else None


def empty(pair: Pair, world: World) -> str | None:
    """Nothing."""
    return world.chance.choice(["", "  ", "\n"])


def truncated(pair: Pair, world: World) -> str | None:
    """A third of it."""
    return pair.translation[: len(pair.translation) // 3] if len(pair.source) > 40 else None


def control(pair: Pair, world: World) -> str | None:
    """A character that no text has."""
    at = world.chance.randint(0, len(pair.translation))
    return pair.translation[:at] + world.chance.choice("\ufffd\x07\ue000") + pair.translation[at:]


def accelerator_lost(pair: Pair, world: World) -> str | None:
    """The sign before the letter of a menu is gone."""
    for sign in "&_":
        if re.fullmatch(rf"[^{sign}]*{sign}(?=\w)[^{sign}]*", pair.source) and pair.translation.count(sign) == 1:
            return pair.translation.replace(sign, "") if pair.source[0] == sign else None
    return None


def leaked(pair: Pair, world: World) -> str | None:
    """A word in Chinese, or our own marks, slipped in."""
    if pair.lang in {"zh", "zh_tw", "ja"}:
        return f"[[3]] {pair.translation}"
    return world.chance.choice(
        [f"{pair.translation} 设置", f"[[3]] {pair.translation}", f'<x id="2"/>{pair.translation}']
    )
