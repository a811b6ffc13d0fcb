"""Image translation requests on the wire (docs/model-studio.md 4)."""

from typing import Any

import anyio
import pytest
from PIL import Image

from qwen_localize.sandbox import SandboxConfig
from sandbox.stand import SUBMIT, Caller, ManualClock, finished, open_caller, png

URL = "https://example.com/picture.png"


async def test_the_asynchronous_header_is_mandatory_for_qwen_mt_image(caller: Caller) -> None:
    answer = await caller.submit(URL, headers={})
    assert answer.status_code == 403
    assert answer.json()["code"] == "AccessDenied"
    assert answer.json()["message"] == "current user api does not support synchronous calls"


async def test_a_submission_is_answered_with_a_pending_task(caller: Caller, blank: bytes) -> None:
    body = (await caller.submit(caller.host(blank))).json()
    assert set(body) == {"output", "request_id"}
    assert set(body["output"]) == {"task_id", "task_status"}
    assert body["output"]["task_status"] == "PENDING"


async def test_a_picture_without_text_succeeds_says_so_and_is_billed(caller: Caller, blank: bytes) -> None:
    task_id = await caller.submitted(caller.host(blank))
    report = await finished(caller, task_id)
    assert report["output"]["task_status"] == "SUCCEEDED"
    assert report["output"]["message"] == "No text detected for translation"
    assert report["output"]["image_url"].startswith(caller.sandbox.origin)
    assert report["usage"] == {"image_count": 1}
    (paid,) = caller.sandbox.ledger.paid
    assert (paid.model, paid.cny, paid.images, paid.task_id) == ("qwen-mt-image", 0.003, 1, task_id)


async def test_the_newer_model_answers_at_once_without_the_header(blank: bytes) -> None:
    async with open_caller(SandboxConfig(speed=5000)) as caller:
        answer = await caller.submit(caller.host(blank), "qwen-mt-image-2.0", headers={})
        body = answer.json()
        assert body["output"]["image_url"].startswith(caller.sandbox.origin)
        assert (body["usage"], set(body)) == ({"image_count": 1}, {"output", "usage", "request_id"})
        assert [paid.cny for paid in caller.sandbox.ledger.paid] == [0.004]


async def test_the_newer_model_takes_any_pair_and_the_asynchronous_header(caller: Caller, blank: bytes) -> None:
    task_id = await caller.submitted(
        caller.host(blank), model="qwen-mt-image-2.0", source_lang="ja", target_lang="Zh-TW"
    )
    assert (await finished(caller, task_id))["output"]["task_status"] == "SUCCEEDED"


@pytest.mark.parametrize(
    ("source", "target", "accepted"),
    [
        ("en", "zh", True), ("auto", "ja", True), ("English", "CHINESE", True), ("de", "en", True), ("zh", "ar", True),
        ("en", "en", False), ("en", "English", False), ("ja", "ko", False), ("en", "de", False), ("th", "zh", False),
        ("en", "auto", False), ("en", "xx", False), (None, "zh", False), ("en", None, False), ("en", 3, False),
    ],
)  # fmt: skip
async def test_the_language_rules_are_those_of_the_table(
    caller: Caller, source: object, target: object, accepted: bool
) -> None:
    answer = await caller.submit("http://127.0.0.1:9/", source_lang=source, target_lang=target)
    assert answer.status_code == (200 if accepted else 400)
    assert accepted or answer.json()["code"] == "InvalidParameter"


@pytest.mark.parametrize(
    "given",
    [
        {"image_url": None}, {"image_url": ""}, {"image_url": 7}, {"image_url": "data:image/png;base64,AAAA"},
        {"image_url": "/etc/passwd"}, {"ext": []}, {"ext": {"config": 1}}, {"ext": {"config": {"imageSegment": "no"}}},
        {"ext": {"config": {"skipImgSegment": 1}}}, {"ext": {"terminologies": [{"source": "a", "target": "b"}]}},
        {"ext": {"sensitives": "word"}}, {"ext": {"domainHint": 1}},
    ],
)  # fmt: skip
async def test_a_malformed_input_is_refused_at_once(caller: Caller, given: dict[str, Any]) -> None:
    answer = await caller.submit(URL, **given)
    assert (answer.status_code, answer.json()["code"]) == (400, "InvalidParameter")


