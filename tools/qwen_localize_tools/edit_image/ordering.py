"""How an edit is ordered, asked for and understood."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from qwen_localize.errors import BadAnswer
from qwen_localize.files import Kept, Media
from qwen_localize.tool import Model, Order, Price, Results

from .._shared.pictures import PictureRules

PATH = "services/aigc/multimodal-generation/generation"
# The base64 of a larger file would pass the service's limit for one item (docs/model-studio.md 1.4).
INLINE_BYTES = 7_000_000
RULES = PictureRules(
    formats=frozenset({"JPEG", "PNG", "BMP", "TIFF", "WEBP", "GIF"}),
    min_side=16,
    max_side=16384,
    max_ratio=100,
    most_bytes=10 * 1024 * 1024,
)


def order(model: Model, price: Price | None, pictures: Sequence[Media | Kept], wish: Mapping[str, Any]) -> Order:
    """One edit of one to three pictures.

    Args:
        model: does it.
        price: for a result; None if nobody published it.
        pictures: what is edited or combined.
        wish: `prompt`, and the `parameters` as the service takes them.
    """
    first, count = pictures[0].name, int(wish["parameters"]["n"])
    return Order(
        label=f"{first} edited",
        model=model,
        arguments={"prompt": wish["prompt"], "parameters": wish["parameters"]},
        inputs=pictures,
        stem=f"{first.rpartition('.')[0] or first}.{slug(wish['prompt'])}",
        cost=price.result * count if price else None,
        pieces=count,
    )


def slug(prompt: str) -> str:
    """The instruction's first words, for a file name."""
    return "-".join(re.findall(r"\w+", prompt.lower())[:5])[:40] or "edited"


def request(arguments: Mapping[str, Any], urls: list[str]) -> dict[str, Any]:
    """The body that asks for it."""
    content = [*({"image": url} for url in urls), {"text": arguments["prompt"]}]
    return {"input": {"messages": [{"role": "user", "content": content}]}, "parameters": arguments["parameters"]}


def parameters(
    n: int, size: str | None, negative_prompt: str, prompt_extend: bool | None, watermark: bool, seed: int | None
) -> dict[str, Any]:
    """What was asked for; what was not is left to the service's defaults."""
    wanted = {
        "n": n,
        "size": size,
        "negative_prompt": negative_prompt or None,
        "prompt_extend": prompt_extend,
        "watermark": watermark,
        "seed": seed,
    }
    return {name: value for name, value in wanted.items() if value is not None}


def results(output: dict[str, Any]) -> Results:
    """The edited pictures.

    Raises:
        BadAnswer: there is none.
    """
    try:
        content = output["choices"][0]["message"]["content"]
        urls = [part["image"] for part in content if isinstance(part, dict) and part.get("image")]
    except (AttributeError, KeyError, IndexError, TypeError):
        urls = []
    if not urls or not all(isinstance(url, str) for url in urls):
        raise BadAnswer("The service answered without a picture, perhaps since it would not follow the instruction.")
    return Results(urls)
