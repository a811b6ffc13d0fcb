"""Every way to misbehave."""

import json

import anyio
import httpx2
import pytest

from qwen_localize.sandbox import Fault, SandboxConfig, running
from qwen_localize.sandbox.faults import KNOWN, STAGES, Faults
from sandbox.stand import Caller, finished, open_caller

UNREACHABLE = "http://127.0.0.1:9/"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("throttle:3", Fault("throttle", 3)),
        (" stall ", Fault("stall")),
        ("throttle@query", Fault("throttle", stage="query")),
        ("cut@chat:2", Fault("cut", 2, "chat")),
    ],
)
def test_a_fault_is_read_with_and_without_a_stage_and_a_number(text: str, fault: Fault) -> None:
    assert Fault.parse(text) == fault
    assert str(fault) == text.strip()


@pytest.mark.parametrize(
    "text",
    ["", "nonsense", "throttle:", "throttle:x", "throttle:0", "throttle:-1", ":3", "@query", "throttle@", "throttle@:2",
     "throttle@nowhere", "throttle:2@query", "throttle@query@list", "cut:²"],
)  # fmt: skip
def test_a_bad_fault_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"^[^\n]+\.$"):
        Fault.parse(text)


@pytest.mark.parametrize("text", ["help", "bang@query", "cut:many"])
def test_an_unknown_fault_is_answered_with_the_known_ones_and_the_stages(text: str) -> None:
    with pytest.raises(ValueError, match="query-throttle") as refused:
        Fault.parse(text)
    assert all(name in str(refused.value) for name in (*KNOWN, *STAGES))


@pytest.mark.parametrize(
    "text", ["fail@query", "forget@list", "empty@chat", "expire@query", "cut@upload", "garbage@download",
             "throttle@upload", "nokey@download", "debt@query", "query-throttle@list"],
)  # fmt: skip
def test_a_fault_where_it_makes_no_sense_is_refused_with_where_it_does(text: str) -> None:
    name, _, stage = text.partition("@")
    with pytest.raises(ValueError, match=r"^[^\n]+\.$") as refused:
        Fault.parse(text)
    assert f"at {stage!r}, only at {', '.join(KNOWN[name].possible)}." in str(refused.value)


def test_where_a_fault_usually_strikes_it_makes_sense() -> None:
    assert all(set(kind.usual) <= set(kind.possible) <= set(STAGES) for kind in KNOWN.values())


def test_a_counted_fault_is_used_up_and_an_uncounted_one_stays() -> None:
    faults = Faults([Fault("fail", 2), Fault("cut")])
    assert [faults.take("fail", "submit") for _ in range(3)] == [True, True, False]
    assert all(faults.take("cut", "download") for _ in range(5))
    faults.clear()
    assert not faults.take("cut", "download")


def test_a_fault_without_a_stage_strikes_where_it_usually_does() -> None:
    faults = Faults([Fault("throttle")])
    assert [stage for stage in STAGES if faults.take("throttle", stage)] == ["chat", "submit", "generate"]


def test_a_fault_with_a_stage_strikes_there_alone_and_before_one_without() -> None:
    faults = Faults([Fault("throttle", 1), Fault("throttle", 1, "chat"), Fault("throttle", stage="list")])
    assert not faults.take("throttle", "query")
    assert [faults.take("throttle", "chat") for _ in range(3)] == [True, True, False]
    assert faults.take("throttle", "list")


def test_the_latest_word_on_a_fault_at_a_stage_counts() -> None:
    faults = Faults([Fault("drop", 5, "chat"), Fault("drop", 2), Fault("drop", 1, "chat")])
    assert [str(fault) for fault in faults] == ["drop@chat:1", "drop:2"]
    faults.replace([Fault("cut")])
    assert [str(fault) for fault in faults] == ["cut"]


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("throttle", 429, "Throttling.RateQuota"),
        ("error", 500, "InternalError"),
        ("busy", 503, "ModelUnavailable"),
        ("debt", 400, "Arrearage"),
        ("nokey", 401, "InvalidApiKey"),
    ],
)
async def test_a_refusing_fault_strikes_chat_and_submit_and_then_stops(
    caller: Caller, name: str, status: int, code: str
) -> None:
    caller.sandbox.faults.add(Fault(name, 2))
    native = await caller.submit(UNREACHABLE)
    compat = await caller.chat()
    assert (native.status_code, native.json()["code"]) == (status, code)
    assert compat.status_code == status
    assert compat.json()["error"]["code"]
    assert (await caller.chat()).status_code == 200
    assert caller.sandbox.ledger.count("submit") == 1
    assert len(list(caller.sandbox.tasks.all())) == 0


