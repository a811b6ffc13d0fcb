"""The sandbox as a process of its own."""

import io
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager

import httpx2
import pytest
from PIL import Image

from qwen_localize.sandbox import SandboxConfig
from qwen_localize.sandbox.pictures import plain
from sandbox.stand import KEY, finished, open_caller

SANDBOX = [sys.executable, "-m", "qwen_localize.sandbox"]


@contextmanager
def started(*arguments: str) -> Generator[tuple[subprocess.Popen[str], str]]:
    """The process and its origin."""
    pipe = subprocess.PIPE
    with subprocess.Popen([*SANDBOX, *arguments], stdout=pipe, stderr=pipe, text=True) as process:
        try:
            assert process.stdout
            yield process, process.stdout.readline().removesuffix("\n")
        finally:
            process.kill()


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such signals")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_where_it_is_serves_and_stops_when_told_to(number: signal.Signals) -> None:
    with started("--fault", "throttle@list:1", "--speed", "7", "--task-seconds", "0.5") as (process, origin):
        with httpx2.Client(base_url=origin, trust_env=False, headers={"Authorization": f"Bearer {KEY}"}) as http:
            assert [http.get("/api/v1/tasks").status_code for _ in range(2)] == [429, 200]
            assert http.get("/sandbox/ledger").json()["counts"] == {"list": 2}
        process.send_signal(number)
        assert process.communicate(timeout=20) == ("", "")
        assert process.returncode == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--fault", "help"], "wrongtype"),
        (["--fault", "cut@upload"], "makes no sense"),
        (["--speed", "0"], "speed must be above 0"),
    ],
)
def test_it_says_in_one_line_why_it_cannot_start(arguments: list[str], words: str) -> None:
    done = subprocess.run([*SANDBOX, *arguments], capture_output=True, text=True, check=False, timeout=30)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert words in done.stderr


def test_a_taken_port_is_said_in_one_line() -> None:
    with started() as (_, origin):
        again = [*SANDBOX, "--port", origin.rpartition(":")[2]]
        done = subprocess.run(again, capture_output=True, text=True, check=False, timeout=30)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)


def test_a_plain_picture_is_the_input_with_the_mark_alone(poster: bytes) -> None:
    with Image.open(io.BytesIO(poster)) as before, Image.open(io.BytesIO(plain(poster).jpeg)) as after:
        assert (after.format, after.size) == ("JPEG", before.size)
        corner, text = (300, 200), (30, 40)
        assert after.getpixel(text) == pytest.approx(before.getpixel(text), abs=12)
        box = (*corner, *before.size)
        assert sum(low < 60 for low in after.convert("L").crop(box).tobytes()) > 100
        assert sum(low < 60 for low in before.convert("L").crop(box).tobytes()) == 0


async def test_a_plain_sandbox_reads_no_picture_and_says_nothing_of_its_text(poster: bytes) -> None:
    async with open_caller(SandboxConfig(speed=5000, plain=True)) as caller:
        report = await finished(caller, await caller.submitted(caller.host(poster)))
        assert report["output"]["task_status"] == "SUCCEEDED"
        assert "message" not in report["output"]
        assert (await caller.http.get(report["output"]["image_url"])).content.startswith(b"\xff\xd8")
