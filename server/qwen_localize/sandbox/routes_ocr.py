"""Reading pictures, behind both endpoints that Qwen-OCR has (docs/model-studio.md 6)."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from . import media
from .errors import out_of_tokens
from .gate import Call
from .ocr import OcrJob
from .replies import Reply, reply
from .working import in_worker


@dataclass(frozen=True)
class Reading:
    """A finished reading: the reply, and `ocr_result` where the task has one."""

    reply: Reply
    result: dict[str, Any] | None


async def read(call: Call, job: OcrJob) -> Reading:
    """Read a picture and carry out the task on it; billed."""
    sandbox, model = call.sandbox, job.model
    data = await media.load(sandbox, job.url, model.name)
    done = await in_worker(sandbox, partial(_work, job, data, plain=sandbox.config.plain))
    if not sandbox.limits.allow(f"tokens {model.name}", model.token_rules, done.reply.tokens_in):
        raise out_of_tokens()
    sandbox.bill_tokens(model, done.reply.tokens_in, done.reply.tokens_out)
    return done


def _work(job: OcrJob, data: bytes, *, plain: bool) -> Reading:
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
