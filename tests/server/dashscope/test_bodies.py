"""Answers as they come in: bounded, well-formed, and never the reason why what is paid for is lost."""

import gzip
import json
import tracemalloc
import zlib
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import respx

from qwen_localize import errors
from qwen_localize.dashscope import Client, Departure, Row, Service, TaskList, Wire
from qwen_localize.dashscope.bodies import MOST_BYTES
from support import KEY, ORIGIN
from virtual_time import VirtualClock

CHAT = f"{ORIGIN}/compatible-mode/v1/chat/completions"
TASKS = f"{ORIGIN}/api/v1/tasks"
SUBMIT = f"{ORIGIN}/api/v1/some/path"
BODY: dict[str, Any] = {"model": "m"}


@pytest.fixture
def client(clock: VirtualClock) -> Client:
    return Client(Wire(Service.at("cn-beijing", base_url=ORIGIN), KEY, clock=clock, chance=lambda: 0.0))


def packed(content: bytes, packing: str) -> httpx.Response:
    """An answer whose bytes the fake service does not look at itself."""

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(content), 65536):
            yield content[start : start + 65536]

    return httpx.Response(200, content=pieces(), headers={"Content-Encoding": packing})


@pytest.mark.parametrize("packing", ["gzip", "x-gzip", "deflate"])
async def test_a_packed_answer_is_unpacked(httpx2_mock: respx.Router, client: Client, packing: str) -> None:
    pack = zlib.compress if packing == "deflate" else gzip.compress
    content = pack(json.dumps({"choices": ["ok"]}).encode())
    httpx2_mock.post(CHAT).mock(return_value=packed(content, packing))
    assert await client.chat(BODY) == {"choices": ["ok"]}


@pytest.mark.parametrize("pieces", [1, 1000])
async def test_what_follows_the_end_of_a_packed_answer_is_nobodys(
    httpx2_mock: respx.Router, client: Client, pieces: int
) -> None:
    content = gzip.compress(json.dumps({"choices": ["ok" * (2 << 20)]}).encode()) + b"\x1f\x8b trailing" * pieces
    httpx2_mock.post(CHAT).mock(return_value=packed(content, "gzip"))
    assert await client.chat(BODY) == {"choices": ["ok" * (2 << 20)]}


async def test_a_small_answer_that_unpacks_to_gigabytes_is_given_up_before_it_fills_the_memory(
    httpx2_mock: respx.Router, client: Client
) -> None:
    packer = zlib.compressobj(9, wbits=31)
    # Each part leaves the packer as it was, so the same bytes may follow many times: half a gigabyte.
    parts = [packer.compress(bytes(8 << 20)) + packer.flush(zlib.Z_FULL_FLUSH) for _ in range(2)]
    bomb = parts[0] + 63 * parts[1] + packer.flush()
    assert len(bomb) < 600_000
    route = httpx2_mock.post(CHAT).mock(return_value=packed(bomb, "gzip"))
    tracemalloc.start()
    try:
        with pytest.raises(errors.Unconfirmed, match="it has more than 8 MB"):
            await client.chat(BODY)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert route.call_count == 1
    assert peak < 4 * MOST_BYTES


async def test_an_answer_without_end_is_given_up(httpx2_mock: respx.Router, client: Client) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 1 << 20
            yield bytes(1 << 20)

    httpx2_mock.get(f"{TASKS}/t").mock(return_value=httpx.Response(200, content=endless()))
    with pytest.raises(errors.BadAnswer, match="it has more than 8 MB"):
        await client.query("t")
    assert sent < MOST_BYTES + (2 << 20)


@pytest.mark.parametrize(
    ("packing", "content"), [("br", b"\x0b\x02\x80{}\x03"), ("zstd", b"x"), ("gzip", b"\x1f\x8b damaged")]
)
async def test_an_answer_that_cannot_be_unpacked_may_be_paid_and_is_not_asked_for_again(
    httpx2_mock: respx.Router, client: Client, packing: str, content: bytes
) -> None:
    route = httpx2_mock.post(CHAT).mock(return_value=packed(content, packing))
    with pytest.raises(errors.Unconfirmed, match="cannot be read"):
        await client.chat(BODY)
    assert route.call_count == 1


