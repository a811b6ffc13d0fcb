"""Image editing on the wire, and what it makes of pictures (docs/model-studio.md 5)."""

import io
from typing import Any

import anyio
import httpx2
import numpy as np
import pytest
from PIL import Image

from qwen_localize.sandbox.errors import BLOCKED
from qwen_localize.sandbox.pictures.edit import edit
from sandbox.stand import SEE, TINY, Caller, ManualClock, data_uri, png

PRO, PLAIN = "qwen-image-2.0-pro", "qwen-image-edit"
SMALL = {"size": "512*512"}


def parts(*images: str, text: str = "Make it grey") -> list[dict[str, str]]:
    return [*({"image": image} for image in images or (TINY,)), {"text": text}]


async def ask(caller: Caller, model: str = PRO, content: object = None, **given: Any) -> httpx2.Response:
    return await caller.generate_from(parts() if content is None else content, model, **given)


async def pictures(caller: Caller, answer: httpx2.Response) -> list[Image.Image]:
    assert answer.status_code == 200, answer.text
    (choice,) = answer.json()["output"]["choices"]
    assert (choice["finish_reason"], choice["message"]["role"]) == ("stop", "assistant")
    found: list[Image.Image] = []
    for part in choice["message"]["content"]:
        assert set(part) == {"image"}
        file = await caller.http.get(part["image"])
        assert file.headers["content-type"] == "image/png"
        found.append(Image.open(io.BytesIO(file.content)))
    return found


async def test_results_are_png_of_the_size_asked_each_with_its_number(caller: Caller) -> None:
    orange = data_uri(png(Image.new("RGB", (60, 30), "orange")))
    answer = await ask(caller, PRO, parts(orange), n=3, size="521*760", seed=1, negative_prompt="x" * 900)
    images = await pictures(caller, answer)
    assert [(image.format, image.size) for image in images] == [("PNG", (528, 752))] * 3
    assert answer.json()["usage"] == {"width": 528, "height": 752, "image_count": 3}
    assert len({image.tobytes() for image in images}) == 3
    red, green, blue = np.asarray(images[0].convert("RGB"))[360, 264].tolist()
    assert red == green == blue


async def test_every_result_is_paid_for(caller: Caller) -> None:
    await ask(caller, "qwen-image-edit-plus", n=2, **SMALL)
    (paid,) = caller.sandbox.ledger.paid
    assert (paid.model, paid.images, paid.cny) == ("qwen-image-edit-plus", 2, 0.4)


async def test_the_last_picture_gives_the_ratio_and_the_first_is_edited(caller: Caller) -> None:
    first, last = (
        data_uri(png(Image.new("RGB", size, colour))) for size, colour in (((40, 40), "red"), ((20, 40), "blue"))
    )
    content = parts(first, TINY, last, text="nothing that it understands")
    (image,) = await pictures(caller, await ask(caller, PLAIN, content))
    assert image.size == (720, 1440)
    assert image.convert("RGB").getpixel((360, 700)) == (255, 0, 0)


async def test_an_edit_takes_its_time(timed: Caller, clock: ManualClock) -> None:
    answers: list[httpx2.Response] = []

    async def call() -> None:
        answers.append(await ask(timed, **SMALL))

    async with anyio.create_task_group() as group:
        group.start_soon(call)
        await clock.until_sleeping(1)
        await clock.advance(3.9)
        assert answers == []
        assert timed.sandbox.ledger.paid == ()
        await clock.advance(0.1)
    assert answers[0].status_code == 200


@pytest.mark.parametrize(
    ("model", "given", "accepted"),
    [
        (PRO, {"size": "512*512"}, True), (PRO, {"size": "256*1024"}, True), (PRO, {"size": "511*512"}, False),
        (PRO, {"size": "2048*2049"}, False), ("qwen-image-edit-plus", {"size": "256*1024"}, False),
        ("qwen-image-edit-max", {"size": "512*2049"}, False), ("qwen-image-edit-max-2026-01-16", SMALL, True),
        ("qwen-image-edit-plus-2025-12-15", {**SMALL, "watermark": True, "prompt_extend": False}, True),
        ("qwen-image-2.0-2026-03-03", SMALL, True), (PRO, {"size": "512x512"}, False), (PRO, {"size": 512}, False),
        (PRO, {"n": 6, **SMALL}, True), (PRO, {"n": 7}, False), (PRO, {"n": 0}, False), (PRO, {"n": True}, False),
        (PLAIN, {"n": 1, "negative_prompt": "x", "watermark": False, "seed": 2**31 - 1}, True),
        (PLAIN, {"n": 2}, False), (PLAIN, SMALL, False), (PLAIN, {"prompt_extend": True}, False),
        (PRO, {"seed": -1}, False), (PRO, {"seed": 2**31}, False), (PRO, {"watermark": "no"}, False),
        (PRO, {"negative_prompt": 1}, False), (PRO, {"prompt_extend": 1}, False),
    ],
)  # fmt: skip
async def test_each_family_has_its_parameters(
    caller: Caller, model: str, given: dict[str, Any], accepted: bool
) -> None:
    # Nobody answers at the address, so what is accepted fails there, before any work.
    answer = await ask(caller, model, parts("http://127.0.0.1:9/a.png"), **given)
    assert (answer.status_code, answer.json()["code"]) == (
        400, "InvalidURL.ConnectionRefused" if accepted else "InvalidParameter"
    )  # fmt: skip


