"""`translate_text` against models that misbehave, against the time that its rate limits allow, and the size of answers.

The model is a fake and time is virtual, so that every figure is the same on every machine:

    uv run python tests/benchmarks/bench_text.py
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any

import anyio
import httpx
import pytest_httpx2  # noqa: F401 - has respx know the HTTP client
import respx
from mcp import Client
from mcp_types import CallToolResult

if not __package__:  # run as a file: its neighbours are found beside it
    sys.path.append(str(Path(__file__).resolve().parents[1]))

from fakes_misbehaving import ANSWERS, DAMAGES, MIXES, Misbehaving, strings, verdict
from fakes_text import URL, content, options, russian, translated
from qwen_localize.mcp_server import build_server
from qwen_localize.sandbox import tokens
from qwen_localize.settings import Settings
from qwen_localize_tools import TOOLS
from qwen_localize_tools.translate_text import MODELS
from support import KEY, ORIGIN, words
from virtual_time import VirtualClock, VirtualLoop

LIMIT = MODELS["qwen-mt-flash"].limit
ANSWER_SECONDS = 1.2
FEW, MANY, PAIRS = 40, 2500, 500
FOLDER = TemporaryDirectory()

Answer = Callable[[httpx.Request], Any]


async def call(answer: Answer, clock: VirtualClock, told: list[str] | None = None, **arguments: Any) -> CallToolResult:
    """What a client gets from a fresh server in front of this model; `told` is given what it is told meanwhile."""

    async def note(progress: float, total: float | None, message: str | None) -> None:
        if told is not None and message:
            told.append(message)

    folder = mkdtemp(dir=FOLDER.name)
    with respx.mock(using="httpcore2") as router:
        router.post(URL).mock(side_effect=answer)
        settings = Settings.load(
            {
                "DASHSCOPE_API_KEY": KEY,
                "DASHSCOPE_BASE_URL": ORIGIN,
                "QWEN_LOCALIZE_OUTPUT_DIR": f"{folder}/out",
                "QWEN_LOCALIZE_STATE_DIR": f"{folder}/state",
                "QWEN_LOCALIZE_WAIT": "3600",
            }
        )
        async with Client(build_server(settings, TOOLS, clock=clock)) as client:
            arguments |= {"target_lang": "ru"}
            result = await client.call_tool("translate_text", arguments, progress_callback=note)
            assert result.structured_content, words(result)
            if files := result.structured_content.get("artifacts"):
                whole = json.loads(Path(files[0]["path"]).read_text("utf-8"))
                result.structured_content["whole"] = whole
        return result


@dataclass
class Paced:
    """A sound model that takes its time, and counts what it was asked."""

    used: list[int] = field(default_factory=list)

    async def answer(self, request: httpx.Request) -> httpx.Response:
        """An answer with its usage."""
        text, helpers = content(request), options(request)
        tokens_in = tokens.count(text) + sum(
            tokens.count(value)
            for name in ("terms", "tm_list")
            for pair in helpers.get(name, ())
            for value in pair.values()
        )
        tokens_out = tokens.count(russian(text))
        self.used.append(tokens_in + tokens_out)
        await anyio.sleep(ANSWER_SECONDS)
        body = translated(request).json() | {"usage": {"prompt_tokens": tokens_in, "completion_tokens": tokens_out}}
        return httpx.Response(200, json=body)

    @property
    def bound(self) -> float:
        """Seconds that these requests take at the least, known beforehand to the token, in any 60 seconds within both
        limits, and the last answer.
        """
        made: list[tuple[float, int]] = []
        for size in self.used:
            start = made[-1][0] + 60 / LIMIT.requests if made else 0.0
            while LIMIT.tokens and size + sum(count for at, count in made if at > start - 60) > LIMIT.tokens:
                start = min(at for at, _ in made if at > start - 60) + 60
            made.append((start, size))
        return made[-1][0] + ANSWER_SECONDS


async def misbehaviours(clock: VirtualClock) -> list[str]:
    """A table: each misbehaviour, always and once, and what came of it."""
    rows = [f"| model, {FEW} strings | wrong | unreported | false alarms | requests |", "|---|---|---|---|---|"]
    sources = strings(FEW)
    moved = [(name, keeps) for keeps in (False, True) for name in MIXES]
    for name, keeps in [*moved, *((name, False) for name in [*ANSWERS, *DAMAGES])]:
        for times, how in ((None, "always"), (1, "once")):
            model = Misbehaving(name, times, keeps_marks=keeps)
            result = await call(model.answer, clock, text=sources)
            found = verdict(sources, result.structured_content or {})
            how += ", between their marks" if keeps else ""
            rows.append(f"| {name}, {how} | {found.wrong} | {found.unreported} | {found.alarms} | {model.requests} |")
    sound = Misbehaving("texts move by one", 0)
    found = verdict(sources, (await call(sound.answer, clock, text=sources)).structured_content or {})
    rows.append(f"| sound | {found.wrong} | {found.unreported} | {found.alarms} | {sound.requests} |")
    return rows


async def makespans(clock: VirtualClock) -> list[str]:
    """A table: how long many strings take, against what the limits allow."""
    rows = [
        "| what | requests | tokens | said s | taken s | bound s | taken ÷ bound | text B | data B |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    sources = strings(MANY)
    memory = [
        {"source": f"{source} {index}", "target": russian(source)} for index, source in enumerate(sources[:PAIRS])
    ]
    calls: dict[str, dict[str, Any]] = {
        f"{MANY} strings": {"text": sources},
        f"{MANY} strings, {PAIRS} memory pairs": {"text": sources, "translation_memory": memory},
    }
    for name, arguments in calls.items():
        model, begun, told = Paced(), clock.now(), list[str]()
        result = await call(model.answer, clock, told, **arguments)
        taken = clock.now() - begun
        whole = (result.structured_content or {}).pop("whole", None)
        assert whole is None or len(whole) == len(sources)
        data = len(json.dumps(result.structured_content, ensure_ascii=False).encode())
        said = told[0].partition("about ")[2].partition(" s")[0]
        rows.append(
            f"| {name} | {len(model.used)} | {sum(model.used)} | {said} | {taken:.0f} | {model.bound:.0f} | "
            f"{taken / model.bound:.2f} | {len(words(result).encode())} | {data} |"
        )
    return rows


@contextmanager
def virtual() -> Iterator[Callable[[Awaitable[Any]], Any]]:
    """A runner whose time passes only when everybody waits."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        yield runner.run  # type: ignore[misc]


async def report() -> str:
    """Both tables."""
    clock = VirtualClock()
    return "\n".join([*await misbehaviours(clock), "", *await makespans(clock)])


if __name__ == "__main__":
    with virtual() as run:
        sys.stdout.write(f"{run(report())}\n")
