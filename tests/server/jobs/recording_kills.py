"""Kill the server that translates a recording, and see that the next one ends it and pays for no answer twice."""

import json
import random
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio

from fakes_media import talk
from qwen_localize.clock import RealClock
from qwen_localize.sandbox import Sandbox, SandboxConfig, running
from qwen_localize.settings import Settings
from server.jobs.processes import Died, Server, Start, ended, said, serving
from server.jobs.world import World, environment, until

# Each of another length, by which the ledger tells them apart.
LENGTHS = (2.2, 2.7, 3.2, 3.7, 4.2, 4.7)


@dataclass(frozen=True)
class Moment:
    """So many seconds after so many answers were kept."""

    answers: int
    seconds: float


@dataclass(frozen=True)
class Survived:
    """What became of a recording.

    Attributes:
        answered: which pieces had been answered and kept at each kill.
        twice: which of these were paid again later.
        files: what was written, by name.
    """

    answered: list[set[int]]
    twice: set[int]
    files: dict[str, bytes]
    jobs: list[dict[str, Any]]
    log: str


async def survive(folder: Path, kills: Sequence[Moment], start: Start) -> Survived:
    """Kill at each of these moments; each time another server goes on."""
    answered, paid = list[set[int]](), list[Counter[int]]()
    async with _world(folder) as w:
        for number, moment in enumerate(kills):
            async with serving(w, start) as server, anyio.create_task_group() as calls:
                if not number:
                    calls.start_soon(_call, server, folder / "talk.wav")
                await until(lambda moment=moment: len(_kept(folder)) >= moment.answers, 0.02)  # type: ignore[misc]
                await anyio.sleep(moment.seconds)
                await server.kill()
            answered.append(_kept(folder))
            paid.append(_paid(w.sandbox))
        async with serving(w, start) as last:
            if not kills:
                await _call(last, folder / "talk.wav")
            jobs = await ended(last)
        total = _paid(w.sandbox)
    again = {piece for known, then in zip(answered, paid, strict=True) for piece in known if total[piece] > then[piece]}
    files = {path.name: path.read_bytes() for path in sorted((folder / "out").glob("[!.]*"))}
    return Survived(answered, again, files, jobs, said(w))


def moments(seed: int, count: int) -> list[Moment]:
    """When to kill."""
    chance = random.Random(seed)
    numbers = sorted(chance.sample(range(1, len(LENGTHS)), count))
    return [Moment(number, round(chance.uniform(0.0, 0.5), 3)) for number in numbers]


@asynccontextmanager
async def _world(folder: Path) -> AsyncIterator[World]:
    folder.mkdir(parents=True)
    talk(folder / "talk.wav", LENGTHS)
    with anyio.fail_after(120):
        async with running(SandboxConfig(speed=2.0, hears=False)) as sandbox:
            yield World(folder, sandbox, Settings.load(environment(folder, sandbox.origin)), RealClock())


async def _call(server: Server, path: Path) -> None:
    with suppress(Died):
        await server.call("translate_media", media=str(path), target_lang="fr", speech=True)


def _paid(sandbox: Sandbox) -> Counter[int]:
    """How often each piece was paid, by the tokens that it took."""
    return Counter(paid.tokens_in for paid in sandbox.ledger.paid)


def _kept(folder: Path) -> set[int]:
    """The pieces whose answers are on disk."""
    bodies = [json.loads(row["text"]) for row in _rows(folder, "SELECT text FROM answers")]
    return {body["usage"]["prompt_tokens"] for body in bodies}


def _rows(folder: Path, query: str) -> list[sqlite3.Row]:
    """What the store holds; nothing before there is one."""
    database = f"file:{folder / 'state' / 'jobs.sqlite3'}?mode=rw"
    with suppress(sqlite3.OperationalError), closing(sqlite3.connect(database, uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        return connection.execute(query).fetchall()
    return []
