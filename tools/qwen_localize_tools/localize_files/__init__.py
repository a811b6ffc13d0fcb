"""Localization files: what an app says, put into other languages where it stands (docs/model-studio.md 3)."""

from typing import Annotated, Literal

from pydantic import Field

from qwen_localize.errors import BadInput
from qwen_localize.tool import Batch, Context, JobResult, Tool

from .._shared.arguments import GlossaryOrFile, SourceLang, TargetLangs
from .._shared.languages import AUTO
from .._shared.translating.languages import known_languages
from .._shared.translating.models import MODELS, ModelName
from .modes import applied, checked_all, edited, glossaries, looked_at, preview
from .running import Terms
from .surveying import Wish, spelled
from .work import work

__all__ = ["MODELS", "TOOL", "localize_files"]

Mode = Literal["preview", "apply", "check"]


async def localize_files(
    context: Context,
    path: Annotated[str, Field(description="A project's folder, or one file")],
    target_langs: TargetLangs,
    mode: Mode = "preview",
    source_lang: SourceLang = AUTO,
    files: Annotated[
        str, Field(description="Where they are, if not found: locales/[locale]/*.json; or a review.csv")
    ] = "",
    glossary: GlossaryOrFile = [],  # noqa: B006 - the default is a schema, and never changed
    max_cost: Annotated[float, Field(description="CNY; 0: no limit", ge=0)] = 0,
    model: ModelName = "qwen-mt-flash",
) -> JobResult:
    """Localize an app's string files in place: JSON, Android, iOS, PO, XLIFF, YAML, Markdown and more.

    preview counts and prices; apply writes what is missing or changed, a job; check tests translations. People's edits
    stay. Only apply is paid: 0.5 CNY and 10 min for 10,000 strings.
    """
    if not context.files.shares_disk:
        raise BadInput("Files can only be localized on the machine that this server runs on. Run it there, over stdio.")
    table = files.strip() if files.strip().casefold().endswith(".review.csv") else ""
    wish = Wish(path, spelled(target_langs, model), source_lang, "" if table else files)
    if mode != "check":
        context.calls.check_model(MODELS[model], MODELS.values())
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
    localize_files, title="Localize files", models=[*MODELS.values()], languages=known_languages, work=Batch(work)
)
