"""Interpreting recordings with realtime models (docs/model-studio.md 10)."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from qwen_localize.tool import Batch, Context, Order, Tool, cny

from .._shared.arguments import Preview, SourceLang, TargetLang, unpacked_words
from .._shared.media_languages import listed_spoken
from .._shared.times import clock
from .checking import checked
from .models import DEFAULT, ROWS
from .recording import examined, located
from .result import SpeechResult
from .wish import Wish
from .work import work

HotWords = Annotated[
    dict[str, str] | list[str], BeforeValidator(unpacked_words), Field(description="Names, or {word: translation}")
]


async def interpret_speech(
    context: Context,
    audio: Annotated[str, Field(description="Local path")],
    target_lang: TargetLang,
    source_lang: SourceLang = "auto",
    model: Annotated[str, Field(description="Or gummy-realtime-v1, others")] = DEFAULT,
    speech: Annotated[bool, Field(description="Also as spoken WAV")] = False,
    voice: Annotated[str, Field(description="Of speech")] = "",
    hot_words: HotWords = [],  # noqa: B006
    instructions: Annotated[str, Field(description="omni only")] = "",
    preview: Preview = False,
) -> SpeechResult:
    """Interpret a meeting or talk sentence by sentence: both languages with times, as text, SRT, VTT.

    As long as the recording; translate_media is faster and cheaper. 0.05 CNY a minute, 0.14 with
    speech, Gummy 0.018.
    """
    wish = checked(
        model,
        source_lang,
        target_lang,
        speech=speech,
        voice=voice,
        hot_words=hot_words,
        instructions=instructions,
    )
    row = ROWS[model]
    context.calls.check_model(row.model, [other.model for other in ROWS.values()])
    file = await located(context, audio)
    seconds = await examined(context, file)
    price = context.calls.price(row.model)
    cost = round(price.of(row.tokens(seconds, speech=speech)), 4) if price else None
    if preview:
        return _preview(wish, file.name, seconds, cost)
    await context.calls.check_budget(row.model, cost)
    kept = await context.files.hold(file)
    order = Order(
        label=f"{kept.name} ({clock(seconds)}) into {wish.target_name}",
        model=row.model,
        arguments={"wish": wish.as_json},
        inputs=(kept,),
    )
    return SpeechResult(**(await context.jobs.run(order)).model_dump())


def _preview(wish: Wish, name: str, seconds: float, cost: float | None) -> SpeechResult:
    takes = seconds / ROWS[wish.model].pace
    words = f"{name}: {clock(seconds)} by {wish.model}, {cny(cost)}, about {clock(takes)}."
    details = {"duration": round(seconds, 1), "cost": cost, "seconds": round(takes)}
    return SpeechResult.preview("interpret_speech", ROWS[wish.model].model, words, details)


TOOL = Tool(
    interpret_speech,
    title="Interpret speech",
    models=[row.model for row in ROWS.values()],
    languages=lambda: {row.model.name: listed_spoken(row.table) for row in ROWS.values()},
    work=Batch(work, opens=True),
    result=SpeechResult,
)
