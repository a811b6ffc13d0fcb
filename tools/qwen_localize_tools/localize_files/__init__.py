"""Localization files: what an app says, put into other languages where it stands (docs/model-studio.md 3)."""

from functools import partial
from typing import Annotated, Literal, get_args

from pydantic import Field

from qwen_localize.errors import BadInput
from qwen_localize.tool import Batch, Context, JobResult, Tool

from .._shared.arguments import GlossaryOrFile, SourceLang, TargetLangs
from .._shared.languages import AUTO
from .._shared.translating.languages import known_languages
from .._shared.translating.models import MODELS
from .modes import applied, checked_all, edited, glossaries, looked_at, preview
from .running import Terms
from .surveying import Wish, spelled
from .work import work

__all__ = ["TOOL", "localize_files"]

Mode = Literal["preview", "apply", "check"]
Model = Literal["qwen-mt-flash", "qwen-mt-plus", "qwen-mt-lite"]


async def localize_files(
    context: Context,
    path: Annotated[str, Field(description="A project's folder, or one file")],
    target_langs: TargetLangs,
    mode: Mode = "preview",
    source_lang: SourceLang = AUTO,
    files: Annotated[str, Field(description="As locales/[locale]/*.json; or an edited review.csv")] = "",
    glossary: Annotated[GlossaryOrFile, Field(description="Terms, or their file")] = [],  # noqa: B006 - the default is a schema, and never changed
    max_cost: Annotated[float, Field(description="CNY", ge=0)] = 0,
    model: Model = "qwen-mt-flash",
) -> JobResult:
    """Localize an app's string files in place: JSON, Android, iOS, PO, XLIFF, YAML, Markdown and more.

    preview counts and prices, apply writes what is missing or changed, check tests what is there; people's edits stay.
    Only apply is paid, a job: 10,000 strings take 0.5 CNY and 10 min.
    """
    if not context.files.shares_disk:
        raise BadInput("Files can only be localized on the machine that this server runs on. Run it there, over stdio.")
    table = files.strip() if files.strip().casefold().endswith(".review.csv") else ""
    wish = Wish(path, spelled(target_langs, model), source_lang, "" if table else files)
    if mode != "check":
        context.calls.check_model(MODELS[model], TOOL.models)
    survey = await looked_at(context, wish)
    if mode == "check":
        return await checked_all(context, survey, MODELS[model])
    if table:
        return await edited(context, survey, table, MODELS[model])
    terms = Terms(MODELS[model], await glossaries(context, survey, glossary), max_cost)
    if mode == "preview":
        return await preview(context, survey, terms)
    return await applied(context, survey, wish, terms)


TOOL = Tool(
    localize_files,
    title="Localize files",
    models=[MODELS[name] for name in get_args(Model)],
    languages=partial(known_languages, get_args(Model)),
    work=Batch(work),
    publishes=False,  # it has what every job has
)
