"""The service as far as reading needs it, and what there is to read."""

import json
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
from PIL import Image

from fakes import API

URL = f"{API}/services/aigc/multimodal-generation/generation"


def answer(text: str, *, finish_reason: str = "stop", **result: Any) -> httpx.Response:
    """An answer as docs/model-studio.md 6 shows it."""
    part = {"text": text} | ({"ocr_result": result} if result else {})
    output = {"choices": [{"finish_reason": finish_reason, "message": {"role": "assistant", "content": [part]}}]}
    usage = {"input_tokens": 1000, "output_tokens": 100, "image_tokens": 980, "total_tokens": 1100}
    return httpx.Response(200, json={"request_id": "r-1", "output": output, "usage": usage})


def document(path: Path, count: int, kind: str = "PDF") -> Path:
    """A file of so many pages, each 100 pixels taller than the one before."""
    pages = [Image.new("RGB", (200, 100 * number), "white") for number in range(1, count + 1)]
    buffer = BytesIO()
    pages[0].save(buffer, kind, save_all=True, append_images=pages[1:])
    path.write_bytes(buffer.getvalue())
    return path


def sent(request: httpx.Request) -> dict[str, Any]:
    return dict(json.loads(request.content))


def image_of(request: httpx.Request) -> dict[str, Any]:
    return dict(sent(request)["input"]["messages"][0]["content"][0])