async def test_only_a_packing_that_can_be_bounded_is_asked_for(httpx2_mock: respx.Router, client: Client) -> None:
    route = httpx2_mock.post(CHAT).respond(200, json={"choices": []})
    await client.chat(BODY)
    assert route.calls[0].request.headers["Accept-Encoding"] == "gzip"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (r"half \ud800.", "half \ufffd."),
        (r"\udc00 behind", "\ufffd behind"),
        (r"a pair \ud83d\ude00", "a pair 😀"),
        (r"not an escape \\ud800", r"not an escape \ud800"),
        (r"two halves \ud800\ud800", "two halves \ufffd\ufffd"),
    ],
)
async def test_half_a_character_is_replaced_and_whole_ones_are_kept(
    httpx2_mock: respx.Router, client: Client, said: str, kept: str
) -> None:
    httpx2_mock.post(CHAT).respond(200, content=b'{"choices": ["%s"], "%s": 1}' % (said.encode(), said.encode()))
    answer = await client.chat(BODY)
    assert answer == {"choices": [kept], kept: 1}
    json.dumps(answer, ensure_ascii=False).encode()


async def test_numbers_that_are_none_and_depths_that_break_programs_become_nothing(
    httpx2_mock: respx.Router, client: Client
) -> None:
    deep = "[" * 400 + "]" * 400
    text = f'{{"choices": [NaN, Infinity, -1e999, {"9" * 5000}, 1.5], "deep": {deep}}}'
    httpx2_mock.post(CHAT).respond(200, text=text)
    answer = await client.chat(BODY)
    assert answer["choices"] == [None, None, None, None, 1.5]
    levels, value = 0, answer["deep"]
    while value:
        levels, value = levels + 1, value[0]
    assert 90 < levels < 101


@pytest.mark.parametrize("date", ["nonsense", "Thu, 99 Zzz 99999 99:99:99", "Thu, 01 Jan 0001 00:00:00 +2359"])
async def test_an_odd_date_costs_no_answer(httpx2_mock: respx.Router, client: Client, date: str) -> None:
    httpx2_mock.post(CHAT).respond(200, json={"choices": []}, headers={"Date": date})
    assert await client.chat(BODY) == {"choices": []}


NO_IDS: list[Any] = ["", {}, [], 7, None, "../../tokens", "a" * 300]


@pytest.mark.parametrize("output", [{"task_id": name, "task_status": "PENDING"} for name in NO_IDS])
async def test_an_id_that_is_none_is_not_taken_for_a_task_and_the_answer_is_kept(
    httpx2_mock: respx.Router, client: Client, output: dict[str, Any]
) -> None:
    httpx2_mock.post(SUBMIT).respond(200, json={"output": output, "request_id": "r"})
    departure = Departure()
    with pytest.raises(errors.Unconfirmed, match="no task in it") as caught:
        await client.submit("some/path", BODY, departure)
    assert json.loads(caught.value.answer)["output"] == output
    assert departure.gone


async def test_an_answer_that_nobody_understands_is_kept_as_it_came_without_the_key(
    httpx2_mock: respx.Router, client: Client
) -> None:
    httpx2_mock.post(SUBMIT).respond(200, text=f"<html>paid, {KEY}")
    with pytest.raises(errors.Unconfirmed) as caught:
        await client.submit("some/path", BODY)
    assert caught.value.answer == "<html>paid, [key]"


@pytest.mark.parametrize(
    ("answers", "gone"),
    [
        ([httpx.Response(400, json={"code": "InvalidParameter"})], False),
        ([httpx.Response(429, json={"code": "PrepaidBillOverdue"})], False),
        ([httpx.Response(200, text="<html>")], True),
        ([httpx.Response(502)], True),
        ([httpx.Response(429, json={"code": "Throttling"}), httpx.Response(200, text="<html>")], True),
    ],
)
async def test_a_departure_tells_whether_a_request_that_failed_may_be_billed(
    httpx2_mock: respx.Router, client: Client, answers: list[httpx.Response], gone: bool
) -> None:
    httpx2_mock.post(CHAT).mock(side_effect=answers)
    departure = Departure()
    with pytest.raises(errors.LocalizeError):
        await client.chat(BODY, departure)
    assert departure.gone is gone


ROW = {"task_id": "t", "status": "PENDING", "gmt_create": 1_700_000_000_500}


