"""`edit_image` through a client, with only the network faked."""

import base64
import json
from pathlib import Path
from typing import Any

import anyio
import httpx
import httpx2
import pytest
import respx
from mcp_types import CallToolResult
from PIL import Image

from fakes import API
from qwen_localize_tools.edit_image.models import FAMILIES, MODELS, RATIOS
from support import Call, Connect, Refused, picture, words

URL = f"{API}/services/aigc/multimodal-generation/generation"
# The rows of the contract's table; the third is qwen-image-edit.
NEWEST = (
    *("qwen-image-2.0", "qwen-image-2.0-2026-03-03", "qwen-image-2.0-pro", "qwen-image-2.0-pro-2026-03-03"),
    *("qwen-image-2.0-pro-2026-04-22", "qwen-image-2.0-pro-2026-06-22"),
)
PLUS = (
    *("qwen-image-edit-max", "qwen-image-edit-max-2026-01-16", "qwen-image-edit-plus"),
    *("qwen-image-edit-plus-2025-10-30", "qwen-image-edit-plus-2025-12-15"),
)
RESULT = "http://results.example/{}.png"


def edited(n: int = 1) -> httpx.Response:
    """An answer as docs/model-studio.md 5 shows it."""
    content = [{"image": RESULT.format(number)} for number in range(n)]
    output = {"choices": [{"finish_reason": "stop", "message": {"role": "assistant", "content": content}}]}
    usage = {"width": 64, "height": 48, "image_count": n}
    return httpx.Response(200, json={"request_id": "r-1", "output": output, "usage": usage})


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "mug photo.png"
    path.write_bytes(picture())
    return path


@pytest.fixture
def service(httpx2_mock: respx.Router) -> respx.Route:
    httpx2_mock._assert_all_called = False
    httpx2_mock.get(url__regex=r"http://results.example/\d.png").respond(content=picture())
    return httpx2_mock.post(URL).mock(side_effect=lambda request: edited(sent(request)["parameters"]["n"]))


@pytest.fixture
def call(connect: Connect, photo: Path) -> Call:
    async def called(**arguments: Any) -> CallToolResult:
        settings = arguments.pop("settings", {})
        async with connect(**settings) as client:
            return await client.call_tool("edit_image", {"images": [str(photo)], "prompt": "Make it grey"} | arguments)

    return called


def sent(request: httpx.Request) -> dict[str, Any]:
    return dict(json.loads(request.content))


async def test_n_versions_are_saved_and_named_after_the_picture_and_the_instruction(
    service: respx.Route, call: Call
) -> None:
    result = await call(n=3)
    data = result.structured_content
    assert [Path(file["path"]).name for file in data["artifacts"]] == [
        "mug photo.make-it-grey.png", "mug photo.make-it-grey-2.png", "mug photo.make-it-grey-3.png",
    ]  # fmt: skip
    assert data["status"] == "succeeded"
    assert data["estimated_cost"] == pytest.approx(0.6)
    assert data["usage"]["image_count"] == 3
    with Image.open(data["artifacts"][0]["path"]) as image:
        assert image.size == (64, 48)


async def test_fewer_pictures_than_asked_for_cost_what_they_are(
    service: respx.Route, connect: Connect, photo: Path
) -> None:
    service.side_effect = lambda _: edited(2)
    async with connect() as client:
        result = await client.call_tool("edit_image", {"images": [str(photo)], "prompt": "Make it grey", "n": 6})
        spent = await client.read_resource("qwen-localize://usage")
    assert result.structured_content
    assert len(result.structured_content["artifacts"]) == 2
    assert result.structured_content["estimated_cost"] == pytest.approx(0.4)
    assert json.loads(spent.contents[0].model_dump()["text"])[0]["cny"] == pytest.approx(0.4)


async def test_the_request_is_the_one_that_the_contract_shows(service: respx.Route, call: Call) -> None:
    await call(
        size="16:9", negative_prompt="blur", prompt_extend=False, watermark=True, seed=7, model="qwen-image-2.0-pro"
    )
    body = sent(service.calls[0].request)
    message = body["input"]["messages"][0]
    assert body["model"] == "qwen-image-2.0-pro"
    assert body["parameters"] == {
        "n": 1, "size": "1280*720", "negative_prompt": "blur", "prompt_extend": False, "watermark": True, "seed": 7,
    }  # fmt: skip
    assert [set(part) for part in message["content"]] == [{"image"}, {"text"}]
    head, _, data = message["content"][0]["image"].partition(",")
    assert head == "data:image/png;base64"
    assert base64.b64decode(data) == picture()
    assert "X-DashScope-Async" not in service.calls[0].request.headers


