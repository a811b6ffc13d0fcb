"""The three modes: to say what would be done, to do it, and to check what is there."""

from collections.abc import Mapping, Sequence

import anyio.to_thread

from qwen_localize.errors import BadInput, OutputUnavailable, OverBudget
from qwen_localize.tool import Context, JobResult, Model, cny

from .._shared.arguments import Term
from .._shared.translating.given import given_pairs
from .._shared.translating.texts import Texts
from .checking import checked
from .counting import Tally
from .feeding import fed, is_of
from .freezing import Settled, settled
from .report import read_sheet
from .result import details, done_words, preview_words
from .running import Run, Terms, assignment
from .surveying import Survey, Wish, surveyed, target_code
from .work import ordered, reported

TOOL_NAME = "localize_files"
# In bytes.
MOST_TABLE = 32 * 1024 * 1024


async def looked_at(context: Context, wish: Wish) -> Survey:
    """What there is to do.

    Raises:
        CallError: there is nothing, or it cannot be used.
    """
    return await anyio.to_thread.run_sync(surveyed, wish, context.files.allowed_dirs)


async def glossaries(context: Context, survey: Survey, given: list[Term] | str) -> dict[str, list[Term]]:
    """The glossary, in each language."""
    return {
        lang: await given_pairs(context, given, survey.source_code(lang), target_code(lang)) for lang in survey.plans
    }


async def preview(context: Context, survey: Survey, terms: Terms) -> JobResult:
    """What would be done, and what it would cost."""
    tallies = {lang: Tally() for lang in survey.plans}
    for lang, plans in survey.plans.items():
        for plan in plans:
            tallies[lang].add_plan(plan, plan.paired.place.locale)
        for path, reason in survey.refused[lang]:
            tallies[lang].refuse(path, lang, reason)
    languages = await anyio.to_thread.run_sync(settled, survey)
    cost, seconds = await estimated(context, languages, terms)
    facts = details("preview", survey, tallies, estimated_cost_cny=cost, seconds=seconds)
    words = preview_words(survey, tallies, cost, seconds)
    return JobResult.preview(TOOL_NAME, terms.model, words, facts)


async def estimated(context: Context, languages: Sequence[Settled], terms: Terms) -> tuple[float | None, int]:
    """What is to be paid in CNY, on the high side, and about how many seconds it takes."""
    price, limit = context.calls.price(terms.model), context.calls.limit(terms.model)
    cost, seconds = 0.0, 0.0
    for language in languages:
        job = assignment(terms, language)
        for part in language.parts:
            texts = await anyio.to_thread.run_sync(Texts, part.strings)
            seconds += await anyio.to_thread.run_sync(texts.seconds, job, limit) if part.strings else 0
            cost += await anyio.to_thread.run_sync(texts.cost, job, price) if price else 0.0
    return (round(cost, 6) if price else None), round(seconds)


async def applied(context: Context, survey: Survey, wish: Wish, terms: Terms) -> JobResult:
    """Translate and write, by a job if anybody must be asked.

    Raises:
        OverBudget: it would cost more than it may.
        LocalizeError: it failed.
    """
    languages = await anyio.to_thread.run_sync(settled, survey)
    if not any(part.strings for language in languages for part in language.parts):
        run = Run(context, survey, languages, terms)
        await run.all()
        return await _told(context, "apply", survey, run.tallies, terms.model)
    cost, seconds = await estimated(context, languages, terms)
    if terms.max_cost and (cost is None or cost > terms.max_cost):
        raise OverBudget(f"It would cost {cny(cost)}, more than max_cost, {terms.max_cost:g} CNY. Nothing was sent.")
    await context.calls.check_budget(terms.model, cost)
    count = sum(len(part.strings) for language in languages for part in language.parts)
    label = f"{count} strings of {survey.project.root.name} into {', '.join(wish.langs)}, about {seconds} s"
    return await context.jobs.run(ordered(wish, terms, label))


async def edited(context: Context, survey: Survey, table: str, model: Model) -> JobResult:
    """Put a table that people have edited into the files; nobody is asked.

    Raises:
        BadInput: it is no such table.
    """
    _, text = await context.files.text(table, MOST_TABLE)
    rows = await anyio.to_thread.run_sync(read_sheet, text)
    if not is_of(survey, rows):
        raise BadInput(f"No row of the table is of {', '.join(survey.plans)}. Check target_langs, path, and the table.")
    tallies = {lang: await anyio.to_thread.run_sync(fed, survey, lang, rows) for lang in survey.plans}
    return await _told(context, "apply", survey, tallies, model)


async def checked_all(context: Context, survey: Survey, model: Model) -> JobResult:
    """What is to be said of the translations that are there; nothing is sent."""
    tallies = {}
    for number, lang in enumerate(survey.plans):
        await context.progress(number, len(survey.plans), f"Checking {lang}")
        tallies[lang] = await anyio.to_thread.run_sync(checked, survey, lang)
    return await _told(context, "check", survey, tallies, model)


async def _told(context: Context, mode: str, survey: Survey, tallies: Mapping[str, Tally], model: Model) -> JobResult:
    """What was done at once, and cost nothing; where a report cannot be saved, as in CI, it is said all the same."""
    try:
        saved, lacking = await reported(context, tallies, TOOL_NAME), ""
    except OutputUnavailable as error:
        saved, lacking = [], f" There is no report: {error}"
    return JobResult(
        job_id="",
        status="succeeded",
        message=done_words(mode, tallies, 0.0, saved) + lacking,
        tool=TOOL_NAME,
        model=model.name,
        artifacts=saved,
        details=details(mode, survey, tallies),
        usage={},
        estimated_cost=0.0,
    )
