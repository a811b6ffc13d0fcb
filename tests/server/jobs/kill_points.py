"""Kill a server at many points of its jobs' lives, start it again, and see that every paid picture arrives once.

    PYTHONPATH=tests python -m server.jobs.kill_points --points 40 --seed 7

Each point is a world of its own: a sandbox on a real socket, a server process that is sent two or three pictures and
killed (SIGKILL) after a random time, and a second server with the same folders that is asked what became of them.
"""

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import anyio

from qwen_localize.clock import RealClock
from server.jobs.processes import Died, Server, Start, by_command, by_fork, ended, said, serving
from server.jobs.world import COLOURS, World, same_colour, until, world

# Pictures are sent a second apart, and the last file is there some two seconds after the last was sent.
_LIFE_SECONDS = {2: 3.4, 3: 4.5}
# Faults that hold a job where kills seldom fall: between submission and answer, and in the middle of a file.
_HOLDS = {"slow@submit": (0.3, 2.5), "slow@download": (2.0, 6.0)}


@dataclass(frozen=True)
class Point:
    """When to kill, in seconds after the service first heard of the jobs, and while what is going on.

    Attributes:
        again: how long the next server lives that takes up its jobs; None lets it finish.
    """

    number: int
    pictures: int
    delay: float
    fault: str
    again: float | None


@dataclass(frozen=True)
class Report:
    """What became of the jobs of a point.

    Attributes:
        jobs: how many were known after the restart.
        files: how many pictures arrived.
        unsent: how many jobs had not been sent, and said so.
        asked: how many the user is asked about, since they may or may not be paid.
        submissions: how many tasks the service was given.
        late: how many files were not there yet when the server was killed.
    """

    point: Point
    jobs: int
    files: int
    unsent: int
    asked: int
    submissions: int
    late: int
    seconds: float


def points(count: int, seed: int) -> list[Point]:
    """Two thirds anywhere in a life, the others where it is held up; every third is killed once more."""
    chance = random.Random(seed)
    faults = ["", "", "slow@submit", "", "", "slow@download"]
    return [_point(chance, number, faults[number % len(faults)]) for number in range(count)]


def _point(chance: random.Random, number: int, fault: str) -> Point:
    pictures = chance.choice((2, 3))
    first, last = _HOLDS.get(fault, (0.0, _LIFE_SECONDS[pictures]))
    again = round(chance.uniform(0.1, 3), 3) if number % 3 == 1 else None
    return Point(number, pictures, round(chance.uniform(first, last), 3), fault, again)


async def survive(folder: Path, point: Point, start: Start) -> Report:
    """Kill at one point, start again, and check what became of the jobs.

    Raises:
        AssertionError: something was lost, paid twice, doubled or left behind.
    """
    folder.mkdir(parents=True)
    began = time.monotonic()
    faults = [point.fault] if point.fault else []
    async with world(folder, faults, servers=0, clock=RealClock(), task_seconds=1.0) as w:
        async with serving(w, start) as server:
            await _kill_midway(w, server, point)
        early = _pictures(w)
        w.sandbox.faults.clear()
        if point.again is not None:
            async with serving(w, start) as server:
                await anyio.sleep(point.again)
                await server.kill()
        async with serving(w, start) as server:
            jobs = await ended(server)
        await w.idle()
    asked = sum("Ask the user before paying again" in job["message"] for job in jobs)
    unsent = sum("nothing was paid" in job["message"] for job in jobs)
    report = Report(
        point, len(jobs), len(_pictures(w)), unsent, asked, w.submissions(), len(_pictures(w) - early),
        time.monotonic() - began,
    )  # fmt: skip
    _check(w, report)
    return report


async def _kill_midway(w: World, server: Server, point: Point) -> None:
    async def call(number: int) -> None:
        with suppress(Died):
            await server.call("translate_image", image=str(w.picture(number)), target_lang="ru")

    async with anyio.create_task_group() as group:
        for number in range(point.pictures):
            group.start_soon(call, number)
        await until(lambda: len(w.sandbox.ledger) > 0)
        await anyio.sleep(point.delay)
        await server.kill()


def _files(w: World) -> list[Path]:
    """Everything in the output directory, whatever its name."""
    return sorted(w.out.iterdir()) if w.out.exists() else []


def _pictures(w: World) -> set[str]:
    """The pictures whose files are there."""
    return {path.name.partition(".")[0] for path in _files(w) if path.name.startswith("picture")}


def _check(w: World, report: Report) -> None:
    facts = f"{report} {dict(w.done)} {[path.name for path in _files(w)]}"
    assert max(w.done.values(), default=0) <= 1, f"A picture was submitted twice. {facts}"
    assert report.submissions == len(w.done), f"A picture was submitted twice. {facts}"
    assert _pictures(w) <= set(w.done), f"A file came from nowhere. {facts}"
    assert report.files + report.asked >= report.submissions, f"A paid picture is lost. {facts}"
    assert report.files + report.asked + report.unsent == report.jobs, f"A job ended without a word. {facts}"
    names = {f"picture{number}.ru.jpg" for number in range(report.point.pictures)}
    assert {path.name for path in _files(w)} <= names, f"Something is doubled or left behind. {facts}"
    for path in _files(w):
        assert same_colour(path, COLOURS[int(path.name[len("picture")])]), f"{path} is not the right picture. {facts}"
    assert "Traceback" not in said(w), said(w)


async def survive_all(folder: Path, wanted: Sequence[Point], start: Start, at_once: int) -> list[Report]:
    """All points, so many at the same time."""
    reports: list[Report] = []
    limiter = anyio.CapacityLimiter(at_once)

    async def one(point: Point) -> None:
        async with limiter:
            reports.append(await survive(folder / str(point.number), point, start))

    async with anyio.create_task_group() as group:
        for point in wanted:
            group.start_soon(one, point)
    return sorted(reports, key=lambda report: report.point.number)


def summary(reports: Sequence[Report]) -> str:
    """The figures in one line."""
    total = Counter[str]()
    for report in reports:
        total.update(
            {name: getattr(report, name) for name in ("jobs", "files", "unsent", "asked", "submissions", "late")}
        )
    return (
        f"{len(reports)} kill points, {total['jobs']} jobs: {total['submissions']} submitted (none twice), "
        f"{total['files']} files ({total['late']} of them delivered after the restart), "
        f"{total['unsent']} never sent and said so, {total['asked']} asked about"
    )


def main() -> None:
    """Run as a command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--points", type=int, default=24)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--at-once", type=int, default=4, help="how many at the same time")
    parser.add_argument("--fork", action="store_true", help="fork servers instead of starting them; much quicker")
    options = parser.parse_args()
    wanted = points(options.points, options.seed)
    with tempfile.TemporaryDirectory() as folder, by_fork() as fork:
        start = fork if options.fork else by_command
        reports = anyio.run(survive_all, Path(folder), wanted, start, options.at_once)
    lines = [f"{report.point} -> {report.files} files, {report.seconds:.1f} s" for report in reports]
    sys.stdout.write("\n".join([*lines, summary(reports), ""]))


if __name__ == "__main__":
    main()
