"""`translate_image` through a client, with only the network faked."""

import base64
from pathlib import Path
from typing import Any

import anyio
import pytest
import respx
from mcp import Client
from mcp_types import CallToolResult, ResourceLink
from PIL import Image

from fakes import RESULT_URL, Service, listed, task
from qwen_localize.jobs import State
from qwen_localize_tools.translate_image import TOOL
from server.jobs.records import record
from support import KEY, Call, Connect, Refused, picture, words


async def test_a_local_picture_goes_in_and_a_translated_jpeg_on_disk_comes_out(service: Service, call: Call) -> None:
    result = await call()
    data = result.structured_content
    saved = Path(data["artifacts"][0]["path"])
    assert saved.name == "poster.ru.jpg"
    with Image.open(saved) as image:
        assert (image.format, image.size) == ("JPEG", (64, 48))
    assert data["artifacts"][0] | {"path": "", "uri": ""} == {
        "path": "", "uri": "", "mime_type": "image/jpeg", "bytes": saved.stat().st_size, "width": 64, "height": 48,
    }  # fmt: skip
    assert (data["status"], data["estimated_cost"]) == ("succeeded", 0.003)
    assert data["usage"] == {"image_count": 1, "request_ids": ["r-2"]}


async def test_the_text_has_the_absolute_path_and_a_link_stands_beside_it(service: Service, call: Call) -> None:
    result = await call()
    data = result.structured_content
    assert data["artifacts"][0]["path"] in words(result)
    link = next(block for block in result.content if isinstance(block, ResourceLink))
    assert link.uri == f"qwen-localize://files/{data['job_id']}/1"
    assert (link.name, link.mime_type) == ("poster.ru.jpg", "image/jpeg")


async def test_no_picture_bytes_are_in_the_answer(service: Service, call: Call) -> None:
    result = await call()
    assert len(result.model_dump_json()) < 3000


async def test_the_request_is_the_one_that_the_contract_shows(service: Service, call: Call) -> None:
    await call(
        source_lang="English",
        glossary=[{"source": "SALE", "target": "РАСПРОДАЖА"}],
        sensitive_words=["badword"],
        domain_hint="Kitchenware.",
        keep_subject_text=True,
    )
    body, request = service.sent, service.submit.calls[0].request
    image_url = body["input"].pop("image_url")
    assert image_url.startswith("oss://dir/")
    assert image_url.endswith("-poster.png")
    assert body == {
        "model": "qwen-mt-image",
        "input": {
            "source_lang": "en",
            "target_lang": "ru",
            "ext": {
                "config": {"imageSegment": True},
                "terminologies": [{"src": "SALE", "tgt": "РАСПРОДАЖА"}],
                "sensitives": ["badword"],
                "domainHint": "Kitchenware.",
            },
        },
    }
    assert request.headers["X-DashScope-Async"] == "enable"
    assert request.headers["X-DashScope-OssResourceResolve"] == "enable"


async def test_the_key_goes_to_the_service_and_to_nobody_else(service: Service, call: Call) -> None:
    await call()
    assert service.submit.calls[0].request.headers["Authorization"] == f"Bearer {KEY}"
    assert "Authorization" not in service.upload.calls[0].request.headers
    assert "Authorization" not in service.download.calls[0].request.headers


async def test_a_public_url_is_passed_on_as_ascii_and_nothing_is_uploaded(service: Service, call: Call) -> None:
    result = await call(image="https://shop.example/图片/one.png?x=1")
    assert service.sent["input"]["image_url"] == "https://shop.example/%E5%9B%BE%E7%89%87/one.png?x=1"
    assert "X-DashScope-OssResourceResolve" not in service.submit.calls[0].request.headers
    assert not service.policy.called
    assert Path(result.structured_content["artifacts"][0]["path"]).name == "one.ru.jpg"


async def test_a_data_uri_is_uploaded_like_a_file(service: Service, call: Call) -> None:
    await call(image=f"data:image/png;base64,{base64.b64encode(picture()).decode()}")
    assert service.upload.called


async def test_a_second_run_overwrites_nothing(service: Service, call: Call) -> None:
    await call()
    result = await call()
    assert Path(result.structured_content["artifacts"][0]["path"]).name == "poster.ru-2.jpg"


async def test_no_text_found_is_an_outcome_of_its_own(service: Service, call: Call) -> None:
    service.query.return_value = task("SUCCEEDED", image_url=RESULT_URL, message="No text detected for translation")
    result = await call()
    assert not result.is_error
    assert result.structured_content["status"] == "succeeded"
    assert result.structured_content["no_text_found"] is True
    assert result.structured_content["artifacts"] == []
    assert "No text was found" in words(result)
    assert not service.download.called


async def test_of_several_pictures_without_text_it_is_said_too(service: Service, call: Call) -> None:
    service.query.return_value = task("SUCCEEDED", image_url=RESULT_URL, message="No text detected for translation")
    result = await call(target_lang=["ru", "fr"])
    assert result.structured_content["no_text_found"] is True
    assert "2 of 2 done, about 0.006 CNY. No text was found in 2; looking is billed too. All of it: " in words(result)


@pytest.mark.parametrize("state", State)
def test_no_text_is_said_to_be_found_only_of_a_picture_that_was_looked_at(state: State) -> None:
    job = record(state=state, details={"no_text_found": True})
    assert TOOL.result.of(job).model_dump()["no_text_found"] is (state is State.SUCCEEDED)


