"""A fake Qwen-MT: what it answers, and what it was asked."""

import json
import re
from typing import Any

import httpx

from support import ORIGIN

URL = f"{ORIGIN}/compatible-mode/v1/chat/completions"


def completion(text: str, finish: str = "stop") -> httpx.Response:
    """A chat completion as docs/model-studio.md 3 shows it."""
    return httpx.Response(
        200,
        json={
            "id": "chatcmpl-1",
            "model": "qwen-mt-flash",
            "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": finish}],
            "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15},
        },
    )


def refused(status: int, code: str, message: str = "no") -> httpx.Response:
    return httpx.Response(status, json={"error": {"code": code, "message": message}, "request_id": "r-1"})


def content(request: httpx.Request) -> str:
    return str(json.loads(request.content)["messages"][0]["content"])


def options(request: httpx.Request) -> dict[str, Any]:
    return dict(json.loads(request.content)["translation_options"])


def moderated(request: httpx.Request) -> httpx.Response:
    """As `translated`, but for what has poison in it."""
    return refused(400, "data_inspection_failed") if "poison" in content(request) else translated(request)


_KEPT = re.compile(r"\[\[\d+\]\]|<[^<>]*>|\{[^{}]*\}|%[a-z]|https?://\S+|\\n|&\w+;")
_LETTERS = str.maketrans("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", "АБЦДЕФГХИЙКЛМНОПЯРСТУВЩЫЭЗ" * 2)


def russian(text: str) -> str:
    """What the fake makes of a text: Cyrillic capitals for its letters, and nothing else changed."""
    parts, start = [], 0
    for kept in _KEPT.finditer(text):
        parts += [text[start : kept.start()].translate(_LETTERS), kept[0]]
        start = kept.end()
    return "".join(parts) + text[start:].translate(_LETTERS)


def translated(request: httpx.Request) -> httpx.Response:
    """A translator into a kind of Russian."""
    return completion(russian(content(request)))
