"""A batch of chats and a model that takes its time: what the tests of batches share."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import anyio
import httpx
import respx

from fakes_analysis import URL, judge
from peer import Peer
from virtual_time import until

CHATS = [f"客户：第{number}个" for number in range(40)]
MANY = [f"客户：第{number}个" for number in range(200)]
Open = Callable[..., AbstractAsyncContextManager[Peer]]


class Judge:
    """A model that takes five seconds for each chat."""

    def __init__(self, router: respx.Router) -> None:
        router.post(URL).mock(side_effect=self._judged)
        self.asked = self.answered = 0

    async def _judged(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        await anyio.sleep(5)
        self.answered += 1
        return judge(request)


async def jobs(peer: Peer, number: int) -> list[dict[str, Any]]:
    answer = await peer.call(number, "list_jobs")
    return list(answer["structuredContent"]["jobs"])


async def begun(peer: Peer, model: Judge, chats: list[str] = CHATS) -> None:
    """A batch of which some is answered, and some is out."""
    await peer.begin(1, "analyze_conversation", conversation=chats)
    await until(lambda: model.answered >= 3)


async def given_up(peer: Peer, model: Judge, reason: str | None = None, chats: list[str] = CHATS) -> dict[str, Any]:
    """A batch whose call was given up, a while later."""
    await begun(peer, model, chats)
    await peer.cancel(1, reason)
    await anyio.sleep(30)
    [job] = await jobs(peer, 2)
    return job
