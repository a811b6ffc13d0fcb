"""The pages of one document, side by side."""

import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from qwen_localize.errors import InternalError, LocalizeError
from qwen_localize.files import LocalMedia, RemoteMedia
from qwen_localize.tool import PREPARED, Context, Model, Prepared, Receipt, Tokens

from .._shared.workers import side_by_side
from .models import MODELS, TaskName, cut_words, options
from .reading import OcrAnswer, Page, PictureFacts, read_page
from .source import Document

logger = logging.getLogger(__name__)

PATH = "services/aigc/multimodal-generation/generation"
INLINE_BYTES = 7_000_000
_SIDE_BY_SIDE = 6
# A page's pixels are scaled to 8,388,608 by default, and 1,024 of them are a token.
PAGE_TOKENS = Tokens(8200, 1500)


@dataclass(frozen=True)
class PageRequest:
    """What is asked of each page.

    Attributes:
        hints: for the task "fields": what to look for.
        kinds: the types of what is found.
        prompt: an own instruction, instead of a task.
        image_options: what the service is told of the picture: its scaling, and whether to turn it.
    """

    model_name: str
    task: TaskName
    hints: Any
    kinds: Any
    prompt: str
    image_options: dict[str, Any]

    @property
    def model(self) -> Model:
        """The model that is asked."""
        return MODELS[self.model_name][0]

    @property
    def as_json(self) -> dict[str, Any]:
        """As it stands in a job's order."""
        return asdict(self)

    def body(self, url: str) -> dict[str, Any]:
        """The request for the picture at a URL (docs/model-studio.md 6)."""
        content: list[dict[str, Any]] = [{"image": url} | self.image_options]
        parameters: dict[str, Any] = {}
        if self.prompt:
            content.append({"text": self.prompt})
        else:
            parameters = options(self.task, self.model_name, self.hints)
        return {"input": {"messages": [{"role": "user", "content": content}]}, "parameters": parameters}


class Reading:
    """One call, or one job: the pages of a document, side by side, each failure kept to its own page.

    Attributes:
        errors: why pages failed.
        has_turned: whether a picture was turned upright before it was sent.
    """

    def __init__(self, context: Context, request: PageRequest, document: Document) -> None:
        self._context, self._request, self._document = context, request, document
        self._series = context.calls.series(request.model)
        self.errors: list[LocalizeError] = []
        self.has_turned = False

    @property
    def stopped(self) -> LocalizeError | None:
        """What ended the whole call, if anything did: money, key, budget, network."""
        return self._series.breaker.opened

    @property
    def receipt(self) -> Receipt:
        """What it has cost so far."""
        return self._series.receipt

    async def pages(self, numbers: Sequence[int]) -> list[Page]:
        """The pages, in the order of their numbers here.

        Raises:
            LocalizeError: none could be read.
        """
        done: dict[int, Page] = {}

        async def work(number: int) -> None:
            done[number] = await self._page(number)
            await self._context.progress(len(done), len(numbers), f"{len(done)} of {len(numbers)} pages")

        await side_by_side(_SIDE_BY_SIDE, numbers, work)
        if len(self.errors) == len(numbers):
            raise self.stopped or self.errors[0]
        return [done[number] for number in numbers]

    async def _page(self, number: int) -> Page:
        try:
            return self._read(number, await self._answer(number))
        except LocalizeError as error:
            return self._failed(number, error)
        except Exception:
            logger.exception("page %s failed in a way nobody foresaw", number)
            return self._failed(number, InternalError())

    def _read(self, number: int, answer: OcrAnswer) -> Page:
        self.has_turned |= answer.picture.turned
        try:
            page = read_page(number, self._request.task, answer, self._request.kinds)
        except Exception:
            logger.exception("page %s is not understood", number)
            page = Page(page=number, text=answer.text)  # what is paid is told, if only as it came
        if answer.is_cut:
            page.warning = cut_words(self._request.model_name)
        return page

    def _failed(self, number: int, error: LocalizeError) -> Page:
        self.errors.append(error)
        return Page(page=number, text="", error=str(error))

    async def _answer(self, number: int) -> OcrAnswer:
        """What the service says to a page; what an earlier call of this session has paid for is not asked again."""
        request = self._request.body(f"{self._document.mark} page {number}")

        async def asked() -> str:
            return (await self._asked(number, request)).model_dump_json()

        if isinstance(self._document.media, RemoteMedia):
            return await self._asked(number, request)  # behind the URL may be another picture tomorrow
        return OcrAnswer.model_validate_json(await self._series.once(self._series.key(request), asked))

    async def _asked(self, number: int, request: dict[str, Any]) -> OcrAnswer:
        """What the service says to a page, which is drawn only if its answer is not kept."""
        self._series.breaker.check()
        return await self._series.prepared(PATH, request, lambda: self._prepared(number), PAGE_TOKENS, _read)

    async def _prepared(self, number: int) -> Prepared:
        picture = await self._document.drawn(number)
        url = await self._context.files.offer(self._request.model, picture, INLINE_BYTES)
        facts = dict(picture.facts) if isinstance(picture, LocalMedia) else {}
        return Prepared(self._request.body(url), url.startswith("oss://"), facts)


def _read(body: dict[str, Any]) -> OcrAnswer:
    return OcrAnswer.of(body.get("output"), PictureFacts.model_validate(body.get(PREPARED) or {}))
