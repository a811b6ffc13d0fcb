"""Reading pictures and PDFs with qwen-vl-ocr (contract section 6)."""

from typing import Annotated, Any

from pydantic import Field

from qwen_localize.contract import Api, Tool
from qwen_localize.errors import BadArgument
from qwen_localize.inputs import PictureRules

from ._ocr_models import TaskName, check, schema_of
from ._ocr_pages import Reading
from ._ocr_result import OcrResult, shortened
from ._params import ImageRef

RULES = PictureRules(
    formats=frozenset({"BMP", "JPEG", "PNG", "TIFF", "WEBP"}),
    min_side=11,
    max_side=8192,
    max_ratio=200,
    max_bytes=10 * 1024 * 1024,
)

Fields = list[str] | dict[str, Any]
Pixels = Annotated[int | None, Field(description="Scaling bound")]


async def ocr(
    api: Api,
    image: Annotated[ImageRef, Field(description="Picture or PDF: path, URL or data URI")],
    task: Annotated[
        TaskName, Field(description="words: with boxes; fields: values by name; table: HTML and rows")
    ] = "text",
    fields: Annotated[
        Fields | None, Field(description='For fields: names, or a schema like {"total": "number"}')
    ] = None,
    pages: Annotated[str, Field(description="Of a PDF: 1-3,7; all if empty")] = "",
    auto_rotate: Annotated[bool, Field(description="Turn the picture upright first")] = False,
    prompt: Annotated[str, Field(description="Own instruction, instead of a task")] = "",
    min_pixels: Pixels = None,
    max_pixels: Pixels = None,
    model: Annotated[str, Field(description="Or a dated one")] = "qwen-vl-ocr",
) -> OcrResult:
    """Read text, tables, formulas or named fields from a picture or PDF. Long results are written to a file.

    A few seconds a page, pages side by side; about 0.003 CNY a page.
    """
    chosen = check(model, task, min_pixels, max_pixels)
    api.check_model(chosen)
    if fields and task != "fields":
        raise BadArgument('fields are read by task "fields" only. Set it, or leave fields out.')
    if prompt and task != "text":
        raise BadArgument("An own prompt replaces the task. Leave one of them out.")
    schema = schema_of(fields)
    image_options = {"enable_rotate": auto_rotate or None, "min_pixels": min_pixels, "max_pixels": max_pixels}
    reading = Reading(api, chosen, task, schema, prompt, {k: v for k, v in image_options.items() if v is not None})
    found = await reading.all_pages(await api.document(image, RULES), pages)
    return await shortened(api, reading.result(found))


TOOL = Tool(ocr, title="Read a picture or PDF")
