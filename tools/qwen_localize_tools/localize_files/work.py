"""The job: settled when it begins, so that it may be taken up at any time."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

import anyio.to_thread

from qwen_localize.files import LocalMedia, Media
from qwen_localize.tool import Context, Ending, Order, Receipt, SavedFile
from qwen_localize.wellformed import whole

from .._shared.arguments import Term
from .._shared.translating.models import MODELS
from .._shared.usage import usage
from .counting import Tally, total
from .freezing import Settled, as_json, from_json, settled
from .report import Row, page, sheet
from .result import details, done_words
from .running import Run, Terms
from .surveying import Survey, Wish, surveyed


def ordered(wish: Wish, terms: Terms, label: str) -> Order:
    """The order of a job; two that ask for the same are one, whatever has been written meanwhile."""
    pairs = {lang: [term.model_dump() for term in found] for lang, found in terms.glossaries.items()}
    return Order(
        label=label,
        model=terms.model,
        arguments={"wish": asdict(wish), "model": terms.model.name, "max_cost": terms.max_cost},
        inputs=(LocalMedia("glossaries.json", json.dumps(pairs).encode(), "application/json"),),
    )


async def work(context: Context, arguments: Mapping[str, Any], inputs: Sequence[Media]) -> Ending:
    """Translate and write the files of a job.

    Raises:
        LocalizeError: what keeps the rest from being done; it can be taken up again.
    """
    wish, terms = _wanted(arguments, inputs)
    survey = await anyio.to_thread.run_sync(surveyed, wish, context.files.allowed_dirs)
    run = Run(context, survey, await _settled(context, survey), terms)
    await run.all()
    saved = await reported(context, run.tallies, context.jobs.report_name)
    receipt = _together(run.receipts)
    cost = run.cost
    return Ending(
        message=done_words("apply", run.tallies, cost, saved),
        details=details("apply", survey, run.tallies),
        artifacts=[file.model_dump() for file in saved],
        usage=usage(receipt),
        cost=cost,
    )


def _wanted(arguments: Mapping[str, Any], inputs: Sequence[Media]) -> tuple[Wish, Terms]:
    given = json.loads(inputs[0].data) if isinstance(inputs[0], LocalMedia) else {}
    pairs = {lang: [Term(**term) for term in found] for lang, found in given.items()}
    return Wish(**arguments["wish"]), Terms(MODELS[arguments["model"]], pairs, arguments["max_cost"])


async def _settled(context: Context, survey: Survey) -> list[Settled]:
    """What the job is to do: what was settled when it was first begun, or what there is to do now."""
    name = ["localize_files", context.jobs.report_name]
    if text := await context.calls.kept(name):
        return await anyio.to_thread.run_sync(from_json, text)
    languages = await anyio.to_thread.run_sync(settled, survey)
    await context.calls.keep(name, await anyio.to_thread.run_sync(as_json, languages))
    return languages


def _together(receipts: Sequence[Receipt]) -> Receipt:
    whole = Receipt()
    for receipt in receipts:
        whole = whole.together(receipt)
    return whole


async def reported(context: Context, tallies: Mapping[str, Tally], name: str) -> list[SavedFile]:
    """The page to look at and the table to edit, if there is anything to be shown."""
    rows: list[Row] = [row for tally in tallies.values() for row in tally.rows]
    if not rows:
        return []
    facts = {one: str(total(tallies.values(), one)) for one in ("new", "changed", "kept", "stale", "left", "doubts")}
    html = await anyio.to_thread.run_sync(partial(page, "Localized files", rows, facts))
    table = await anyio.to_thread.run_sync(sheet, rows)
    return [
        await context.files.save_text(f"{name}.review.html", html, "text/html", once=True),
        await context.files.save_text(f"{name}.review.csv", whole(table), "text/csv", once=True),
    ]
