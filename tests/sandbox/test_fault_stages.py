"""Every fault at every stage where it makes sense, on the wire."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any
from xml.etree import ElementTree

import anyio
import httpx2
import pytest

from qwen_localize.sandbox import Fault, SandboxConfig
from qwen_localize.sandbox.catalogue import MODELS, ImageModel
from qwen_localize.sandbox.errors import compat_body
from qwen_localize.sandbox.faults import KNOWN
from qwen_localize.sandbox.gate import _BREAKS
from qwen_localize.sandbox.tasks import Task
from sandbox.stand import CHAT, TINY, Caller, ManualClock, finished, open_caller

UNREACHABLE = "http://127.0.0.1:9/"


@pytest.fixture
async def caller() -> AsyncGenerator[Caller]:
    """A sandbox that reads no pictures: what is in them does not matter here."""
    async with open_caller(SandboxConfig(speed=5000, plain=True)) as caller:
        yield caller


Ask = Callable[[Caller], Awaitable[httpx2.Response]]


async def submit(caller: Caller) -> httpx2.Response:
    return await caller.submit(UNREACHABLE)


async def chat(caller: Caller) -> httpx2.Response:
    return await caller.chat()


async def generate(caller: Caller) -> httpx2.Response:
    return await caller.generate_from([{"image": TINY}], "qwen-vl-ocr-latest")


async def query(caller: Caller) -> httpx2.Response:
    return await caller.http.get("/api/v1/tasks/x")


async def list_tasks(caller: Caller) -> httpx2.Response:
    return await caller.http.get("/api/v1/tasks")


async def cancel(caller: Caller) -> httpx2.Response:
    model = MODELS["qwen-mt-image"]
    assert isinstance(model, ImageModel)
    task = [caller.sandbox.tasks.submit(model, "id", endless) for _ in range(3)][-1]
    return await caller.http.post(f"/api/v1/tasks/{task.id}/cancel")


async def endless(_: Task) -> dict[str, Any]:
    await anyio.sleep_forever()
    return {}


async def policy(caller: Caller) -> httpx2.Response:
    return await caller.http.get("/api/v1/uploads", params={"action": "getPolicy", "model": "qwen-mt-image"})


async def upload(caller: Caller) -> httpx2.Response:
    given = caller.sandbox.uploads.policy("qwen-mt-image")
    form = {
        "OSSAccessKeyId": given["oss_access_key_id"],
        "Signature": given["signature"],
        "policy": given["policy"],
        "key": given["upload_dir"] + "/a.png",
        "x-oss-object-acl": "private",
        "x-oss-forbid-overwrite": "true",
    }
    return await caller.http.post(given["upload_host"], data=form, files={"file": ("a.png", b"x" * 300_000)})


async def download(caller: Caller) -> httpx2.Response:
    return await caller.http.get(caller.sandbox.results.keep("a.jpg", b"picture"))


async def session(caller: Caller) -> httpx2.Response:
    """A WebSocket's handshake that is refused."""
    headers = {
        "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "c2FuZGJveC1zYW5kYm94IQ==",
    }  # fmt: skip
    model = "qwen3.5-livetranslate-flash-realtime"
    return await caller.http.get("/api-ws/v1/realtime", params={"model": model}, headers=headers)


ASKS: dict[str, Ask] = {
    "chat": chat, "submit": submit, "generate": generate, "query": query, "list": list_tasks,
    "cancel": cancel, "policy": policy, "upload": upload, "download": download, "session": session,
}  # fmt: skip


def stages_of(*names: str) -> list[tuple[str, str]]:
    return [(name, stage) for name in names for stage in KNOWN[name].possible]


def answered(name: str) -> list[str]:
    """The stages of a fault that are requests with answers; what befalls sessions is told in test_live_faults."""
    return [stage for stage in KNOWN[name].possible if stage != "session"]


