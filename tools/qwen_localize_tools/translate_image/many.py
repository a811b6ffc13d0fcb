"""Many pictures, or many languages, by one call; and each picture that is to be checked."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from qwen_localize.files import Found, Kept
from qwen_localize.tool import Context, Ending, JobResult, Order

from .._shared.bulk import Estimate, Gathered, Part, all_parts, gather, preview, remarks
from .._shared.opaque import ReadyRules
from .checking import checked, cost_of_check
from .models import AT_ONCE, MODELS, order


@dataclass(frozen=True)
class Wish:
    """What is wanted of each picture.

    Attributes:
        ext: what the model is told besides the languages.
        check: whether each result is read and compared.
        preview: whether only to say what it would take.
    """

    model: str
    source: str
    targets: list[str]
    ext: dict[str, Any]
    check: bool
    preview: bool


async def many(context: Context, found: Found, rules: ReadyRules, wish: Wish) -> JobResult:
    """Begin the batch, or say what it would take."""
    from . import TranslateImageResult

    model = MODELS[wish.model]
    gathered = await gather(context, found, rules, len(wish.targets), keep=not wish.preview, made=wish.targets)
    estimate = _estimate(context, gathered, wish)
    if wish.preview:
        return preview("translate_image", model, gathered, estimate, TranslateImageResult)
    await context.calls.check_budget(model, estimate.cost)
    what = gathered.pictures[0].name if len(gathered.pictures) == 1 else f"{len(gathered.pictures)} pictures"
    return await context.jobs.run(
        Order(
            label=f"{what} from {wish.source} to {', '.join(wish.targets)}",
            model=model,
            arguments=asdict(wish),
            remarks=remarks(estimate, gathered),
            inputs=gathered.pictures,
            many=True,
        )
    )


def _estimate(context: Context, gathered: Gathered, wish: Wish) -> Estimate:
    model, count = MODELS[wish.model], len(wish.targets)
    price, paid = context.calls.price(model), len(gathered.paid) * count
    cost = price.result * paid if price else None
    if wish.check and cost is not None:
        cost += sum(cost_of_check(context, pixels) for pixels in gathered.paid.values()) * count
    return Estimate(
        pictures=len(gathered.pictures),
        results=len(gathered.pictures) * count,
        paid=paid,
        cost=None if cost is None else round(cost, 4),
        requests=model.limit.requests,
        at_once=AT_ONCE if model.limit.requests > 1 else 1,
    )


async def work(context: Context, arguments: Mapping[str, Any], inputs: Sequence[Kept]) -> Ending:
    """Each picture into each language, as a job by itself."""
    model = MODELS[arguments["model"]]
    price, source, told = context.calls.price(model), arguments["source"], arguments["ext"]
    # One language after the other: the results of one picture, which look alike, are then never out together, so that a
    # submission whose answer is lost can be told by its picture.
    parts = [
        Part(kept.name, target, order(model, price, kept, source, target, told))
        for target in arguments["targets"]
        for kept in inputs
    ]
    check = partial(checked, context, told) if arguments["check"] else None
    return await all_parts(context, parts, dict(arguments), check)
