"""The pages of one OCR call, side by side."""

import hashlib
import json
import logging
from typing import Any

import anyio
import anyio.to_thread

from qwen_localize.contract import Api, Model
from qwen_localize.errors import OWN_FAULT, Bug, LocalizeError, SetupError, Unreachable
from qwen_localize.inputs import LocalPicture

from ._ocr_models import TaskName, cut_words, options
from ._ocr_reading import Page, Seen, read_page
from ._ocr_result import OcrResult
from ._ocr_source import Source, chosen, drawn, mark

logger = logging.getLogger(__name__)

PATH = "services/aigc/multimodal-generation/generation"
INLINE_BYTES = 7_000_000
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
        self._stopped: LocalizeError | None = None
        self._tokens = [0, 0]
        self._request_ids: list[str] = []
        self._reused = 0
        self._name = self._mark = ""

    async def all_pages(self, source: Source, choice: str) -> list[Page]:
        """The pages, in their order.

        Raises:
            LocalizeError: none could be read.
        """
        self._name = source.name
        self._mark = await anyio.to_thread.run_sync(mark, source)
        numbers = await anyio.to_thread.run_sync(chosen, source, choice)
        done: dict[int, Page] = {}
        async with anyio.create_task_group() as group:
            for number in numbers:
                group.start_soon(self._page, source, number, done, len(numbers))
        if len(self._errors) == len(numbers):
            raise self._errors[0]
        return [done[number] for number in numbers]

    async def _page(self, source: Source, number: int, done: dict[int, Page], total: int) -> None:
        async with self._seats:
            try:
                done[number] = self._read(number, await self._seen(source, number))
            except LocalizeError as error:
                done[number] = self._failed(number, error)
            except Exception:
                logger.exception("page %s failed in a way nobody foresaw", number)
                done[number] = self._failed(number, Bug(OWN_FAULT))
            await self._api.progress(len(done), total, f"{len(done)} of {total} pages")

    def _read(self, number: int, seen: Seen) -> Page:
        page = read_page(number, self._task, seen, self._schema)
        page.warning = cut_words(self._model.name) if seen.is_cut else ""
        return page

    def _failed(self, number: int, error: LocalizeError) -> Page:
        self._errors.append(error)
        if isinstance(error, SetupError | Unreachable):
            self._stopped = error
        return Page(page=number, error=str(error))

    async def _seen(self, source: Source, number: int) -> Seen:
        """What the service says to a page; what an earlier call of this session has paid for is not asked again."""
        key = self._key(number)
        kept = self._api.recall.get(key)
        if kept is not None:
            self._reused += 1
            return Seen.model_validate_json(kept)
        seen = await self._ask(source, number)
        if self._mark:
            self._api.recall.keep(key, seen.model_dump_json())
        return seen

    def _key(self, number: int) -> str:
        plain = json.dumps([self._model.name, self._body(f"{self._mark} page {number}")], sort_keys=True)
        return hashlib.sha256(plain.encode()).hexdigest()

    async def _ask(self, source: Source, number: int) -> Seen:
        if self._stopped:
            raise self._stopped
        # Drawn only when its turn has come: a thousand pages take no more memory than a few.
        picture = await anyio.to_thread.run_sync(drawn, source, number)
        body = self._body(await self._api.offered(self._model, picture, INLINE_BYTES))
        answer = await self._api.generate(self._model, PATH, body, _PAGE_TOKENS, _ANSWER_TOKENS)
        usage = answer.get("usage") or {}
        self._tokens[0] += int(usage.get("input_tokens") or 0)
        self._tokens[1] += int(usage.get("output_tokens") or 0)
        self._request_ids.append(str(answer.get("request_id") or ""))
        size = (picture.width, picture.height) if isinstance(picture, LocalPicture) else (None, None)
        return Seen.of(answer.get("output"), *size)

    def _body(self, url: str) -> dict[str, Any]:
        content: list[dict[str, Any]] = [{"image": url} | self._image_options]
        parameters: dict[str, Any] = {}
        if self._prompt:
            content.append({"text": self._prompt})
        else:
            parameters = options(self._task, self._model.name, self._schema)
        return {"input": {"messages": [{"role": "user", "content": content}]}, "parameters": parameters}

    def result(self, pages: list[Page]) -> OcrResult:
        """The pages with what they cost."""
        rate = self._api.rate(self._model)
        return OcrResult(
            name=self._name,
            task=self._task,
            model=self._model.name,
            page_count=len(pages),
            pages=pages,
            usage={"input_tokens": self._tokens[0], "output_tokens": self._tokens[1]},
            request_ids=self._request_ids,
            reused=self._reused,
            estimated_cost=rate.of_tokens(*self._tokens) if rate else None,
            artifacts=[],
        )
