"""Image editing: what a request may say (docs/model-studio.md 5)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from . import media, tokens
from .catalogue import EditModel
from .errors import check_moderation, invalid
from .parameters import check_range, check_seed, checked_messages

MAX_IMAGES = 3
_SIDES = (512, 2048)
_SIZE = re.compile(r"([0-9]{1,5})\*([0-9]{1,5})", re.ASCII)


@dataclass(frozen=True)
class EditJob:
    """A checked request to edit pictures.

    Attributes:
        urls: one to three pictures.
        prompt: what to do, cut to what the model reads.
        number: how many results are wanted.
        size: width and height asked, if any.
        watermark: whether the results carry the model's own mark.
    """

    model: EditModel
    urls: tuple[str, ...]
    prompt: str
    number: int
    size: tuple[int, int] | None
    watermark: bool


def parse(model: EditModel, messages: object, parameters: Mapping[str, Any], *, resolves_oss: bool) -> EditJob:
    """Check a request.

    Raises:
        Refusal: what is wrong with it, as the service would say it.
    """
    urls, prompt = _content(messages, resolves_oss=resolves_oss)
    check_moderation(prompt)
    check_range(parameters, "n", f"[1, {model.most}]", lambda n: 1 <= n <= model.most)
    check_seed(parameters)
    _check_kinds(model, parameters)
    return EditJob(
        model,
        urls,
        tokens.cut(prompt, model.prompt_tokens),
        parameters.get("n") or 1,
        _size(model, parameters.get("size")),
        bool(parameters.get("watermark")),
    )


def _content(messages: object, *, resolves_oss: bool) -> tuple[tuple[str, ...], str]:
    message, *more = checked_messages(messages)
    if more:
        raise invalid("messages must be a list of exactly one message.")
    content = message.get("content")
    if message.get("role") != "user" or not isinstance(content, list):
        raise invalid("The message must be the user's, and its content a list.")
    images = [part["image"] for part in content if isinstance(part, dict) and "image" in part]
    texts = [part["text"] for part in content if isinstance(part, dict) and "text" in part]
    if len(texts) != 1 or not 1 <= len(images) <= MAX_IMAGES or len(content) != len(images) + 1:
        raise invalid(f"The content must be 1 to {MAX_IMAGES} images and exactly one text.")
    if not isinstance(texts[0], str) or not texts[0].strip():
        raise invalid("The text must be a string and not empty.")
    return tuple(media.check(image, resolves_oss=resolves_oss) for image in images), texts[0]


def _check_kinds(model: EditModel, parameters: Mapping[str, Any]) -> None:
    kinds = {"watermark": bool, "prompt_extend": bool, "negative_prompt": str, "size": str}
    given = {name: parameters[name] for name in kinds if parameters.get(name) is not None}
    for name, value in given.items():
        if not isinstance(value, kinds[name]):
            raise invalid(f"{name} must be a {'string' if kinds[name] is str else 'boolean'}.")
        if model.most == 1 and name in ("prompt_extend", "size"):
            raise invalid(f"The model {model.name} does not support the parameter {name}.")


def _size(model: EditModel, text: str | None) -> tuple[int, int] | None:
    """`W*H` within the model's limits: on the area for 2.0, on each side for the others."""
    if text is None:
        return None
    found = _SIZE.fullmatch(text)
    if found is None:
        raise invalid("size must be of the form width*height, such as 1024*1536.")
    width, height = int(found[1]), int(found[2])
    low, high = _SIDES
    if model.by_area and not low * low <= width * height <= high * high:
        raise invalid(f"The total pixels of size must be between {low}*{low} and {high}*{high}.")
    if not model.by_area and not (low <= min(width, height) and max(width, height) <= high):
        raise invalid(f"The width and height of size must each be in the range of [{low}, {high}].")
    return width, height
