"""What takes real time with real processes: played all at once, for the tests to look at what came of each."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio

from qwen_localize.clock import RealClock
from qwen_localize.jobs import JobRecord, JobStore
from qwen_localize.state import Database
from server.jobs.kill_points import Report, points, survive_all
from server.jobs.many_kill_points import ManyReport, survive_many
from server.jobs.processes import Server, Start, ended, said, serving
from server.jobs.world import Outcome, Paced, World, in_order, until, world

Scenario = Callable[[Path, Start], Awaitable[Any]]

KILL_POINTS, KILLS_AT_ONCE, SEED = 12, 12, 20261121
AT_ONCE = {"QWEN_LOCALIZE_WAIT": "0"}


@dataclass(frozen=True)
class Shared:
    """Four pictures, one of them asked for from both of two servers."""

    world: World
    outcomes: list[Outcome]
    begun: dict[str, Any]
    joined: dict[str, Any]
    waited: dict[str, Any]


async def shared_work(folder: Path, start: Start) -> Shared:
    """One server answers at once with handles, the other waits for everything."""
    async with (
        world(folder, servers=0, clock=RealClock(), task_seconds=5) as w,
        serving(w, start, **AT_ONCE) as one,
        serving(w, start) as two,
    ):
        await two.call("list_jobs")  # so that it has loaded what it needs when it is to join in time
        begun = await translate(w, one, 0)
        handle = await translate(w, one, 1)
        found: dict[str, dict[str, Any]] = {}

        async def keep(name: str, asked: Awaitable[dict[str, Any]]) -> None:
            found[name] = await asked

        async with anyio.create_task_group() as group:
            group.start_soon(keep, "joined", translate(w, two, 0))
            group.start_soon(keep, "waited", waited_for(two, handle["job_id"]))
            group.start_soon(keep, "third", translate(w, two, 2))
            group.start_soon(keep, "fourth", translate(w, two, 3))
        outcomes = in_order(await ended(two))
    return Shared(w, outcomes, begun, found["joined"], found["waited"])


@dataclass(frozen=True)
class Takeover:
    """A job from each of two servers, of which the one that polls is killed.

    Attributes:
        lists: how often the task list was read in so many quiet seconds, while both lived.
        seconds: how long nobody polled.
    """

    world: World
    outcomes: list[Outcome]
    lists: int
    quiet_seconds: float
    seconds: float


async def take_over(folder: Path, start: Start) -> Takeover:
    """The first server has the first job, so it polls; it is killed in the middle of both."""
    async with (
        world(folder, servers=0, clock=RealClock(), task_seconds=4.5) as w,
        serving(w, start, **AT_ONCE) as one,
        serving(w, start, **AT_ONCE) as two,
    ):
        await translate(w, one, 0)
        await translate(w, two, 1)
        await until(lambda: w.submissions() == 2)
        await anyio.sleep(0.3)
        quiet = w.sandbox.clock.now()
        await anyio.sleep(3)
        lists, quiet_seconds = len(_lists(w, quiet)), w.sandbox.clock.now() - quiet
        await one.kill()
        killed = w.sandbox.clock.now()
        await until(lambda: bool(_lists(w, killed)))
        seconds = _lists(w, killed)[0] - killed
        outcomes = in_order(await ended(two))
    return Takeover(w, outcomes, lists, quiet_seconds, seconds)


def _lists(w: World, since: float) -> list[float]:
    """When the task list was read."""
    return [entry.at for entry in w.sandbox.ledger if entry.kind == "list" and entry.at > since]


POLITE = ("throttle@policy:2", "busy@upload:2", "throttle@submit:2", "burst@query:2", "busy@list:2", "error@download:3")
BROKEN = ("refuse@policy:2", "drop@upload:2", "drop@submit:1", "cut@query:2", "garbage@list:2", "cut@download:7")


@dataclass(frozen=True)
class Trouble:
    """Three pictures from two servers, with something wrong at every stage."""

    world: World
    outcomes: list[Outcome]
    log: str


async def trouble(folder: Path, start: Start, faults: tuple[str, ...]) -> Trouble:
    """Faults at every stage; whatever the calls answered, the jobs are asked for in the end."""
    async with (
        world(folder, faults, servers=0, clock=RealClock(), task_seconds=1.0) as w,
        serving(w, start) as one,
        serving(w, start) as two,
    ):
        async with anyio.create_task_group() as group:
            for number in range(3):
                group.start_soon(translate, w, (one, two)[number % 2], number)
        outcomes = in_order(await ended(two))
    return Trouble(w, outcomes, said(w))


async def killed(folder: Path, start: Start) -> list[Report]:
    """Servers killed at many points of their jobs' lives."""
    return await survive_all(folder, points(KILL_POINTS, SEED), start, KILLS_AT_ONCE)


async def many_killed(folder: Path, start: Start) -> ManyReport:
    """A server that makes many pictures, killed twice."""
    return await survive_many(folder, 4, 2, SEED, start)


@dataclass(frozen=True)
class Closed:
    """A picture that was submitted, and whose answer was on its way when the server's input was closed."""

    world: World
    left: JobRecord
    outcomes: list[Outcome]


async def closed_midway(folder: Path, start: Start) -> Closed:
    """The answer trickles for two and a half seconds, since this sandbox's time runs at four times the real one."""
    async with world(folder, ["slow@submit"], servers=0, clock=Paced(4.0), task_seconds=1.0) as w:
        async with serving(w, start, **AT_ONCE) as server:
            await translate(w, server, 0)
            await until(lambda: w.submissions() == 1)
            await server.close()
        database = Database(folder / "state", w.clock.wall())
        [left] = await JobStore(database).recent(10)
        database.close()
        w.sandbox.faults.clear()
        async with serving(w, start) as server:
            outcomes = in_order(await ended(server))
    return Closed(w, left, outcomes)


async def translate(w: World, server: Server, number: int) -> dict[str, Any]:
    """The data of the answer; none if it was an error."""
    answer = await server.call("translate_image", image=str(w.picture(number)), target_lang="ru")
    return answer.get("structuredContent") or {}


async def waited_for(server: Server, job_id: str) -> dict[str, Any]:
    """The data of a job when it has ended."""
    answer = await server.call("get_job", job_id=job_id, wait=60)
    return dict(answer["structuredContent"])


async def play(scenarios: dict[str, Scenario], folder: Path, start: Start) -> dict[str, Any]:
    """Scenarios at the same time; what each came to, or how it failed."""
    found: dict[str, Any] = {}

    async def one(name: str) -> None:
        place = folder / name
        place.mkdir()
        try:
            found[name] = await scenarios[name](place, start)
        except Exception as error:  # noqa: BLE001 - for the test that looks at this scenario
            found[name] = error

    with anyio.fail_after(120):
        async with anyio.create_task_group() as group:
            for name in scenarios:
                group.start_soon(one, name)
    return found
