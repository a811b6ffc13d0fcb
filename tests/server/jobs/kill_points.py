"""Kill servers at many points of their jobs' lives, and see that all that was paid arrives, once, and is ours.

    PYTHONPATH=tests python -m server.jobs.kill_points --points 100 --seed 7

Each point is a world of its own: a sandbox on a real socket, and two server processes with the same folders, which are
sent pictures, and every second time a batch of chats. One server is killed (SIGKILL) after a random time, the other
perhaps a moment later, and then a third takes over. As soon as the first is dead another program with the same key
submits pictures of its own to the same model. In the end, what lives is asked what became of everything.
"""

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, ExitStack, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import anyio

from qwen_localize.dashscope import Client, RateLimiter, Wire
from qwen_localize.errors import LocalizeError
from qwen_localize_tools.translate_image import MODELS, PATH
from server.cluster.pace import Pace
from server.jobs.processes import Died, Server, Start, by_command, by_fork, ended, said, serving
from server.jobs.world import COLOURS, Paced, World, draw, same_colour, until, world
from stores import PostgresServer

# Pictures are sent a second apart, and the last file is there some two seconds after the last was sent.
_LIFE_SECONDS = 4.5
_PICTURES, _CHATS = 3, 30
# Faults that hold a job where kills seldom fall: between submission and answer, in the middle of a file, of a chat.
_HOLDS = {"slow@submit": (0.3, 2.5), "slow@download": (2.0, 6.0), "slow@chat": (0.3, 3.0)}
_FAULTS = ("", "", "slow@submit", "", "slow@chat", "slow@download")
# On PostgreSQL it takes up to a minute until what a process has left is judged: all time runs faster then.
SPEED = 4.0
_STRANGER = 6  # the number of the first picture of another program
_MODEL = MODELS["qwen-mt-image"]


@dataclass(frozen=True)
class Point:
    """When to kill, in seconds after the service first heard of the jobs, and while what is going on.

    Attributes:
        uploads: how many pictures the service has when it has heard of the jobs; 0 is its first request of any kind.
        chats: how many chats it has answered by then; one, and the batch has been written down for certain.
        other: how long after the first server the second is killed; None lets it live.
        strangers: how many pictures another program submits, `stranger` seconds after the first server's death.
    """

    number: int
    delay: float
    fault: str
    other: float | None
    strangers: int
    stranger: float
    batch: bool
    uploads: int = 0
    chats: int = 0


@dataclass(frozen=True)
class Report:
    """What became of the jobs of a point.

    Attributes:
        jobs: how many were known in the end.
        files: how many pictures arrived.
        asked: how many the user is asked about, since they may or may not be paid.
        submissions: how many tasks the service was given by our servers.
        strangers: how many it was given by the other program.
        late: how many files were not there yet when the first server was killed.
        batches: how many batches were completed, of how many `chats` each paid once.
        again: how many chats were paid more than once, since their answers were on their way when a server was killed.
    """

    point: Point
    seconds: float
    jobs: int = 0
    files: int = 0
    asked: int = 0
    submissions: int = 0
    strangers: int = 0
    late: int = 0
    batches: int = 0
    chats: int = 0
    again: int = 0


def points(count: int, seed: int) -> list[Point]:
    """Half of them anywhere in a life, the others where it is held up."""
    chance = random.Random(seed)
    return [_point(chance, number, _FAULTS[number % len(_FAULTS)]) for number in range(count)]


def _point(chance: random.Random, number: int, fault: str) -> Point:
    first, last = _HOLDS.get(fault, (0.0, _LIFE_SECONDS))
    return Point(
        number,
        delay=round(chance.uniform(first, last), 3),
        fault=fault,
        other=round(chance.uniform(0.0, 3.0), 3) if number % 3 == 1 else None,
        strangers=chance.choice((0, 1, 1, 2)),
        stranger=round(chance.uniform(0.0, 2.0), 3),
        batch=number % 2 == 0,
        chats=int(number % 4 == 0),
    )


