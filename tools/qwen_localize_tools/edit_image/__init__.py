"""Image editing by instruction with qwen-image (docs/model-studio.md 5)."""

import difflib
from typing import Annotated, Any

from pydantic import Field

from qwen_localize.errors import BadArgument, quote
from qwen_localize.tool import Batch, Context, JobResult, Kind, OneOrMany, Tool, Upstream

from .._shared.arguments import Background, Preview
from .._shared.opaque import ReadyRules
from .._shared.pictures import Picture, PictureJobResult
from .many import many, work
from .models import MODELS, check
from .ordering import INLINE_BYTES, PATH, RULES, order, parameters, request, results

_MOST_JOINT = 3
Images = Annotated[
    list[str],
    Field(
        min_length=1,
        description="1 to 3 paths or URLs, ratio of the last; or a folder or glob",
    ),
]
Size = Annotated[str | None, Field(description="W*H, or a ratio such as 16:9")]


async def edit_image(
    context: Context,
    images: Images,
    prompt: Annotated[str, Field(description="What to change; text to write in quotes")],
    n: Annotated[int, Field(ge=1, le=6, description="How many versions")] = 1,
    size: Size = None,
    negative_prompt: Annotated[str, Field(description="What to avoid")] = "",
    prompt_extend: Annotated[bool | None, Field(description="Rewrite the prompt (default yes)")] = None,
    watermark: Annotated[bool, Field(description="Add one")] = False,
    seed: Annotated[int | None, Field(ge=0, le=2147483647, description="To repeat a result")] = None,
    background: Background = "",
    preview: Preview = False,
    model: Annotated[str, Field(description="Also qwen-image-2.0-pro, qwen-image-edit[-plus|-max]")] = "qwen-image-2.0",
) -> JobResult:
    """Edit or combine pictures by an instruction: replace text, objects, background, style. Saves PNGs.

    10 to 60 s; 0.2 CNY each (pro and max 0.5). To translate, translate_image is 60 times cheaper.
    """
    chosen = MODELS.get(model) or _unknown(model)
    context.calls.check_model(chosen, MODELS.values())
    if not prompt.strip():
        raise BadArgument("The prompt is empty. Say in a sentence what to change in the picture.")
    told = parameters(n, check(model, n, size, prompt_extend), negative_prompt, prompt_extend, watermark, seed)
    wish, rules = {"prompt": prompt, "parameters": told}, ReadyRules(RULES, background)
    found = await context.files.find(images)
    if len(images) > _MOST_JOINT and not found.is_many:
        raise BadArgument(
            f"images: {len(images)} pictures cannot be one edit, at most {_MOST_JOINT} can. To edit each alone, pass "
            'their folder or a pattern, as in ["photos/*.jpg"].'
        )
    if found.is_many or preview:
        return await many(context, found, rules, chosen, wish, only_preview=preview)
    pictures = [await context.files.read(image, rules) for image in images]
    return await context.jobs.run(order(chosen, context.calls.price(chosen), pictures, wish))


def _unknown(model: str) -> Any:
    near = ", ".join(difflib.get_close_matches(model, MODELS, 3)) or "qwen-image-2.0"
    raise BadArgument(f"model: there is no {quote(model, 40)} for editing. Nearest: {near}.")


TOOL = Tool(
    edit_image,
    title="Edit images",
    models=[*MODELS.values()],
    result=PictureJobResult,
    publishes=False,  # it has what every job has
    work=OneOrMany(
        one=Upstream(
            kind=Kind.CALL,
            path=PATH,
            models=MODELS,
            request=request,
            results=results,
            artifact=Picture(),
            inline=INLINE_BYTES,
        ),
        many=Batch(work, opens=True),
    ),
)
