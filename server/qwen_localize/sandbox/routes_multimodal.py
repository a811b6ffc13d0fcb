"""The endpoint that takes pictures and text together: image editing and Qwen-OCR (docs/model-studio.md 5 and 6)."""

from functools import partial
from typing import Any

from starlette.responses import JSONResponse, Response

from . import editing, media, ocr, routes_ocr
from .answers import framed, native_usage
from .catalogue import EditModel, OcrModel
from .errors import no_async
from .gate import Call
from .results import result_name
from .routes_text import named_model, native_parts, unknown
from .working import in_worker


async def generate(call: Call) -> Response:
    """`POST /api/v1/services/aigc/multimodal-generation/generation`, synchronous only."""
    body = await call.body()
    model = named_model(call, body, EditModel, OcrModel)
    if call.answers("x-dashscope-async"):
        raise no_async()
    given, parameters = native_parts(body)
    messages, resolves_oss = given.get("messages"), call.answers("x-dashscope-ossresourceresolve")
    if isinstance(model, EditModel):
        return await _edit(call, editing.parse(model, messages, parameters, resolves_oss=resolves_oss))
    if isinstance(model, OcrModel):
        job = ocr.parse_native(model, messages, parameters, resolves_oss=resolves_oss)
        return await _read(call, job, parameters)
    raise unknown(model.name)


async def _edit(call: Call, job: editing.EditJob) -> Response:
    sandbox, clock = call.sandbox, call.sandbox.clock
    started = clock.now()
    pictures = [await media.load(sandbox, url, job.model.name) for url in job.urls]
    (width, height), files = await in_worker(sandbox, partial(_edited, job, pictures))
    await clock.sleep(started + sandbox.config.edit_seconds - clock.now())
    names = [result_name(f"{call.request_id}-{index}", "png") for index in range(1, job.number + 1)]
    content = [{"image": sandbox.results.keep(name, file)} for name, file in zip(names, files, strict=True)]
    sandbox.bill_image(job.model.name, job.model.price, images=job.number)
    usage = {"width": width, "height": height, "image_count": job.number}
    return JSONResponse(_body(call, content, usage, "stop"))


def _edited(job: editing.EditJob, pictures: list[bytes]) -> tuple[tuple[int, int], list[bytes]]:
    from .pictures.edit import as_png, edit

    images = edit(pictures, job.prompt, job.number, job.size, watermark=job.watermark)
    return images[0].size, [as_png(image) for image in images]


async def _read(call: Call, job: ocr.OcrJob, parameters: dict[str, Any]) -> Response:
    done = await routes_ocr.read(call, job)
    result = {} if done.result is None else {"ocr_result": done.result}

    def shape(text: str, reason: str) -> dict[str, Any]:
        content = {"text": text} | ({} if reason == "null" else result)
        return _body(call, [content], native_usage(done.reply), reason)

    return framed(call, parameters, done.reply, shape)


def _body(call: Call, content: list[dict[str, Any]], usage: dict[str, Any], reason: str) -> dict[str, Any]:
    choice = {"finish_reason": reason, "message": {"role": "assistant", "content": content}}
    return {"output": {"choices": [choice]}, "usage": usage, "request_id": call.request_id}
