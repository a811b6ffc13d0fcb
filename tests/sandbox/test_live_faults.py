"""What befalls sessions over WebSockets: refusals, limits, faults (docs/model-studio.md 1.3 and 1.5)."""

from collections.abc import AsyncGenerator
from typing import Any

import anyio
import pytest
from httpx2.websockets import HTTPXWSException

from qwen_localize.sandbox import Fault, SandboxConfig
from sandbox.live import FLAT, NESTED, OMNI, ended, gummy, live, refused
from sandbox.stand import Caller, ManualClock, open_caller
from speech import silence

REALTIME = "/api-ws/v1/realtime?model="
INFERENCE = "/api-ws/v1/inference"


@pytest.fixture
async def caller() -> AsyncGenerator[Caller]:
    async with open_caller(SandboxConfig(hears=False)) as caller:
        yield caller


@pytest.mark.parametrize("path", [REALTIME + FLAT, INFERENCE])
@pytest.mark.parametrize("key", ["", "Bearer", "Bearer nonsense", "sk-bare"])
async def test_without_a_key_the_handshake_is_refused(caller: Caller, path: str, key: str) -> None:
    assert await refused(caller, path, key) == 401
    [entry] = caller.sandbox.ledger
    assert (entry.kind, entry.status, entry.code) == ("session", 401, "InvalidApiKey")


async def test_an_unknown_model_is_refused(caller: Caller) -> None:
    for path in (REALTIME + "qwen-nope", REALTIME + "gummy-realtime-v1", "/api-ws/v1/realtime"):
        assert await refused(caller, path) == 404


@pytest.mark.parametrize(("path", "number"), [(REALTIME + FLAT, 10), (REALTIME + OMNI, 60), (INFERENCE, 10)])
async def test_too_many_new_sessions_are_refused(path: str, number: int) -> None:
    async with open_caller(SandboxConfig(), ManualClock()) as caller:
        assert {await refused(caller, path) for _ in range(number)} == {101}
        assert await refused(caller, path) == 429
        assert [entry.over_limit for entry in caller.sandbox.ledger] == [False] * number + [True]
        assert len(caller.sandbox.ledger.violations) == 1


async def test_each_model_has_a_limit_of_its_own() -> None:
    async with open_caller(SandboxConfig(), ManualClock()) as caller:
        for _ in range(10):
            await refused(caller, REALTIME + FLAT)
        assert await refused(caller, REALTIME + NESTED) == 101


@pytest.mark.parametrize(
    ("fault", "status"),
    [("nokey", 401), ("throttle", 429), ("burst", 429), ("error", 500), ("busy", 503), ("debt", 400)],
)
async def test_a_fault_refuses_the_handshake(caller: Caller, fault: str, status: int) -> None:
    caller.sandbox.faults.add(Fault(fault, 1, "session"))
    assert await refused(caller) == status
    assert await refused(caller) == 101
    [first, second] = caller.sandbox.ledger
    assert (first.fault, first.over_limit, second.fault) == (fault, False, None)


async def test_a_drop_ends_the_connection_at_its_second(caller: Caller) -> None:
    caller.sandbox.session_faults.extend([Fault("drop", stage="session", after=1.5), None])
    async with _broken(), live(caller) as session:
        await session.append(silence(5))
        await session.hear("session.finished")
    assert ((await ended(caller)).end, caller.sandbox.ledger.sessions[0].seconds) == ("drop", 1.5)
    async with live(caller) as session:
        await session.append(silence(5))
        await session.finish()
    assert (await ended(caller, 2)).end == "finished"


async def test_the_next_sessions_are_befallen_in_order() -> None:
    faults = tuple(Fault("drop", stage="session", after=second) for second in (0.5, 1.0))
    async with open_caller(SandboxConfig(hears=False, session_faults=faults)) as caller:
        for number in (1, 2):
            async with _broken(), live(caller) as session:
                await session.append(silence(5))
                await session.hear("session.finished")
            await ended(caller, number)
        assert [session.seconds for session in caller.sandbox.ledger.sessions] == [0.5, 1.0]


async def test_a_stalled_session_is_silent_and_open(caller: Caller) -> None:
    caller.sandbox.faults.add(Fault.parse("stall@session+0.5:1"))
    async with live(caller) as session:
        await session.append(silence(1))
        await session.say("nonsense")
        with anyio.move_on_after(0.3) as waiting:
            await session.hear("error")
        assert waiting.cancelled_caught
        assert [event["type"] for event in session.events] == ["session.created"]
    assert (await ended(caller)).end == "stall"


async def test_garbage_comes_in_between(caller: Caller) -> None:
    caller.sandbox.faults.add(Fault("garbage", 1, "session", after=0.5))
    async with live(caller) as session:
        await session.hear("session.created")
        await session.append(silence(1))
        assert (await session.socket.receive_text()).startswith("<html>")
        await session.finish()


async def test_an_error_comes_in_between_and_the_session_goes_on(caller: Caller) -> None:
    caller.sandbox.faults.add(Fault("fail", 1, "session"))
    async with live(caller) as session:
        await session.append(silence(3))
        assert (await session.hear("error"))["error"]["type"] == "server_error"
        await session.finish()


async def test_a_session_that_is_too_long_is_told_so_and_closed(caller: Caller) -> None:
    caller.sandbox.faults.add(Fault("expire", 1, "session", after=1))
    async with _broken(), live(caller) as session:
        await session.append(silence(3))
        assert (await session.hear("error"))["error"]["code"] == "session_expired"
        await session.hear("session.finished")
    assert (await ended(caller)).end == "expire"


@pytest.mark.parametrize("fault", ["drop", "fail", "expire"])
async def test_the_same_befalls_tasks(caller: Caller, fault: str) -> None:
    caller.sandbox.faults.add(Fault(fault, 1, "session", after=1))
    events: list[Any] = []
    async with _broken(), gummy(caller) as task:
        await task.start()
        await task.send(silence(3))
        while True:
            events.append((await task.hear())["header"]["event"])
    assert events == ([] if fault == "drop" else ["task-failed"])
    assert (await ended(caller)).seconds == 1


@pytest.mark.parametrize("text", ["drop@session+12.5:2", "stall@session", "expire@session+3"])
def test_a_fault_of_sessions_is_read_and_written(text: str) -> None:
    assert str(Fault.parse(text)) == text


@pytest.mark.parametrize("text", ["drop@submit+3", "drop+3", "mangle@session", "drop@session+"])
def test_a_fault_that_no_session_has_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"fault|session"):
        Fault.parse(text)


class _broken:  # noqa: N801 - reads as what happens
    """A connection that breaks, which the client is told one way or the other."""

    async def __aenter__(self) -> None:
        return

    async def __aexit__(self, _: Any, error: BaseException | None, __: Any) -> bool:
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        return isinstance(error, HTTPXWSException | OSError | anyio.ClosedResourceError | anyio.BrokenResourceError)
