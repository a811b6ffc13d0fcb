"""Upload policies and the upload host (docs/model-studio.md 8)."""

from typing import Any

import anyio
import httpx2
import pytest

from sandbox.stand import Caller, ManualClock


async def policy(caller: Caller, model: str = "qwen-mt-image") -> dict[str, Any]:
    answer = await caller.http.get("/api/v1/uploads", params={"action": "getPolicy", "model": model})
    assert answer.status_code == 200, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


def form(data: dict[str, Any], name: str = "a.png", **changes: str) -> dict[str, str]:
    fields = {
        "OSSAccessKeyId": data["oss_access_key_id"], "Signature": data["signature"], "policy": data["policy"],
        "key": f"{data['upload_dir']}/{name}", "x-oss-object-acl": data["x_oss_object_acl"],
        "x-oss-forbid-overwrite": data["x_oss_forbid_overwrite"], "success_action_status": "200",
    }  # fmt: skip
    return fields | changes


async def send(url: str, fields: dict[str, str], content: bytes = b"content") -> httpx2.Response:
    async with httpx2.AsyncClient(trust_env=False) as bare:
        return await bare.post(url, data=fields, files={"file": ("a.png", content)})


async def test_a_policy_has_the_documented_fields(timed: Caller) -> None:
    data = await policy(timed)
    assert set(data) == {
        "policy", "signature", "upload_dir", "upload_host", "expire_in_seconds", "max_file_size_mb",
        "capacity_limit_mb", "oss_access_key_id", "x_oss_object_acl", "x_oss_forbid_overwrite",
    }  # fmt: skip
    assert (data["expire_in_seconds"], data["max_file_size_mb"]) == (300, 100)
    assert data["upload_host"].startswith(timed.sandbox.origin)


async def test_a_policy_is_given_for_a_known_model_only(timed: Caller) -> None:
    params = {"action": "getPolicy", "model": "nope"}
    assert (await timed.http.get("/api/v1/uploads", params=params)).status_code == 404
    assert (await timed.http.get("/api/v1/uploads", params={"model": "qwen-mt-image"})).status_code == 400


async def test_an_upload_needs_no_key_and_is_answered_with_nothing(timed: Caller) -> None:
    data = await policy(timed)
    answer = await send(data["upload_host"], form(data), b"picture")
    assert (answer.status_code, answer.content) == (200, b"")
    assert timed.sandbox.uploads.read(f"oss://{data['upload_dir']}/a.png", "qwen-mt-image") == b"picture"
    assert timed.sandbox.ledger.count("upload") == 1


async def test_a_name_is_never_overwritten(timed: Caller) -> None:
    data = await policy(timed)
    first, second, other = [await send(data["upload_host"], form(data, name)) for name in ("a.png", "a.png", "b.png")]
    assert (first.status_code, second.status_code, other.status_code) == (200, 409, 200)
    assert "<Code>FileAlreadyExists</Code>" in second.text


async def test_an_expired_policy_is_refused(timed: Caller, clock: ManualClock) -> None:
    data = await policy(timed)
    await clock.advance(300)
    answer = await send(data["upload_host"], form(data))
    assert answer.status_code == 403
    assert "<Code>AccessDenied</Code>" in answer.text
    assert "Policy expired" in answer.text


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"Signature": "forged"}, 403),
        ({"OSSAccessKeyId": "somebody"}, 403),
        ({"policy": "e30="}, 403),
        ({"key": "elsewhere/a.png"}, 403),
        ({"x-oss-object-acl": "public-read"}, 403),
        ({"x-oss-forbid-overwrite": "false"}, 403),
    ],
)
async def test_a_form_that_breaks_the_policy_is_refused(timed: Caller, changes: dict[str, str], status: int) -> None:
    data = await policy(timed)
    assert (await send(data["upload_host"], form(data, **changes))).status_code == status


async def test_a_form_without_a_file_is_refused(timed: Caller) -> None:
    data = await policy(timed)
    async with httpx2.AsyncClient(trust_env=False) as bare:
        assert (await bare.post(data["upload_host"], data=form(data))).status_code == 400


async def test_a_file_over_the_limit_is_refused(timed: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qwen_localize.sandbox.uploads.MAX_MEGABYTES", 0)
    data = await policy(timed)
    answer = await send(data["upload_host"], form(data))
    assert (answer.status_code, "EntityTooLarge" in answer.text) == (400, True)


async def test_a_client_that_leaves_in_the_middle_of_an_upload_is_noted_and_troubles_nobody(
    timed: Caller, caplog: pytest.LogCaptureFixture
) -> None:
    host = httpx2.URL((await policy(timed))["upload_host"])
    async with await anyio.connect_tcp("127.0.0.1", host.port or 80) as stream:
        head = "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 1000\r\n\r\n--b\r\n"
        await stream.send(f"POST {host.path} HTTP/1.1\r\nHost: {host.host}\r\n{head}".encode())
    with anyio.fail_after(20):
        while not timed.sandbox.ledger.count("upload"):  # noqa: ASYNC110 - the ledger has no event
            await anyio.sleep(0.01)
    assert [entry.status for entry in timed.sandbox.ledger if entry.kind == "upload"] == [0]
    assert not caplog.records
