"""Translation of the text in a picture with qwen-mt-image (contract section 4)."""

from typing import Annotated, Any, Literal

from pydantic import Field

from qwen_localize.contract import Api, Job, Model, Rate, Tool
from qwen_localize.dashscope import Limit
from qwen_localize.errors import BadArgument
from qwen_localize.inputs import PictureRules
from qwen_localize.results import JobResult

from ._languages import AUTO, Known, pair, table
from ._params import DomainHint, Glossary, ImageRef, SensitiveWords, SourceLang, TargetLang

PATH = "services/aigc/image2image/image-synthesis"
WIDER = "qwen-mt-image-2.0"
NO_TEXT = "No text detected for translation"
_BEIJING, _SINGAPORE = "cn-beijing", "ap-southeast-1"

MODELS = {
    model.name: model
    for model in (
        Model("qwen-mt-image", (_BEIJING,), Limit(60), {_BEIJING: Rate(image=0.003)}),
        # One request a minute, by its model card (contract 1.5).
        Model(
            "qwen-mt-image-2.0",
            (_BEIJING, _SINGAPORE),
            Limit(1),
            dict.fromkeys((_BEIJING, _SINGAPORE), Rate(image=0.004)),
        ),
    )
}
ModelName = Literal["qwen-mt-image", "qwen-mt-image-2.0"]
RULES = PictureRules(
    formats=frozenset({"JPEG", "PNG", "BMP", "PPM", "TIFF", "WEBP"}),
    min_side=15,
    max_side=8192,
    max_ratio=10,
    max_bytes=100 * 1024 * 1024,
)


async def translate_image(
    api: Api,
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
    api.check_model(chosen, MODELS.values())
    source, target = _languages(source_lang, target_lang, model)
    picture = await api.picture(image, RULES)
    ext = _ext(glossary, sensitive_words, domain_hint, keep_subject_text)
    rate = api.rate(chosen)
    job = Job(
        label=f"{picture.name} from {source} to {target}",
        model=chosen,
        path=PATH,
        pictures=(picture,),
        body=lambda urls: {"input": {"image_url": urls[0], "source_lang": source, "target_lang": target, "ext": ext}},
        stem=f"{picture.name.rpartition('.')[0] or picture.name}.{target}",
        cost=rate.image if rate else None,
    )
    return await api.run_job(job)


def _result_urls(output: dict[str, Any]) -> list[str]:
    """The translated picture's URL; none where nothing was translated, since that picture is the original."""
    return [] if output.get("message") == NO_TEXT else [str(output.get("image_url", ""))]


def _ext(glossary: Glossary, sensitive_words: list[str], domain_hint: str, keep_subject_text: bool) -> dict[str, Any]:
    ext: dict[str, Any] = {"config": {"imageSegment": keep_subject_text}}
    if glossary:
        ext["terminologies"] = [{"src": term.source, "tgt": term.target} for term in glossary]
    if sensitive_words:
        ext["sensitives"] = sensitive_words
    if domain_hint:
        ext["domainHint"] = domain_hint
    return ext


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


TOOL = Tool(translate_image, title="Translate an image", result_urls=_result_urls)