async def test_a_call_that_takes_longer_than_the_client_waits_answers_with_what_to_do(
    service: Service, call: Call
) -> None:
    service.list.side_effect = lambda _: listed("RUNNING")
    result = await call(settings={"wait": 60.0})
    assert not result.is_error
    data = result.structured_content
    assert data["status"] == "running"
    assert "do not call translate_image again, but get_job" in words(result)
    assert data["job_id"] in words(result)


async def test_the_same_call_while_its_job_runs_joins_it(service: Service, connect: Connect, poster: Path) -> None:
    arguments = {"image": str(poster), "target_lang": "ru"}
    results: list[CallToolResult] = []

    async def one(client: Client) -> None:
        results.append(await client.call_tool("translate_image", arguments))

    async with connect() as client, anyio.create_task_group() as group:
        for _ in range(3):
            group.start_soon(one, client)
    paths = {result.structured_content["artifacts"][0]["path"] for result in results if result.structured_content}
    assert service.submit.call_count == 1
    assert service.download.call_count == 1
    assert len(paths) == 1


async def test_a_picture_under_another_name_is_the_same_request_and_another_picture_is_not(
    service: Service, connect: Connect, poster: Path, tmp_path: Path
) -> None:
    (tmp_path / "copy.png").write_bytes(poster.read_bytes())
    (tmp_path / "other.png").write_bytes(picture(100, 100))
    service.list.side_effect = lambda _: listed("RUNNING")
    async with connect(wait=0.0) as client:
        ids = []
        for name in ("poster.png", "copy.png", "other.png"):
            arguments = {"image": str(tmp_path / name), "target_lang": "ru"}
            result = await client.call_tool("translate_image", arguments)
            assert result.structured_content
            ids.append(result.structured_content["job_id"])
    assert ids[0] == ids[1] != ids[2]


async def test_a_call_over_the_daily_budget_is_refused_before_anything_is_sent(
    httpx2_mock: respx.Router, call: Call
) -> None:
    result = await call(settings={"daily_budget": 0.001})
    assert result.is_error
    assert "daily budget of 0.001 CNY" in words(result)
    assert "QWEN_LOCALIZE_DAILY_BUDGET" in words(result)
    assert not httpx2_mock.calls


@pytest.mark.parametrize(
    "place",
    [
        {"base_url": None, "region": "ap-southeast-1"},
        {"base_url": "https://dashscope-intl.aliyuncs.com"},
        {"base_url": "https://ws-1.ap-southeast-1.maas.aliyuncs.com"},
    ],
)
async def test_a_model_that_the_region_lacks_is_refused_with_the_region_that_has_it_and_the_model_for_here(
    refused: Refused, call: Call, place: dict[str, Any]
) -> None:
    told = await refused(call(settings=place))
    assert "qwen-mt-image is not offered in ap-southeast-1. It is in cn-beijing: use qwen-mt-image-2.0 here" in told


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"target_lang": "ko", "source_lang": "ja"}, "one of the two must be Chinese or English"),
        ({"target_lang": "ko", "source_lang": "ja"}, "qwen-mt-image-2.0"),
        ({"target_lang": "en", "source_lang": "en"}, "English into English changes nothing"),
        ({"target_lang": "de"}, "qwen-mt-image-2.0 can: set model"),
        ({"target_lang": "Klingon"}, "does not know the language “Klingon”"),
        ({"image": "/etc/hosts"}, "outside the folders that may be read"),
        ({"image": "file:///tmp/x.png"}, "Pass a plain path"),
        ({"image": "http://127.0.0.1/x.png"}, "not on the public internet"),
        ({"image": "data:image/png,abc"}, "not base64"),
        ({"image": "data:image/png;base64,!!!"}, "damaged"),
        ({"picture": "x.png"}, "There is no argument “picture”"),
    ],
)
async def test_a_bad_argument_gets_a_sentence_and_nothing_is_sent(
    refused: Refused, call: Call, arguments: dict[str, Any], expected: str
) -> None:
    assert expected in await refused(call(**arguments))


@pytest.mark.parametrize("place", ["/proc/nowhere", "file/below"])
async def test_an_output_directory_that_cannot_be_written_is_said_before_anything_is_sent(
    httpx2_mock: respx.Router, call: Call, tmp_path: Path, place: str
) -> None:
    (tmp_path / "file").write_text("")
    result = await call(settings={"output_dir": tmp_path / place})
    assert result.is_error
    assert "QWEN_LOCALIZE_OUTPUT_DIR" in words(result)
    assert not httpx2_mock.calls


async def test_a_full_disk_is_said_before_anything_is_sent(
    httpx2_mock: respx.Router, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qwen_localize.files.outputs._free", lambda _: 1000)
    assert "is full" in words(await call())
    assert not httpx2_mock.calls


async def test_a_path_that_does_not_exist_is_said_to(httpx2_mock: respx.Router, call: Call, tmp_path: Path) -> None:
    assert "There is no file at" in words(await call(image=str(tmp_path / "nowhere.png")))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"just text", "is not a picture"),
        (b"", "is not a picture"),
        (picture(kind="GIF"), "is a GIF file"),
        (picture(14, 100), "14×100 pixels; each side must have 15 to 8192"),
        (picture(8193, 900), "8193×900 pixels; each side must have 15 to 8192"),
        (picture(500, 20), "at most 10 times the other"),
    ],
)
async def test_a_picture_that_the_model_cannot_take_is_refused_before_anything_is_sent(
    httpx2_mock: respx.Router, call: Call, poster: Path, content: bytes, expected: str
) -> None:
    poster.write_bytes(content)
    assert expected in words(await call())
    assert not httpx2_mock.calls
