"""The verbs of Model Studio: chat, stream, call, connect, submit, query, list, cancel, upload, download.

Generic on purpose: what a path or a body means is known by the tool that sends it.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import httpx2

from ..errors import BadAnswer, LocalizeError, Unconfirmed
from .departure import Departure
from .downloads import download
from .limits import Limit
from .refusals import describe, meaning
from .retry import Repeat
from .streams import Consume, stream
from .tasks import Failed, TaskList, TaskState, as_text, parse, parse_page
from .uploads import upload
from .wire import Request, Wire

if TYPE_CHECKING:
    from .sockets import Socket

# docs/model-studio.md 2.3: LIST and CANCEL have budgets of their own, 20 a second each.
_LIST_LIMIT = Limit(requests=1200)
# The names of the budgets that are the account's, not a model's.
QUERY, LIST, CANCEL = "task query", "task list", "task cancel"
# No maximum is documented; a service that gives less says so in the answer.
PAGE_SIZE = 100
T = TypeVar("T")


class Client:
    """One account at one service. Every method may raise any `LocalizeError`.

    A paid request has a `departure`, which tells whether it is out; if it is not when an error is raised, it is free.
    `uploads` says whether a body names temporary uploads.

    Args:
        wire: the connection.
        task_qps: task queries per second that we allow ourselves (docs/model-studio.md 2.3).
    """

    def __init__(self, wire: Wire, task_qps: float = 1.0) -> None:
        self._wire = wire
        self._query_limit = Limit(requests=60 * task_qps)

    @property
    def skew(self) -> float | None:
        """Seconds by which the service's clock is ahead of ours, as far as an answer has told."""
        return self._wire.skew

    def require_key(self) -> str:
        """See `Wire.require_key`."""
        return self._wire.require_key()

    async def chat(self, body: dict[str, Any], departure: Departure | None = None) -> dict[str, Any]:
        """An OpenAI-compatible chat completion, after `acquire`. Repeated if it failed, which is free."""
        url = f"{self._wire.service.compatible}/chat/completions"
        return await self._wire.send(_paid(url, body, Repeat.IF_REFUSED, departure))

    async def stream(
        self, body: dict[str, Any], consume: Consume, departure: Departure | None = None, *, uploads: bool = False
    ) -> dict[str, Any]:
        """A chat completion that comes in pieces, after `acquire`: what `consume` makes of them.

        Repeated if it failed, which is free; then `consume` is called anew. What breaks off in the middle is not.
        """
        url, headers = f"{self._wire.service.compatible}/chat/completions", _resolving(uploads)
        return await stream(self._wire, _paid(url, body, Repeat.IF_REFUSED, departure, headers), consume)

    @asynccontextmanager
    async def connect(
        self, path: str, params: dict[str, str], departure: Departure | None = None
    ) -> AsyncIterator["Socket"]:
        """A WebSocket, after `acquire`, until the block ends. What is paid for is what is sent through it."""
        from .sockets import connect  # the one user of a library that takes time to load

        request = Request("GET", f"{self._wire.service.sockets}/{path}", params=params, departure=departure)
        async with connect(self._wire, request) as socket:
            yield socket

    async def call(
        self, path: str, body: dict[str, Any], departure: Departure | None = None, *, uploads: bool = False
    ) -> dict[str, Any]:
        """A native call that answers at once, after `acquire`. Repeated if it failed, which is free."""
        url = f"{self._wire.service.native}/{path}"
        return await self._wire.send(_paid(url, body, Repeat.IF_REFUSED, departure, _resolving(uploads)))

    async def acquire(self, model: str, limit: Limit, tokens: int = 0) -> float:
        """Return when the model's rate limit allows a request of so many tokens; see `RateLimiter.acquire`."""
        return await self._wire.limiter.acquire(model, limit, tokens)

    async def correct(self, model: str, at: float, expected: int, used: int) -> None:
        """See `RateLimiter.correct`."""
        await self._wire.limiter.correct(model, at, expected, used)

    async def submit(
        self, path: str, body: dict[str, Any], departure: Departure | None = None, *, uploads: bool = False
    ) -> TaskState:
        """Start a task, after `acquire`. Sent again only if it surely did not arrive: there is no idempotency key."""
        url = f"{self._wire.service.native}/{path}"
        headers = {"X-DashScope-Async": "enable"} | _resolving(uploads)
        request = _paid(url, body, Repeat.IF_UNSENT, departure, headers)
        answer = await self._wire.send(request)
        try:
            return parse(answer)
        except BadAnswer as error:
            words = f"{error} It was accepted all the same, so it may be carried out and billed."
            raise Unconfirmed(words, reason=str(error), answer=as_text(answer)) from error

    async def query(self, task_id: str) -> TaskState:
        """The state of one task."""
        url = f"{self._wire.service.native}/tasks/{task_id}"
        return parse(await self._wire.send(Request("GET", url, budget=(QUERY, self._query_limit, 0), strict=True)))

    async def list_tasks(self, model: str, page: int = 1) -> TaskList:
        """The account's tasks of the last 24 h with a model, a page at a time (docs/model-studio.md 2.2)."""
        url = f"{self._wire.service.native}/tasks"
        params = {"model_name": model, "page_no": str(page), "page_size": str(PAGE_SIZE)}
        return parse_page(await self._wire.send(Request("GET", url, params=params, budget=(LIST, _LIST_LIMIT, 0))))

    async def cancel(self, task_id: str) -> None:
        """Cancel a task that is still PENDING; any other state is refused."""
        url = f"{self._wire.service.native}/tasks/{task_id}/cancel"
        await self._wire.send(Request("POST", url, budget=(CANCEL, _LIST_LIMIT, 0)))

    def failure(self, failed: Failed) -> LocalizeError:
        """A failed task's reason, in the words of the service's error codes."""
        found = meaning(200, failed.code, failed.message)
        words = describe(found, self._wire.service, failed.code, failed.message, failed.request_id)
        return found.error(f"The task failed and was not billed. {words}")

    async def upload(self, model: str, name: str, data: bytes) -> str:
        """Put a file into the model's temporary storage: an `oss://` URL, good for 48 h."""
        return await upload(self._wire, model, name, data)

    async def download(self, url: str, consume: Callable[[httpx2.Response], Awaitable[T]]) -> T:
        """What `consume` makes of a result's bytes; it is called anew for each try, with the stream open."""
        return await download(self._wire, url, consume)


def _resolving(uploads: bool) -> dict[str, str]:
    """The header that a body needs which names temporary uploads (docs/model-studio.md 1.2)."""
    return {"X-DashScope-OssResourceResolve": "enable"} if uploads else {}


def _paid(
    url: str,
    body: dict[str, Any],
    repeat: Repeat,
    departure: Departure | None,
    headers: dict[str, str] | None = None,
) -> Request:
    return Request("POST", url, json=body, headers=headers or {}, repeat=repeat, departure=departure)
