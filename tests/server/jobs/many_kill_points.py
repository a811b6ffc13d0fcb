"""Kill the server that makes many pictures, again and again, and see that each is there, once, and paid once.

    PYTHONPATH=tests python -m server.jobs.many_kill_points --pictures 40 --kills 4 --seed 7

One call for all pictures in two languages; the server is killed (SIGKILL) at random moments, and each time another
takes its place, which nobody calls. In the end the one job is asked for.
"""

import argparse
import random
import sys
import tempfile
import time
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio

from qwen_localize.clock import RealClock
from server.jobs.processes import Died, Start, by_command, by_fork, ended, said, serving
from server.jobs.world import COLOURS, World, same_colour, until, world

LANGUAGES = ("ru", "fr")


@dataclass(frozen=True)
class ManyReport:
    """What became of the pictures.

    Attributes:
        killed: how many were submitted at each kill.
        files: how many results arrived.
        submissions: how many the service was given.
        twice: how many results were paid more than once.
        asked: how many the user is asked about, since they may or may not be paid.
    """

    wanted: int
    killed: tuple[int, ...]
    files: int
    submissions: int
    twice: int
    asked: int
    seconds: float


async def survive_many(folder: Path, pictures: int, kills: int, seed: int, start: Start) -> ManyReport:
    """Kill so many times, and check what became of the pictures.

    Raises:
        AssertionError: something was lost, doubled, or paid twice.
    """
    chance, began, killed = random.Random(seed), time.monotonic(), []
    wanted = pictures * len(LANGUAGES)
    async with world(folder, servers=0, clock=RealClock(), task_seconds=1.0) as w, AsyncExitStack() as stack:
        paths = [str(w.picture(number)) for number in range(pictures)]
        for number in range(kills):
            moment = (number + chance.random()) * wanted / (kills + 0.5)
            async with serving(w, start) as server, anyio.create_task_group() as calls:
                if not number:
                    calls.start_soon(_call, server, paths)
                await until(lambda moment=moment: w.submissions() >= moment, 0.02)  # type: ignore[misc]
                await anyio.sleep(chance.uniform(0, 1.5))
                await server.kill()
            killed.append(w.submissions())
        last = await stack.enter_async_context(serving(w, start))
        jobs = await ended(last)
        await w.idle()
    assert "Traceback" not in said(w), said(w)
    return _checked(w, pictures, jobs, tuple(killed), time.monotonic() - began)


async def _call(server: Any, paths: list[str]) -> None:
    with suppress(Died):
        await server.call("translate_image", image=paths, target_lang=list(LANGUAGES))


def _checked(
    w: World, pictures: int, jobs: list[dict[str, Any]], killed: tuple[int, ...], seconds: float
) -> ManyReport:
    [job] = jobs
    names = sorted(f"picture{number}.{language}.jpg" for number in range(pictures) for language in LANGUAGES)
    files = sorted(path.name for path in w.out.iterdir() if path.suffix == ".jpg")
    failures = job["details"].get("failures", [])
    asked = sum("Ask the user before paying again" in failure["reason"] for failure in failures)
    facts = f"{job['message']} {files} {dict(w.done)} {failures}"
    assert set(files) <= set(names), f"Something is doubled. {facts}"
    assert len(files) + asked == len(names), f"A picture is neither there nor asked about. {facts}"
    assert job["details"]["done"] == len(files), facts
    for name in files:
        number = int(name.partition(".")[0].removeprefix("picture"))
        assert same_colour(w.out / name, COLOURS[number % len(COLOURS)]), f"{name} is another's. {facts}"
    twice = sum(max(0, count - len(LANGUAGES)) for count in w.done.values())
    assert not twice, f"Paid twice. {facts}"
    return ManyReport(len(names), killed, len(files), w.submissions(), twice, asked, round(seconds, 1))


def main() -> None:
    """Run as a command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=int, default=40)
    parser.add_argument("--kills", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--fork", action="store_true", help="fork servers instead of starting them; much quicker")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, by_fork() as fork:
        start = fork if options.fork else by_command
        report = anyio.run(survive_many, Path(folder), options.pictures, options.kills, options.seed, start)
    sys.stdout.write(f"{report}\n")


if __name__ == "__main__":
    main()
