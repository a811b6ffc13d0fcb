"""Gates: what a translation must share with its source, compared without a model and in linear time.

A hard finding is damage: another try, or a warning. A soft one is a hint that people translate so too.
"""

from collections.abc import Collection, Iterable

from . import addresses, messages, numbers, placeholders, proportions, scripts, signs, syntax, tags, whole
from .finding import Finding
from .words import wordless, words_only

__all__ = ["Finding", "findings", "text_size", "wordless", "words_only"]


def findings(
    source: str, translation: str, source_lang: str = "auto", target_lang: str = "", free: Collection[str] = ()
) -> list[Finding]:
    """What the translation lost, gained or changed; nothing for a good one.

    Args:
        source: the text, decoded from its file's escapes.
        translation: what became of it, decoded likewise.
        source_lang: the source's code in `languages.json`, or auto.
        target_lang: the translation's code; without it, scripts are not compared.
        free: the placeholders, as `pieces` has their keys, that it may leave out, or add once.
    """
    if not translation.strip():
        return [Finding("empty", "The translation is empty.")] if source.strip() else []
    found = [*messages.compared(source, translation, target_lang)]
    for view in messages.views(source, translation):
        found += view.labelled(placeholders.compared(view.source, view.translation, view.free.union(free)))
        found += view.labelled(tags.compared(view.source, view.translation))
        found += view.labelled(addresses.compared(view.source, view.translation))
    before, after = messages.usual(source, translation)
    found += numbers.compared(words_only(before), words_only(after), after)
    found += signs.controls(source, translation)
    found += signs.compared(before, after)
    found += whole.compared(before, after, source_lang, target_lang)
    found += proportions.compared(before, after, source_lang, target_lang)
    found += proportions.answered(before, after, source_lang, target_lang)
    if not any(finding.hard for finding in found):
        found += [*messages.bars(source, translation), *syntax.chosen(source, translation)]
        found += syntax.compared(before, after)
    return list(_distinct(found))


def _distinct(found: Iterable[Finding]) -> Iterable[Finding]:
    return dict.fromkeys(found)


def text_size(text: str) -> float:
    """How much the words of a text say, in letters of English."""
    return scripts.size(words_only(text))
