"""Finished answers of the token models for both endpoints, whole and streamed (docs/model-studio.md 3, 6)."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from starlette.responses import JSONResponse, Response, StreamingResponse

from .call import Call
from .tokens import Reply

# The body of an answer, from what it says and why it ends there.
Shape = Callable[[str, str], dict[str, Any]]

_PIECES = 40  # a stream has at most about this many chunks


def compat(call: Call, body: Mapping[str, Any], done: Reply, *, cumulative: bool = False) -> Response:
    """The answer of the OpenAI-compatible endpoint, streamed if `body` asks for it."""
    if not body.get("stream"):
        return JSONResponse(_completion(call, done))
    options = body.get("stream_options")
    with_usage = isinstance(options, dict) and bool(options.get("include_usage"))
    chunks = _chunks(call, done, cumulative=cumulative, with_usage=with_usage)
    events = [f"data: {dump(chunk)}\n\n" for chunk in chunks]
    return StreamingResponse(iter([*events, "data: [DONE]\n\n"]), media_type="text/event-stream")


def native(call: Call, parameters: Mapping[str, Any], done: Reply, *, cumulative: bool = False) -> Response:
    """The answer of the native text endpoint, streamed if the SSE header says so."""

    def shape(content: str, reason: str) -> dict[str, Any]:
        choice = {"finish_reason": reason, "message": {"role": "assistant", "content": content}}
        output = {"choices": [choice], "model_name": call.model}
        return {"output": output, "usage": native_usage(done), "request_id": call.request_id}

    return framed(call, parameters, done, shape, cumulative=cumulative)


def framed(
    call: Call, parameters: Mapping[str, Any], done: Reply, shape: Shape, *, cumulative: bool = False
) -> Response:
    """A native answer of any shape, whole or in frames."""
    if not call.enables("x-dashscope-sse"):
        return JSONResponse(shape(done.text, done.finish_reason))
    incremental = bool(parameters.get("incremental_output")) and not cumulative
    return StreamingResponse(_frames(done, shape, incremental=incremental), media_type="text/event-stream")


def native_usage(done: Reply) -> dict[str, Any]:
    """Tokens as the native endpoints count them."""
    usage: dict[str, Any] = {
        "input_tokens": done.tokens_in,
        "output_tokens": done.tokens_out,
        "total_tokens": done.tokens_in + done.tokens_out,
    }
    if done.image_tokens is not None:
        usage |= {"image_tokens": done.image_tokens, **_details(done, "input_tokens", "output_tokens")}
    return usage


def _compat_usage(done: Reply) -> dict[str, Any]:
    usage: dict[str, Any] = {
        "prompt_tokens": done.tokens_in,
        "completion_tokens": done.tokens_out,
        "total_tokens": done.tokens_in + done.tokens_out,
    }
    return usage if done.image_tokens is None else usage | _details(done, "prompt_tokens", "completion_tokens")


def _details(done: Reply, into: str, out: str) -> dict[str, Any]:
    seen = done.image_tokens or 0
    return {
        f"{into}_details": {"image_tokens": seen, "text_tokens": done.tokens_in - seen},
        f"{out}_details": {"text_tokens": done.tokens_out},
    }


def _pieces(text: str) -> list[str]:
    size = max(4, -(-len(text) // _PIECES))
    return [text[start : start + size] for start in range(0, len(text), size)]


def _deltas(done: Reply, *, cumulative: bool) -> Iterator[tuple[str, str | None]]:
    """What each chunk carries, and the finish reason of the last (docs/model-studio.md 3, streaming)."""
    so_far = ""
    for piece in _pieces(done.text):
        so_far += piece
        yield (so_far if cumulative else piece), None
    yield (so_far if cumulative else ""), done.finish_reason


def _completion(call: Call, done: Reply) -> dict[str, Any]:
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": done.text},
        "finish_reason": done.finish_reason,
        "logprobs": None,
    }
    return {**envelope(call, "chat.completion"), "choices": [choice], "usage": _compat_usage(done)}


def _chunks(call: Call, done: Reply, *, cumulative: bool, with_usage: bool) -> Iterator[dict[str, Any]]:
    shell = {**envelope(call, "chat.completion.chunk"), "usage": None}
    role = {"role": "assistant"}
    for content, reason in _deltas(done, cumulative=cumulative):
        choice = {"index": 0, "delta": {**role, "content": content}, "finish_reason": reason, "logprobs": None}
        yield {**shell, "choices": [choice]}
        role = {}
    if with_usage:
        yield {**shell, "choices": [], "usage": _compat_usage(done)}


def envelope(call: Call, kind: str) -> dict[str, Any]:
    """What every chunk and every whole answer of the compatible endpoint begins with."""
    clock = call.sandbox.clock
    return {
        "id": f"chatcmpl-{call.request_id}",
        "object": kind,
        "created": int(clock.wall(clock.now())),
        "model": call.model,
        "system_fingerprint": None,
    }


def _frames(done: Reply, shape: Shape, *, incremental: bool) -> Iterator[str]:
    for number, (content, reason) in enumerate(_deltas(done, cumulative=not incremental), 1):
        # The native stream says "null" in words until the last frame.
        yield f"id:{number}\nevent:result\n:HTTP_STATUS/200\ndata:{dump(shape(content, reason or 'null'))}\n\n"


def dump(value: object) -> str:
    """JSON without spaces."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
