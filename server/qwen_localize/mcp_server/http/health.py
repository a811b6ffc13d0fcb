"""Whether this server lives, and whether it could do what it is asked for."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import anyio
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from ...clock import Clock
from ...errors import MissingKey, OutputUnavailable, StateUnavailable, StorageUnavailable
from ...files import Outputs, open_storage
from ...settings import Settings
from .observed import ObservedStore

# Strangers may ask as often as they like, and the disk is looked at only so often.
_REMEMBERED_SECONDS = 2.0

_PROBLEMS: dict[type[Exception], tuple[str, str]] = {
    MissingKey: ("key", "There is no API key. Set DASHSCOPE_API_KEY."),
    StateUnavailable: (
        "store",
        "The job store cannot be opened or written. Make QWEN_LOCALIZE_STATE_DIR writable, with room on its disk.",
    ),
    StorageUnavailable: (
        "storage",
        "The storage that replicas share cannot be used. Check QWEN_LOCALIZE_STORAGE_URL and the AWS_* variables.",
    ),
    OutputUnavailable: (
        "disk",
        "The output directory cannot be written, or its disk is full. Make room there, or set QWEN_LOCALIZE_OUTPUT_DIR "
        "to another one.",
    ),
}


@dataclass
class Health:
    """What `/healthz` and `/readyz` tell, without a word that strangers must not read.

    Attributes:
        settings: what the user decides.
        store: the job store.
        clock: what time it is.
    """

    settings: Settings
    store: ObservedStore
    clock: Clock

    def __post_init__(self) -> None:
        self._asking = anyio.Lock()
        self._asked = -float("inf")
        self._problems: list[dict[str, str]] = []
        self._storage = open_storage(self.settings.storage_url)

    def routes(self) -> list[Route]:
        """The two of them."""
        return [Route("/healthz", self._lives), Route("/readyz", self._ready)]

    async def _lives(self, _: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def _ready(self, _: Request) -> Response:
        problems = await self.problems()
        body = {"ready": not problems, "problems": problems}
        return JSONResponse(body, 503 if problems else 200, {"cache-control": "no-store"})

    async def problems(self) -> list[dict[str, str]]:
        """What is missing, as `what` and as `message` with what to do; remembered for a moment."""
        async with self._asking:
            if self.clock.now() - self._asked >= _REMEMBERED_SECONDS:
                checks = [self._key, self.store.check, Outputs(self.settings.output_dir).prepare]
                checks += [self._storage.check] if self._storage else []
                self._problems = [problem for check in checks if (problem := await _problem(check))]
                self._asked = self.clock.now()
            return self._problems

    async def _key(self) -> None:
        if not self.settings.key:
            raise MissingKey


async def _problem(check: Callable[[], Awaitable[None]]) -> dict[str, str] | None:
    try:
        await check()
    except tuple(_PROBLEMS) as error:
        what, message = _PROBLEMS[type(error)]
        return {"what": what, "message": message}
    return None
