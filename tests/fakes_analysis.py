"""A fake analysis model: what it answers, and what it was asked."""

import json
from typing import Any

import httpx

from support import ORIGIN

URL = f"{ORIGIN}/compatible-mode/v1/chat/completions"
CHAT = [{"role": "customer", "text": "我的杯子坏了"}, {"role": "agent", "text": "马上给您换新的"}]


def completion(text: str) -> httpx.Response:
    choice = {"message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    usage = {"prompt_tokens": 100, "completion_tokens": 20}
    return httpx.Response(200, json={"id": "c-1", "model": "m", "choices": [choice], "usage": usage})


def message(request: httpx.Request) -> str:
    return str(json.loads(request.content)["messages"][0]["content"])


def asked(text: str) -> list[dict[str, Any]]:
    """The questions in a prompt, as the model would find them."""
    return [
        json.loads(line) for line in text.partition("\nBEGIN DIALOGUE\n")[0].splitlines() if line.startswith('{"id"')
    ]


def judge(request: httpx.Request) -> httpx.Response:
    """A model that gives the first label, or a word."""
    rows = [
        {"id": q["id"], "label": (q.get("labels") or ["something"])[0], "reason": "because", "turns": [1, 99, "x"]}
        for q in asked(message(request))
    ]
    return completion(f"Here you are:\n```json\n{json.dumps(rows)}\n```\nAnything else?")
