"""Qwen-OCR: what a request may say (docs/model-studio.md 6)."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from . import media, tokens
from .catalogue import OcrModel
from .errors import check_moderation, invalid
from .parameters import check_range, check_sampling, checked_messages

MAX_INPUT = 30_000
DEFAULT_PROMPT = "Please output only the text content from the image without any additional descriptions or formatting."
TASKS = frozenset(
    {
        "advanced_recognition", "document_parsing", "formula_recognition", "key_information_extraction",
        "multi_lan", "table_parsing", "text_recognition",
    }
)  # fmt: skip
_MAX_DEPTH = 3
# The least pixels, the usual most, and the greatest most, by the side of the square that is one token.
_PIXELS = {32: (3072, 8_388_608, 30_720_000), 28: (3136, 6_422_528, 23_520_000)}


@dataclass(frozen=True)
class OcrJob:
    """A checked request to read a picture.

    Attributes:
        url: the picture.
        pixels: the least and the most pixels that it is scaled to, which here only counts for tokens.
        task: the built-in task, if one was named.
        schema: what key_information_extraction fills.
        text_tokens: the tokens of what was said besides the picture.
    """

    model: OcrModel
    url: str
    pixels: tuple[int, int]
    task: str | None
    schema: dict[str, Any] | None
    text_tokens: int
    max_tokens: int

    def image_tokens(self, width: int, height: int) -> int:
        """The tokens of a picture: scaled into the limits, cut into squares, and two more."""
        side, (least, most) = self.model.patch, self.pixels
        across, down = (max(1, round(length / side)) for length in (width, height))
        area = across * down * side * side
        if area > most:
            scale = math.sqrt(most / (width * height))
            across, down = (max(1, math.floor(length * scale / side)) for length in (width, height))
        elif area < least:
            scale = math.sqrt(least / (width * height))
            across, down = (math.ceil(length * scale / side) for length in (width, height))
        return across * down + 2


def parse_native(model: OcrModel, messages: object, parameters: Mapping[str, Any], *, resolves_oss: bool) -> OcrJob:
    """Check a native request: pictures are `{image}`, tasks are in `parameters.ocr_options`."""
    image, text = _parts(_newest(messages), {"image": "image", "text": "text"})
    if not isinstance(image.get("enable_rotate", False), bool):
        raise invalid("enable_rotate must be a boolean.")  # checked alone: the reader finds turned lines anyway
    task, schema = _task(model, parameters.get("ocr_options"))
    return _job(model, image, image["image"], text, task, schema, parameters, resolves_oss=resolves_oss)


def parse_compat(model: OcrModel, body: Mapping[str, Any], *, resolves_oss: bool) -> OcrJob:
    """Check an OpenAI-compatible request: pictures are `image_url` parts, and there are no tasks."""
    image, text = _parts(_newest(body.get("messages")), {"image_url": "image", "text": "text"})
    if not isinstance(image["image_url"], dict):
        raise invalid("image_url must be an object with a url.")
    url = image["image_url"].get("url")
    return _job(model, image, url, text, None, None, body, resolves_oss=resolves_oss)


def _newest(messages: object) -> list[Any]:
    """The content of the newest message, the only one that these models look at."""
    given = checked_messages(messages)
    roles = [message.get("role") for message in given]
    if not set(roles) <= {"user", "assistant"} or roles[-1] != "user":
        raise invalid("This model takes user messages and no system message.")
    content = given[-1].get("content")
    if not isinstance(content, list) or not all(isinstance(part, dict) for part in content):
        raise invalid("The content of the message must be a list with an image.")
    return content


def _parts(content: list[Any], keys: Mapping[str, str]) -> tuple[dict[str, Any], str | None]:
    """The one image part and the text, if there is one."""
    images = [part for part in content if next(iter(keys)) in part]
    texts = [part["text"] for part in content if "text" in part]
    if len(images) != 1 or len(texts) > 1 or len(content) != 1 + len(texts):
        raise invalid("The content must be exactly one image and at most one text.")
    if texts and not isinstance(texts[0], str):
        raise invalid("The text must be a string.")
    return images[0], texts[0] if texts else None


def _task(model: OcrModel, options: object) -> tuple[str | None, dict[str, Any] | None]:
    if options is None:
        return None, None
    if not isinstance(options, dict):
        raise invalid("ocr_options must be an object.")
    task, config = options.get("task"), options.get("task_config") or {}
    if task not in TASKS:
        raise invalid(f"ocr_options.task must be one of {', '.join(sorted(TASKS))}.")
    if not model.tasks or (task == "advanced_recognition" and not model.locates):
        raise invalid(f"The model {model.name} does not support the task {task}.")
    schema = config.get("result_schema") if isinstance(config, dict) else ()
    if schema is not None and (not isinstance(schema, dict) or _depth(schema) > _MAX_DEPTH):
        raise invalid(f"result_schema must be a JSON object of at most {_MAX_DEPTH} levels.")
    return task, schema or None


def _depth(value: object) -> int:
    """How many JSON objects are nested; lists do not count."""
    if isinstance(value, list):
        return max((_depth(item) for item in value), default=0)
    if isinstance(value, dict):
        return 1 + max((_depth(item) for item in value.values()), default=0)
    return 0


def _job(
    model: OcrModel, image: Mapping[str, Any], url: object, text: str | None, task: str | None,
    schema: dict[str, Any] | None, parameters: Mapping[str, Any], *, resolves_oss: bool,
) -> OcrJob:  # fmt: skip
    checked = media.check(url, resolves_oss=resolves_oss)
    said = text if text and task is None else DEFAULT_PROMPT  # a task brings a prompt of its own
    check_moderation(said)
    if schema is not None:
        said += json.dumps(schema, ensure_ascii=False)
    text_tokens = tokens.count(said)
    if text_tokens > MAX_INPUT:
        raise invalid(f"Range of input length should be [1, {MAX_INPUT}]")
    limit = check_sampling(parameters, model.max_tokens)
    return OcrJob(model, checked, _pixels(model, image), task, schema, text_tokens, limit)


def _pixels(model: OcrModel, image: Mapping[str, Any]) -> tuple[int, int]:
    least, usual, most = _PIXELS[model.patch]
    for name in ("min_pixels", "max_pixels"):
        check_range(image, name, f"[{least}, {most}]", lambda n: least <= n <= most)
    low, high = image.get("min_pixels") or least, image.get("max_pixels") or usual
    if low > high:
        raise invalid("min_pixels must not be larger than max_pixels.")
    return low, high
