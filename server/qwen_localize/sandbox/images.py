"""Image translation: what a request may say (docs/model-studio.md 4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .catalogue import ImageModel, image_languages
from .errors import invalid, unreadable
from .parameters import checked_pairs
from .pseudo import Pair


@dataclass(frozen=True)
class ImageJob:
    """A checked image translation request."""

    model: ImageModel
    url: str
    terms: tuple[Pair, ...]
    sensitives: tuple[str, ...]


def parse(model: ImageModel, given: object, *, resolves_oss: bool) -> ImageJob:
    """Check the `input` of a request.

    Args:
        model: the model asked.
        given: `input` as sent; what it says besides (the SDK's `prompt`) is ignored.
        resolves_oss: whether the request carried `X-DashScope-OssResourceResolve: enable`.

    Raises:
        Refusal: what is wrong with it, as the service would say it.
    """
    if not isinstance(given, dict):
        raise invalid("input must be an object.", "BadRequest.EmptyInput")
    url = _check_url(given, resolves_oss=resolves_oss)
    _check_languages(model, given.get("source_lang"), given.get("target_lang"))
    extra = given.get("ext")
    if extra is None:
        extra = {}
    if not isinstance(extra, dict):
        raise invalid("input.ext must be an object.")
    _check_config(extra)
    terms = checked_pairs(extra.get("terminologies"), "input.ext.terminologies", "src", "tgt")
    return ImageJob(model, url, terms, _sensitives(extra))


def _check_url(given: Mapping[str, Any], *, resolves_oss: bool) -> str:
    url = given.get("image_url")
    if url is None and isinstance(given.get("images"), list) and given["images"]:
        url = given["images"][0]  # where the official SDK puts a file that it has uploaded itself
    if not isinstance(url, str) or not url:
        raise invalid("input.image_url is required.")
    scheme = url.partition(":")[0].lower()
    if scheme == "oss" and not resolves_oss:
        raise unreadable()
    if scheme not in ("http", "https", "oss"):
        raise invalid("input.image_url must be a public http or https address.")
    if not url.isascii():
        raise invalid("The URL of the image must not contain Chinese characters.", "InvalidURL")
    return url


def _check_languages(model: ImageModel, source: object, target: object) -> None:
    """Codes or English names, any case; one side zh or en for qwen-mt-image (docs/model-studio.md 4)."""
    if not isinstance(source, str) or not isinstance(target, str):
        raise invalid("input.source_lang and input.target_lang are required.")
    sources = image_languages(model.name, "source") | {"auto": "auto"}
    source_code = sources.get(source.casefold())
    target_code = image_languages(model.name, "target").get(target.casefold())
    if source_code is None or target_code is None:
        raise invalid(f"Translation from {source} to {target} is not supported.")
    if source_code == target_code:
        raise invalid("source_lang and target_lang must be different.")
    if not model.any_pair and not {source_code, target_code} & {"zh", "en", "auto"}:
        raise invalid("Either source_lang or target_lang must be Chinese or English.")


def _check_config(extra: Mapping[str, Any]) -> None:
    # There is no subject detection here, so both switches are only checked, not obeyed.
    config = extra.get("config") or {}
    if not isinstance(config, dict):
        raise invalid("input.ext.config must be an object.")
    for name in ("imageSegment", "skipImgSegment"):
        if not isinstance(config.get(name, False), bool):
            raise invalid(f"input.ext.config.{name} must be a boolean.")
    if not isinstance(extra.get("domainHint", ""), str):
        raise invalid("input.ext.domainHint must be a string.")


def _sensitives(extra: Mapping[str, Any]) -> tuple[str, ...]:
    words = extra.get("sensitives") or []
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise invalid("input.ext.sensitives must be a list of strings.")
    return tuple(word for word in words if word)
