"""The two text endpoints: OpenAI-compatible and native (docs/model-studio.md 3, 6, 7 and 9)."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from anyio import to_thread
from starlette.responses import Response

from . import analysis, answers, interpreting, ocr, recognition, text
from .call import Call
from .catalogue import AnalysisModel, OcrModel, SpeechModel, TextModel, TokenModel
from .garbling import garbled
from .tokens import Reply


async def chat(call: Call) -> Response:
    """`POST /compatible-mode/v1/chat/completions`: translation_options at the top level."""
    body = await call.body()
    model = call.named_model(body, TokenModel)
    if isinstance(model, SpeechModel):
        return await interpreting.answer(call, model, body)
    if isinstance(model, OcrModel):
        job = ocr.parse_compat(model, body, resolves_oss=call.resolves_oss)
        done = (await recognition.read(call.sandbox, job)).reply
    else:
        done = await _said(call, model, body.get("messages"), body)
    return answers.compat(call, body, done, cumulative=model.cumulative)


async def generate(call: Call) -> Response:
    """`POST /api/v1/services/aigc/text-generation/generation`: translation_options under parameters."""
    body = await call.body()
    model = call.named_model(body, TextModel, AnalysisModel)
    given, parameters = call.synchronous_parts(body)
    done = await _said(call, model, given.get("messages"), parameters)
    return answers.native(call, parameters, done, cumulative=model.cumulative)


async def _said(call: Call, model: TokenModel, messages: object, parameters: Mapping[str, Any]) -> Reply:
    """What a model that sees no pictures says; billed."""
    done = await to_thread.run_sync(_work(model, messages, parameters))
    if isinstance(model, TextModel) and call.strikes("mangle"):
        done = replace(done, text=text.mangled(done.text))
    if isinstance(model, TextModel) and call.strikes("garble"):
        done = replace(done, text=garbled(done.text, call.sandbox.faults.struck("garble") - 1))
    call.sandbox.bill_tokens(model, done)
    return done


def _work(model: TokenModel, messages: object, parameters: Mapping[str, Any]) -> Callable[[], Reply]:
    if isinstance(model, TextModel):
        return partial(text.answer, text.parse(model, messages, parameters))
    return partial(analysis.answer, analysis.parse(model, messages, parameters))
