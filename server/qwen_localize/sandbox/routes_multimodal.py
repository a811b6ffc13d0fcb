"""The endpoint that takes pictures and text together: image editing and Qwen-OCR (docs/model-studio.md 5 and 6)."""

from functools import partial
from typing import Any

from starlette.responses import JSONResponse, Response

from . import editing, media, ocr, recognition
from .answers import framed, native_usage
from .call import Call
from .catalogue import EditModel, OcrModel
from .errors import no_such_model
from .results import result_name


async def generate(call: Call) -> Response:
    """`POST /api/v1/services/aigc/multimodal-generation/generation`, synchronous only."""
    body = await call.body()
    model = call.named_model(body, EditModel, OcrModel)
    given, parameters = call.synchronous_parts(body)
    messages = given.get("messages")
    if isinstance(model, EditModel):
        return await _edit(call, editing.parse(model, messages, parameters, resolves_oss=call.resolves_oss))
    if isinstance(model, OcrModel):
        job = ocr.parse_native(model, messages, parameters, resolves_oss=call.resolves_oss)
        return await _read(call, job, parameters)
    raise no_such_model(model.name)


async def _edit(call: Call, job: editing.EditJob) -> Response:
    sandbox, clock = call.sandbox, call.sandbox.clock
    started = clock.now()
    pictures = [await media.load(sandbox, url, job.model.name) for url in job.urls]
    (width, height), files = await sandbox.on_picture(partial(_edited, job, pictures))
    await clock.sleep(started + sandbox.config.edit_seconds - clock.now())
    names = [result_name(f"{call.request_id}-{index}", "png") for index in range(1, job.number + 1)]
    content = [{"image": sandbox.results.keep(name, file)} for name, file in zip(names, files, strict=True)]
    sandbox.bill_image(job.model.name, job.model.price, images=job.number)
    usage = {"width": width, "height": height, "image_count": job.number}
    return JSONResponse(_body(call, content, usage, "stop"))


def _edited(job: editing.EditJob, pictures: list[bytes]) -> tuple[tuple[int, int], list[bytes]]:
    # Not imported above: numpy and Pillow are loaded with the first picture.
    from .pictures.edit import as_png, edit

    images = edit(pictures, job.prompt, job.number, job.size, watermark=job.watermark)
    return images[0].size, [as_png(image) for image in images]


async def _read(call: Call, job: ocr.OcrJob, parameters: dict[str, Any]) -> Response:
    done = await recognition.read(call.sandbox, job)
    result = {} if done.result is None else {"ocr_result": done.result}

    def shape(text: str, reason: str) -> dict[str, Any]:
        content = {"text": text} | ({} if reason == "null" else result)
        return _body(call, [content], native_usage(done.reply), reason)

    return framed(call, parameters, done.reply, shape)


def _body(call: Call, content: list[dict[str, Any]], usage: dict[str, Any], reason: str) -> dict[str, Any]:
    choice = {"finish_reason": reason, "message": {"role": "assistant", "content": content}}
    return {"output": {"choices": [choice]}, "usage": usage, "request_id": call.request_id}
