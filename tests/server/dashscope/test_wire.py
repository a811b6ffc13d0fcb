"""Sending, failing, and sending again."""

from typing import Any

import anyio
import httpx
import httpx2
import pytest
import respx

from qwen_localize import errors
from qwen_localize.dashscope import Client, Limit, Row, Service, TaskList, Wire
from support import KEY, ORIGIN
from virtual_time import VirtualClock

SUBMIT = f"{ORIGIN}/api/v1/some/path"
CHAT = f"{ORIGIN}/compatible-mode/v1/chat/completions"
LIMIT = Limit(60)
BODY: dict[str, Any] = {"model": "m"}
ACCEPTED = httpx.Response(200, json={"request_id": "r", "output": {"task_id": "t", "task_status": "PENDING"}})
_FIELDS = ("policy", "signature", "oss_access_key_id", "x_oss_object_acl", "x_oss_forbid_overwrite")
POLICY = dict.fromkeys(_FIELDS, "v") | {"upload_dir": "d", "upload_host": "https://up.example"}

NEVER_ARRIVED = {
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
    httpx2.UnsupportedProtocol,
}
TRANSPORT_ERRORS = sorted(
    (kind for kind in vars(httpx2).values() if isinstance(kind, type) and issubclass(kind, httpx2.TransportError)),
    key=lambda kind: kind.__name__,
)


@pytest.fixture
def client(clock: VirtualClock) -> Client:
    return Client(Wire(Service.at("cn-beijing", base_url=ORIGIN), KEY, clock=clock, chance=lambda: 0.0))


@pytest.mark.parametrize("kind", TRANSPORT_ERRORS, ids=lambda kind: kind.__name__)
async def test_a_submit_is_repeated_only_if_it_surely_did_not_arrive(
    httpx2_mock: respx.Router, client: Client, kind: type[httpx2.TransportError]
) -> None:
    route = httpx2_mock.post(SUBMIT).mock(side_effect=[kind("x"), ACCEPTED])
    if kind in NEVER_ARRIVED:
        await client.submit("some/path", BODY)
        assert route.call_count == 2
    else:
        with pytest.raises(errors.Unconfirmed, match="not sent again"):
            await client.submit("some/path", BODY)
        assert route.call_count == 1


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_a_submit_that_a_server_error_answered_is_not_repeated(
    httpx2_mock: respx.Router, client: Client, status: int
) -> None:
    route = httpx2_mock.post(SUBMIT).respond(status, json={"code": "InternalError", "message": "m"})
    with pytest.raises(errors.Unconfirmed, match="may have been carried out") as caught:
        await client.submit("some/path", BODY)
    assert "InternalError: “m”" in caught.value.reason
    assert route.call_count == 1


@pytest.mark.parametrize("code", ["PrepaidBillOverdue", "PostpaidBillOverdue", "CommodityNotPurchased"])
async def test_a_429_that_is_about_money_is_not_repeated(httpx2_mock: respx.Router, client: Client, code: str) -> None:
    route = httpx2_mock.post(CHAT).respond(429, json={"error": {"code": code, "message": "pay"}})
    with pytest.raises(errors.OutOfFunds):
        await client.chat(BODY)
    assert route.call_count == 1


async def test_a_chat_that_failed_is_repeated_since_failed_calls_are_free(
    httpx2_mock: respx.Router, client: Client, clock: VirtualClock
) -> None:
    failed = httpx.Response(500, json={"error": {"code": "internal_error", "message": "m"}})
    httpx2_mock.post(CHAT).mock(side_effect=[failed, failed, httpx.Response(200, json={"choices": []})])
    assert await client.chat(BODY) == {"choices": []}
    # Retry pauses of 0.5 and 1 s; the rest of each second is the model's own pace.
    assert clock.slept[0] == 0.5


async def test_a_chat_whose_answer_was_lost_is_not_repeated(httpx2_mock: respx.Router, client: Client) -> None:
    route = httpx2_mock.post(CHAT).mock(side_effect=httpx2.ReadTimeout("slow"))
    with pytest.raises(errors.Unconfirmed, match="did not answer within 180 s"):
        await client.chat(BODY)
    assert route.call_count == 1


async def test_retry_after_is_honoured(httpx2_mock: respx.Router, client: Client, clock: VirtualClock) -> None:
    busy = httpx.Response(429, json={"code": "Throttling"}, headers={"Retry-After": "7"})
    httpx2_mock.post(SUBMIT).mock(side_effect=[busy, ACCEPTED])
    await client.submit("some/path", BODY)
    assert clock.slept == [7]


async def test_throttling_without_end_is_given_up_with_advice(httpx2_mock: respx.Router, client: Client) -> None:
    route = httpx2_mock.post(CHAT).respond(429, json={"error": {"code": "limit_requests", "message": "m"}})
    with pytest.raises(errors.Throttled, match="Try again in a minute"):
        await client.chat(BODY)
    assert route.call_count == 5


async def test_an_answer_that_is_not_json_is_a_paid_answer_lost(httpx2_mock: respx.Router, client: Client) -> None:
    route = httpx2_mock.post(CHAT).respond(200, text="<html>")
    with pytest.raises(errors.Unconfirmed, match="was not JSON"):
        await client.chat(BODY)
    assert route.call_count == 1


async def test_an_error_code_behind_http_200_is_an_error(httpx2_mock: respx.Router, client: Client) -> None:
    httpx2_mock.post(CHAT).respond(200, json={"code": "InvalidApiKey", "message": "m"})
    with pytest.raises(errors.KeyRefused):
        await client.chat(BODY)


