"""The proof of a translated picture: it and its source are read, and what was read is compared."""

import logging
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import anyio.to_thread

from qwen_localize.errors import OWN_FAULT, BadInput, LocalizeError
from qwen_localize.files import Kept, LocalMedia, Media
from qwen_localize.tool import Context, JobRecord, SavedFile, Series, Tokens, cny

from .._shared.decoding import is_turned
from ..ocr.models import MODELS as READERS
from ..ocr.pages import INLINE_BYTES, PATH, PageRequest
from ..ocr.reading import OcrAnswer, Page, PictureFacts, read_page
from .proof import Line, compare
from .verdict import Verdict

logger = logging.getLogger(__name__)

_READER = READERS["qwen-vl-ocr"][0]
# The model itself scales a picture to so many pixels, of which 1,024 are a token (docs/model-studio.md 6).
_PIXELS = 8_388_608
_PIXELS_PER_TOKEN = 1024
_ANSWER_TOKENS = 600
_LARGE_SIDE = 4096
_QUALITIES = (90, 75, 50)


def cost_of_check(context: Context, pixels: int) -> float:
    """What reading a picture of so many pixels twice costs about, in CNY; 0 pixels are not known."""
    price, expected = context.calls.price(_READER), _expected(pixels)
    return 2 * price.of(expected) if price else 0.0


def _expected(pixels: int) -> Tokens:
    return Tokens(min(pixels or _PIXELS, _PIXELS) // _PIXELS_PER_TOKEN + 100, _ANSWER_TOKENS)


async def checked(context: Context, told: Mapping[str, Any], job: JobRecord) -> dict[str, Any]:
    """What the reading of both pictures says; a picture that cannot be read is told as not checked."""
    if not job.artifacts:
        return {"passed": True, "words": "Not checked, since no text was found.", "cost": 0.0}
    series = context.calls.series(_READER)
    try:
        verdict = await _verdict(context, series, told, job)
    except LocalizeError as error:
        reason = str(error)
    except Exception:
        # The picture is there and paid for, whatever its proof has met.
        logger.exception("The result of %s cannot be checked for a reason nobody foresaw", job.id)
        reason = OWN_FAULT
    else:
        cost, reused = series.receipt.cost, series.receipt.reused
        before = f"; {reused} of 2 readings were paid before" if reused else ""
        return verdict.as_json | {"words": f"{verdict.words} (Read for {cny(cost)}{before}.)", "cost": cost}
    return {"passed": False, "words": f"Not checked: {reason}", "cost": series.receipt.cost}


async def _verdict(context: Context, series: Series, told: Mapping[str, Any], job: JobRecord) -> Verdict:
    before = await _lines(context, series, await _source(context, job))
    after = await _lines(context, series, await _result(context, SavedFile(**job.artifacts[0])))
    terms = [(term["src"], term["tgt"]) for term in told.get("terminologies", [])]
    return await anyio.to_thread.run_sync(compare, before, after, terms, told.get("sensitives", []))


async def _source(context: Context, job: JobRecord) -> Media:
    return await context.files.opened(Kept(**job.inputs[0]))


async def _result(context: Context, file: SavedFile) -> LocalMedia:
    path = await context.files.result(file)
    try:
        data = await anyio.to_thread.run_sync(path.read_bytes)
    except OSError as error:
        raise BadInput(f"the result's file cannot be read any more ({error.strerror}).") from error
    return LocalMedia(Path(file.path).name, data, file.mime_type)


async def _lines(context: Context, series: Series, media: Media) -> list[Line]:
    """The lines of text in a picture, with their places as shares of its sides."""
    picture = await anyio.to_thread.run_sync(_readable, media) if isinstance(media, LocalMedia) else media
    facts = picture.facts if isinstance(picture, LocalMedia) else {}
    url = await context.files.offer(_READER, picture, INLINE_BYTES)

    def read(body: dict[str, Any]) -> Page:
        answer = OcrAnswer.of(body.get("output"), PictureFacts.model_validate(facts))
        return read_page(1, "words", answer, None)

    request = PageRequest(_READER.name, "words", None, None, "", {})
    expected = _expected(facts.get("width", 0) * facts.get("height", 0))
    page = await series.call(PATH, request.body(url), expected, read, uploads=url.startswith("oss://"))
    if not page.words:
        return [Line(text) for text in page.text.splitlines() if text.strip()]
    width, height = (facts.get(name) or 0 for name in ("width", "height"))
    return [Line.at(word.text, word.polygon, width, height) for word in page.words]


def _readable(media: LocalMedia) -> LocalMedia:
    """The picture as the reader takes it inside a request, always in the same bytes: an upload would be new each time,
    and so paid again by a batch that is begun anew."""
    from PIL import Image, ImageOps

    with Image.open(BytesIO(media.data)) as image:
        kind = str(image.format)
        is_small = len(media.data) <= INLINE_BYTES and max(image.size) <= _LARGE_SIDE
        if is_small and not is_turned(image) and kind in ("JPEG", "PNG", "WEBP", "BMP"):
            facts = {"width": image.width, "height": image.height}
            return LocalMedia(media.name, media.data, Image.MIME[kind], facts)
        upright = ImageOps.exif_transpose(image).convert("RGB")
    share = min(1.0, (_PIXELS / (upright.width * upright.height)) ** 0.5, _LARGE_SIDE / max(upright.size))
    if share < 1:
        upright = upright.resize((max(11, int(upright.width * share)), max(11, int(upright.height * share))))
    for quality in _QUALITIES:
        buffer = BytesIO()
        upright.save(buffer, "JPEG", quality=quality)
        if len(buffer.getvalue()) <= INLINE_BYTES:
            break
    facts = {"width": upright.width, "height": upright.height}
    return LocalMedia(media.name, buffer.getvalue(), "image/jpeg", facts)
