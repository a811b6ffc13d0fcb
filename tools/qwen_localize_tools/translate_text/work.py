"""A whole call of `translate_text`: all its strings, whether it is waited for or a job."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import anyio.to_thread

from qwen_localize.errors import LocalizeError, OutputUnavailable
from qwen_localize.files import LocalMedia, Media
from qwen_localize.tool import Context, Ending, Order, SavedFile

from .._shared.arguments import Term
from .._shared.translating.assignment import Assignment
from .._shared.translating.models import MODELS
from .._shared.translating.texts import Texts
from .._shared.translating.translator import Translator
from .outcome import Outcome
from .result import TranslateTextResult
from .strings import Strings

_UNSAVED = (
    "No file could be written, so what is not shown here is missing: ask the user to see to the output folder, then "
    "call again. What passed the checks is not paid twice while this server runs."
)


async def translated(context: Context, assignment: Assignment, strings: Strings, texts: Texts) -> TranslateTextResult:
    """All strings translated.

    Raises:
        LocalizeError: nothing could be translated; or a job had to stop, which can go on later.
    """
    translator = Translator(context, assignment, len(texts.parts))
    await translator.translate(texts.parts)
    outcomes = await anyio.to_thread.run_sync(texts.joined, translator.done)
    errors = [outcome for outcome in outcomes if isinstance(outcome, LocalizeError)]
    if len(errors) == sum(1 for string in strings.texts if string.strip()):
        raise errors[0]
    if context.calls.durable and translator.stopped:
        raise translator.stopped
    outcome = await anyio.to_thread.run_sync(Outcome.of, assignment, strings, outcomes)
    files = await anyio.to_thread.run_sync(outcome.files, strings)
    saved = await _saved(context, files)
    remarks = [*translator.remarks, *([] if len(saved) == len(files) else [_UNSAVED])]
    await translator.forget_failures()
    return outcome.result(saved, translator.receipt, remarks)


async def _saved(context: Context, files: Sequence[tuple[str, str, str]]) -> list[SavedFile]:
    """The files, written; none if the disk refuses them and somebody waits. A job is tried again."""
    try:
        return [await context.files.save_text(*file) for file in files]
    except OutputUnavailable:
        if context.calls.durable:
            raise
        return []


async def work(context: Context, arguments: Mapping[str, Any], inputs: Sequence[Media]) -> Ending:
    """Translate the strings of a job."""
    strings, assignment = _ordered(arguments, inputs)
    texts = await anyio.to_thread.run_sync(Texts, strings.texts)
    result = await translated(context, assignment, strings, texts)
    kept = ("translations", "warnings", "glossary", "source_lang", "target_lang", "total")
    return Ending(
        message=result.message,
        details=result.model_dump(mode="json", include=set(kept)),
        artifacts=[file.model_dump() for file in result.artifacts],
        usage=result.usage,
        cost=result.estimated_cost,
    )


def order_of(assignment: Assignment, strings: Strings, seconds: float) -> Order:
    """A job that translates them."""
    helpers = {"glossary": assignment.glossary, "translation_memory": assignment.translation_memory}
    dumped = {name: [term.model_dump() for term in terms] for name, terms in helpers.items()}
    label = f"{len(strings.texts)} strings into {assignment.target_lang}, about {seconds:.0f} s"
    return Order(
        label=label,
        model=assignment.model,
        arguments={
            "model": assignment.model.name,
            "source_lang": assignment.source_lang,
            "target_lang": assignment.target_lang,
            "domain_hint": assignment.domain_hint,
            "name": strings.name,
        },
        inputs=(strings.as_media(), LocalMedia("helpers.json", json.dumps(dumped).encode(), "application/json")),
    )


def _ordered(arguments: Mapping[str, Any], inputs: Sequence[Media]) -> tuple[Strings, Assignment]:
    """The strings of a job, and what is to be done with them."""
    given, helpers = (media.data if isinstance(media, LocalMedia) else b"{}" for media in inputs)
    terms = {name: [Term(**term) for term in terms] for name, terms in json.loads(helpers).items()}
    assignment = Assignment(
        model=MODELS[arguments["model"]],
        source_lang=arguments["source_lang"],
        target_lang=arguments["target_lang"],
        domain_hint=arguments["domain_hint"],
        **terms,
    )
    return Strings.of(arguments["name"], given.decode(errors="surrogatepass")), assignment