async def test_each_picture_of_a_folder_or_pattern_is_edited_alone_as_one_job(
    service: respx.Route, connect: Connect, photo: Path, tmp_path: Path
) -> None:
    (tmp_path / "cup.png").write_bytes(picture(80, 80))
    async with connect() as client:
        arguments = {"images": [str(tmp_path / "*.png")], "prompt": "Make it grey", "n": 2}
        preview = (await client.call_tool("edit_image", arguments | {"preview": True})).structured_content or {}
        assert not service.called
        data = (await client.call_tool("edit_image", arguments)).structured_content or {}
        jobs = (await client.call_tool("list_jobs", {})).structured_content or {}
    assert preview["details"]["total"] == 4
    assert preview["details"]["cost"] == pytest.approx(0.8)
    assert [len(sent(call.request)["input"]["messages"][0]["content"]) for call in service.calls] == [2, 2]
    assert sorted(Path(file["path"]).name for file in data["artifacts"][1:]) == [
        "cup.make-it-grey-2.png", "cup.make-it-grey.png",
        "mug photo.make-it-grey-2.png", "mug photo.make-it-grey.png",
    ]  # fmt: skip
    assert data["estimated_cost"] == pytest.approx(0.8)
    assert [job["job_id"] for job in jobs["jobs"]] == [data["job_id"]]


async def test_more_than_three_pictures_are_refused_with_how_to_edit_each(refused: Refused, call: Call) -> None:
    told = await refused(call(images=["https://shop.example/a.png"] * 4))
    assert 'To edit each alone, pass their folder or a pattern, as in ["photos/*.jpg"]' in told


async def test_a_transparent_picture_is_edited_only_on_a_background_that_was_chosen(
    service: respx.Route, call: Call, photo: Path
) -> None:
    Image.new("RGBA", (64, 48), (0, 0, 0, 0)).save(photo)
    assert "Pass background" in words(await call())
    assert not service.called
    assert not (await call(background="white")).is_error


async def test_up_to_three_pictures_go_in_their_order(service: respx.Route, call: Call, photo: Path) -> None:
    await call(images=["https://shop.example/a.png", str(photo), "https://shop.example/b.png"])
    images = [part.get("image") for part in sent(service.calls[0].request)["input"]["messages"][0]["content"]][:3]
    assert [images[0], images[2]] == ["https://shop.example/a.png", "https://shop.example/b.png"]


async def test_a_large_picture_goes_by_temporary_upload(
    service: respx.Route, call: Call, tmp_path: Path, httpx2_mock: respx.Router
) -> None:
    from fakes import Service

    uploads = Service(httpx2_mock)
    (tmp_path / "noise.png").write_bytes(picture() + bytes(7_100_000))
    await call(images=[str(tmp_path / "noise.png")])
    assert uploads.upload.called
    image = sent(service.calls[0].request)["input"]["messages"][0]["content"][0]["image"]
    assert image.startswith("oss://")
    assert service.calls[0].request.headers["X-DashScope-OssResourceResolve"] == "enable"


async def test_a_very_long_prompt_is_passed_on(service: respx.Route, call: Call) -> None:
    assert not (await call(prompt="very " * 2000 + "blue")).is_error


async def test_an_impatient_client_gets_a_job_and_the_result_later(
    service: respx.Route, connect: Connect, photo: Path
) -> None:
    released = anyio.Event()

    async def slow(request: httpx.Request) -> httpx.Response:
        await released.wait()
        return edited()

    service.side_effect = slow
    async with connect(wait=0.5) as client:
        arguments = {"images": [str(photo)], "prompt": "Make it grey"}
        begun = (await client.call_tool("edit_image", arguments)).structured_content
        assert begun
        released.set()
        ended = (await client.call_tool("get_job", {"job_id": begun["job_id"], "wait": 60})).structured_content
    assert begun["status"] in ("queued", "running")
    assert ended
    assert ended["status"] == "succeeded"
    assert service.call_count == 1


async def test_a_paid_edit_whose_answer_was_lost_is_not_repeated_without_asking(
    service: respx.Route, connect: Connect, photo: Path
) -> None:
    service.side_effect = httpx2.ReadError("gone")
    async with connect() as client:
        for _ in range(2):
            result = await client.call_tool("edit_image", {"images": [str(photo)], "prompt": "x"})
            assert "Ask the user before paying again" in words(result)
    assert service.call_count == 1


async def test_a_result_that_is_refused_at_first_is_kept_for_get_job(
    service: respx.Route, call: Call, httpx2_mock: respx.Router
) -> None:
    httpx2_mock.get(url__regex=r"http://results.example/\d.png").respond(403)
    assert "is paid for" in words(await call())


