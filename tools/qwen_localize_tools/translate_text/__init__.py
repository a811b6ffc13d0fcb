"""Text translation with Qwen-MT (docs/model-studio.md 3)."""

import anyio.to_thread

from qwen_localize.errors import BadArgument, BadInput
from qwen_localize.tool import Batch, Context, Tool

from .._shared.arguments import DomainHint, GlossaryOrFile, SourceLang, TargetLang, Text, TranslationMemory
from .._shared.languages import AUTO
from .._shared.translating.assignment import Assignment
from .._shared.translating.given import given_pairs, names_file
from .._shared.translating.languages import codes, known_languages
from .._shared.translating.models import MODELS, ModelName
from .._shared.translating.texts import Texts
from .result import TranslateTextResult
from .strings import ENDINGS, MOST_BYTES, Strings
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

    Returns translations in order, and warnings; long lists are a job with a file. 15 short strings take 1 s, 1,000
    words cost 0.004 CNY; plus is better and dearer.
    """
    chosen = MODELS[model]
    context.calls.check_model(chosen, MODELS.values())
    source, target = codes(source_lang, target_lang, model)
    strings = await _strings(context, text)
    terms, memory = [await given_pairs(context, given, source, target) for given in (glossary, translation_memory)]
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


TOOL = Tool(
    translate_text,
    title="Translate text",
    models=[*MODELS.values()],
    languages=known_languages,
    work=Batch(work),
    result=TranslateTextResult,
)
