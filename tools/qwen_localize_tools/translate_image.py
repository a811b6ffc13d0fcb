"""Translation of the text in a picture with qwen-mt-image (docs/model-studio.md 4)."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from qwen_localize.errors import BadAnswer, BadArgument
from qwen_localize.tool import (
    Context,
    Evidence,
    JobRecord,
    JobResult,
    Kind,
    Limit,
    Model,
    Order,
    Price,
    Results,
    SavedFile,
    State,
    Tool,
    Upstream,
)

from ._shared.arguments import DomainHint, Glossary, ImageRef, SensitiveWords, SourceLang, TargetLang
from ._shared.languages import AUTO, Known, pair, table
from ._shared.pictures import Picture, PictureJobResult, PictureRules, is_same_scene

PATH = "services/aigc/image2image/image-synthesis"
WIDER = "qwen-mt-image-2.0"
NO_TEXT = "No text detected for translation"
_BEIJING, _SINGAPORE = "cn-beijing", "ap-southeast-1"

MODELS = {
    model.name: model
    for model in (
        Model("qwen-mt-image", (_BEIJING,), Limit(60), {_BEIJING: Price(result=0.003)}),
        # One request a minute, by its model card (docs/model-studio.md 1.5).
        Model(WIDER, (_BEIJING, _SINGAPORE), Limit(1), dict.fromkeys((_BEIJING, _SINGAPORE), Price(result=0.004))),
    )
}
ModelName = Literal["qwen-mt-image", "qwen-mt-image-2.0"]
RULES = PictureRules(
    formats=frozenset({"JPEG", "PNG", "BMP", "PPM", "TIFF", "WEBP"}),
    min_side=15,
    max_side=8192,
    max_ratio=10,
    most_bytes=100 * 1024 * 1024,
)


class TranslateImageResult(PictureJobResult):
    """A translated picture; `no_text_found` is an outcome of its own: the work was done, and nothing was to do."""

    no_text_found: bool

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
    image: ImageRef,
    target_lang: TargetLang,
    source_lang: SourceLang = AUTO,
    glossary: Glossary = [],  # noqa: B006 - the default is a schema, and never changed
    sensitive_words: SensitiveWords = [],  # noqa: B006
    domain_hint: DomainHint = "",
    keep_subject_text: Annotated[
        bool, Field(description="Leave text on the product or person itself as it is")
    ] = False,
    model: ModelName = "qwen-mt-image",
) -> JobResult:
    """Translate the text in a picture, keeping its layout. Saves a JPEG of the same size and returns its path.

    10 to 60 s, 0.003 CNY, also when no text is found; if it takes longer, a job_id for get_job. One language must
    be Chinese or English; qwen-mt-image-2.0 has no such rule, but does one a minute.
    """
    chosen = MODELS[model]
    context.calls.check_model(chosen, MODELS.values())
    source, target = _languages(source_lang, target_lang, model)
    picture = await context.files.read(image, RULES)
    price = context.calls.price(chosen)
    order = Order(
        label=f"{picture.name} from {source} to {target}",
        model=chosen,
        arguments={
            "source_lang": source,
            "target_lang": target,
            "ext": _ext(glossary, sensitive_words, domain_hint, keep_subject_text),
        },
        inputs=(picture,),
        stem=f"{picture.name.rpartition('.')[0] or picture.name}.{target}",
        cost=price.result if price else None,
    )
    return await context.jobs.run(order)


def _request(arguments: Mapping[str, Any], urls: list[str]) -> dict[str, Any]:
    return {"input": {"image_url": urls[0], **arguments}}


def _results(output: dict[str, Any]) -> Results:
    """The translated picture; none where nothing was translated, since that picture is the original."""
    url = _image_url(output)
    if output.get("message") == NO_TEXT:
        return Results(details={"no_text_found": True})
    return Results([url])


def _image_url(output: dict[str, Any]) -> str:
    url = output.get("image_url") if isinstance(output, dict) else None
    if not isinstance(url, str) or not url:
        raise BadAnswer("The task succeeded, but its answer names no picture.")
    return url


def _ext(glossary: Glossary, sensitive_words: list[str], domain_hint: str, keep_subject_text: bool) -> dict[str, Any]:
    ext = {
        "terminologies": [{"src": term.source, "tgt": term.target} for term in glossary],
        "sensitives": sensitive_words,
        "domainHint": domain_hint,
    }
    return {"config": {"imageSegment": keep_subject_text}} | {name: value for name, value in ext.items() if value}


def _languages(source_lang: str, target_lang: str, model: str) -> tuple[str, str]:
    """The codes of both languages.

    Raises:
        BadArgument: the model cannot translate this pair; names the model that can.
    """
    source, target = pair(source_lang, target_lang, Known(model, table(model), WIDER, table(WIDER)))
    if source is None:
        return AUTO, target.code
    if model != WIDER and not {source.code, target.code} & {"zh", "en"}:
        raise BadArgument(
            f"{model} cannot go from {source.name} into {target.name}: one of the two must be Chinese or English. "
            f"Use model {WIDER} (Beijing and Singapore, one picture a minute), or go through English."
        )
    return source.code, target.code


TOOL = Tool(
    translate_image,
    title="Translate an image",
    result=TranslateImageResult,
    work=Upstream(
        kind=Kind.TASK,
        path=PATH,
        models=MODELS,
        request=_request,
        results=_results,
        artifact=Picture(),
        evidence=Evidence(url=_image_url, matches=is_same_scene),
    ),
)
