"""The qwen-vl-ocr models, their tasks and their bounds (docs/model-studio.md 6)."""

import difflib
from dataclasses import dataclass
from typing import Any, Literal

from qwen_localize.errors import BadArgument, quote
from qwen_localize.tool import Limit, Model, Price

TaskName = Literal["text", "multilingual", "document", "table", "formula", "fields", "words"]
TASKS: dict[TaskName, str] = {
    "text": "text_recognition",
    "multilingual": "multi_lan",
    "document": "document_parsing",
    "table": "table_parsing",
    "formula": "formula_recognition",
    "fields": "key_information_extraction",
    "words": "advanced_recognition",
}


@dataclass(frozen=True)
class Bounds:
    """Pixels that a model scales a picture to."""

    least: int
    most: int


_NEW, _OLD = Bounds(3072, 30_720_000), Bounds(3136, 23_520_000)
_BEIJING, _SINGAPORE, _US, _EU = "cn-beijing", "ap-southeast-1", "us-east-1", "eu-central-1"
_EVERYTHING = frozenset(TASKS)
# The others write half as much (docs/model-studio.md 6).
_LONGEST = frozenset({"qwen-vl-ocr-latest", "qwen-vl-ocr-2025-11-20"})


def _model(name: str, rpm: int, *, old: bool = False) -> Model:
    prices = {_BEIJING: Price(5, 5) if old else Price(0.3, 0.5)}
    abroad = {} if old else dict.fromkeys((_SINGAPORE, _US, _EU), Price(0.514, 1.174))
    regions = (_BEIJING, _SINGAPORE, _US, _EU) if name == "qwen-vl-ocr" else (_BEIJING, _SINGAPORE)
    return Model(name, regions, Limit(rpm, 6_000_000), prices | abroad)


MODELS: dict[str, tuple[Model, Bounds, frozenset[TaskName]]] = {
    "qwen-vl-ocr": (_model("qwen-vl-ocr", 600), _NEW, _EVERYTHING),
    "qwen-vl-ocr-latest": (_model("qwen-vl-ocr-latest", 1200), _NEW, _EVERYTHING),
    "qwen-vl-ocr-2025-11-20": (_model("qwen-vl-ocr-2025-11-20", 1200), _NEW, _EVERYTHING),
    "qwen-vl-ocr-2025-08-28": (_model("qwen-vl-ocr-2025-08-28", 600, old=True), _OLD, _EVERYTHING),
    "qwen-vl-ocr-2025-04-13": (_model("qwen-vl-ocr-2025-04-13", 600, old=True), _OLD, _EVERYTHING - {"words"}),
    "qwen-vl-ocr-2024-10-28": (_model("qwen-vl-ocr-2024-10-28", 600, old=True), _OLD, frozenset({"text"})),
}


def check(name: str, task: TaskName, min_pixels: int | None, max_pixels: int | None) -> Model:
    """The model, after its rules.

    Raises:
        BadArgument: names the rule and what works.
    """
    if name not in MODELS:
        near = ", ".join(difflib.get_close_matches(name, MODELS, 3)) or "qwen-vl-ocr"
        raise BadArgument(f"model: there is no {quote(name, 40)} for reading. Nearest: {near}.")
    model, bounds, tasks = MODELS[name]
    if task not in tasks:
        raise BadArgument(f"task: {name} cannot do {task}. Leave model out: qwen-vl-ocr does all tasks.")
    for argument, value in (("min_pixels", min_pixels), ("max_pixels", max_pixels)):
        if value is not None and not bounds.least <= value <= bounds.most:
            raise BadArgument(f"{argument}: {name} takes {bounds.least} to {bounds.most}, not {value}. Leave it out.")
    if min_pixels and max_pixels and min_pixels > max_pixels:
        raise BadArgument("min_pixels is larger than max_pixels. Leave one of them out.")
    return model


def options(task: TaskName, model: str, hints: Any) -> dict[str, Any]:
    """The native `ocr_options`; the oldest snapshot has none, and reads plain text without."""
    if model == "qwen-vl-ocr-2024-10-28":
        return {}
    config = {"task_config": {"result_schema": hints}} if hints else {}
    return {"ocr_options": {"task": TASKS[task]} | config}


def cut_words(model: str) -> str:
    """What an answer that ended at the model's output limit means, and what to do."""
    other = "" if model in _LONGEST else ", or choose model qwen-vl-ocr-latest, which can write more"
    return f"Cut at the model's output limit, the end is missing. Pass the page as cropped pictures, in parts{other}."
