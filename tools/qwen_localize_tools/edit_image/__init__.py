"""Image editing by instruction with qwen-image (docs/model-studio.md 5)."""

import difflib
import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from qwen_localize.errors import BadAnswer, BadArgument, quote
from qwen_localize.tool import Context, JobResult, Kind, Order, Results, Tool, Upstream

from .._shared.pictures import Picture, PictureJobResult, PictureRules
from .models import MODELS, RATIOS, check

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

Images = Annotated[
    list[str],
    Field(min_length=1, max_length=3, description="1 to 3 paths, URLs or data URIs; the last gives the ratio"),
]
Size = Annotated[str | None, Field(description=f"W*H, or {', '.join(list(RATIOS)[:6])}")]


async def edit_image(
    context: Context,
    images: Images,
    prompt: Annotated[str, Field(description="What to change; put text to write in quotes")],
    n: Annotated[int, Field(ge=1, le=6, description="How many versions")] = 1,
    size: Size = None,
    negative_prompt: Annotated[str, Field(description="What to avoid")] = "",
    prompt_extend: Annotated[bool | None, Field(description="Rewrite the prompt (default yes)")] = None,
    watermark: Annotated[bool, Field(description="Add one")] = False,
    seed: Annotated[int | None, Field(ge=0, le=2147483647, description="To repeat a result")] = None,
    model: Annotated[str, Field(description="Also qwen-image-2.0-pro, qwen-image-edit[-plus|-max]")] = "qwen-image-2.0",
) -> JobResult:
    """Edit or combine pictures by an instruction: replace text, objects, background, style. Saves PNGs, returns paths.

    10 to 60 s; 0.2 CNY a picture (pro and max 0.5). To translate a picture's text, translate_image is 60 times cheaper.
    """
    chosen = MODELS.get(model) or _unknown(model)
    context.calls.check_model(chosen, MODELS.values())
    if not prompt.strip():
        raise BadArgument("The prompt is empty. Say in a sentence what to change in the picture.")
    parameters = _parameters(n, check(model, n, size, prompt_extend), negative_prompt, prompt_extend, watermark, seed)
    pictures = [await context.files.read(image, RULES) for image in images]
    price = context.calls.price(chosen)
    first = pictures[0].name
    order = Order(
        label=f"{first} edited",
        model=chosen,
        arguments={"prompt": prompt, "parameters": parameters},
        inputs=pictures,
        stem=f"{first.rpartition('.')[0] or first}.{_slug(prompt)}",
        cost=price.result * n if price else None,
        pieces=n,
    )
    return await context.jobs.run(order)


def _unknown(model: str) -> Any:
    near = ", ".join(difflib.get_close_matches(model, MODELS, 3)) or "qwen-image-2.0"
    raise BadArgument(f"model: there is no {quote(model, 40)} for editing. Nearest: {near}.")


def _request(arguments: Mapping[str, Any], urls: list[str]) -> dict[str, Any]:
    content = [*({"image": url} for url in urls), {"text": arguments["prompt"]}]
    return {"input": {"messages": [{"role": "user", "content": content}]}, "parameters": arguments["parameters"]}


def _parameters(
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


def _slug(prompt: str) -> str:
    """The instruction's first words, for a file name."""
    return "-".join(re.findall(r"\w+", prompt.lower())[:5])[:40] or "edited"


def _results(output: dict[str, Any]) -> Results:
    try:
        content = output["choices"][0]["message"]["content"]
        urls = [part["image"] for part in content if isinstance(part, dict) and part.get("image")]
    except (AttributeError, KeyError, IndexError, TypeError):
        urls = []
    if not urls or not all(isinstance(url, str) for url in urls):
        raise BadAnswer("The service answered without a picture, perhaps since it would not follow the instruction.")
    return Results(urls)


TOOL = Tool(
    edit_image,
    title="Edit an image",
    result=PictureJobResult,
    work=Upstream(
        kind=Kind.CALL,
        path=PATH,
        models=MODELS,
        request=_request,
        results=_results,
        artifact=Picture(),
        inline=INLINE_BYTES,
    ),
)
