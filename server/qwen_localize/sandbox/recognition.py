"""Reading pictures, behind both endpoints that Qwen-OCR has (docs/model-studio.md 6)."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from . import media
from .ocr import OcrJob
from .service import Sandbox
from .tokens import Reply, reply


@dataclass(frozen=True)
class Reading:
    """A finished reading: the reply, and `ocr_result` where the task has one."""

    reply: Reply
    result: dict[str, Any] | None


async def read(sandbox: Sandbox, job: OcrJob) -> Reading:
    """Read a picture, carry out the task on it, and bill it.

    Raises:
        Refusal: the picture cannot be had or is outside the rules, or too many tokens were used.
    """
    data = await media.load(sandbox, job.url, job.model.name)
    done = await sandbox.on_picture(partial(_work, job, data, plain=sandbox.config.plain))
    sandbox.bill_tokens(job.model, done.reply)
    return done


def _work(job: OcrJob, data: bytes, *, plain: bool) -> Reading:
    # Not imported above: numpy, OpenCV and Pillow are loaded with the first picture.
    from .documents import find
    from .pictures import reading
    from .pictures.decode import READING, decode

    pixels = decode(data, READING)
    height, width = pixels.shape[:2]
    lines = reading.unread(pixels) if plain else reading.read(pixels)
    found = find(lines, job.task, job.schema)
    seen = job.image_tokens(width, height)
    done = reply(found.text, seen + job.text_tokens, job.max_tokens, seen)
    return Reading(done, found.result if done.finish_reason == "stop" else None)
