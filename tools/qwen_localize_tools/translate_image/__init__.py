"""Translation of the text in pictures with qwen-mt-image (docs/model-studio.md 4)."""

from typing import Annotated, Any

from pydantic import Field

from qwen_localize.tool import (
    Batch,
    Context,
    Evidence,
    JobRecord,
    JobResult,
    Kind,
    OneOrMany,
    SavedFile,
    State,
    Tool,
    Upstream,
)

from .._shared.arguments import (
    Background,
    DomainHint,
    Glossary,
    ImageRefs,
    Preview,
    SensitiveWords,
    SourceLang,
    TargetLangs,
    as_list,
)
from .._shared.bulk import is_one
from .._shared.languages import AUTO, listed, table
from .._shared.opaque import ReadyRules
from .._shared.pictures import Picture, PictureJobResult, is_same_scene
from .many import Wish, many, work
from .models import MODELS, PATH, RULES, ModelName, ext, image_url, languages, order, request, results

__all__ = ["MODELS", "PATH", "TOOL", "translate_image"]


class TranslateImageResult(PictureJobResult):
    """A translated picture; `no_text_found` is an outcome of its own: the work was done, and nothing was to do."""

    no_text_found: bool = False

    @classmethod
    def own_facts(cls, job: JobRecord) -> dict[str, Any]:
        """Whether the picture has no text; not known before the job has succeeded."""
        return {"no_text_found": job.state is State.SUCCEEDED and job.details.get("no_text_found") is True}

    @classmethod
    def outcome(cls, job: JobRecord, artifacts: list[SavedFile]) -> str:
        """The file, or that there is none."""
        if not artifacts:
            return "No text was found, so there is no new picture; looking is billed too."
        return super().outcome(job, artifacts)


async def translate_image(
    context: Context,
    image: ImageRefs,
    target_lang: TargetLangs,
    source_lang: SourceLang = AUTO,
    glossary: Glossary = [],  # noqa: B006 - the default is a schema, and never changed
    sensitive_words: SensitiveWords = [],  # noqa: B006
    domain_hint: DomainHint = "",
    keep_subject_text: Annotated[bool, Field(description="Leave text on the product")] = False,
    background: Background = "",
    check: Annotated[bool, Field(description="Read both, compare text and prices; 0.006 CNY")] = False,
    preview: Preview = False,
    model: ModelName = "qwen-mt-image",
) -> JobResult:
    """Translate the text in pictures, keeping the layout. Saves JPEGs of the same size.

    Several are one job with a report. 10 to 60 s, 0.003 CNY each, also without text. One language must be Chinese or
    English, but for qwen-mt-image-2.0, which does one a minute.
    """
    chosen = MODELS[model]
    context.calls.check_model(chosen, MODELS.values())
    source, targets = languages(source_lang, as_list(target_lang), model)
    told = ext(glossary, sensitive_words, domain_hint, keep_subject_text)
    rules = ReadyRules(RULES, background)
    found = await context.files.find(as_list(image))
    if check or preview or not is_one(found) or len(targets) > 1:
        return await many(context, found, rules, Wish(model, source, targets, told, check, preview))
    picture = await context.files.read(found.references[0], rules)
    return await context.jobs.run(order(chosen, context.calls.price(chosen), picture, source, targets[0], told))


TOOL = Tool(
    translate_image,
    title="Translate images",
    models=[*MODELS.values()],
    languages=lambda: {model: listed(table(model)) for model in MODELS},
    result=TranslateImageResult,
    work=OneOrMany(
        one=Upstream(
            kind=Kind.TASK,
            path=PATH,
            models=MODELS,
            request=request,
            results=results,
            artifact=Picture(),
            evidence=Evidence(url=image_url, matches=is_same_scene),
        ),
        many=Batch(work, opens=True),
    ),
)