@pytest.mark.parametrize(
    "content",
    [
        [], "text", [{"image": TINY}], [{"text": "a"}], parts(TINY, TINY, TINY, TINY), [*parts(), {"text": "b"}],
        parts(text=" "), parts("ftp://x/a.png"), parts(""), [{"image": 1}, {"text": "a"}], [*parts(), {"video": "x"}],
        [{"image": TINY}, {"text": 1}], [None], parts("data:image/png;base64," + "A" * 10_485_760),
    ],
)  # fmt: skip
async def test_a_content_that_is_not_one_to_three_pictures_and_a_text_is_refused(
    caller: Caller, content: object
) -> None:
    answer = await ask(caller, PRO, content)
    assert (answer.status_code, answer.json()["code"]) == (400, "InvalidParameter")


@pytest.mark.parametrize(
    "messages",
    [[], None, [{"role": "user", "content": parts()}] * 2, [{"role": "system", "content": parts()}], ["x"]],
)
async def test_exactly_one_message_of_the_user_is_taken(caller: Caller, messages: object) -> None:
    answer = await caller.http.post(SEE, json={"model": PRO, "input": {"messages": messages}})
    assert (answer.status_code, answer.json()["code"]) == (400, "InvalidParameter")


async def test_what_cannot_be_edited_costs_nothing(caller: Caller) -> None:
    asynchronous = await caller.generate_from(parts(), PRO, {"X-DashScope-Async": "enable"})
    assert (asynchronous.status_code, asynchronous.json()["code"]) == (403, "AccessDenied")
    assert (await ask(caller, PLAIN, parts(text=BLOCKED))).json()["code"] == "DataInspectionFailed"
    assert (await ask(caller, "qwen-image-2.0", parts(data_uri(b"x")))).json()["code"] == "InvalidImage.FileFormat"
    assert (await ask(caller, "qwen-image-edit-plus", parts("oss://a/b.png"))).json()[
        "code"
    ] == "InvalidParameter.DataInspection"
    assert caller.sandbox.ledger.paid == ()


async def test_too_long_a_prompt_is_cut_and_not_refused(caller: Caller) -> None:
    assert (await ask(caller, PRO, parts(text="很长" * 3000), **SMALL)).status_code == 200


@pytest.mark.parametrize(
    ("model", "allowed", "seconds"),
    [("qwen-image-2.0", 2, 1), ("qwen-image-edit", 2, 1), (PRO, 2, 60), ("qwen-image-edit-max", 2, 60)],
)
async def test_each_model_has_its_documented_rate(
    timed: Caller, clock: ManualClock, model: str, allowed: int, seconds: int
) -> None:
    async def code() -> str:
        return str((await ask(timed, model, parts("http://127.0.0.1:9/a.png"))).json()["code"])

    assert [await code() for _ in range(allowed + 1)] == ["InvalidURL.ConnectionRefused"] * allowed + [
        "Throttling.RateQuota"
    ]
    await clock.advance(seconds)
    assert await code() == "InvalidURL.ConnectionRefused"


def halves(size: tuple[int, int] = (40, 20)) -> Image.Image:
    """Red on the left, blue on the right."""
    image = Image.new("RGB", size, "red")
    image.paste("blue", (size[0] // 2, 0, *size))
    return image


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("Nothing", (255, 0, 0)), ("make it black and white", (76, 76, 76)), ("请把图片变成黑白", (76, 76, 76)),
        ("flip it", (0, 0, 255)), ("MIRROR", (0, 0, 255)), ("invert the colours", (0, 255, 255)),
        ("Flip it, then make it grey", (29, 29, 29)),
    ],
)  # fmt: skip
def test_the_few_words_that_are_understood_are_carried_out(words: str, left: tuple[int, ...]) -> None:
    (image,) = edit([png(halves())], words, 1, (512, 512), watermark=False)
    assert image.getpixel((20, 240)) == left


def test_the_first_frame_counts_and_the_watermark_shows() -> None:
    file = io.BytesIO()
    frames = [Image.new("RGB", (40, 40), colour) for colour in ("white", "black")]
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])
    plain, marked = (edit([file.getvalue()], "x", 1, (512, 512), watermark=mark)[0] for mark in (False, True))
    assert plain.getpixel((256, 200)) == (255, 255, 255)
    assert plain.crop((300, 450, 512, 490)).tobytes() != marked.crop((300, 450, 512, 490)).tobytes()


def test_sides_are_rounded_as_in_the_document() -> None:
    assert edit([png(halves())], "x", 1, (1033, 1032), watermark=False)[0].size == (1040, 1024)


def test_the_margin_tells_what_was_asked() -> None:
    grey, wide = (edit([png(halves())], text, 1, (512, 512), watermark=False)[0] for text in ("one", "two"))
    margin = (0, 500, 512, 512)
    assert grey.crop(margin).tobytes() != wide.crop(margin).tobytes()
    assert edit([png(halves())], "很" * 900, 1, None, watermark=False)[0].size == (1440, 720)