async def survive(folder: Path, point: Point, start: Start, database: str = "") -> Report:
    """Kill at one point, and check what became of the jobs; they are in an SQLite file, or in a PostgreSQL database.

    Raises:
        AssertionError: something was lost, paid twice, doubled, left behind, or was another program's.
    """
    folder.mkdir(parents=True)
    began = time.monotonic()
    faults = [point.fault] if point.fault else []
    pace = Pace.now(SPEED if database else 1.0)
    env = {"QWEN_LOCALIZE_DATABASE_URL": database, **pace.in_variable()} if database else {}
    if database:
        pace.set_in(database)
    clock = Paced(pace.speed)
    async with world(folder, faults, servers=0, clock=clock, task_seconds=1.0) as w, AsyncExitStack() as stack:
        one = await stack.enter_async_context(serving(w, start, **env))
        other = await stack.enter_async_context(serving(w, start, **env))
        async with anyio.create_task_group() as calls:
            _call(w, calls, one, other, point)
            await until(lambda: _heard(w, point))
            await clock.sleep(point.delay)
            await one.kill()
            early = _pictures(w)
            w.sandbox.faults.clear()
            calls.start_soon(_interfere, w, point)
            if point.other is not None:
                await clock.sleep(point.other)
                await other.kill()
        left = other if point.other is None else await stack.enter_async_context(serving(w, start, **env))
        jobs = await ended(left)
        await w.idle()
    return _checked(w, point, jobs, early, time.monotonic() - began)


def _heard(w: World, point: Point) -> bool:
    heard = w.sandbox.ledger
    return len(heard) > 0 and heard.count("upload") >= point.uploads and heard.count("chat") >= point.chats


def _call(w: World, group: anyio.abc.TaskGroup, one: Server, other: Server, point: Point) -> None:
    """What the clients of both servers ask for."""

    async def call(server: Server, tool: str, arguments: dict[str, Any]) -> None:
        with suppress(Died):
            await server.call(tool, **arguments)

    for number in range(_PICTURES):
        arguments = {"image": str(w.picture(number)), "target_lang": "ru"}
        group.start_soon(call, (one, other)[number % 2], "translate_image", arguments)
    if point.batch:
        chats = [f"客户：第{number}个杯子坏了" for number in range(_CHATS)]
        group.start_soon(call, one, "analyze_conversation", {"conversation": chats, "analysis": ["intent"]})


async def _interfere(w: World, point: Point) -> None:
    """Another program with the same key uses the same model, for pictures of the same size."""
    await w.clock.sleep(point.stranger)
    async with AsyncExitStack() as stack:
        wire = Wire(w.settings.service, w.settings.key, clock=w.clock, limiter=RateLimiter(w.clock))
        stack.push_async_callback(wire.close)
        client = Client(wire)
        for number in range(_STRANGER, _STRANGER + point.strangers):
            data = draw(w.folder, number).read_bytes()
            url = await client.upload(_MODEL.name, f"picture{number}.png", data)
            body = {"model": _MODEL.name, "input": {"image_url": url, "source_lang": "auto", "target_lang": "ru"}}
            await client.acquire(_MODEL.name, _MODEL.limit_at(None))
            with suppress(LocalizeError):  # it has the account's limits as we have
                await client.submit(PATH, body, uploads=True)


def _files(w: World) -> list[Path]:
    """Everything in the output directory, whatever its name."""
    return sorted(w.out.iterdir()) if w.out.exists() else []


def _pictures(w: World) -> set[str]:
    """The pictures whose files are there."""
    return {path.name.partition(".")[0] for path in _files(w) if path.name.startswith("picture")}