async def test_an_edit_that_failed_is_repeated_since_that_is_free(service: respx.Route, call: Call) -> None:
    failed = httpx.Response(500, json={"code": "InternalError", "message": "m"})
    service.side_effect = [failed, edited()]
    assert not (await call()).is_error


async def test_an_answer_without_a_picture_is_an_error(service: respx.Route, call: Call) -> None:
    service.side_effect = lambda _: edited(0)
    assert "without a picture" in words(await call())


def test_the_models_are_those_of_the_contract() -> None:
    assert set(MODELS) == {*NEWEST, *PLUS, "qwen-image-edit"}


@pytest.mark.parametrize(
    ("name", "size"),
    [(name, size) for name in NEWEST for size in ("512*512", "2048*2048", "256*16384")]
    + [(name, size) for name in PLUS for size in ("512*512", "2048*2048", "512*2048")],
)
async def test_every_model_is_sent_what_it_takes(service: respx.Route, call: Call, name: str, size: str) -> None:
    options = {"n": 6, "prompt_extend": False, "negative_prompt": "blur", "watermark": True, "seed": 2147483647}
    result = await call(model=name, size=size, **options)
    assert not result.is_error, words(result)
    body = sent(service.calls[0].request)
    assert (body["model"], body["parameters"]) == (name, options | {"size": size})


async def test_the_first_model_is_sent_what_it_takes(service: respx.Route, call: Call) -> None:
    options = {"n": 1, "negative_prompt": "blur", "watermark": True, "seed": 0}
    assert not (await call(model="qwen-image-edit", **options)).is_error
    body = sent(service.calls[0].request)
    assert (body["model"], body["parameters"]) == ("qwen-image-edit", options)


@pytest.mark.parametrize(
    ("name", "size", "rule"),
    [(name, size, "pixels in all") for name in NEWEST for size in ("511*512", "2049*2048")]
    + [(name, size, "each side must have 512 to 2048") for name in PLUS for size in ("511*600", "600*2049")],
)
async def test_no_model_is_sent_a_size_beyond_its_bounds(
    refused: Refused, call: Call, name: str, size: str, rule: str
) -> None:
    assert rule in await refused(call(model=name, size=size))


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"model": "qwen-image-edit", "n": 2}, "Use n=1, or qwen-image-2.0"),
        ({"model": "qwen-image-edit", "size": "1024*1024"}, "size: qwen-image-edit takes none"),
        ({"model": "qwen-image-edit", "prompt_extend": True}, "prompt_extend: qwen-image-edit does not take it"),
        ({"model": "qwen-image-2.0", "size": "100*100"}, "512*512 to 2048*2048 pixels in all"),
        ({"model": "qwen-image-2.0", "size": "4096*4096"}, "Use 1024*1024"),
        ({"size": "huge"}, "neither W*H in pixels nor one of 1:1"),
        ({"n": 7}, "n: Input should be less than or equal to 6"),
        ({"n": 0}, "n: Input should be greater than or equal to 1"),
        ({"seed": -1}, "seed: "),
        ({"images": []}, "images: "),
        ({"images": ["a", "b", "c", "d"]}, "images: "),
        ({"prompt": "  "}, "The prompt is empty"),
        ({"model": "qwen-image-edit-pro"}, "Nearest: qwen-image-edit"),
        ({"settings": {"base_url": None, "region": "us-east-1"}}, "not offered in us-east-1"),
    ],
)
async def test_what_a_model_does_not_take_is_refused_with_a_value_that_works(
    refused: Refused, call: Call, arguments: dict[str, Any], expected: str
) -> None:
    assert expected in await refused(call(**arguments))


def test_every_named_ratio_suits_every_family_that_takes_a_size() -> None:
    for width, height in RATIOS.values():
        for family in FAMILIES.values():
            if family.pixels:
                assert family.pixels[0] <= width * height <= family.pixels[1]
            if family.sides:
                assert all(family.sides[0] <= side <= family.sides[1] for side in (width, height))
        assert width % 16 == height % 16 == 0


@pytest.mark.parametrize(
    ("status", "body"),
    [(504, {}), (504, {"message": "Endpoint request timed out"}), (502, {"error": "Bad Gateway"}), (408, {})],
)
async def test_an_error_that_is_not_in_the_services_own_words_may_hide_a_paid_edit(
    service: respx.Route, call: Call, status: int, body: dict[str, Any]
) -> None:
    service.side_effect = lambda _: httpx.Response(status, json=body)
    assert "Ask the user before paying again" in words(await call())
    assert service.call_count == 1
