"""What `ocr` returns, and where it goes if it is long."""

import json
from typing import Any

from pydantic import Field

from qwen_localize.contract import Api
from qwen_localize.errors import OutputUnavailable
from qwen_localize.results import Result, SavedFile, cny

from ._ocr_reading import Page

# More than this is written to a file, and the answer has the beginning: a chat would cut it somewhere.
LONG_CHARS = 15_000
_HEAD_CHARS = 3_000
_ENDINGS = {
    "table": ("html", "text/html"),
    "document": ("tex", "application/x-tex"),
    "formula": ("tex", "application/x-tex"),
    "fields": ("json", "application/json"),
    "words": ("json", "application/json"),
}


class OcrResult(Result):
    """Pages in their order; a page that failed has its reason in its place."""

    PUBLISHED = frozenset({"pages", "artifacts"})

    name: str
    task: str
    model: str
    page_count: int
    pages: list[Page]
    usage: dict[str, int]
    request_ids: list[str]
    reused: int
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
        facts = [f"{self.name}: {self.page_count} page(s) by {self.model} ({self.task}), {cny(self.estimated_cost)}."]
        facts += [f"All of it: {file.path}." for file in self.artifacts]
        facts += [f"{self.reused} page(s) were read before in this session and not paid again."] if self.reused else []
        facts += [f"Page {', '.join(failed)} could not be read; the reason is in its place."] if failed else []
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


async def shortened(api: Api, result: OcrResult) -> OcrResult:
    """The result; a long one in a file, with its beginning in the answer. Whole, if the disk refuses it."""
    if sum(len(page.model_dump_json()) for page in result.pages) <= LONG_CHARS:
        return result
    ending, mime_type = _ENDINGS.get(result.task, ("md", "text/markdown"))
    stem = result.name.rpartition(".")[0] or result.name
    try:
        saved = await api.save_text(f"{stem}.{result.task}.{ending}", _whole(result, ending), mime_type)
    except OutputUnavailable:
        return result
    return result.model_copy(update={"pages": _beginning(result.pages), "artifacts": [saved]})


def _whole(result: OcrResult, ending: str) -> str:
    if ending == "json":
        pages: list[Any] = [page.model_dump(exclude_defaults=True) for page in result.pages]
        return json.dumps(pages, ensure_ascii=False, indent=1)
    if len(result.pages) == 1:
        return result.pages[0].text
    comment = {"html": "<!-- page {} -->", "tex": "% page {}", "md": "<!-- page {} -->"}[ending]
    return "\n\n".join(f"{comment.format(page.page)}\n{page.text or page.error}" for page in result.pages)


def _beginning(pages: list[Page]) -> list[Page]:
    """As much of the first pages as a chat can hold; what was failed stays said."""
    room, kept = _HEAD_CHARS, []
    for page in pages:
        text = page.text[:room]
        room -= len(text)
        if text or page.error:
            cut = f"{text}…" if len(text) < len(page.text) else text
            kept.append(Page(page=page.page, text=cut, error=page.error))
    return kept
