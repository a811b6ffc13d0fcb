"""Text translation with Qwen-MT (docs/model-studio.md 3)."""

import anyio.to_thread

from qwen_localize.errors import BadArgument, BadInput
from qwen_localize.tool import Batch, Context, Languages, Tool

from .._shared.arguments import DomainHint, GlossaryOrFile, SourceLang, TargetLang, Term, Text, TranslationMemory
from .._shared.languages import AUTO, Known, Language, listed, pair, table
from .._shared.pairs import ENDINGS as PAIRS
from .._shared.pairs import MOST_BYTES as MOST_PAIRS
from .._shared.pairs import read_pairs
from .._shared.translating.assignment import Assignment
from .._shared.translating.models import MODELS, ModelName
from .._shared.translating.texts import Texts
from .result import TranslateTextResult
from .strings import ENDINGS, MOST_BYTES, Strings, names_file
from .work import order_of, translated, work

__all__ = ["MODELS", "TOOL", "translate_text"]

# What takes longer, or comes from a file, is a job: hosts end a call after a minute, and its answers must outlive that.
_AT_ONCE_SECONDS = 20.0


async def translate_text(
    context: Context,
    text: Text,
    target_lang: TargetLang,
    source_lang: SourceLang = AUTO,
    glossary: GlossaryOrFile = [],  # noqa: B006 - the default is a schema, and never changed
    translation_memory: TranslationMemory = [],  # noqa: B006
    domain_hint: DomainHint = "",
    model: ModelName = "qwen-mt-flash",
) -> TranslateTextResult:
    """Translate text with Qwen-MT: 92 languages, any length. Placeholders, tags and numbers are checked, and mended.

    Returns translations in order, warnings, and terms that were not kept; long lists become a job with a file. About
    1 s for 15 short strings, and 0.004 CNY for 1,000 words (flash); plus is better and dearer.
    """
    chosen = MODELS[model]
    context.calls.check_model(chosen, MODELS.values())
    source, target = _languages(source_lang, target_lang, model)
    strings = await _strings(context, text)
    terms, memory = [await _pairs(context, given, source, target) for given in (glossary, translation_memory)]
    assignment = Assignment(chosen, source, target, terms, memory, domain_hint)
    texts = await anyio.to_thread.run_sync(Texts, strings.texts)
    seconds = await anyio.to_thread.run_sync(texts.seconds, assignment, context.calls.limit(chosen))
    if strings.name or seconds > _AT_ONCE_SECONDS:
        return TranslateTextResult(**(await context.jobs.run(order_of(assignment, strings, seconds))).model_dump())
    return await translated(context, assignment, strings, texts)


async def _strings(context: Context, text: str | list[str]) -> Strings:
    if isinstance(text, str) and names_file(text, ENDINGS, looks=context.files.shares_disk):
        try:
            return await anyio.to_thread.run_sync(Strings.read, *await context.files.text(text, MOST_BYTES))
        except BadInput as error:
            hint = "A text that only looks like a path is translated if it is passed in a list."
            raise BadInput(f"{error} {hint}") from None
    strings = [text] if isinstance(text, str) else text
    if not any(string.strip() for string in strings):
        raise BadArgument("The text is empty, so there is nothing to translate. Pass at least one string with text.")
    return Strings.given(strings)


async def _pairs(context: Context, given: list[Term] | str, source: str, target: str) -> list[Term]:
    if not isinstance(given, str):
        return given
    if not given.strip():
        return []
    if not names_file(given, PAIRS, looks=context.files.shares_disk):
        raise BadArgument(
            'Pass pairs as [{"source": "…", "target": "…"}], or the path of a JSON, CSV, TSV or TMX file.'
        )
    name, content = await context.files.text(given, MOST_PAIRS)
    return await anyio.to_thread.run_sync(read_pairs, name, content, source, target)


def _languages(source_lang: str, target_lang: str, model: str) -> tuple[str, str]:
    known = Known(model, _table(model), "qwen-mt-flash", table("qwen-mt"))
    source, target = pair(source_lang, target_lang, known)
    return source.code if source else AUTO, target.code


def _table(model: str) -> tuple[Language, ...]:
    everything = table("qwen-mt")
    return tuple(language for language in everything if language.lite) if "-lite" in model else everything


def _known() -> Languages:
    return {model: listed(_table(model)) for model in MODELS}


TOOL = Tool(
    translate_text,
    title="Translate text",
    models=[*MODELS.values()],
    languages=_known,
    work=Batch(work),
    result=TranslateTextResult,
)
