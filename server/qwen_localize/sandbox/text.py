"""Qwen-MT: what a translation request may say, and its answer (docs/model-studio.md 3)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from . import tokens
from .catalogue import TextModel, script_of, text_languages
from .errors import Refusal, check_moderation, invalid
from .parameters import check_sampling, checked_messages, checked_pairs
from .pseudo import Pair, localize
from .tokens import Reply, reply

MAX_TOKENS = 8192
_PLACEHOLDER = re.compile(r"\{[^{}]*\}|%[^\s\w]?\w+|</?\w[^<>]*>")


@dataclass(frozen=True)
class TextJob:
    """A checked translation request."""

    model: TextModel
    text: str
    terms: tuple[Pair, ...]
    memory: tuple[Pair, ...]
    tokens_in: int
    max_tokens: int
    script: str


def parse(model: TextModel, messages: object, parameters: Mapping[str, Any]) -> TextJob:
    """Check a request.

    Args:
        model: the model asked.
        messages: the messages as sent.
        parameters: sampling parameters and `translation_options`, wherever they were sent.

    Raises:
        Refusal: what is wrong with it, as the service would say it.
    """
    text = _only_user_text(checked_messages(messages))
    max_tokens = check_sampling(parameters, MAX_TOKENS)
    options = parameters.get("translation_options")
    if options is None:
        options = {}
    elif not isinstance(options, dict):
        raise invalid("translation_options must be an object.")
    else:
        _check_languages(model, options)
    terms, memory = (
        checked_pairs(options.get(name), f"translation_options.{name}", "source", "target")
        for name in ("terms", "tm_list")
    )
    tokens_in = _count_input(text, options, terms + memory)
    script = script_of(str(options.get("target_lang", "")))
    return TextJob(model, text, terms, memory, tokens_in, max_tokens, script)


def answer(job: TextJob) -> Reply:
    """The text pseudo-localized.

    Raises:
        Refusal: `sandbox:blocked` is in it, which stands for what moderation would find.
    """
    check_moderation(job.text)
    return reply(localize(job.text, job.terms, job.memory, job.script), job.tokens_in, job.max_tokens)


def mangled(text: str) -> str:
    """A text without its placeholders and tags, as a model returns it that has translated or dropped them."""
    return _PLACEHOLDER.sub("", text)


def _only_user_text(messages: Sequence[Mapping[str, Any]]) -> str:
    roles = [message.get("role") for message in messages]
    if not set(roles) <= {"user", "assistant"}:
        # The service's own misleading answer: a server error for a client's mistake (docs/model-studio.md 1.4).
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
    # `auto` is for the source only (docs/model-studio.md 3).
    if target.casefold() not in known or source.casefold() not in known | {"auto"}:
        raise invalid("暂时不支持当前设置的语言！")
    if not isinstance(options.get("domains", ""), str):
        raise invalid("translation_options.domains must be a string.")


def _count_input(text: str, options: Mapping[str, Any], pairs: tuple[Pair, ...]) -> int:
    helpers = [part for pair in pairs for part in pair]
    total = sum(tokens.count(part) for part in [text, options.get("domains", ""), *helpers])
    if not text or total > MAX_TOKENS:
        raise invalid(f"Range of input length should be [1, {MAX_TOKENS}]")
    return total
