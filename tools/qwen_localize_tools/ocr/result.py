"""What `ocr` returns, as an answer at once or as a job, and how much of it is shown."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import Field

from qwen_localize.errors import OutputUnavailable
from qwen_localize.tool import Context, Ending, JobRecord, JobResult, SavedFile, cny

from .._shared.usage import usage
from .cutting import beginning, size
from .files import MIME_TYPES, ending_of, spreadsheet, whole
from .models import cut_words
from .pages import PageRequest, Reading
from .reading import Page
from .source import Document

# Bytes. More than this is written to a file, and the answer has the beginning: a chat would cut it somewhere.
LONG_TEXT = 6_000
LONG_DATA = 45_000
_MOST_RANGES = 8
_AGAIN = "Then repeat the call: what is read is kept, and not paid for again."
_TURNED = "The picture was turned upright before it was read, as its EXIF data says; what is told of it is so turned."


class OcrResult(JobResult):
    """Pages in their order; a page that failed has its reason in its place.

    `page_count` is how many were asked for: where there is a file, `pages` are the first of them, shortened.
    """

    PUBLISHED = JobResult.PUBLISHED | {"pages"}
    ALWAYS = JobResult.ALWAYS | {"pages"}

    name: str = ""
    task: str = ""
    page_count: int = 0
    pages: list[Page] = Field(default_factory=list)

    @classmethod
    def own_facts(cls, job: JobRecord) -> dict[str, Any]:
        """What was read, as far as it is shown; it is kept as the job's details."""
        return {"details": {}} | {name: job.details[name] for name in _OWN if name in job.details}

    def brief(self) -> JobResult:
        """The job without what was read."""
        return super().brief().model_copy(update={"pages": []})

    def blocks(self) -> list[str]:
        """What was read, then the facts."""
        texts = [words(self.task, page, self.page_count > 1) for page in self.pages]
        return ["\n\n".join(texts), self.message] if texts else [self.message]


_OWN = ("name", "task", "page_count", "pages")


async def read(
    context: Context, request: PageRequest, document: Document, numbers: Sequence[int], *, as_files: bool = False
) -> OcrResult:
    """The pages of a document, in files if they are long or if that is wanted.

    Raises:
        LocalizeError: none could be read.
    """
    reading = Reading(context, request, document)
    pages = await reading.pages(numbers)
    is_long = as_files or _is_long(request.task, pages)
    files: list[SavedFile] = []
    place = ""
    if is_long:
        files, place = await _placed(context, document.name, request.task, pages, must=as_files)
    receipt = reading.receipt
    return OcrResult(
        job_id="",
        status="succeeded",
        message=" ".join(_facts(reading, request, document.name, pages, place)),
        tool="ocr",
        model=request.model_name,
        artifacts=files,
        details={},
        usage=usage(receipt),
        estimated_cost=receipt.cost,
        name=document.name,
        task=request.task,
        page_count=len(pages),
        pages=beginning(pages) if is_long else pages,
    )


def ending(result: OcrResult) -> Ending:
    """A job's end, which `OcrResult.of` makes the same result of."""
    facts = result.model_dump(mode="json")
    return Ending(
        message=result.message,
        details={name: facts[name] for name in _OWN},
        artifacts=facts["artifacts"],
        usage=result.usage,
        cost=result.estimated_cost,
    )


def words(task: str, page: Page, many: bool) -> str:
    """A page for people."""
    head = f"[page {page.page}]\n" if many else ""
    head += f"({page.warning})\n" if page.warning else ""
    if page.error:
        return f"{head}(not read: {page.error})"
    if task == "fields" and page.fields:
        return head + _field_lines(page.fields)
    if page.words:
        head += f"({page.width}×{page.height} pixels)\n" if page.width else ""
        return head + "\n".join(f"{word.text} {[round(value) for value in word.polygon]}" for word in page.words)
    return head + page.text


def _field_lines(fields: Mapping[str, Any]) -> str:
    """Fields as JSON, one to a line: what is nested is not indented, since that can be many times as long."""
    lines = (
        f"{json.dumps(name, ensure_ascii=False)}: {json.dumps(fields[name], ensure_ascii=False)}" for name in fields
    )
    return "{\n" + ",\n".join(lines) + "\n}"


def _is_long(task: str, pages: Sequence[Page]) -> bool:
    text = sum(len(words(task, page, many=True).encode()) + 2 for page in pages)
    return text > LONG_TEXT or sum(size(page) for page in pages) > LONG_DATA


async def _placed(
    context: Context, name: str, task: str, pages: Sequence[Page], *, must: bool
) -> tuple[list[SavedFile], str]:
    """Everything in files, and where it is; where the disk refuses them, that is told, unless they `must` be there.

    Raises:
        OutputUnavailable: the disk refuses a job's files; all of it is kept, and put together later.
    """
    try:
        files = await _saved(context, name, task, pages)
    except OutputUnavailable as error:
        if must:
            raise
        return [], f"It is too long to be shown whole, and was not saved: {error} {_AGAIN}"
    return files, f"All of it: {', as a table for spreadsheets: '.join(file.path for file in files)}."


async def _saved(context: Context, name: str, task: str, pages: Sequence[Page]) -> list[SavedFile]:
    """Everything in one file; a table in two, for people and for spreadsheets."""
    stem, kind = f"{name.rpartition('.')[0] or name}.{task}", ending_of(task)
    saved = [await context.files.save_text(f"{stem}.{kind}", whole(task, pages), MIME_TYPES[kind])]
    if task == "table" and (table := spreadsheet(pages)):
        saved.append(await context.files.save_text(f"{stem}.csv", table, MIME_TYPES["csv"]))
    return saved


def _facts(reading: Reading, request: PageRequest, name: str, pages: Sequence[Page], place: str) -> list[str]:
    receipt, model = reading.receipt, request.model_name
    cut = [page.page for page in pages if page.warning and not page.is_empty]
    empty = [page.page for page in pages if page.is_empty]
    facts = [f"{name}: {len(pages)} page(s) by {model} ({request.task}), {cny(receipt.cost)}."]
    facts += [place] if place else []
    facts += [f"{receipt.reused} page(s) were read before and not paid again."] if receipt.reused else []
    facts += _failures(pages, stopped=reading.stopped is not None)
    facts += receipt.remarks + ([_TURNED] if reading.has_turned else [])
    facts += [f"Page {listed(cut)} is not whole. {cut_words(model)}"] if cut else []
    return facts + ([f"Nothing was found on page {listed(empty)}."] if empty else [])


def _failures(pages: Sequence[Page], *, stopped: bool) -> list[str]:
    """Which pages failed, why most of them did, and what to do."""
    failed = [page for page in pages if page.error]
    if not failed:
        return []
    # The service's own words differ by request.
    reasons = Counter(page.error.partition(" (The service said")[0] for page in failed)
    ((reason, _),) = reasons.most_common(1)
    others = " The other reasons are in their places." if len(reasons) > 1 else ""
    again = f" {_AGAIN}" if stopped else ""
    return [f"Page {listed([page.page for page in failed])} could not be read: {reason}{again}{others}"]


def listed(numbers: Sequence[int]) -> str:
    """Numbers in few words: 3, 5-9 and 40 more."""
    ranges: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1] = (ranges[-1][0], number)
        else:
            ranges.append((number, number))
    shown = ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in ranges[:_MOST_RANGES])
    more = sum(last - first + 1 for first, last in ranges[_MOST_RANGES:])
    return f"{shown} and {more} more" if more else shown
