"""The same edit of many pictures by one call, each by itself."""

from collections.abc import Mapping, Sequence
from typing import Any

from qwen_localize.files import Found, Kept
from qwen_localize.tool import Context, Ending, JobResult, Model, Order

from .._shared.bulk import Estimate, Part, all_parts, gather, preview, remarks
from .._shared.opaque import ReadyRules
from .._shared.pictures import PictureJobResult
from .models import MODELS
from .ordering import order, slug

# How many calls of a batch are out at the same time.
_AT_ONCE = 6


async def many(
    context: Context, found: Found, rules: ReadyRules, model: Model, wish: Mapping[str, Any], *, only_preview: bool
) -> JobResult:
    """Begin the batch, or say what it would take; without a folder or pattern, of the one edit of all pictures."""
    versions = int(wish["parameters"]["n"])
    gathered = await gather(context, found, rules, versions, keep=not only_preview, made=[slug(wish["prompt"])])
    count, price = len(gathered.pictures), context.calls.price(model)
    edits, paid = (count, len(gathered.paid)) if found.is_many else (1, 1)
    cost = round(price.result * versions * paid, 4) if price else None
    estimate = Estimate(
        pictures=count,
        results=versions * edits,
        paid=versions * paid,
        cost=cost,
        requests=model.limit.requests * versions,
        at_once=_AT_ONCE * versions,
    )
    if only_preview:
        return preview("edit_image", model, gathered, estimate, PictureJobResult)
    await context.calls.check_budget(model, cost)
    return await context.jobs.run(
        Order(
            label=f"{count} pictures edited",
            model=model,
            arguments={**wish, "model": model.name},
            remarks=remarks(estimate, gathered),
            inputs=gathered.pictures,
            many=True,
        )
    )


async def work(context: Context, arguments: Mapping[str, Any], inputs: Sequence[Kept]) -> Ending:
    """Each picture, edited as a job by itself."""
    model = MODELS[arguments["model"]]
    price = context.calls.price(model)
    parts = [Part(kept.name, "", order(model, price, [kept], arguments)) for kept in inputs]
    return await all_parts(context, parts, dict(arguments))
