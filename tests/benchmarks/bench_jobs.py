"""N image tasks started together: our server against every client of the official SDK.

Each run has a stand-in for the service in a process of its own, with the documented limits: submit one a
second, two tasks running at once, one task query and twenty LIST queries a second. Every run gets a fresh
one, so that nobody inherits a queue or a spent budget.

    uv run --extra sandbox python tests/benchmarks/bench_jobs.py --n 1,5,20
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import anyio

if not __package__:  # run as a file: its neighbours are found beside it
    sys.path.append(str(Path(__file__).resolve().parents[1]))

from benchmarks import ours
from benchmarks.measuring import OURS, Outcome, Run, bound, losses, measure, table
from benchmarks.official import CLIENTS, RUSH
from benchmarks.pictures import draw, hosted
from benchmarks.processes import StandIn, child, lines, stand_in

NAMES = (OURS, *CLIENTS, *(f"{name}{RUSH}" for name in CLIENTS))


def main(arguments: Sequence[str] | None = None) -> None:
    """Run it all; the table is on stdout, progress on stderr."""
    options = _parser().parse_args(arguments)
    runs = anyio.run(_run_all, options)
    sys.stdout.write(f"{table(runs)}\n")
    if why := losses(runs):
        sys.stdout.write(f"\nWhy tasks were lost:\n\n{why}\n")
    if options.json:
        options.json.write_text(json.dumps(_report(options, runs), indent=2) + "\n", "utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=_numbers, default=[1, 5, 20, 100], help="numbers of tasks, such as 1,5,20,100")
    parser.add_argument("--clients", type=_clients, default=list(NAMES), help=f"some of {','.join(NAMES)}")
    parser.add_argument("--speed", type=float, default=1.0, help="service seconds per real second")
    parser.add_argument("--task-seconds", type=float, default=3.0, help="service seconds that a task runs")
    parser.add_argument(
        "--read",
        action="store_true",
        help="really read and redraw the pictures, at 0.9 s of CPU each",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there too")
    return parser


def _numbers(text: str) -> list[int]:
    numbers = [int(part) for part in text.split(",")]
    if not all(0 < number < 1000 for number in numbers):
        raise argparse.ArgumentTypeError("each number of tasks must be 1 to 999")
    return numbers


def _clients(text: str) -> list[str]:
    names = text.split(",")
    if unknown := set(names) - set(NAMES):
        raise argparse.ArgumentTypeError(f"there is no client {', '.join(sorted(unknown))}; known: {', '.join(NAMES)}")
    return names


async def _run_all(options: argparse.Namespace) -> list[Run]:
    runs = []
    for tasks in options.n:
        for client in options.clients:
            _say(f"{client}, {tasks} tasks ...")
            runs.append(run := await _run(client, tasks, options))
            _say(f"{client}, {tasks} tasks: {run.delivered} delivered in {run.makespan or 0:.1f} s")
    return runs


async def _run(client: str, tasks: int, options: argparse.Namespace) -> Run:
    numbers = range(tasks)
    least = bound(tasks, options.task_seconds) / options.speed
    outcomes: list[Outcome] = []
    with TemporaryDirectory(prefix="qwen-localize-bench-") as name:
        folder = Path(name).resolve()
        for number in numbers:
            draw(folder, number)
        async with stand_in(speed=options.speed, task_seconds=options.task_seconds, plain=not options.read) as service:
            try:
                with anyio.fail_after(least * 3 + 60):
                    await _client(client)(service, folder, numbers, options.speed, outcomes.append)
            except Exception as error:  # noqa: BLE001 # what it did not deliver until now is lost; the others go on
                _say(f"{client}, {tasks} tasks: ended by {type(error).__name__}: {error}")
            return measure(client, numbers, outcomes, await service.settled(least + 30), least)


_Client = Callable[[StandIn, Path, range, float, Callable[[Outcome], None]], Any]


def _client(name: str) -> _Client:
    return _ours if name == OURS else partial(_official, name)


async def _ours(service: StandIn, folder: Path, numbers: range, _: float, note: Callable[[Outcome], None]) -> None:
    await ours.run(service.origin, folder, numbers, note)


async def _official(
    name: str, service: StandIn, folder: Path, numbers: range, speed: float, note: Callable[[Outcome], None]
) -> None:
    with hosted(folder) as pictures:
        command = ("-m", "benchmarks.official", name, str(len(numbers)), service.origin, pictures, str(speed))
        async with child(*command) as process:
            async for line in lines(process.stdout):
                note(Outcome(**json.loads(line)))
            await process.wait()


def _report(options: argparse.Namespace, runs: Sequence[Run]) -> dict[str, Any]:
    return {
        "speed": options.speed,
        "task_seconds": options.task_seconds,
        "versions": {name: version(name) for name in ("qwen-localize", "dashscope")},
        "runs": [asdict(run) | {"lost": run.lost, "over_bound": run.over_bound} for run in runs],
    }


def _say(words: str) -> None:
    sys.stderr.write(f"{words}\n")


if __name__ == "__main__":
    main()