def _checked(w: World, point: Point, jobs: Sequence[dict[str, Any]], early: set[str], seconds: float) -> Report:
    others = {f"picture{number}" for number in range(_STRANGER, _STRANGER + point.strangers)}
    ours = {name: count for name, count in w.done.items() if name not in others}
    chats = [paid for paid in w.sandbox.ledger.paid if paid.model.startswith("tongyi")]
    batches = [job for job in jobs if job["tool"] == "analyze_conversation"]
    images = [job for job in jobs if job["tool"] == "translate_image"]
    report = Report(
        point,
        seconds,
        jobs=len(jobs),
        files=len(_pictures(w)),
        asked=sum("Ask the user before paying again" in job["message"] for job in jobs),
        submissions=sum(ours.values()),
        strangers=len(w.done) - len(ours),
        late=len(_pictures(w) - early),
        batches=len(batches),
        chats=_CHATS * len(batches),
        again=max(0, len(chats) - _CHATS * len(batches)),
    )
    facts = f"{report} {dict(w.done)} {[path.name for path in _files(w)]} {[job['message'] for job in jobs]}"
    assert max(ours.values(), default=0) <= 1, f"A picture was submitted twice. {facts}"
    assert _pictures(w) <= set(ours), f"A file came from nowhere, or is another program's. {facts}"
    assert report.files + report.asked >= report.submissions, f"A paid picture is lost. {facts}"
    assert report.files + report.asked == len(images), f"A job ended in neither a file nor a question. {facts}"
    names = {f"picture{number}.ru.jpg" for number in range(_PICTURES)}
    pictures = {path.name for path in _files(w) if path.suffix == ".jpg"}
    assert pictures <= names, f"Something is doubled or left behind. {facts}"
    for name in pictures:
        assert same_colour(w.out / name, COLOURS[int(name[len("picture")])]), f"{name} is not ours. {facts}"
    for job in batches:
        assert f"{_CHATS} conversations analysed, 0 failed" in job["message"], facts
    assert not any("again" in job["message"].replace("paying again", "") for job in jobs if job["status"] == "failed"
                   and "Ask the user" not in job["message"]), facts  # fmt: skip
    assert "Traceback" not in said(w), said(w)
    return report


async def survive_all(
    folder: Path, wanted: Sequence[Point], start: Start, at_once: int, database: Callable[[], str] = str
) -> list[Report]:
    """All points, so many at the same time; `database` makes the URL of a new one for each, if not for a file."""
    reports: list[Report] = []
    limiter = anyio.CapacityLimiter(at_once)

    async def one(point: Point) -> None:
        async with limiter:
            reports.append(await survive(folder / str(point.number), point, start, database()))

    async with anyio.create_task_group() as group:
        for point in wanted:
            group.start_soon(one, point)
    return sorted(reports, key=lambda report: report.point.number)


def summary(reports: Sequence[Report]) -> str:
    """The figures in one line."""
    total = Counter[str]()
    for report in reports:
        total.update({name: value for name, value in asdict(report).items() if isinstance(value, int)})
    return (
        f"{len(reports)} kill points, {total['jobs']} jobs: {total['submissions']} pictures submitted (none twice), "
        f"{total['files']} files ({total['late']} of them delivered after the kill, none of another program's "
        f"{total['strangers']} pictures), {total['asked']} asked about; {total['batches']} batches of {total['chats']} "
        f"chats completed, {total['again']} chats on their way at a kill paid again"
    )


def main() -> None:
    """Run as a command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--points", type=int, default=24)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--at-once", type=int, default=4, help="how many at the same time")
    parser.add_argument("--fork", action="store_true", help="fork servers instead of starting them; much quicker")
    parser.add_argument("--postgres", action="store_true", help="keep the jobs in PostgreSQL, which is started for it")
    options = parser.parse_args()
    wanted = points(options.points, options.seed)
    with tempfile.TemporaryDirectory() as folder, by_fork() as fork, ExitStack() as stack:
        start: Start = fork if options.fork else by_command
        database: Callable[[], str] = str
        if options.postgres:
            server = PostgresServer().start()
            stack.callback(server.stop)
            database = server.database
        reports = anyio.run(survive_all, Path(folder), wanted, start, options.at_once, database)
    lines = [f"{report.point} -> {report.files} files, {report.seconds:.1f} s" for report in reports]
    sys.stdout.write("\n".join([*lines, summary(reports), ""]))


if __name__ == "__main__":
    main()
