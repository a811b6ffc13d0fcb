"""Starting and stopping, and who gets what went wrong."""

import logging
import signal
import subprocess
import sys

import anyio
import httpx2
import pytest

from qwen_localize.sandbox import Entry, Fault, Sandbox, SandboxConfig, running
from sandbox.stand import Caller, ManualClock, open_caller


async def reachable(origin: str) -> bool:
    async with httpx2.AsyncClient(trust_env=False) as bare:
        try:
            return (await bare.get(origin)).status_code == 404
        except httpx2.ConnectError:
            return False


async def test_it_accepts_connections_at_once_and_none_afterwards() -> None:
    async with running(SandboxConfig()) as sandbox:
        assert await reachable(sandbox.origin)
    assert not await reachable(sandbox.origin)


async def test_two_can_run_side_by_side() -> None:
    async with running() as one, running() as two:
        assert one.origin != two.origin
        assert await reachable(one.origin)
        assert await reachable(two.origin)


async def test_a_taken_port_is_an_ordinary_error() -> None:
    async with running() as sandbox:
        with pytest.raises(OSError, match="in use"):
            async with running(port=int(sandbox.origin.rpartition(":")[2])):
                pass


async def test_an_error_in_the_block_comes_out_as_it_is() -> None:
    with pytest.raises(KeyError, match="mine"):
        async with running():
            raise KeyError("mine")


async def test_a_group_of_errors_stays_a_group() -> None:
    with pytest.raises(ExceptionGroup) as caught:
        async with running():
            raise ExceptionGroup("mine", [KeyError("one")])
    assert caught.value.message == "mine"


async def test_a_cancelled_block_leaves_nothing_behind() -> None:
    seen: list[Sandbox] = []
    with anyio.fail_after(5), anyio.CancelScope() as scope:
        async with running() as sandbox:
            seen.append(sandbox)
            scope.cancel()
            await anyio.sleep_forever()
    assert not await reachable(seen[0].origin)


async def test_signals_stay_with_the_host() -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    async with running():
        assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


async def test_it_writes_nothing(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    with caplog.at_level(logging.INFO):
        async with running() as sandbox:
            assert await reachable(sandbox.origin)
    assert [record for record in caplog.records if record.name.startswith("uvicorn")] == []
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    "bad", [{"speed": 0}, {"speed": -1}, {"speed": float("nan")}, {"task_seconds": -1}, {"edit_seconds": -1}]
)
def test_a_setting_that_makes_no_sense_is_refused(bad: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must"):
        SandboxConfig(**bad)  # type: ignore[arg-type] # only floats are passed


async def test_faults_can_be_given_at_the_start_and_lifted_later() -> None:
    async with open_caller(SandboxConfig(faults=(Fault("nokey"),))) as caller:
        assert (await caller.http.get("/api/v1/tasks")).status_code == 401
        caller.sandbox.faults.clear()
        assert (await caller.http.get("/api/v1/tasks")).status_code == 200


async def test_the_ledger_tells_who_asked_what_and_when(timed: Caller, clock: ManualClock) -> None:
    await timed.chat(model="qwen-mt-lite")
    await clock.advance(2.5)
    await timed.http.get("/api/v1/tasks/abc")
    await timed.chat(model="nope")
    ledger = timed.sandbox.ledger
    assert (
        ledger.entries
        == tuple(ledger)
        == (
            Entry(0.0, "POST", "chat", "qwen-mt-lite", 200),
            Entry(2.5, "GET", "query", None, 200, "abc"),
            Entry(2.5, "POST", "chat", "nope", 404, code="ModelNotFound"),
        )
    )
    assert (ledger.count("chat"), ledger.count("submit"), len(ledger)) == (2, 0, 3)


_UP_AND_DOWN = """
import sys, anyio
from qwen_localize.sandbox import running

async def main():
    async with running():
        pass

anyio.run(main)
print({'PIL', 'numpy', 'cv2', 'rapidocr', 'onnxruntime', 'anyascii'} & set(sys.modules))
"""


def test_nothing_heavy_is_loaded_before_a_picture_is_worked_on() -> None:
    """A server starts in every chat, so start-up is a feature."""
    done = subprocess.run([sys.executable, "-c", _UP_AND_DOWN], capture_output=True, text=True, check=True, timeout=30)
    assert (done.stdout.strip(), done.stderr) == ("set()", "")
