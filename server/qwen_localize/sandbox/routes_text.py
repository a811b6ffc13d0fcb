"""The two text endpoints: OpenAI-compatible and native (docs/model-studio.md 3, 6 and 7)."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar

from anyio import to_thread
from starlette.responses import Response

from . import analysis, answers, ocr, routes_ocr, text
from .catalogue import MODELS, AnalysisModel, Model, OcrModel, TextModel, TokenModel
from .errors import Refusal, invalid, no_async, out_of_tokens, throttled
from .gate import Call
from .replies import Reply

Kind = TypeVar("Kind", bound=Model)


async def chat(call: Call) -> Response:
    """`POST /compatible-mode/v1/chat/completions`: translation_options at the top level."""
    body = await call.body()
    model = named_model(call, body, TokenModel)
    if isinstance(model, OcrModel):
        job = ocr.parse_compat(model, body, resolves_oss=call.answers("x-dashscope-ossresourceresolve"))
        return answers.compat(call, body, (await routes_ocr.read(call, job)).reply)
    if isinstance(model, TextModel):
        done = await _translate(call, model, body.get("messages"), body)
        return answers.compat(call, body, done, cumulative=model.cumulative)
    if isinstance(model, AnalysisModel):
        return answers.compat(call, body, await _analyse(call, model, body.get("messages"), body))
    raise unknown(model.name)


async def generate(call: Call) -> Response:
    """`POST /api/v1/services/aigc/text-generation/generation`: translation_options under parameters."""
    body = await call.body()
    model = named_model(call, body, TextModel, AnalysisModel)
    if call.answers("x-dashscope-async"):
        raise no_async()
    given, parameters = native_parts(body)
    if isinstance(model, TextModel):
        done = await _translate(call, model, given.get("messages"), parameters)
        return answers.native(call, parameters, done, cumulative=model.cumulative)
    if isinstance(model, AnalysisModel):
        return answers.native(call, parameters, await _analyse(call, model, given.get("messages"), parameters))
    raise unknown(model.name)


def named_model(call: Call, body: Mapping[str, Any], *kinds: type[Kind]) -> Kind:
    """The model that a request names, if it is of one of these kinds and may be asked once more now."""
    name = body.get("model")
    if not isinstance(name, str) or not name:
        raise invalid("model is required.", "BadRequest.EmptyModel")
    call.model = name
    model = MODELS.get(name)
    if not isinstance(model, kinds):
        raise unknown(name)
    if not call.sandbox.limits.allow(f"requests {name}", model.rules):
        raise throttled()
    return model


def unknown(name: str) -> Refusal:
    """404: no such model, at least not at this address."""
    return Refusal(404, "ModelNotFound", f"The model `{name}` does not exist or you do not have access to it.")


def native_parts(body: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """`input` and `parameters` of a native request."""
    given, parameters = body.get("input"), body.get("parameters") or {}
    if not isinstance(given, dict) or not isinstance(parameters, dict):
        raise invalid("input and parameters must be objects.", "BadRequest.EmptyInput")
    return given, parameters


async def _translate(call: Call, model: TextModel, messages: object, parameters: Mapping[str, Any]) -> Reply:
    job = text.parse(model, messages, parameters)
    return await _metered(call, model, job.tokens_in, partial(text.answer, job))


async def _analyse(call: Call, model: AnalysisModel, messages: object, parameters: Mapping[str, Any]) -> Reply:
    job = analysis.parse(model, messages, parameters)
    return await _metered(call, model, job.tokens_in, partial(analysis.answer, job))


async def _metered(call: Call, model: TokenModel, tokens_in: int, work: Callable[[], Reply]) -> Reply:
    """The work done in a thread, within the limit on tokens, and billed."""
    if not call.sandbox.limits.allow(f"tokens {model.name}", model.token_rules, tokens_in):
        raise out_of_tokens()
    done = await to_thread.run_sync(work)
    call.sandbox.bill_tokens(model, done.tokens_in, done.tokens_out)
    return done
