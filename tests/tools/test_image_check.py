"""`translate_image` with check=true: the picture and its source are read, and what was read is compared."""

import json
from pathlib import Path
from typing import Any

import anyio
import httpx
import httpx2
import pytest

from fakes import RESULT_URL, Service, task
from fakes_ocr import URL, answer, image_of, sent
from support import Call, Connect, picture, words
from virtual_time import until

BEFORE = ["New arrival", "$19.99", "Free shipping"]
AFTER = ["Новинка", "19,99 $", "Бесплатная доставка"]


def reading(texts: list[str]) -> httpx.Response:
    """An answer with a line below the other, in a picture of 64×48 pixels."""
    infos = [
        {"text": text, "location": [4, 12 * row, 60, 12 * row, 60, 12 * row + 10, 4, 12 * row + 10]}
        for row, text in enumerate(texts)
    ]
    return answer("", words_info=infos)


class Reader:
    """The model that reads: the source first, then the result."""

    def __init__(self, service: Service, after: list[str] = AFTER) -> None:
        self.answers = [reading(BEFORE), reading(after)]
        self.route = service.router.post(URL).mock(side_effect=self.answers)

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [sent(call.request) for call in self.route.calls]


async def checked(service: Service, call: Call, after: list[str], **arguments: Any) -> tuple[dict[str, Any], str]:
    Reader(service, after)
    result = await call(check=True, **arguments)
    assert not result.is_error, words(result)
    data = result.structured_content
    return data["details"]["check"], data["message"]


async def test_a_picture_whose_text_and_prices_survived_is_said_to_be_in_order(service: Service, call: Call) -> None:
    verdict, message = await checked(service, call, AFTER)
    assert (verdict["passed"], verdict["translated"], verdict["numbers_kept"]) == (True, 2, 1)
    assert "Checked: 2 lines translated; numbers kept. (Read for about 0.0007 CNY.)" in message
    assert "poster.ru.jpg" in message


@pytest.mark.parametrize(
    ("after", "arguments", "expected"),
    [
        (["Новинка", "19,90 $", "Бесплатная доставка"], {}, "numbers changed: $19.99 → 19,90 $"),
        (["Новинка", "19,99 ₽", "Бесплатная доставка"], {}, "numbers changed: $19.99 → 19,99 ₽"),
        (["Новинка", "$19.99", "Free shipping"], {}, "1 left: “Free shipping”"),
        (["Новинка", "$19.99"], {}, "1 missing: “Free shipping”"),
        (AFTER, {"glossary": [{"source": "shipping", "target": "пересылка"}]}, "glossary terms missing: пересылка"),
        (AFTER, {"sensitive_words": ["новинка"]}, "sensitive words found: новинка"),
    ],
)
async def test_what_did_not_survive_is_told(
    service: Service, call: Call, after: list[str], arguments: dict[str, Any], expected: str
) -> None:
    verdict, message = await checked(service, call, after, **arguments)
    assert not verdict["passed"]
    assert expected in message


async def test_both_pictures_are_read_with_their_places_and_both_readings_are_in_the_cost(
    service: Service, connect: Connect, poster: Path
) -> None:
    reader = Reader(service)
    async with connect() as client:
        asked = {"image": str(poster), "target_lang": "ru", "check": True}
        result = await client.call_tool("translate_image", asked)
        spent = (await client.read_resource("qwen-localize://usage")).contents[0].model_dump()["text"]
    assert [body["parameters"]["ocr_options"]["task"] for body in reader.bodies] == ["advanced_recognition"] * 2
    assert image_of(reader.route.calls[0].request)["image"].startswith("data:image/png;base64,")
    assert image_of(reader.route.calls[1].request)["image"].startswith("data:image/jpeg;base64,")
    assert result.structured_content
    assert result.structured_content["estimated_cost"] == pytest.approx(0.003 + 0.0007)
    costs = {entry["model"]: entry["cny"] for entry in json.loads(spent)}
    assert costs == {"qwen-mt-image": 0.003, "qwen-vl-ocr": pytest.approx(0.0007)}


async def test_a_picture_without_text_is_not_read_again(service: Service, call: Call) -> None:
    service.query.return_value = task("SUCCEEDED", image_url=RESULT_URL, message="No text detected for translation")
    verdict, message = await checked(service, call, AFTER)
    assert "Not checked, since no text was found" in message
    assert verdict["cost"] == 0


async def test_a_reader_that_fails_loses_no_picture(service: Service, call: Call) -> None:
    service.router.post(URL).mock(return_value=httpx.Response(400, json={"code": "InvalidParameter", "message": "no"}))
    result = await call(check=True)
    assert not result.is_error
    assert len(result.structured_content["artifacts"]) == 1
    assert "Not checked: " in result.structured_content["message"]
    assert result.structured_content["details"]["check"]["passed"] is False


