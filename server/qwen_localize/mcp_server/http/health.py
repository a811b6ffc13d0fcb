"""Whether this server lives, and whether it could do what it is asked for."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import anyio
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from ...clock import Clock
from ...errors import MissingKey, OutputUnavailable, StateUnavailable
from ...files import Outputs, open_storage
from ...settings import Settings
from .observed import ObservedStore

# Strangers may ask as often as they like, and the disk is looked at only so often.
_REMEMBERED_SECONDS = 2.0
# Who asks is answered, though something may say nothing; all is looked at side by side.
CHECK_SECONDS = 5.0

_MESSAGES = {
    "key": "There is no API key. Set DASHSCOPE_API_KEY.",
    "store": "The job store cannot be opened or written. Make QWEN_LOCALIZE_STATE_DIR writable, with room on its disk.",
    "database": "The database that replicas share cannot be reached or written. See that it runs and has room, and "
    "check QWEN_LOCALIZE_DATABASE_URL; what is begun goes on when it is back.",
    "storage": "The storage that replicas share cannot be used. Check QWEN_LOCALIZE_STORAGE_URL and the AWS_* "
    "variables.",
    "disk": "The output directory cannot be written, or its disk is full. Make room there, or set "
    "QWEN_LOCALIZE_OUTPUT_DIR to another one.",
}

Check = Callable[[], Awaitable[None]]


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
        self._checks: dict[str, Check] = {
            "key": self._key,
            "database" if self.settings.database_url else "store": self.store.check,
            "disk": Outputs(self.settings.output_dir).prepare,
        }
        if self._storage:
            self._checks["storage"] = self._stored

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
                self._problems = await _problems(self._checks)
                self._asked = self.clock.now()
            return self._problems

    async def _stored(self) -> None:
        if self._storage:
            await self._storage.check()

    async def _key(self) -> None:
        if not self.settings.key:
            raise MissingKey


async def _problems(checks: Mapping[str, Check]) -> list[dict[str, str]]:
    failed: set[str] = set()

    async def looked_at(what: str) -> None:
        try:
            with anyio.fail_after(CHECK_SECONDS):
                await checks[what]()
        except (MissingKey, StateUnavailable, OutputUnavailable, TimeoutError):
            failed.add(what)

    async with anyio.create_task_group() as group:
        for what in checks:
            group.start_soon(looked_at, what)
    return [{"what": what, "message": _MESSAGES[what]} for what in checks if what in failed]