@pytest.mark.parametrize(("name", "stage"), stages_of("throttle", "burst", "error", "busy", "debt", "nokey"))
async def test_a_refusing_fault_refuses_at_its_stage_and_nowhere_else(caller: Caller, name: str, stage: str) -> None:
    caller.sandbox.faults.add(Fault(name, 1, stage))
    assert not [at for at in ASKS if at != stage and caller.sandbox.faults.take(name, at)]
    status = {"throttle": 429, "burst": 429, "error": 500, "busy": 503, "debt": 400, "nokey": 401}[name]
    assert (await ASKS[stage](caller)).status_code == status
    entry = caller.sandbox.ledger.entries[-1]
    assert (entry.kind, entry.status, entry.fault, entry.over_limit) == (stage, status, name, False)


async def test_a_burst_is_worded_by_each_endpoint(caller: Caller) -> None:
    caller.sandbox.faults.add(Fault("burst", 2))
    assert (await submit(caller)).json()["code"] == "Throttling.BurstRate"
    assert (await chat(caller)).json()["error"]["code"] == "limit_burst_rate"


def test_every_refusal_of_a_fault_has_a_twin_on_the_compatible_endpoint() -> None:
    codes = {make("x").code: compat_body(make("x"), "id")["error"]["code"] for make in _BREAKS.values()}
    assert "invalid_parameter_error" not in codes.values()


@pytest.mark.parametrize("stage", ["upload", "download"])
async def test_the_object_store_refuses_in_xml(caller: Caller, stage: str) -> None:
    caller.sandbox.faults.add(Fault("error", 1, stage))
    answer = await ASKS[stage](caller)
    assert (answer.status_code, ElementTree.fromstring(answer.text).findtext("Code")) == (500, "InternalError")


@pytest.mark.parametrize(("name", "stage"), [(name, stage) for name in ("drop", "refuse") for stage in answered(name)])
async def test_a_closed_connection_is_no_answer_and_the_next_request_is_served(
    caller: Caller, name: str, stage: str
) -> None:
    caller.sandbox.faults.add(Fault(name, 1, stage))
    with pytest.raises(httpx2.RemoteProtocolError):
        await ASKS[stage](caller)
    assert [(entry.kind, entry.status, entry.fault) for entry in caller.sandbox.ledger] == [(stage, 0, name)]
    assert (await ASKS[stage](caller)).status_code == 200


@pytest.mark.parametrize(("name", "tasks", "calls"), [("drop", 1, 1), ("refuse", 0, 0), ("stall", 0, 0)])
async def test_what_is_dropped_was_carried_out_and_what_is_refused_or_stalled_was_not(
    caller: Caller, name: str, tasks: int, calls: int
) -> None:
    caller.sandbox.faults.add(Fault(name, 1, "submit"))
    caller.sandbox.faults.add(Fault(name, 1, "chat"))
    caller.http.timeout = httpx2.Timeout(0.2)
    for ask in (submit, chat):
        with pytest.raises(httpx2.TransportError):
            await ask(caller)
    assert len(caller.sandbox.tasks.all()) == tasks
    assert len(caller.sandbox.ledger.paid) == calls


@pytest.mark.parametrize(("name", "kept"), [("drop", 1), ("refuse", 0)])
async def test_an_upload_is_kept_when_dropped_and_not_when_refused(caller: Caller, name: str, kept: int) -> None:
    caller.sandbox.faults.add(Fault(name, 1, "upload"))
    with pytest.raises(httpx2.RemoteProtocolError):
        await upload(caller)
    assert len(caller.sandbox.uploads._objects) == kept


@pytest.mark.parametrize("stage", answered("stall"))
async def test_a_stalled_request_is_noted_and_never_answered(caller: Caller, stage: str) -> None:
    caller.sandbox.faults.add(Fault("stall", 1, stage))
    caller.http.timeout = httpx2.Timeout(0.1)
    with pytest.raises(httpx2.ReadTimeout):
        await ASKS[stage](caller)
    assert [(entry.kind, entry.status) for entry in caller.sandbox.ledger] == [(stage, 0)]


@pytest.mark.parametrize("stage", answered("garbage"))
async def test_garbage_is_a_success_that_is_not_json_at_every_stage(caller: Caller, stage: str) -> None:
    caller.sandbox.faults.add(Fault("garbage", 1, stage))
    answer = await ASKS[stage](caller)
    assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (200, "text/html")