async def test_both_names_of_the_segmentation_switch_are_taken(caller: Caller) -> None:
    for name in ("imageSegment", "skipImgSegment"):
        answer = await caller.submit("http://127.0.0.1:9/", ext={"config": {name: True}, "domainHint": "shop"})
        assert answer.status_code == 200


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 400, "BadRequest.EmptyModel"),
        ({"model": "qwen-mt-plus", "input": {}}, 404, "ModelNotFound"),
        ({"model": "qwen-mt-image"}, 400, "BadRequest.EmptyInput"),
    ],
)
async def test_a_request_without_its_parts_is_refused(
    caller: Caller, body: dict[str, Any], status: int, code: str
) -> None:
    answer = await caller.http.post(SUBMIT, json=body, headers={"X-DashScope-Async": "enable"})
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_an_address_with_chinese_characters_is_refused(caller: Caller) -> None:
    assert (await caller.submit("https://example.com/图.png")).json()["code"] == "InvalidURL"


async def test_an_uploaded_picture_needs_the_resolve_header(caller: Caller) -> None:
    answer = await caller.submit("oss://somewhere/a.png")
    assert (answer.status_code, answer.json()["code"]) == (400, "InvalidParameter.DataInspection")


def small(mode: str, file_format: str, size: tuple[int, int] = (20, 20), **options: Any) -> bytes:
    return png(Image.new(mode, size), format=file_format, **options)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"not a picture", "InvalidImage.FileFormat"),
        (b"", "InvalidImage.FileFormat"),
        (small("RGB", "BMP")[:100], "InvalidImage.FileFormat"),
        (small("P", "GIF"), "InvalidImage.FileFormat"),
        (small("RGB", "PNG", (14, 20)), "InvalidImage.Resolution"),
        (small("L", "PNG", (8193, 900)), "InvalidImage.Resolution"),
        (small("RGB", "PNG", (20, 201)), "InvalidImage.Resolution"),
    ],
)
async def test_a_picture_outside_the_rules_fails_the_task_and_costs_nothing(
    caller: Caller, content: bytes, code: str
) -> None:
    report = await finished(caller, await caller.submitted(caller.host(content)))
    assert (report["output"]["task_status"], report["output"]["code"]) == ("FAILED", code)
    assert report["output"]["message"]
    assert "usage" not in report
    assert caller.sandbox.ledger.paid == ()


async def test_an_address_that_cannot_be_fetched_fails_the_task(caller: Caller) -> None:
    refused = await finished(caller, await caller.submitted("http://127.0.0.1:9/a.png"))
    missing = await finished(caller, await caller.submitted(f"{caller.sandbox.origin}/nothing.png"))
    assert refused["output"]["code"] == "InvalidURL.ConnectionRefused"
    assert missing["output"]["code"] == "InvalidURL"


async def test_an_address_that_never_answers_fails_the_task_in_time(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qwen_localize.sandbox.fetching.TIMEOUT", 0.05)
    async with await anyio.create_tcp_listener(local_host="127.0.0.1") as silent:
        port = silent.extra(anyio.abc.SocketAttribute.local_port)
        report = await finished(caller, await caller.submitted(f"http://127.0.0.1:{port}/a.png"))
    assert report["output"]["code"] == "InvalidURL.Timeout"


async def test_an_uploaded_picture_serves_only_its_model_and_only_for_two_days(
    timed: Caller, clock: ManualClock, blank: bytes
) -> None:
    policy = timed.sandbox.uploads.policy("qwen-mt-image")
    fields = {
        "OSSAccessKeyId": policy["oss_access_key_id"], "Signature": policy["signature"], "policy": policy["policy"],
        "key": f"{policy['upload_dir']}/a.png", "x-oss-object-acl": "private", "x-oss-forbid-overwrite": "true",
    }  # fmt: skip
    timed.sandbox.uploads.store(fields, blank)
    headers = {"X-DashScope-Async": "enable", "X-DashScope-OssResourceResolve": "enable"}
    url = f"oss://{fields['key']}"

    async def outcome(model: str) -> str:
        task_id = await timed.submitted(url, model=model, headers=headers)
        await clock.until_sleeping(1)
        await clock.advance(60)
        return await timed.state(task_id)

    assert await outcome("qwen-mt-image") == "SUCCEEDED"
    assert await outcome("qwen-mt-image-2.0") == "FAILED"
    await clock.advance(48 * 3600)
    assert await outcome("qwen-mt-image") == "FAILED"