@pytest.mark.parametrize(
    ("body", "page"),
    [
        ('{"data": [%s], "total_page": 1e400}', TaskList([Row("t", "PENDING", 1_700_000_000.5)], 1, is_whole=False)),
        ('{"data": [%s], "total_page": -3}', TaskList([Row("t", "PENDING", 1_700_000_000.5)], 1, is_whole=False)),
        ('{"data": [%s, 7, {"task_id": {}}]}', TaskList([Row("t", "PENDING", 1_700_000_000.5)], 1, is_whole=False)),
        ('{"data": [{"task_id": "t", "gmt_create": "x"}]}', TaskList([Row("t", "", 0.0)], 1)),
        ('{"data": [], "total_page": 0}', TaskList([], 1)),
    ],
)
async def test_what_is_odd_in_the_task_list_is_left_out_and_the_list_is_then_not_whole(
    httpx2_mock: respx.Router, client: Client, body: str, page: TaskList
) -> None:
    httpx2_mock.get(TASKS).respond(200, text=body.replace("%s", json.dumps(ROW)))
    assert await client.list_tasks("m") == page


POLICY = dict.fromkeys(("policy", "signature", "oss_access_key_id", "x_oss_object_acl", "x_oss_forbid_overwrite"), "v")


@pytest.mark.parametrize(
    "host", ["http://127.0.0.1:9", "http://169.254.169.254/latest", "https://10.0.0.1", "file:///etc", "no host"]
)
async def test_a_file_is_uploaded_to_no_host_inside_a_private_network(
    httpx2_mock: respx.Router, client: Client, host: str
) -> None:
    policy = POLICY | {"upload_dir": "d", "upload_host": host}
    httpx2_mock.get(f"{ORIGIN}/api/v1/uploads").respond(json={"data": policy})
    with pytest.raises(errors.BadAnswer, match="where no upload can go"):
        await client.upload("m", "a.png", b"data")
    assert httpx2_mock.calls.call_count == 1


@pytest.mark.parametrize(("size", "fits"), [(1024 * 1024, True), (1024 * 1024 + 1, False)])
async def test_a_file_is_uploaded_up_to_the_size_that_the_service_names_and_no_further(
    httpx2_mock: respx.Router, client: Client, size: int, fits: bool
) -> None:
    policy = POLICY | {"upload_dir": "d", "upload_host": "https://up.example", "max_file_size_mb": 1}
    httpx2_mock.get(f"{ORIGIN}/api/v1/uploads").respond(json={"data": policy})
    httpx2_mock._assert_all_called = False
    upload = httpx2_mock.post("https://up.example").respond(200)
    if fits:
        await client.upload("m", "a.png", bytes(size))
    else:
        with pytest.raises(errors.BadInput, match="m takes at most 1 MB"):
            await client.upload("m", "a.png", bytes(size))
    assert upload.called is fits


@pytest.mark.parametrize("content", [b'{"a":[' + b"{}," * 2**21 + b"1]}", b"[" * 2**20 + b"]" * 2**20])
async def test_a_small_answer_of_millions_of_values_is_given_up_before_it_fills_the_memory(
    httpx2_mock: respx.Router, client: Client, content: bytes
) -> None:
    httpx2_mock.post(CHAT).mock(return_value=packed(gzip.compress(content), "gzip"))
    with pytest.raises(errors.Unconfirmed, match="it has more than 500000 values"):
        await client.chat(BODY)


@pytest.mark.parametrize("letter", ["k", "\\u006b"])
async def test_the_key_is_taken_out_of_an_answer_however_it_is_written(
    httpx2_mock: respx.Router, client: Client, letter: str
) -> None:
    written = KEY.replace("k", letter, 1)
    httpx2_mock.post(CHAT).mock(return_value=httpx.Response(200, text=f'{{"choices": [{{"a": "{written}"}}]}}'))
    assert await client.chat(BODY) == {"choices": [{"a": "[key]"}]}


async def test_a_redirect_is_not_blamed_on_the_call(httpx2_mock: respx.Router, client: Client) -> None:
    httpx2_mock.post(CHAT).respond(302, headers={"location": "https://login.example/"})
    with pytest.raises(errors.Unreachable, match="as proxies and login pages do"):
        await client.chat(BODY)
