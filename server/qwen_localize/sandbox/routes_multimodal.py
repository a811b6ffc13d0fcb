"""The endpoint that takes pictures and text together: image editing and Qwen-OCR (contract 5 and 6)."""

from __future__ import annotations

from typing import Any

from starlette.responses import JSONResponse, Response

from qwen_localize.sandbox import ocr, routes_ocr
from qwen_localize.sandbox.catalogue import OcrModel
from qwen_localize.sandbox.errors import no_async
from qwen_localize.sandbox.gate import Call
from qwen_localize.sandbox.replies import native_usage
from qwen_localize.sandbox.routes_text import named_model, native_parts


async def generate(call: Call) -> Response:
    """`POST /api/v1/services/aigc/multimodal-generation/generation`, synchronous only."""
    body = await call.body()
    model = named_model(call, body, OcrModel)
    if call.answers("x-dashscope-async"):
        raise no_async()
    given, parameters = native_parts(body)
    messages, resolves_oss = given.get("messages"), call.answers("x-dashscope-ossresourceresolve")
    return await _read(call, ocr.parse_native(model, messages, parameters, resolves_oss=resolves_oss))


async def _read(call: Call, job: ocr.OcrJob) -> Response:
    done = await routes_ocr.read(call, job)
    content: dict[str, Any] = {"text": done.reply.text}
    if done.result is not None:
        content["ocr_result"] = done.result
    return _answer(call, [content], native_usage(done.reply), done.reply.finish_reason)


def _answer(call: Call, content: list[dict[str, Any]], usage: dict[str, Any], reason: str) -> Response:
    choice = {"finish_reason": reason, "message": {"role": "assistant", "content": content}}
    return JSONResponse({"output": {"choices": [choice]}, "usage": usage, "request_id": call.request_id})
