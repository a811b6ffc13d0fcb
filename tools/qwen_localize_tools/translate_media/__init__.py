"""Translating recordings and videos with qwen3-livetranslate-flash (docs/model-studio.md 9)."""

from typing import Annotated

from pydantic import Field

from qwen_localize.files import LocalFile, RemoteMedia
from qwen_localize.tool import Batch, Context, Order, Tool, cny

from .._shared.arguments import Preview, SourceLang, TargetLang
from .._shared.media_languages import listed_spoken, media_table
from .._shared.sound.recordings import PROGRAM, can_decode
from .assignment import Assignment
from .languages import chosen
from .models import MODEL, expected
from .recording import Recording, goes_whole, looked_at
from .result import MediaResult
from .unopened import behind_url, told_by_head
from .work import work

__all__ = ["TOOL", "translate_media"]

_MOST_BYTES = 4 * 1024**3
# Seconds that a minute takes, about.
_SECONDS_A_MINUTE = 3


async def translate_media(
    context: Context,
    media: Annotated[str, Field(description="Audio or video: path or URL")],
    target_lang: TargetLang,
    source_lang: SourceLang = "auto",
    speech: Annotated[bool, Field(description="Also as a voice")] = False,
    voice: Annotated[str, Field(description="Cherry, Nofish, …")] = "",
    preview: Preview = False,
) -> MediaResult:
    """Translate what is said in a recording or video: text, SRT, VTT; with speech a WAV, of a video the video with both
    voices and subtitles.

    18 languages, up to 4 hours. A job; about 0.01 CNY a minute, with speech 0.04.
    """
    context.calls.check_model(MODEL)
    assignment = chosen(source_lang, target_lang, voice, speech=speech)
    source = await context.files.locate(media, "recording", _MOST_BYTES)
    recording = await _looked_at(context, source)
    size = source.path.stat().st_size if isinstance(source, LocalFile) else 0
    whole = isinstance(source, RemoteMedia) or goes_whole(recording, size, dubbed=bool(assignment.voice))
    if preview:
        return _preview(context, recording, assignment, whole=whole)
    order = Order(
        label=f"{recording.name} into {assignment.target_lang}",
        model=MODEL,
        arguments={"assignment": assignment.as_json, "recording": recording.as_json, "whole": whole},
        inputs=(await context.files.hold(source),),
    )
    return MediaResult(**(await context.jobs.run(order)).model_dump())


async def _looked_at(context: Context, source: LocalFile | RemoteMedia) -> Recording:
    if isinstance(source, RemoteMedia):
        return behind_url(source)
    if not can_decode():
        return told_by_head(source.name, source.path)
    async with context.files.apart(PROGRAM) as apart:
        return await looked_at(apart, source.name, source.path)


def _preview(context: Context, recording: Recording, assignment: Assignment, *, whole: bool) -> MediaResult:
    """What a call would cost, with nothing sent."""
    seconds, price = recording.seconds, context.calls.price(MODEL)
    tokens = expected(seconds, speech=bool(assignment.voice), pictures=recording.pictures() if whole else 0)
    known = price is not None and seconds > 0
    cost = price.of(tokens) if price and known else None
    takes = f"{seconds / 60:.1f} minutes, {cny(cost)}, about {seconds / 60 * _SECONDS_A_MINUTE + 10:.0f} s"
    words = takes if seconds else "its length is not known before it is sent; about 0.01 CNY a minute, with speech 0.04"
    details = {"seconds": seconds, "cost": cost}
    return MediaResult.preview("translate_media", MODEL, f"{recording.name}: {words}.", details)


TOOL = Tool(
    translate_media,
    title="Translate audio and video",
    models=[MODEL],
    languages=lambda: {MODEL.name: listed_spoken(media_table(MODEL.name))},
    work=Batch(work, opens=True),
    result=MediaResult,
)
