"""Looking at a sandbox, and switching its faults, from another process."""

from typing import Any

import httpx2
import pytest

from qwen_localize.sandbox import Fault
from qwen_localize.sandbox.app import build
from sandbox.stand import Caller, ManualClock


async def test_the_ledger_can_be_read_without_a_key_and_without_a_trace(timed: Caller, clock: ManualClock) -> None:
    await timed.chat()
    await clock.advance(2)
    for _ in range(2):
        await timed.http.get("/api/v1/tasks/x")
    del timed.http.headers["authorization"]
    first, second = [(await timed.http.get("/sandbox/ledger")).json() for _ in range(2)]
    assert first == second
    assert first["counts"] == {"chat": 1, "query": 2}
    assert [(entry["at"], entry["kind"], entry["status"]) for entry in first["entries"]] == [
        (0.0, "chat", 200), (2.0, "query", 200), (2.0, "query", 429),
    ]  # fmt: skip
    assert first["violations"] == first["entries"][2:]
    assert [paid["model"] for paid in first["paid"]] == ["qwen-mt-flash"]


async def test_faults_can_be_replaced(caller: Caller) -> None:
    caller.sandbox.faults.add(Fault("nokey"))
    del caller.http.headers["authorization"]
    answer = await caller.http.put("/sandbox/faults", json=["throttle@query:2", "cut"])
    assert (answer.status_code, answer.json()) == (200, ["throttle@query:2", "cut"])
    assert [str(fault) for fault in caller.sandbox.faults] == ["throttle@query:2", "cut"]
    assert (await caller.http.put("/sandbox/faults", json=[])).json() == []
    assert list(caller.sandbox.faults) == []
    assert len(caller.sandbox.ledger) == 0


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"cut", "not JSON"),
        (b"\xff", "not JSON"),
        (b'"cut"', "list of fault texts"),
        (b'["cut", 3]', "list of fault texts"),
        (b'["cut", "bang"]', "There is no fault 'bang'"),
    ],
)
async def test_faults_that_cannot_be_read_change_nothing(caller: Caller, body: bytes, words: str) -> None:
    caller.sandbox.faults.add(Fault("drop"))
    answer = await caller.http.put("/sandbox/faults", content=body)
    assert (answer.status_code, list(answer.json())) == (400, ["error"])
    assert words in answer.json()["error"]
    assert [str(fault) for fault in caller.sandbox.faults] == ["drop"]


@pytest.mark.parametrize(
    ("client", "host", "status"),
    [
        ("127.0.0.1", "127.0.0.1", 200),
        ("127.0.0.1", "localhost", 200),
        ("::1", "[::1]", 200),
        ("10.0.0.5", "127.0.0.1", 403),
        ("127.0.0.1", "rebound.example", 403),
        ("not an address", "localhost", 403),
    ],
)
async def test_only_this_machine_may_look_under_its_own_name(
    caller: Caller, client: str, host: str, status: int
) -> None:
    transport: Any = httpx2.ASGITransport(app=build(caller.sandbox), client=(client, 1))  # typed as starlette has it
    async with httpx2.AsyncClient(transport=transport, base_url=f"http://{host}") as bare:
        assert (await bare.get("/sandbox/ledger")).status_code == status
        assert (await bare.put("/sandbox/faults", json=[])).status_code == status


async def test_a_wrong_method_leaves_no_trace_either(caller: Caller) -> None:
    assert (await caller.http.post("/sandbox/ledger")).status_code == 405
    assert len(caller.sandbox.ledger) == 0
