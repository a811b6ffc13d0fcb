"""The models that translate pictures: what they take, into which languages, and how they are asked."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from qwen_localize.errors import BadAnswer, BadArgument
from qwen_localize.files import Kept, Media
from qwen_localize.tool import Limit, Model, Order, Price, Results

from .._shared.arguments import Term
from .._shared.languages import AUTO, Known, pair, table
from .._shared.pictures import PictureRules

PATH = "services/aigc/image2image/image-synthesis"
WIDER = "qwen-mt-image-2.0"
NO_TEXT = "No text detected for translation"
# By the page of qwen-mt-image (docs/model-studio.md 1.5).
AT_ONCE = 2
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


def order(model: Model, price: Price | None, picture: Media | Kept, source: str, target: str, ext: Any) -> Order:
    """One picture into one language."""
    return Order(
        label=f"{picture.name} from {source} to {target}",
        model=model,
        arguments={"source_lang": source, "target_lang": target, "ext": ext},
        inputs=(picture,),
        stem=f"{picture.name.rpartition('.')[0] or picture.name}.{target}",
        cost=price.result if price else None,
    )


def request(arguments: Mapping[str, Any], urls: list[str]) -> dict[str, Any]:
    """The body that asks for it."""
    return {"input": {"image_url": urls[0], **arguments}}


def results(output: dict[str, Any]) -> Results:
    """The translated picture; none where nothing was translated, since that picture is the original."""
    url = image_url(output)
    if output.get("message") == NO_TEXT:
        return Results(details={"no_text_found": True})
    return Results([url])


def image_url(output: dict[str, Any]) -> str:
    """Where the picture is.

    Raises:
        BadAnswer: the output names none.
    """
    url = output.get("image_url") if isinstance(output, dict) else None
    if not isinstance(url, str) or not url:
        raise BadAnswer("The task succeeded, but its answer names no picture.")
    return url


def ext(glossary: Sequence[Term], sensitive_words: list[str], domain_hint: str, keep_subject: bool) -> dict[str, Any]:
    """What is asked for besides the languages."""
    told = {
        "terminologies": [{"src": term.source, "tgt": term.target} for term in glossary],
        "sensitives": sensitive_words,
        "domainHint": domain_hint,
    }
    return {"config": {"imageSegment": keep_subject}} | {name: value for name, value in told.items() if value}


def languages(source_lang: str, target_langs: Sequence[str], model: str) -> tuple[str, list[str]]:
    """The codes of the source and of each target, each once.

    Raises:
        BadArgument: there is no target, or the model cannot translate a pair; names the model that can.
    """
    pairs = [_pair(source_lang, target, model) for target in target_langs]
    if not pairs:
        raise BadArgument("target_lang: the list is empty. Name at least one language to translate into.")
    return pairs[0][0], list(dict.fromkeys(target for _, target in pairs))


def _pair(source_lang: str, target_lang: str, model: str) -> tuple[str, str]:
    source, target = pair(source_lang, target_lang, Known(model, table(model), WIDER, table(WIDER)))
    if source is None:
        return AUTO, target.code
    if model != WIDER and not {source.code, target.code} & {"zh", "en"}:
        raise BadArgument(
            f"{model} cannot go from {source.name} into {target.name}: one of the two must be Chinese or English. "
            f"Use model {WIDER} (Beijing and Singapore, one picture a minute), or go through English."
        )
    return source.code, target.code