@pytest.mark.parametrize("stage", KNOWN["cut"].possible)
async def test_a_cut_body_ends_after_half_of_what_was_announced(caller: Caller, stage: str) -> None:
    caller.sandbox.faults.add(Fault("cut", 1, stage))
    with pytest.raises(httpx2.RemoteProtocolError, match="without sending complete"):
        await ASKS[stage](caller)
    assert (caller.sandbox.ledger.entries[0].status, caller.sandbox.ledger.entries[0].fault) == (200, "cut")


async def test_a_cut_stream_breaks_off_halfway(caller: Caller) -> None:
    whole = (await caller.chat("Hello world " * 20, stream=True)).content
    caller.sandbox.faults.add(Fault("cut", 1, "chat"))
    body = {"model": "qwen-mt-flash", "messages": [{"role": "user", "content": "Hello world " * 20}],
            "translation_options": {"source_lang": "auto", "target_lang": "en"}, "stream": True}  # fmt: skip
    async with caller.http.stream("POST", CHAT, json=body) as answer:
        got = await read_until_broken(answer)
    assert len(got) == len(whole) // 2
    assert b"[DONE]" not in got


async def read_until_broken(answer: httpx2.Response) -> bytes:
    got = bytearray()
    try:
        async for piece in answer.aiter_raw():
            got += piece
    except httpx2.RemoteProtocolError:
        return bytes(got)
    raise AssertionError("The body came to a proper end.")


async def test_a_slow_body_takes_ten_service_seconds_in_twenty_pieces(timed: Caller, clock: ManualClock) -> None:
    url = timed.sandbox.results.keep("a.jpg", bytes(range(100)))
    timed.sandbox.faults.add(Fault("slow", 1))
    async with timed.http.stream("GET", url) as answer:
        assert answer.headers["content-length"] == "100"
        pieces = answer.aiter_raw()
        for _ in range(20):
            await clock.until_sleeping(1)
            await clock.advance(0.5)
            assert len(await anext(pieces)) == 5
        with pytest.raises(StopAsyncIteration):
            await anext(pieces)
    assert clock.now() == 10


@pytest.mark.parametrize("stage", KNOWN["slow"].possible)
async def test_a_slow_answer_is_whole_in_the_end(caller: Caller, stage: str) -> None:
    caller.sandbox.faults.add(Fault("slow", 1, stage))
    answer = await ASKS[stage](caller)
    assert answer.status_code == 200
    assert answer.content == b"picture" if stage == "download" else answer.json()
    assert caller.sandbox.ledger.entries[0].fault == "slow"


@pytest.mark.parametrize(("name", "length", "kind"), [("empty", 0, "image/jpeg"), ("wrongtype", 44, "text/html")])
async def test_a_download_can_bring_nothing_or_a_web_page(caller: Caller, name: str, length: int, kind: str) -> None:
    caller.sandbox.faults.add(Fault(name, 1))
    answer = await download(caller)
    assert (answer.status_code, len(answer.content)) == (200, length)
    assert answer.headers["content-type"].partition(";")[0] == kind
    assert (await download(caller)).content == b"picture"


async def address_of(caller: Caller, task: str) -> str:
    return str((await caller.query(task))["output"]["image_url"])


@pytest.mark.parametrize("times", [1, None])
async def test_an_expired_address_is_refused_until_the_task_is_queried_again(
    caller: Caller, blank: bytes, times: int | None
) -> None:
    task = await caller.submitted(caller.host(blank))
    await finished(caller, task)
    caller.sandbox.faults.add(Fault("expire", times))
    old = await address_of(caller, task)
    answers = [await caller.http.get(old) for _ in range(2)]
    assert [(answer.status_code, "expired" in answer.text) for answer in answers] == [(403, True)] * 2
    new = await address_of(caller, task)
    assert new != old
    assert (await caller.http.get(new)).content.startswith(b"\xff\xd8")
    assert (await caller.http.get(old)).status_code == 403
    assert await address_of(caller, task) == new


async def test_an_expiring_fault_counts_results_and_not_requests(caller: Caller) -> None:
    caller.sandbox.faults.add(Fault("expire", 2))
    urls = [caller.sandbox.results.keep(f"{name}.jpg", b"x") for name in "abc"]
    statuses = [[(await caller.http.get(url)).status_code for _ in range(3)] for url in urls]
    assert statuses == [[403] * 3, [403] * 3, [200] * 3]
