"""The pages of one OCR call, side by side."""

from typing import Any

import anyio
import anyio.to_thread

from qwen_localize import pdf
from qwen_localize.contract import Api, Model
from qwen_localize.errors import BadArgument, BadInput, LocalizeError
from qwen_localize.inputs import LocalDocument, LocalPicture, Picture

from ._ocr_models import TaskName, options
from ._ocr_reading import Page, read_page
from ._ocr_result import OcrResult

PATH = "services/aigc/multimodal-generation/generation"
INLINE_BYTES = 7_000_000
_LARGE_SIDE = 4096
_SIDE_BY_SIDE = 6
# A page's pixels are scaled to 8,388,608 by default, and 1,024 of them are a token.
_PAGE_TOKENS = 8200
_ANSWER_TOKENS = 1500


class Reading:
    """One call: the pages of a document, side by side, each failure kept to its own page."""

    def __init__(
        self, api: Api, model: Model, task: TaskName, schema: Any, prompt: str, image_options: dict[str, Any]
    ) -> None:
        self._api, self._model, self._task, self._schema = api, model, task, schema
        self._prompt, self._image_options = prompt, image_options
        self._seats = anyio.CapacityLimiter(_SIDE_BY_SIDE)
        self._errors: list[LocalizeError] = []
        self._tokens = [0, 0]
        self._request_ids: list[str] = []
        self._name = ""

    async def all_pages(self, source: Picture | LocalDocument, choice: str) -> list[Page]:
        """The pages, in their order.

        Raises:
            LocalizeError: none could be read.
        """
        self._name = source.name
        if isinstance(source, LocalDocument):
            count = await anyio.to_thread.run_sync(pdf.page_count, source)
            numbers = pdf.chosen_pages(choice, count)
        elif choice:
            raise BadArgument("pages: only a PDF has pages. Leave it out for a picture.")
        else:
            numbers = [1]
        done: dict[int, Page] = {}
        async with anyio.create_task_group() as group:
            for number in numbers:
                group.start_soon(self._page, source, number, done, len(numbers))
        if len(self._errors) == len(numbers):
            raise self._errors[0]
        return [done[number] for number in numbers]

    async def _page(self, source: Picture | LocalDocument, number: int, done: dict[int, Page], total: int) -> None:
        async with self._seats:
            try:
                # Drawn only when its turn has come: a thousand pages take no more memory than a few.
                picture = await anyio.to_thread.run_sync(_drawn, source, number)
                done[number] = await self._read(picture, number)
            except LocalizeError as error:
                self._errors.append(error)
                done[number] = Page(page=number, error=str(error))
            await self._api.progress(len(done), total, f"{len(done)} of {total} pages")

    async def _read(self, picture: Picture, number: int) -> Page:
        url = await self._api.offered(self._model, picture, INLINE_BYTES)
        content: list[dict[str, Any]] = [{"image": url} | self._image_options]
        parameters: dict[str, Any] = {}
        if self._prompt:
            content.append({"text": self._prompt})
        else:
            parameters = options(self._task, self._model.name, self._schema)
        body = {"input": {"messages": [{"role": "user", "content": content}]}, "parameters": parameters}
        answer = await self._api.generate(self._model, PATH, body, _PAGE_TOKENS, _ANSWER_TOKENS)
        usage = answer.get("usage") or {}
        self._tokens[0] += int(usage.get("input_tokens") or 0)
        self._tokens[1] += int(usage.get("output_tokens") or 0)
        self._request_ids.append(str(answer.get("request_id") or ""))
        return read_page(number, self._task, answer.get("output") or {}, self._schema)

    def result(self, pages: list[Page]) -> OcrResult:
        """The pages with what they cost."""
        rate = self._api.rate(self._model)
        return OcrResult(
            name=self._name,
            task=self._task,
            model=self._model.name,
            pages=pages,
            usage={"input_tokens": self._tokens[0], "output_tokens": self._tokens[1]},
            request_ids=self._request_ids,
            estimated_cost=rate.of_tokens(*self._tokens) if rate else None,
            artifacts=[],
        )


def _drawn(source: Picture | LocalDocument, number: int) -> Picture:
    if isinstance(source, LocalDocument):
        return pdf.render(source, number)
    if isinstance(source, LocalPicture) and not _is_readable(source):
        raise BadInput(f"Over {_LARGE_SIDE} pixels a side, only JPEG and PNG are read. Convert or shrink the picture.")
    return source


def _is_readable(picture: LocalPicture) -> bool:
    return max(picture.width, picture.height) <= _LARGE_SIDE or picture.format in ("JPEG", "PNG")
