"""Reading pictures and PDFs with qwen-vl-ocr (docs/model-studio.md 6)."""

from typing import Annotated, Any

from pydantic import Field

from qwen_localize.errors import BadArgument
from qwen_localize.tool import Context, Tool

from .._shared.arguments import ImageRef
from .models import TaskName, check, schema_of
from .pages import PageRequest, Reading
from .result import OcrResult, shortened
from .source import DocumentRules

Fields = list[str] | dict[str, Any]
Pixels = Annotated[int | None, Field(description="Scaling bound")]


async def ocr(
    context: Context,
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
    context.calls.check_model(chosen)
    if fields and task != "fields":
        raise BadArgument('fields are read by task "fields" only. Set it, or leave fields out.')
    if prompt and task != "text":
        raise BadArgument("An own prompt replaces the task. Leave one of them out.")
    told = {"enable_rotate": auto_rotate or None, "min_pixels": min_pixels, "max_pixels": max_pixels}
    image_options = {name: value for name, value in told.items() if value is not None}
    request = PageRequest(chosen, task, schema_of(fields), prompt, image_options)
    source = await context.files.read(image, DocumentRules())
    return await shortened(context, await Reading(context, request).all_pages(source, pages))


TOOL = Tool(ocr, title="Read a picture or PDF")
