"""Qwen-MT: what a translation request may say, and its answer (contract 3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from qwen_localize.sandbox import tokens
from qwen_localize.sandbox.catalogue import TextModel, text_languages
from qwen_localize.sandbox.errors import Refusal, invalid
from qwen_localize.sandbox.pseudo import Pair, localize

MAX_TOKENS = 8192
BLOCKED = "sandbox:blocked"

# The range in words, whether only whole numbers count, the range.
_RANGES: dict[str, tuple[str, bool, Callable[[float], bool]]] = {
    "temperature": ("[0.0, 2.0)", False, lambda n: 0 <= n < 2),
    "top_p": ("(0.0, 1.0]", False, lambda n: 0 < n <= 1),
    "top_k": ("[0, inf)", True, lambda n: n >= 0),
    "repetition_penalty": ("(0.0, inf)", False, lambda n: n > 0),
    "seed": ("[0, 2147483647]", True, lambda n: 0 <= n <= 2**31 - 1),
    "max_tokens": (f"[1, {MAX_TOKENS}]", True, lambda n: 1 <= n <= MAX_TOKENS),
}


@dataclass(frozen=True)
class TextJob:
    """A checked translation request."""

    model: TextModel
    text: str
    terms: tuple[Pair, ...]
    memory: tuple[Pair, ...]
    tokens_in: int
    max_tokens: int


@dataclass(frozen=True)
class TextAnswer:
    """A finished translation and what it cost, in tokens."""

    text: str
    finish_reason: str
    tokens_in: int
    tokens_out: int


def parse(model: TextModel, messages: object, parameters: Mapping[str, Any]) -> TextJob:
    """Check a request; a Refusal says what is wrong with it as the service would.

    Args:
        model: The model asked.
        messages: The messages as sent.
        parameters: Sampling parameters and `translation_options`, wherever they were sent.
    """
    text = _only_user_text(messages)
    max_tokens = _check_sampling(parameters)
    options = parameters.get("translation_options")
    if options is None:
        options = {}
    elif not isinstance(options, dict):
        raise invalid("translation_options must be an object.")
    else:
        _check_languages(model, options)
    terms, memory = _pairs(options, "terms"), _pairs(options, "tm_list")
    tokens_in = _count_input(text, options, terms + memory)
    return TextJob(model, text, terms, memory, tokens_in, max_tokens)


def answer(job: TextJob) -> TextAnswer:
    """Pseudo-localize the text; a text with `sandbox:blocked` in it fails moderation."""
    if BLOCKED in job.text:
        raise invalid("Input data may contain inappropriate content.", "DataInspectionFailed")
    whole = localize(job.text, job.terms, job.memory)
    text = tokens.cut(whole, job.max_tokens)
    reason = "stop" if text == whole else "length"
    return TextAnswer(text, reason, job.tokens_in, tokens.count(text))


def _only_user_text(messages: object) -> str:
    if not isinstance(messages, list) or not messages or not all(isinstance(m, dict) for m in messages):
        raise invalid("messages must be a list of one message.")
    roles = [message.get("role") for message in messages]
    if not set(roles) <= {"user", "assistant"}:
        # The service's own misleading answer: a server error for a client's mistake (contract 1.4).
        raise Refusal(500, "InternalError.Algo", "Role must be in [user, assistant]")
    if len(messages) != 1:
        raise invalid(f"Translation takes exactly one message, not {len(messages)}.")
    if roles != ["user"]:
        raise Refusal(500, "InternalError.Algo", "list index out of range")
    content = messages[0].get("content")
    if not isinstance(content, str):
        raise invalid("The content of the message must be a string.")
    return content


def _check_languages(model: TextModel, options: Mapping[str, Any]) -> None:
    source, target = options.get("source_lang", "auto"), options.get("target_lang")
    if not isinstance(target, str) or not isinstance(source, str):
        raise invalid("translation_options needs target_lang and source_lang as strings.")
    known = text_languages(model.lite)
    # `auto` is for the source only (contract 3).
    if target.casefold() not in known or source.casefold() not in known | {"auto"}:
        raise invalid("暂时不支持当前设置的语言！")
    if not isinstance(options.get("domains", ""), str):
        raise invalid("translation_options.domains must be a string.")


def _pairs(options: Mapping[str, Any], name: str) -> tuple[Pair, ...]:
    rows = options.get(name) or []
    if not isinstance(rows, list):
        raise invalid(f"translation_options.{name} must be a list.")
    pairs = []
    for row in rows:
        pair = (row.get("source"), row.get("target")) if isinstance(row, dict) else (None, None)
        if not isinstance(pair[0], str) or not isinstance(pair[1], str):
            raise invalid(f"Each entry of translation_options.{name} needs source and target as strings.")
        pairs.append(Pair(pair[0], pair[1]))
    return tuple(pairs)


def _count_input(text: str, options: Mapping[str, Any], pairs: tuple[Pair, ...]) -> int:
    helpers = [part for pair in pairs for part in (pair.source, pair.target)]
    total = sum(tokens.count(part) for part in [text, options.get("domains", ""), *helpers])
    if not text or total > MAX_TOKENS:
        raise invalid(f"Range of input length should be [1, {MAX_TOKENS}]")
    return total


def _check_sampling(parameters: Mapping[str, Any]) -> int:
    """Check the ranges of contract 3; the most tokens that may come out."""
    for name, (words, whole, holds) in _RANGES.items():
        value = parameters.get(name)
        if value is None:
            continue
        right = isinstance(value, int) if whole else isinstance(value, int | float)
        if isinstance(value, bool) or not right or not holds(value):
            raise invalid(f"Range of {name} should be {words}")
    limit = parameters.get("max_tokens")
    return MAX_TOKENS if limit is None else int(limit)