async def test_an_unknown_task_state_is_not_waited_on(httpx2_mock: respx.Router, client: Client) -> None:
    httpx2_mock.get(f"{ORIGIN}/api/v1/tasks/t").respond(json={"output": {"task_id": "t", "task_status": "SUSPENDED"}})
    with pytest.raises(errors.BadAnswer, match="SUSPENDED"):
        await client.query("t")


async def test_queries_keep_to_one_a_second(httpx2_mock: respx.Router, client: Client, clock: VirtualClock) -> None:
    httpx2_mock.get(f"{ORIGIN}/api/v1/tasks/t").mock(return_value=ACCEPTED)
    began = clock.now()
    for _ in range(11):
        await client.query("t")
    assert clock.now() - began >= 10


async def test_tasks_can_be_listed_and_cancelled(httpx2_mock: respx.Router, client: Client) -> None:
    row = {"task_id": "t", "status": "PENDING", "gmt_create": 1_700_000_000_500}
    page = {"model_name": "m", "page_no": "2", "page_size": "100"}
    httpx2_mock.get(f"{ORIGIN}/api/v1/tasks", params=page).respond(json={"data": [row], "total_page": 3})
    cancelled = httpx2_mock.post(f"{ORIGIN}/api/v1/tasks/t/cancel").respond(json={"request_id": "r"})
    assert await client.list_tasks("m", 2) == TaskList([Row("t", "PENDING", 1_700_000_000.5)], 3)
    await client.cancel("t")
    assert cancelled.called


async def test_a_list_of_another_shape_is_not_guessed_at(httpx2_mock: respx.Router, client: Client) -> None:
    httpx2_mock.get(f"{ORIGIN}/api/v1/tasks").respond(json={"tasks": []})
    with pytest.raises(errors.BadAnswer, match="not as documented"):
        await client.list_tasks("m")


async def test_an_expired_upload_policy_is_asked_for_anew(httpx2_mock: respx.Router, client: Client) -> None:
    asked = httpx2_mock.get(f"{ORIGIN}/api/v1/uploads").respond(json={"data": POLICY})
    httpx2_mock.post("https://up.example").mock(side_effect=[httpx.Response(403), httpx.Response(200)])
    url = await client.upload("m", "имя файла.png", b"data")
    assert asked.call_count == 2
    assert url.isascii()
    assert url.startswith("oss://d/")


async def test_a_large_upload_has_the_time_that_a_slow_line_needs(httpx2_mock: respx.Router, client: Client) -> None:
    allowed: list[float] = []

    async def measure(request: httpx.Request) -> httpx.Response:
        allowed.append(anyio.current_effective_deadline() - anyio.current_time())
        return httpx.Response(200)

    httpx2_mock.get(f"{ORIGIN}/api/v1/uploads").respond(json={"data": POLICY})
    httpx2_mock.post("https://up.example").mock(side_effect=measure)
    await client.upload("m", "a.png", bytes(20_000_000))
    assert 450 < allowed[0] <= 460


@pytest.mark.parametrize(
    ("arguments", "origin"),
    [
        ({"region": "cn-beijing"}, "https://dashscope.aliyuncs.com"),
        ({"region": "ap-southeast-1"}, "https://dashscope-intl.aliyuncs.com"),
        ({"region": "cn-beijing", "workspace": "ws-1"}, "https://ws-1.cn-beijing.maas.aliyuncs.com"),
        ({"region": "cn-beijing", "workspace": "w", "base_url": "http://127.0.0.1:1/"}, "http://127.0.0.1:1"),
    ],
)
def test_requests_go_to_the_region_the_workspace_or_the_given_origin(arguments: dict[str, str], origin: str) -> None:
    service = Service.at(**arguments)
    assert (service.native, service.compatible) == (f"{origin}/api/v1", f"{origin}/compatible-mode/v1")


@pytest.mark.parametrize(
    ("base_url", "wanted", "region"),
    [
        ("https://dashscope.aliyuncs.com", "us-east-1", "cn-beijing"),
        ("https://dashscope-intl.aliyuncs.com", "cn-beijing", "ap-southeast-1"),
        ("https://dashscope-intl.aliyuncs.com/", "eu-central-1", "eu-central-1"),
        ("https://DASHSCOPE-US.aliyuncs.com:443", "cn-beijing", "us-east-1"),
        ("https://ws-1.ap-southeast-1.maas.aliyuncs.com", "cn-beijing", "ap-southeast-1"),
        ("https://ws-1.mars.maas.aliyuncs.com", "cn-beijing", None),
        ("https://dashscope-intl.aliyuncs.com.evil.example", "cn-beijing", None),
        ("https://gateway.example", "ap-southeast-1", None),
        ("http://127.0.0.1:8123", "cn-beijing", None),
    ],
)
def test_a_base_url_is_of_the_region_whose_documented_host_it_names(
    base_url: str, wanted: str, region: str | None
) -> None:
    assert Service.at(wanted, base_url=base_url).region == region


async def test_an_answer_is_one_whatever_code_stands_beside_it(httpx2_mock: respx.Router, client: Client) -> None:
    body = {"code": "Success", "choices": [{"message": {"content": "Hi"}}]}
    httpx2_mock.post(url__regex=".*/chat/completions").respond(json=body)
    assert await client.chat({}) == body
