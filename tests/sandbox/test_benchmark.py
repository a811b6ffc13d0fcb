"""The benchmark's arithmetic, its pictures, and that it runs; its figures are its own business."""

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from benchmarks import bench_jobs
from benchmarks.measuring import Outcome, Run, bound, losses, measure, table
from benchmarks.pictures import complaint, draw, number_in
from qwen_localize.sandbox.pictures import plain, translate


@pytest.mark.parametrize(
    ("tasks", "task_seconds", "expected"),
    [
        (0, 3, 0),
        (1, 3, 3),
        (2, 3, 4),  # the second is submitted a second later
        (3, 3, 6),
        (5, 3, 9),
        (20, 3, 31),
        (100, 3, 151),
        (10, 0, 9),  # one a second goes in, one a second is asked for
        (10, 1, 10),
        (4, 100, 201),
    ],
)
def test_the_bound_is_what_the_slowest_of_the_services_limits_leaves(
    tasks: int, task_seconds: float, expected: float
) -> None:
    assert bound(tasks, task_seconds) == expected


def ledger(paid: int, over: int = 0, **counts: int) -> dict[str, Any]:
    return {"counts": counts, "violations": [{}] * over, "paid": [{"images": 1}] * paid}


def test_a_runs_figures_come_from_its_outcomes_and_the_ledger() -> None:
    outcomes = [Outcome(0, 3.5), Outcome(1, 9.0, "429"), Outcome(2, 6.0), Outcome(3, 8.0, "429")]
    run = measure("x", range(5), outcomes, ledger(5, 2, query=7, list=3, submit=5), bound=4.0)
    assert run == Run("x", 5, 2, 7, 3, 2, 5, 6.0, 4.0, {"429": 2, "the client ended or ran out of time": 1})
    assert (run.lost, run.over_bound) == (3, None)


def test_a_run_that_delivers_everything_is_held_against_the_bound() -> None:
    run = measure("x", range(2), [Outcome(1, 6.0), Outcome(0, 3.0)], ledger(2, query=2), bound=4.0)
    assert (run.delivered, run.lost, run.makespan, run.over_bound, run.reasons) == (2, 0, 6.0, 1.5, {})


def test_a_run_that_delivers_nothing_has_no_makespan() -> None:
    run = measure("x", range(1), [], ledger(0), bound=4.0)
    assert (run.delivered, run.makespan, run.over_bound) == (0, None, None)


def run(client: str, delivered: int, makespan: float | None) -> Run:
    return Run(client, 4, delivered, 1, 2, 3, 4, makespan, 10.0, {"why": 4 - delivered} if delivered < 4 else {})


def test_the_table_compares_each_client_with_us() -> None:
    runs = [run("ours", 4, 12.0), run("a", 4, 18.0), run("b", 1, 5.0), run("c", 0, None)]
    assert [line.split(" | ")[-4:] for line in table(runs).splitlines()[2:]] == [
        ["12.0", "1.20", "", " |"],
        ["18.0", "1.80", "1.0 x", "1.50 x |"],
        ["5.0", "-", "4.0 x", "- |"],
        ["-", "-", "all : 0", "- |"],
    ]
    assert losses(runs) == "* b, 4: 3 x why\n* c, 4: 4 x why"


def test_a_table_without_us_compares_nothing() -> None:
    assert table([run("a", 4, 18.0)]).splitlines()[-1].endswith("| 18.0 | 1.80 |  |  |")


@pytest.mark.parametrize("number", [0, 7, 999])
def test_a_pictures_number_survives_the_service(tmp_path: Path, number: int) -> None:
    data = draw(tmp_path, number).read_bytes()
    for done in (plain(data), translate(data)):
        assert number_in(done.jpeg) == number
        assert complaint(done.jpeg, number) is None
        assert "another task's" in (complaint(done.jpeg, number + 1) or "")


def test_what_is_no_such_picture_is_not_taken_for_one(tmp_path: Path) -> None:
    other = io.BytesIO()
    Image.new("RGB", (9, 9)).save(other, "JPEG")
    half = draw(tmp_path, 1).read_bytes()[:80]
    assert [complaint(data, 0) for data in (b"", b"<html>", other.getvalue(), half)] == [
        "what arrived is not the picture"
    ] * 4


@pytest.mark.parametrize("arguments", [["--n", "0"], ["--n", "x"], ["--clients", "ours,nobody"]])
def test_a_request_that_makes_no_sense_is_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        bench_jobs.main(arguments)
    assert "error: argument" in capsys.readouterr().err


def test_it_runs_as_a_command(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    command = [sys.executable, bench_jobs.__file__, "--n", "1", "--clients", "sdk1-sync,sdk1-async-rush",
               "--task-seconds", "0", "--json", str(report)]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("\n") == 4
    runs = json.loads(report.read_text())["runs"]
    assert [(run["client"], run["delivered"], run["paid"]) for run in runs] == [
        ("sdk1-sync", 1, 1), ("sdk1-async-rush", 1, 1),
    ]  # fmt: skip
