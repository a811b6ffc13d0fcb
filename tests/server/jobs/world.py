"""A small world for whole jobs: a sandbox on a real socket, servers in front of it, one time for both."""

import re
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
from mcp import Client
from mcp_types import CallToolResult
from PIL import Image

from qwen_localize.clock import Clock, RealClock
from qwen_localize.mcp_server import build_server
from qwen_localize.sandbox import Fault, Sandbox, SandboxConfig, running
from qwen_localize.settings import Settings
from qwen_localize_tools import TOOLS as ALL
from support import scenery, words
from virtual_time import VirtualClock

KEY = "sk-jobs-0123456789abcdef"
SIZE = (120, 80)
# The others would only take time to be set up, once for each of many worlds.
TOOLS = tuple(tool for tool in ALL if tool.name in ("translate_image", "get_job", "list_jobs", "cancel_job"))
# Far apart, so that a picture is known again after JPEG and under the sandbox's mark.
COLOURS = ("#d02020", "#20a020", "#2020d0", "#d0d020", "#20d0d0", "#d020d0", "#808080", "#f09040")


class OneTime:
    """The sandbox's time, told by the servers' own clock: virtual like theirs, or as real."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._opened, self._calendar = clock.now(), clock.wall()

    def now(self) -> float:
        return self._clock.now() - self._opened

    def wall(self, moment: float) -> float:
        return self._calendar + moment

    async def sleep(self, seconds: float) -> None:
        await self._clock.sleep(max(0.0, seconds))


class Paced(RealClock):
    """Real time, so many times as fast; for a sandbox that is to be quicker than its servers."""

    def __init__(self, speed: float) -> None:
        self._speed = speed

    def now(self) -> float:
        return super().now() * self._speed

    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds / self._speed)


@dataclass(frozen=True)
class Outcome:
    """What a call for one picture came to: a file, or words."""

    colour: str
    words: str
    is_error: bool
    data: dict[str, Any]

    @property
    def files(self) -> list[Path]:
        return [Path(artifact["path"]) for artifact in self.data.get("artifacts", [])]


@dataclass
class World:
    """A sandbox and the servers in front of it.

    Attributes:
        done: how many tasks the sandbox has begun to work on, by the picture's name.
    """

    folder: Path
    sandbox: Sandbox
    settings: Settings
    clock: Clock
    clients: list[Client] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        read = self.sandbox.uploads.read

        def noted(url: str, model: str) -> bytes:
            self.done[re.sub(r".*/[0-9a-f]{12}-(.*)\.png", r"\1", url)] += 1
            return read(url, model)

        self.sandbox.uploads.read = noted  # type: ignore[method-assign]

    @asynccontextmanager
    async def another_server(self) -> AsyncIterator[Client]:
        """One more server in front of the sandbox, with the same folders."""
        async with Client(build_server(self.settings, TOOLS, clock=self.clock)) as client:
            yield client

    @property
    def out(self) -> Path:
        return self.folder / "out"

    def picture(self, number: int) -> Path:
        return draw(self.folder, number)

    async def translated(self, number: int, client: Client) -> Outcome:
        arguments = {"image": str(self.picture(number)), "target_lang": "ru"}
        return outcome(number, await client.call_tool("translate_image", arguments))

    async def translate(self, count: int) -> list[Outcome]:
        """So many pictures at once, the servers taking turns."""
        found: dict[int, Outcome] = {}

        async def one(number: int) -> None:
            found[number] = await self.translated(number, self.clients[number % len(self.clients)])

        async with anyio.create_task_group() as group:
            for number in range(count):
                group.start_soon(one, number)
        return [found[number] for number in range(count)]

    async def ended(self) -> list[dict[str, Any]]:
        """Every job when it has ended, or can only be ended by the user; asked for through the last server."""
        client = self.clients[-1]
        jobs = (await client.call_tool("list_jobs", {"limit": 100})).structured_content or {}
        return [await self._ended(client, job["job_id"]) for job in jobs["jobs"]]

    async def _ended(self, client: Client, job_id: str) -> dict[str, Any]:
        while True:
            job = (await client.call_tool("get_job", {"job_id": job_id, "wait": 600})).structured_content or {}
            if job["status"] not in ("queued", "running"):
                return job

    async def idle(self) -> None:
        """Until the sandbox has nothing left to do."""
        await until(lambda: all(task.ended is not None for task in self.sandbox.tasks.all()), step=0.2)

    def submissions(self) -> int:
        """How many requests for paid work were carried out."""
        return len({entry.task_id for entry in self.sandbox.ledger if entry.kind == "submit" and entry.task_id})


async def until(condition: Callable[[], bool], step: float = 0.002) -> None:
    """Return once it holds; looked at every `step` seconds."""
    with anyio.fail_after(3600):
        while not condition():  # noqa: ASYNC110 - what is waited for is in no hurry to tell
            await anyio.sleep(step)


@asynccontextmanager
async def world(
    folder: Path, faults: Sequence[str] = (), *, servers: int = 1, clock: Clock | None = None,
    task_seconds: float = 0.5, **env: str,
) -> AsyncIterator[World]:  # fmt: skip
    """A sandbox with these faults, and servers that share a state and an output directory.

    Time is virtual, for service and servers; where the servers are processes of their own, `clock` is a real one.
    """
    clock = clock or VirtualClock()
    config = SandboxConfig(task_seconds=task_seconds, plain=True, faults=tuple(map(Fault.parse, faults)))
    with anyio.fail_after(24 * 3600):
        async with running(config, clock=OneTime(clock)) as sandbox, AsyncExitStack() as stack:
            settings = Settings.load(environment(folder, sandbox.origin) | env)
            made = World(folder, sandbox, settings, clock)
            for _ in range(servers):
                made.clients.append(await stack.enter_async_context(made.another_server()))
            yield made


def environment(folder: Path, origin: str) -> dict[str, str]:
    """What a server of this world is told."""
    return {
        "DASHSCOPE_API_KEY": KEY,
        "DASHSCOPE_BASE_URL": origin,
        "QWEN_LOCALIZE_OUTPUT_DIR": str(folder / "out"),
        "QWEN_LOCALIZE_ALLOWED_DIRS": str(folder),
        "QWEN_LOCALIZE_STATE_DIR": str(folder / "state"),
        "QWEN_LOCALIZE_WAIT": "600",
    }


def draw(folder: Path, number: int) -> Path:
    """A picture that is told from the others by its name, what it shows and the colour round it."""
    path = folder / f"picture{number}.png"
    if not path.exists():
        scenery(*SIZE, COLOURS[number % len(COLOURS)], number).save(path, "PNG")
    return path


def outcome(number: int, result: CallToolResult) -> Outcome:
    data = result.structured_content or {}
    return Outcome(COLOURS[number % len(COLOURS)], words(result), bool(result.is_error), data)


def same_colour(path: Path, colour: str) -> bool:
    """Whether the file is a whole picture of the right size with this colour round it."""
    with Image.open(path) as image:
        image.load()
        if image.size != SIZE:
            return False
        # The sandbox's mark is at the bottom: the top is the picture's own.
        shown = image.convert("RGB").getpixel((SIZE[0] // 2, 4))
    wanted = tuple(int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return isinstance(shown, tuple) and all(abs(a - b) < 24 for a, b in zip(shown, wanted, strict=True))


def assert_readable(text: str) -> None:
    """One to three sentences of ours, besides what we quote; nothing of the program, nothing secret."""
    own = re.sub(r"\(The service said .*?\.\)", "", re.sub(r"“[^”]*”", "x", text))
    sentences = re.findall(r"[.!?](?=\)?(?:\s|$))", own)
    assert 1 <= len(sentences) <= 3, text
    assert KEY not in text
    assert not re.search(r"Traceback|Error\(|File \"|\bNone\b|fault of its own", text), text


def assert_nothing_lost(w: World, outcomes: list[Outcome], unpaid: int) -> None:
    """Each picture was paid for at most once, and each that was paid for is there, whole and only once."""
    assert max(w.done.values(), default=0) <= 1, w.done
    assert w.submissions() <= len(outcomes)
    assert len(w.sandbox.ledger.paid) == len(outcomes) - unpaid
    for outcome in outcomes:
        assert_readable(outcome.words) if outcome.is_error else assert_delivered(outcome)
    files = [path for outcome in outcomes for path in outcome.files]
    assert sorted(w.out.iterdir()) == sorted(files)


def assert_delivered(outcome: Outcome) -> None:
    assert outcome.data["status"] == "succeeded"
    [path] = outcome.files
    assert same_colour(path, outcome.colour)


def in_order(jobs: list[dict[str, Any]]) -> list[Outcome]:
    """Jobs, as the calls for the pictures would have answered."""
    named = {Path(artifact["path"]).name: job for job in jobs for artifact in job["artifacts"]}
    return [Outcome(COLOURS[n], "", False, named.get(f"picture{n}.ru.jpg", {})) for n in range(len(jobs))]
