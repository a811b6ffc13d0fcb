"""The verbs of Model Studio: chat, call, submit, query, list, cancel, upload, download.

Generic on purpose: what a path or a body means is known by the tool that sends it.
"""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import httpx2

from ..errors import TimedOut
from .downloads import download
from .limits import Limit
from .refusals import describe, meaning
from .retry import Repeat
from .tasks import Failed, Gone, Succeeded, TaskState, Waiting, parse, pauses
from .uploads import upload
from .wire import Request, Wire

# Contract 2.3: LIST and CANCEL have budgets of their own, 20 a second each.
_LIST_LIMIT = Limit(requests=1200)
TASK_SECONDS = 15 * 60.0
T = TypeVar("T")


class Client:
    """One account at one service. Every method may raise any `LocalizeError`.

    Args:
        wire: the connection.
        task_qps: task queries per second that we allow ourselves (contract 2.3).
    """

    def __init__(self, wire: Wire, task_qps: float = 1.0) -> None:
        self._wire = wire
        self._query_limit = Limit(requests=60 * task_qps)

    async def chat(self, body: dict[str, Any], limit: Limit, tokens: int) -> dict[str, Any]:
        """An OpenAI-compatible chat completion; `tokens` is what it is expected to use, in and out."""
        url = f"{self._wire.service.compatible}/chat/completions"
        return await self._wire.send(_paid(url, body, limit, Repeat.IF_REFUSED, tokens=tokens))

    async def call(self, path: str, body: dict[str, Any], limit: Limit, *, oss: bool = False) -> dict[str, Any]:
        """A native call that answers at once."""
        request = _paid(f"{self._wire.service.native}/{path}", body, limit, Repeat.IF_REFUSED, oss=oss)
        return await self._wire.send(request)

    async def submit(self, path: str, body: dict[str, Any], limit: Limit, *, oss: bool = False) -> TaskState:
        """Start a task. Sent again only if it surely did not arrive: there is no idempotency key."""
        url = f"{self._wire.service.native}/{path}"
        request = _paid(url, body, limit, Repeat.IF_UNSENT, oss=oss, headers={"X-DashScope-Async": "enable"})
        return parse(await self._wire.send(request))

    async def query(self, task_id: str) -> TaskState:
        """The state of one task."""
        url = f"{self._wire.service.native}/tasks/{task_id}"
        return parse(await self._wire.send(Request("GET", url, budget=("task query", self._query_limit, 0))))

    async def list_tasks(self, **filters: str) -> dict[str, Any]:
        """The account's tasks of the last 24 h, a page at a time; rows carry no results (contract 2.2)."""
        url = f"{self._wire.service.native}/tasks"
        return await self._wire.send(Request("GET", url, params=filters, budget=("task list", _LIST_LIMIT, 0)))

    async def cancel(self, task_id: str) -> None:
        """Cancel a task that is still PENDING; any other state is refused."""
        url = f"{self._wire.service.native}/tasks/{task_id}/cancel"
        await self._wire.send(Request("POST", url, budget=("task cancel", _LIST_LIMIT, 0)))

    async def run_task(
        self,
        path: str,
        body: dict[str, Any],
        limit: Limit,
        *,
        oss: bool,
        on_state: Callable[[Waiting], Awaitable[None]],
    ) -> Succeeded:
        """Submit a task and wait for its success.

        Raises:
            TimedOut: not finished after `TASK_SECONDS`; the message carries the task id.
            LocalizeError: the task failed, with the service's reason, or it is gone.
        """
        state = await self.submit(path, body, limit, oss=oss)
        clock = self._wire.clock
        deadline = clock.now() + TASK_SECONDS
        for pause in pauses():
            if not isinstance(state, Waiting):
                break
            await on_state(state)
            if clock.now() > deadline:
                raise TimedOut(
                    f"Task {state.task_id} has not finished after {TASK_SECONDS / 60:g} minutes. It is submitted and "
                    "may still finish and be billed; calling again would start a second one."
                )
            await clock.sleep(pause)
            state = await self.query(state.task_id)
        return self._result(state)

    def _result(self, state: TaskState) -> Succeeded:
        match state:
            case Succeeded():
                return state
            case Failed(code=code, message=message, request_id=request_id):
                found = meaning(200, code, message)
                words = describe(found, self._wire.service, code, message, request_id)
                raise found.error(f"The task failed and was not billed. {words}")
            case Gone(task_id=task_id, status=status):
                raise TimedOut(
                    f"Task {task_id} is {status}: it was cancelled, or the service no longer knows it. Call again to "
                    "start it anew."
                )
            case Waiting():
                raise AssertionError("waiting ends only in a state that is final")

    async def upload(self, model: str, name: str, data: bytes) -> str:
        """Put a file into the model's temporary storage: an `oss://` URL, good for 48 h."""
        return await upload(self._wire, model, name, data)

    async def download(self, url: str, consume: Callable[[httpx2.Response], Awaitable[T]]) -> T:
        """What `consume` makes of a result's bytes; it is called anew for each try, with the stream open."""
        return await download(self._wire, url, consume)


def _paid(
    url: str,
    body: dict[str, Any],
    limit: Limit,
    repeat: Repeat,
    *,
    tokens: int = 0,
    oss: bool = False,
    headers: dict[str, str] | None = None,
) -> Request:
    resolve = {"X-DashScope-OssResourceResolve": "enable"} if oss else {}
    budget = (str(body["model"]), limit, tokens)
    return Request("POST", url, json=body, headers=(headers or {}) | resolve, repeat=repeat, budget=budget)
