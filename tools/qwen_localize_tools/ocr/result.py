"""What `ocr` returns, and where it goes if it is long."""

import json
from typing import Any

from pydantic import Field

from qwen_localize.errors import OutputUnavailable
from qwen_localize.tool import Context, Result, SavedFile, cny

from .files import MIME_TYPES, ending, whole
from .reading import Page

# More than this is written to a file, and the answer has the beginning: a chat would cut it somewhere.
LONG_CHARS = 15_000
_HEAD_CHARS = 3_000


class OcrResult(Result):
    """Pages in their order; a page that failed has its reason in its place.

    `page_count` is how many were asked for: where there is a file, `pages` are the first of them, shortened.
    """

    PUBLISHED = frozenset({"pages", "artifacts"})
    ALWAYS = frozenset({"pages"})

    name: str
    task: str
    model: str
    page_count: int
    pages: list[Page]
    usage: dict[str, Any]
    remarks: list[str]
    estimated_cost: float | None = Field(description="CNY")
    artifacts: list[SavedFile]

    def blocks(self) -> list[str]:
        """What was read, then the facts."""
        texts = [_words(self.task, page, self.page_count > 1) for page in self.pages]
        return ["\n\n".join(texts), " ".join(self._facts())]

    def files(self) -> list[SavedFile]:
        """The file with everything, if it is long."""
        return self.artifacts

    def _facts(self) -> list[str]:
        failed = [str(page.page) for page in self.pages if page.error]
        cut = [str(page.page) for page in self.pages if page.warning]
        reused = self.usage.get("reused")
        facts = [f"{self.name}: {self.page_count} page(s) by {self.model} ({self.task}), {cny(self.estimated_cost)}."]
        facts += [f"All of it: {file.path}." for file in self.artifacts]
        facts += [f"{reused} page(s) were read before in this session and not paid again."] if reused else []
        facts += [f"Page {', '.join(failed)} could not be read; the reason is in its place."] if failed else []
        facts += self.remarks
        return facts + ([f"Page {', '.join(cut)} is not whole; what to do is in its place."] if cut else [])


def _words(task: str, page: Page, many: bool) -> str:
    head = f"[page {page.page}]\n" if many else ""
    head += f"({page.warning})\n" if page.warning else ""
    if page.error:
        return f"{head}(not read: {page.error})"
    if task == "fields" and page.fields:
        return head + json.dumps(page.fields, ensure_ascii=False, indent=1)
    if page.words:
        head += f"({page.width}×{page.height} pixels)\n" if page.width else ""
        return head + "\n".join(f"{word.text} {[round(value) for value in word.polygon]}" for word in page.words)
    return head + page.text


async def shortened(context: Context, result: OcrResult) -> OcrResult:
    """The result; a long one in a file, with its beginning in the answer. Whole, if the disk refuses it."""
    if sum(len(page.model_dump_json()) for page in result.pages) <= LONG_CHARS:
        return result
    kind = ending(result.task)
    name = f"{result.name.rpartition('.')[0] or result.name}.{result.task}.{kind}"
    try:
        saved = await context.files.save_text(name, whole(result.task, result.pages), MIME_TYPES[kind])
    except OutputUnavailable:
        return result
    return result.model_copy(update={"pages": _beginning(result.pages), "artifacts": [saved]})


def _beginning(pages: list[Page]) -> list[Page]:
    """As much of the first pages as a chat can hold; what failed or was cut stays said."""
    room, kept = _HEAD_CHARS, []
    for page in pages:
        text = page.text[:room]
        room -= len(text)
        if text or page.error or page.warning:
            cut = f"{text}…" if len(text) < len(page.text) else text
            kept.append(page.model_copy(update={"text": cut, "rows": [], "fields": {}, "words": []}))
    return kept
