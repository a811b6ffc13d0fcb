"""Text translation with Qwen-MT (docs/model-studio.md 3)."""

import json
from typing import Literal

import anyio.to_thread

from qwen_localize.errors import BadArgument, CallError, LocalizeError, OutputUnavailable, quote
from qwen_localize.tool import Context, Limit, Model, Price, Receipt, SavedFile, Tool

from .._shared.arguments import DomainHint, Glossary, SourceLang, TargetLang, Text, TranslationMemory
from .._shared.languages import AUTO, Known, pair, table
from .._shared.usage import Usage
from .glossary import receipts
from .placeholders import losses
from .result import LONG_CHARS, TranslateTextResult, Untranslated
from .segments import Segment, cut
from .translator import SEGMENT_TOKENS, Assignment, Translator

_BEIJING, _SINGAPORE, _US, _EU = "cn-beijing", "ap-southeast-1", "us-east-1", "eu-central-1"
_WIDE = (_BEIJING, _SINGAPORE, _US, _EU)
_SINGAPORES = {_SINGAPORE: Limit(60, 100_000)}


def _prices(beijing: Price, abroad: Price) -> dict[str, Price]:
    return {_BEIJING: beijing} | dict.fromkeys((_SINGAPORE, _US, _EU), abroad)


MODELS = {
    model.name: model
    for model in (
        Model("qwen-mt-plus", _WIDE, Limit(60, 25_000), _prices(Price(1.8, 5.4), Price(18.055, 54.09)), _SINGAPORES),
        Model("qwen-mt-flash", _WIDE, Limit(60, 35_000), _prices(Price(0.7, 1.95), Price(1.174, 3.596)), _SINGAPORES),
        Model("qwen-mt-lite", _WIDE, Limit(60, 100_000), _prices(Price(0.6, 1.6), Price(0.881, 2.642))),
        Model("qwen-mt-turbo", (_BEIJING, _SINGAPORE), Limit(60, 35_000), {_BEIJING: Price(0.7, 1.95)}),
        Model("qwen-mt-lite-us", (_US,), Limit(60, 100_000), {_US: Price(0.881, 2.642)}),
    )
}
ModelName = Literal["qwen-mt-flash", "qwen-mt-plus", "qwen-mt-lite", "qwen-mt-turbo", "qwen-mt-lite-us"]


async def translate_text(
    context: Context,
    text: Text,
    target_lang: TargetLang,
    source_lang: SourceLang = AUTO,
    glossary: Glossary = [],  # noqa: B006 - the default is a schema, and never changed
    translation_memory: TranslationMemory = [],  # noqa: B006
    domain_hint: DomainHint = "",
    model: ModelName = "qwen-mt-flash",
) -> TranslateTextResult:
    """Translate text with Qwen-MT: 92 languages, any length, placeholders and line breaks kept.

    Returns translations in order, a receipt for each glossary term, placeholders that got lost, and the cost. Seconds
    for a text, about 1 s per 20 short strings. 1,000 words cost about 0.004 CNY (flash); plus is better and dearer,
    lite cheaper.
    """
    chosen = MODELS[model]
    context.calls.check_model(chosen, MODELS.values())
    source, target = _languages(source_lang, target_lang, model)
    strings = [text] if isinstance(text, str) else text
    if not any(string.strip() for string in strings):
        raise BadArgument("The text is empty, so there is nothing to translate. Pass at least one string with text.")
    assignment = Assignment(chosen, source, target, glossary, translation_memory, domain_hint)
    translations, receipt = await _translated(context, assignment, strings)
    pairs = [
        (string, item if isinstance(item, str) else None) for string, item in zip(strings, translations, strict=True)
    ]
    return TranslateTextResult(
        translations=translations,
        source_lang=source,
        target_lang=target,
        glossary=await anyio.to_thread.run_sync(receipts, assignment.termbase, pairs),
        placeholders=await anyio.to_thread.run_sync(losses, pairs),
        model=", ".join(sorted(receipt.models)) or model,
        usage=Usage.of(receipt),
        request_ids=receipt.request_ids,
        reused=receipt.reused,
        remarks=receipt.remarks,
        estimated_cost=receipt.cost,
        artifacts=await _long_file(context, translations, target),
    )


async def _translated(
    context: Context, assignment: Assignment, strings: list[str]
) -> tuple[list[str | Untranslated], Receipt]:
    """Each string's translation, or the reason in its place; and what it all used.

    Raises:
        LocalizeError: nothing could be translated.
    """
    cuts = [cut(string, SEGMENT_TOKENS) for string in strings]
    cores = list(dict.fromkeys(segment.core for segments in cuts for segment in segments if segment.core))
    translator = Translator(context, assignment, len(cores))
    await translator.translate(cores)
    outcomes = [_joined(segments, translator.done) for segments in cuts]
    errors = [outcome for outcome in outcomes if isinstance(outcome, LocalizeError)]
    if len(errors) == sum(1 for string in strings if string.strip()):
        raise errors[0]
    places = [Untranslated(error=str(item)) if isinstance(item, LocalizeError) else item for item in outcomes]
    return places, translator.receipt


def _languages(source_lang: str, target_lang: str, model: str) -> tuple[str, str]:
    everything = table("qwen-mt")
    lite = tuple(language for language in everything if language.lite)
    known = Known(model, lite if "-lite" in model else everything, "qwen-mt-flash", everything)
    source, target = pair(source_lang, target_lang, known)
    return source.code if source else AUTO, target.code


def _joined(segments: list[Segment], done: dict[str, str | LocalizeError]) -> str | LocalizeError:
    """A string put together again, its white space as it was; or the first reason why it cannot be."""
    parts = []
    for segment in segments:
        translation = done[segment.core] if segment.core else ""
        if isinstance(translation, LocalizeError):
            others = any(isinstance(done.get(other.core), str) for other in segments)
            return _placed(translation, segment.core) if others else translation
        parts.append(segment.around(translation))
    return "".join(parts)


def _placed(error: LocalizeError, core: str) -> LocalizeError:
    """A refusal that says which part of a long text it means."""
    if not isinstance(error, CallError):
        return error
    return type(error)(f"{error} It is the part of {len(core)} characters that begins {quote(core, 80)}.")


async def _long_file(context: Context, translations: list[str | Untranslated], target: str) -> list[SavedFile]:
    """A file with everything, if a chat might cut it; none if the disk refuses, since the answer has it too."""
    if sum(len(item) for item in translations if isinstance(item, str)) <= LONG_CHARS:
        return []
    plain = [item if isinstance(item, str) else item.model_dump() for item in translations]
    try:
        if len(plain) == 1 and isinstance(plain[0], str):
            return [await context.files.save_text(f"translation.{target}.txt", plain[0], "text/plain")]
        text = json.dumps(plain, ensure_ascii=False, indent=1)
        return [await context.files.save_text(f"translations.{target}.json", text, "application/json")]
    except OutputUnavailable:
        return []


TOOL = Tool(translate_text, title="Translate text")
