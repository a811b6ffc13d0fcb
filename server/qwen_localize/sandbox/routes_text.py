"""The two text endpoints: OpenAI-compatible and native (contract 3)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

from anyio import to_thread
from starlette.responses import JSONResponse, Response, StreamingResponse

from qwen_localize.sandbox.catalogue import MODELS, TextModel
from qwen_localize.sandbox.errors import Refusal, invalid, out_of_tokens, throttled
from qwen_localize.sandbox.gate import Call
from qwen_localize.sandbox.ledger import Paid
from qwen_localize.sandbox.text import TextAnswer, TextJob, answer, parse

_PIECES = 40  # a stream has at most about this many chunks


async def chat(call: Call) -> Response:
    """`POST /compatible-mode/v1/chat/completions`: translation_options at the top level."""
    body = await call.body()
    model = _model(call, body)
    job = parse(model, body.get("messages"), body)
    done = await _translate(call, job)
    if not body.get("stream"):
        return JSONResponse(_completion(call, model, done))
    options = body.get("stream_options")
    with_usage = isinstance(options, dict) and bool(options.get("include_usage"))
    chunks = _chunks(call, model, done, with_usage=with_usage)
    events = [f"data: {_dump(chunk)}\n\n" for chunk in chunks]
    return StreamingResponse(iter([*events, "data: [DONE]\n\n"]), media_type="text/event-stream")


async def generate(call: Call) -> Response:
    """`POST /api/v1/services/aigc/text-generation/generation`: translation_options under parameters."""
    body = await call.body()
    model = _model(call, body)
    if call.answers("x-dashscope-async"):
        raise Refusal(403, "AccessDenied", "current user api does not support asynchronous calls")
    given, parameters = body.get("input"), body.get("parameters") or {}
    if not isinstance(given, dict) or not isinstance(parameters, dict):
        raise invalid("input and parameters must be objects.", "BadRequest.EmptyInput")
    job = parse(model, given.get("messages"), parameters)
    done = await _translate(call, job)
    as_message = parameters.get("result_format") == "message"
    if not call.answers("x-dashscope-sse"):
        return JSONResponse(_result(call, model, done, done.text, done.finish_reason, as_message))
    incremental = bool(parameters.get("incremental_output")) and not model.cumulative
    frames = _frames(call, model, done, incremental=incremental, as_message=as_message)
    return StreamingResponse(frames, media_type="text/event-stream")


def _model(call: Call, body: dict[str, Any]) -> TextModel:
    name = body.get("model")
    if not isinstance(name, str) or not name:
        raise invalid("model is required.", "BadRequest.EmptyModel")
    call.model = name
    model = MODELS.get(name)
    if not isinstance(model, TextModel):
        message = f"The model `{name}` does not exist or you do not have access to it."
        raise Refusal(404, "ModelNotFound", message)
    if not call.sandbox.limits.allow(f"requests {name}", model.rules):
        raise throttled()
    return model


async def _translate(call: Call, job: TextJob) -> TextAnswer:
    limits, budget = call.sandbox.limits, f"tokens {job.model.name}"
    if not limits.allow(budget, job.model.token_rules, job.tokens_in):
        raise out_of_tokens()
    done = await to_thread.run_sync(partial(answer, job))
    limits.charge(budget, job.model.token_rules, done.tokens_out)
    cost = job.model.cost(done.tokens_in, done.tokens_out)
    call.sandbox.ledger.bill(Paid(call.sandbox.clock.now(), job.model.name, cost, done.tokens_in, done.tokens_out))
    return done


def _pieces(text: str) -> list[str]:
    size = max(4, -(-len(text) // _PIECES))
    return [text[start : start + size] for start in range(0, len(text), size)]


def _deltas(done: TextAnswer, *, cumulative: bool) -> Iterator[tuple[str, str | None]]:
    """What each chunk carries, and the finish reason of the last (contract 3, streaming)."""
    so_far = ""
    for piece in _pieces(done.text):
        so_far += piece
        yield (so_far if cumulative else piece), None
    yield (so_far if cumulative else ""), done.finish_reason


def _completion(call: Call, model: TextModel, done: TextAnswer) -> dict[str, Any]:
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": done.text},
        "finish_reason": done.finish_reason,
        "logprobs": None,
    }
    return {**_envelope(call, model, "chat.completion"), "choices": [choice], "usage": _compat_usage(done)}


def _chunks(call: Call, model: TextModel, done: TextAnswer, *, with_usage: bool) -> Iterator[dict[str, Any]]:
    envelope = {**_envelope(call, model, "chat.completion.chunk"), "usage": None}
    role = {"role": "assistant"}
    for content, reason in _deltas(done, cumulative=model.cumulative):
        choice = {"index": 0, "delta": {**role, "content": content}, "finish_reason": reason, "logprobs": None}
        yield {**envelope, "choices": [choice]}
        role = {}
    if with_usage:
        yield {**envelope, "choices": [], "usage": _compat_usage(done)}


def _envelope(call: Call, model: TextModel, kind: str) -> dict[str, Any]:
    clock = call.sandbox.clock
    return {
        "id": f"chatcmpl-{call.request_id}",
        "object": kind,
        "created": int(clock.wall(clock.now())),
        "model": model.name,
        "system_fingerprint": None,
    }


def _compat_usage(done: TextAnswer) -> dict[str, int]:
    return {
        "prompt_tokens": done.tokens_in,
        "completion_tokens": done.tokens_out,
        "total_tokens": done.tokens_in + done.tokens_out,
    }


def _frames(call: Call, model: TextModel, done: TextAnswer, *, incremental: bool, as_message: bool) -> Iterator[str]:
    deltas = _deltas(done, cumulative=not incremental)
    for number, (content, reason) in enumerate(deltas, 1):
        # The native stream says "null" in words until the last frame.
        result = _result(call, model, done, content, reason or "null", as_message)
        yield f"id:{number}\nevent:result\n:HTTP_STATUS/200\ndata:{_dump(result)}\n\n"


def _result(
    call: Call, model: TextModel, done: TextAnswer, content: str, reason: str, as_message: bool
) -> dict[str, Any]:
    if as_message:
        message = {"role": "assistant", "content": content}
        output: dict[str, Any] = {"choices": [{"finish_reason": reason, "message": message}]}
    else:
        output = {"text": content, "finish_reason": reason}
    usage = {
        "input_tokens": done.tokens_in,
        "output_tokens": done.tokens_out,
        "total_tokens": done.tokens_in + done.tokens_out,
    }
    return {"output": output | {"model_name": model.name}, "usage": usage, "request_id": call.request_id}


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