async def test_a_throttled_query_leaves_the_task_alone(caller: Caller, blank: bytes) -> None:
    task = await caller.submitted(caller.host(blank))
    caller.sandbox.faults.add(Fault("query-throttle", 1))
    refused = await caller.http.get(f"/api/v1/tasks/{task}")
    assert (refused.status_code, refused.json()["code"]) == (429, "Throttling.RateQuota")
    assert (await finished(caller, task))["output"]["task_status"] == "SUCCEEDED"


async def test_a_task_can_be_made_to_fail(blank: bytes) -> None:
    async with open_caller(SandboxConfig(speed=5000, faults=(Fault("fail", 1),))) as caller:
        report = await finished(caller, await caller.submitted(caller.host(blank)))
        assert (report["output"]["task_status"], report["output"]["code"]) == ("FAILED", "InternalError")
        assert caller.sandbox.ledger.paid == ()


async def test_a_stalled_request_is_never_answered_and_does_not_delay_the_end(caller: Caller) -> None:
    caller.sandbox.faults.add(Fault("stall", 1))
    with pytest.raises(httpx2.ReadTimeout):
        await caller.http.get("/api/v1/tasks", timeout=0.2)
    assert (await caller.http.get("/api/v1/tasks")).status_code == 200
    assert [entry.status for entry in caller.sandbox.ledger] == [0, 200]


async def test_the_sandbox_stops_while_a_request_is_stalled() -> None:
    async def ask(origin: str) -> None:
        async with httpx2.AsyncClient(base_url=origin, trust_env=False, timeout=None) as bare:
            with pytest.raises(httpx2.RemoteProtocolError):
                await bare.get("/api/v1/tasks", headers={"Authorization": "Bearer sk-x"})

    with anyio.fail_after(5):
        async with anyio.create_task_group() as asking, running(SandboxConfig(faults=(Fault("stall"),))) as sandbox:
            asking.start_soon(ask, sandbox.origin)
            while sandbox.ledger.count("list") == 0:
                await anyio.lowlevel.checkpoint()


async def test_a_cut_download_announces_more_than_it_sends(caller: Caller) -> None:
    url = caller.sandbox.results.keep("a.jpg", b"x" * 1000)
    caller.sandbox.faults.add(Fault("cut", 1))
    async with caller.http.stream("GET", url) as answer:
        assert answer.headers["content-length"] == "1000"
        pieces = answer.aiter_raw(500)
        assert len(await anext(pieces)) == 500
        with pytest.raises(httpx2.RemoteProtocolError):
            await anext(pieces)
    assert (await caller.http.get(url)).content == b"x" * 1000


async def test_a_dropped_submission_was_accepted_all_the_same(caller: Caller, blank: bytes) -> None:
    caller.sandbox.faults.add(Fault("drop", 1))
    with pytest.raises(httpx2.RemoteProtocolError):
        await caller.submit(caller.host(blank))
    (row,) = (await caller.http.get("/api/v1/tasks")).json()["data"]
    assert (await finished(caller, row["task_id"]))["output"]["task_status"] == "SUCCEEDED"


async def test_garbage_is_a_success_that_is_not_json(caller: Caller) -> None:
    caller.sandbox.faults.add(Fault("garbage", 1))
    answer = await caller.submit(UNREACHABLE)
    assert answer.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        answer.json()
    assert len(caller.sandbox.tasks.all()) == 1


async def test_a_forgotten_task_is_unknown_from_then_on(caller: Caller) -> None:
    task = await caller.submitted(UNREACHABLE)
    caller.sandbox.faults.add(Fault("forget", 1))
    assert await caller.state(task) == "UNKNOWN"
    assert await caller.state(task) == "UNKNOWN"
    assert (await caller.http.get("/api/v1/tasks")).json()["total"] == 0
