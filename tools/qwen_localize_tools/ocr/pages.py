"""The pages of one OCR call, side by side."""

import logging
from dataclasses import dataclass
from typing import Any

import anyio
import anyio.to_thread

from qwen_localize.errors import BadInput, InternalError, LocalizeError
from qwen_localize.files import LocalMedia, Media, RemoteMedia
from qwen_localize.tool import Context, Model, Tokens

from .._shared.usage import usage
from .models import TaskName, cut_words, options
from .reading import OcrAnswer, Page, read_page
from .result import OcrResult
from .source import chosen, drawn

logger = logging.getLogger(__name__)

PATH = "services/aigc/multimodal-generation/generation"
INLINE_BYTES = 7_000_000
_SIDE_BY_SIDE = 6
# A page's pixels are scaled to 8,388,608 by default, and 1,024 of them are a token.
_PAGE = Tokens(8200, 1500)


@dataclass(frozen=True)
class PageRequest:
    """What is asked of each page.

    Attributes:
        schema: for the task "fields": what to look for.
        prompt: an own instruction, instead of a task.
        image_options: what the service is told of the picture: its scaling, and whether to turn it.
    """

    model: Model
    task: TaskName
    schema: Any
    prompt: str
    image_options: dict[str, Any]

    def body(self, url: str) -> dict[str, Any]:
        """The request for the picture at a URL (docs/model-studio.md 6)."""
        content: list[dict[str, Any]] = [{"image": url} | self.image_options]
        parameters: dict[str, Any] = {}
        if self.prompt:
            content.append({"text": self.prompt})
        else:
            parameters = options(self.task, self.model.name, self.schema)
        return {"input": {"messages": [{"role": "user", "content": content}]}, "parameters": parameters}


class Reading:
    """One call: the pages of a document, side by side, each failure kept to its own page."""

    def __init__(self, context: Context, request: PageRequest) -> None:
        self._context, self._request = context, request
        self._series = context.calls.series(request.model)
        self._errors: list[LocalizeError] = []

    async def all_pages(self, source: Media, choice: str) -> OcrResult:
        """The pages, in their order, with what they cost.

        Raises:
            LocalizeError: none could be read.
        """
        if isinstance(source, RemoteMedia) and source.name.lower().endswith(".pdf"):
            raise BadInput("The service reads pictures by URL, not PDFs. Save the PDF to a file and pass its path.")
        numbers = await anyio.to_thread.run_sync(chosen, source, choice)
        mark = await anyio.to_thread.run_sync(lambda: source.mark)
        done: dict[int, Page] = {}
        left = iter(numbers)

        async def work() -> None:
            for number in left:
                done[number] = await self._page(source, mark, number)
                await self._context.progress(len(done), len(numbers), f"{len(done)} of {len(numbers)} pages")

        # A fixed number of workers, so that a thousand pages take no more memory than a few.
        async with anyio.create_task_group() as group:
            for _ in range(min(_SIDE_BY_SIDE, len(numbers))):
                group.start_soon(work)
        if len(self._errors) == len(numbers):
            raise self._errors[0]
        return self._result(source.name, [done[number] for number in numbers])

    async def _page(self, source: Media, mark: str, number: int) -> Page:
        try:
            return self._read(number, await self._answer(source, mark, number))
        except LocalizeError as error:
            return self._failed(number, error)
        except Exception:
            logger.exception("page %s failed in a way nobody foresaw", number)
            return self._failed(number, InternalError())

    def _read(self, number: int, answer: OcrAnswer) -> Page:
        try:
            page = read_page(number, self._request.task, answer, self._request.schema)
        except Exception:
            logger.exception("page %s is not understood", number)
            page = Page(page=number, text=answer.text)  # what is paid is told, if only as it came
        page.warning = cut_words(self._request.model.name) if answer.is_cut else ""
        return page

    def _failed(self, number: int, error: LocalizeError) -> Page:
        self._errors.append(error)
        return Page(page=number, error=str(error))

    async def _answer(self, source: Media, mark: str, number: int) -> OcrAnswer:
        """What the service says to a page; what an earlier call of this session has paid for is not asked again."""
        if isinstance(source, RemoteMedia):
            return await self._ask(source, number)  # behind the URL may be another picture tomorrow
        key = self._series.key(self._request.body(f"{mark} page {number}"))
        return OcrAnswer.model_validate_json(await self._series.once(key, lambda: self._asked(source, number)))

    async def _asked(self, source: Media, number: int) -> str:
        return (await self._ask(source, number)).model_dump_json()

    async def _ask(self, source: Media, number: int) -> OcrAnswer:
        self._series.breaker.check()
        picture = await anyio.to_thread.run_sync(drawn, source, number)
        url = await self._context.files.offer(self._request.model, picture, INLINE_BYTES)
        facts = picture.facts if isinstance(picture, LocalMedia) else {}

        def read(body: dict[str, Any]) -> OcrAnswer:
            return OcrAnswer.of(body.get("output"), facts.get("width"), facts.get("height"))

        uploads = url.startswith("oss://")
        return await self._series.call(PATH, self._request.body(url), _PAGE, read, uploads=uploads)

    def _result(self, name: str, pages: list[Page]) -> OcrResult:
        receipt = self._series.receipt
        return OcrResult(
            name=name,
            task=self._request.task,
            model=self._request.model.name,
            page_count=len(pages),
            pages=pages,
            usage=usage(receipt),
            remarks=receipt.remarks,
            estimated_cost=receipt.cost,
            artifacts=[],
        )