async def test_readings_that_were_paid_are_not_paid_again_by_a_server_that_goes_on(
    service: Service, connect: Connect, poster: Path
) -> None:
    route = service.router.post(URL).mock(side_effect=[reading(BEFORE), *[httpx2.ConnectError("no route")] * 99])
    async with connect() as client, anyio.create_task_group() as group:
        asked = {"image": str(poster), "target_lang": "ru", "check": True}
        group.start_soon(client.call_tool, "translate_image", asked)
        await until(lambda: route.call_count == 2)
        group.cancel_scope.cancel()
    before = route.call_count
    route.mock(side_effect=[reading(AFTER)])
    async with connect() as client:
        jobs = (await client.call_tool("list_jobs", {})).structured_content
        assert jobs
        [job] = jobs["jobs"]
        data = (await client.call_tool("get_job", {"job_id": job["job_id"], "wait": 600})).structured_content
    assert data
    assert data["details"]["check"]["passed"] is True
    assert "; 1 of 2 readings were paid before.)" in data["message"]
    assert route.call_count == before + 1
    assert service.submit.call_count == 1


async def test_a_large_picture_is_read_in_a_request_and_not_from_an_upload(
    service: Service, call: Call, poster: Path
) -> None:
    poster.write_bytes(picture(6000, 700))
    reader = Reader(service)
    await call(check=True)
    assert all(image_of(call.request)["image"].startswith("data:") for call in reader.route.calls)


@pytest.mark.parametrize("check", [True, False])
async def test_a_preview_says_what_it_would_cost_and_sends_nothing_even_without_a_key(
    service: Service, call: Call, tmp_path: Path, check: bool
) -> None:
    for number in range(3):
        (tmp_path / f"a{number}.png").write_bytes(picture(1000, 1000 + number))
    (tmp_path / "a-note.txt").write_text("x")
    (tmp_path / "a-cut.png").write_bytes(picture(640, 480)[:-900])
    result = await call(
        image=str(tmp_path / "a*"), target_lang=["ru", "de", "ru"], preview=True, check=check,
        model="qwen-mt-image-2.0", settings={"api_key": None},
    )  # fmt: skip
    data = result.structured_content
    assert not service.router.calls
    assert (data.get("job_id"), data["status"], data["estimated_cost"]) == (None, "succeeded", 0.0)
    assert data["details"]["total"] == 6
    assert data["details"]["cost"] == pytest.approx(0.024 if not check else 0.0319, abs=0.0005)
    assert "Preview: 3 pictures, 6 results, about 0.0" in words(result)
    assert "5 min to 6 min. 2 left out: a-note.txt (not a picture); “a-cut.png” is cut off or damaged" in words(result)
    assert "Nothing was sent or paid." in words(result)
    assert not list((tmp_path / "out").glob("*"))
    assert not (tmp_path / "state" / "inputs").exists()


SQUARE = [0, 0, 1, 0, 1, 1, 0, 1]


@pytest.mark.parametrize(
    "said",
    [
        None,
        7,
        [None, 7, "x"],
        [{"text": None, "location": "x"}],
        [{"text": "9", "location": [1e308] * 8}],
        [{"text": "9" * 100_000, "location": [None] * 8}],
        [{"text": "\ud800 ²½¾ ٣ 1e999 0x7 ∞", "location": SQUARE}],
        [{"text": "9:99 +7 (((((((((( 99", "location": [float("inf")] * 8}],
        [{"text": "1", "location": [-5, -5, -9, -9, 0, 0, 0, 0]}] * 5000,
    ],
)
async def test_a_reader_that_answers_nonsense_loses_no_picture(service: Service, call: Call, said: Any) -> None:
    part = {"text": "x", "ocr_result": {"words_info": said}}
    output = {"choices": [{"finish_reason": "stop", "message": {"role": "assistant", "content": [part]}}]}
    nonsense = json.dumps({"output": output, "usage": {"input_tokens": 1, "output_tokens": 1}})
    service.router.post(URL).mock(return_value=httpx.Response(200, content=nonsense))
    result = await call(check=True)
    assert not result.is_error, words(result)
    assert len(result.structured_content["artifacts"]) == 1
    assert "hecked" in result.structured_content["message"]
    assert len(words(result).encode()) <= 8_000


async def test_a_check_that_fails_by_a_fault_of_ours_loses_no_picture(
    service: Service, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qwen_localize_tools.translate_image.checking.compare", lambda *_: 1 / 0)
    Reader(service)
    result = await call(check=True)
    assert not result.is_error, words(result)
    assert len(result.structured_content["artifacts"]) == 1
    assert "Not checked: This server failed by a fault of its own" in words(result)


async def test_what_a_check_tells_is_short_however_long_the_terms(service: Service, call: Call) -> None:
    long = [{"source": "New arrival", "target": f"{number}{'слово ' * 500}"} for number in range(9)]
    verdict, message = await checked(
        service, call, [*AFTER, *["запрет" * 60] * 9], glossary=long, sensitive_words=["запрет" * 50] * 9
    )
    assert verdict["passed"] is False
    assert len(message.encode()) <= 4_000
