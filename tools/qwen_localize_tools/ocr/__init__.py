"""Reading pictures and PDFs with qwen-vl-ocr (docs/model-studio.md 6)."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import anyio.to_thread
from pydantic import Field

from qwen_localize.errors import BadArgument, BadInput
from qwen_localize.files import LocalMedia, Media
from qwen_localize.tool import Batch, Context, Ending, Order, Tool, cny

from .._shared.arguments import ImageRef
from .choice import MOST_UNASKED, chosen_pages
from .fields import Fields, wanted
from .models import MODELS, TaskName, check
from .pages import PAGE_TOKENS, PageRequest
from .result import OcrResult, ending, read
from .source import Document, DocumentRules, opened

# More pages than this are a job, and what is read a file.
FEW = 10
_MOST_NAME = 80
Pixels = Annotated[int | None, Field(description="Scaling")]


async def ocr(
    context: Context,
    image: Annotated[ImageRef, Field(description="Picture or PDF: path, URL or data URI")],
    task: Annotated[
        TaskName, Field(description="words: with boxes; fields: values by name; table: HTML and rows")
    ] = "text",
    fields: Annotated[Fields | None, Field(description='Names, {"total": "number"} or JSON Schema')] = None,
    pages: Annotated[str, Field(description="1-3,7, 3-, -5, last, all")] = "",
    auto_rotate: Annotated[bool, Field(description="Turn it upright")] = False,
    prompt: Annotated[str, Field(description="Instead of a task")] = "",
    password: Annotated[str, Field(description="Of a PDF")] = "",
    min_pixels: Pixels = None,
    max_pixels: Pixels = None,
    model: Annotated[str, Field(description="Or a dated one")] = "qwen-vl-ocr",
) -> OcrResult:
    """Read text, tables, formulas or named fields from a picture or PDF. Long results are files; over 10 pages, a job.

    A few seconds and about 0.003 CNY a page.
    """
    chosen = check(model, task, min_pixels, max_pixels)
    context.calls.check_model(chosen)
    if fields and task != "fields":
        raise BadArgument('fields are read by task "fields" only. Set it, or leave fields out.')
    if prompt and task != "text":
        raise BadArgument("An own prompt replaces the task. Leave one of them out.")
    asked = wanted(fields)
    hints, kinds = (asked.hints, asked.kinds) if asked else (None, None)
    told = {"enable_rotate": auto_rotate or None, "min_pixels": min_pixels, "max_pixels": max_pixels}
    image_options = {name: value for name, value in told.items() if value is not None}
    request = PageRequest(model, task, hints, kinds, prompt, image_options)
    source = await context.files.read(image, DocumentRules())
    async with opened(context, source, password) as document:
        numbers = await _chosen(context, request, document, pages)
        if len(numbers) <= FEW:
            return await read(context, request, document, numbers)
    return await _many(context, request, document, numbers)


async def _chosen(context: Context, request: PageRequest, document: Document, pages: str) -> list[int]:
    """The numbers of the pages that are meant: all of a short document if nothing is said.

    Raises:
        BadArgument: there are none such, or many that nobody has asked for.
        BadInput: it has no pages at all.
    """
    count = await document.page_count()
    if not count:
        raise BadInput(f"{document.name[:_MOST_NAME]} has no pages. Export it anew.")
    if pages.strip() and count == 1 and not document.has_pages:
        raise BadArgument("pages: only a PDF has pages, or a TIFF that has several. Leave it out for a picture.")
    if pages.strip() or count <= MOST_UNASKED:
        return chosen_pages(pages.strip() or "all", count)
    price = context.calls.price(request.model)
    cost = price.of(PAGE_TOKENS) * count if price else None
    raise BadArgument(
        f"{document.name[:_MOST_NAME]} has {count} pages; all of them cost {cny(cost and round(cost, 2))}. Choose some "
        'with pages, such as "1-20", or pass pages="all".'
    )


async def _many(context: Context, request: PageRequest, document: Document, numbers: list[int]) -> OcrResult:
    """The pages in files, by a job that outlives this call."""
    order = Order(
        label=f"{document.name[:_MOST_NAME]}, {len(numbers)} pages",
        model=request.model,
        arguments={"request": request.as_json, "pages": numbers},
        inputs=(document.media,),
    )
    return OcrResult(**(await context.jobs.run(order)).model_dump())


async def _work(context: Context, arguments: Mapping[str, Any], inputs: Sequence[Media]) -> Ending:
    """Read the pages of a long document, and write what was read into files."""
    kept = inputs[0]
    if not isinstance(kept, LocalMedia):
        raise BadInput("Only a document on this machine can be read as a job. Save it, and pass its path.")
    source = await anyio.to_thread.run_sync(DocumentRules().checked, kept.name, kept.data)
    async with opened(context, source) as document:
        request = PageRequest(**arguments["request"])
        return ending(await read(context, request, document, arguments["pages"], as_files=True))


TOOL = Tool(
    ocr,
    title="Read a picture or PDF",
    models=[row[0] for row in MODELS.values()],
    work=Batch(_work),
    result=OcrResult,
)
