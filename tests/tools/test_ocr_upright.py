"""Pictures that EXIF says are turned: what is sent, and what is told of places in them."""

from base64 import b64decode
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import respx
from mcp_types import CallToolResult
from PIL import Image

from fakes_ocr import URL, answer, image_of
from support import Call, Connect, Refused, picture, words

ORIENTATION = 0x0112
SAID = "The picture was turned upright before it was read"


@pytest.fixture
def service(httpx2_mock: respx.Router) -> respx.Route:
    row = {"text": "SALE", "rotate_rect": [10, 20, 8, 6, 0]}
    return httpx2_mock.post(URL).mock(return_value=answer("", words_info=[row]))


@pytest.fixture
def call(connect: Connect) -> Call:
    async def called(path: Path, **arguments: Any) -> CallToolResult:
        async with connect() as client:
            return await client.call_tool("ocr", {"image": str(path), "task": "words"} | arguments)

    return called


def photo(path: Path, kind: str, orientation: int, mode: str = "RGB") -> Path:
    """Wide as it is stored, with a red corner at the top left."""
    image = Image.new(mode, (80, 40), "white")
    image.paste("red" if mode == "RGB" else 128, (0, 0, 20, 20))
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    image.save(path, kind, exif=exif)
    return path


def pixels(request: Any) -> Image.Image:
    with Image.open(BytesIO(b64decode(image_of(request)["image"].partition(",")[2]))) as image:
        assert image.getexif().get(ORIENTATION, 1) == 1
        return image.convert("RGB")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize(("orientation", "corner"), [(3, (75, 35)), (6, (35, 5)), (8, (5, 75))])
async def test_a_picture_is_sent_upright_and_its_size_is_that_of_what_was_sent(
    service: respx.Route, call: Call, tmp_path: Path, kind: str, orientation: int, corner: tuple[int, int]
) -> None:
    result = await call(photo(tmp_path / "photo", kind, orientation))
    page, sent = result.structured_content["pages"][0], pixels(service.calls[0].request)
    assert (page["width"], page["height"]) == sent.size == ((80, 40) if orientation == 3 else (40, 80))
    red, green, _ = sent.getpixel(corner)  # type: ignore[misc]
    assert red > 200 > 60 > green
    assert SAID in words(result)


@pytest.mark.parametrize("orientation", [0, 1, 9])
async def test_a_picture_that_is_upright_is_sent_as_it_is(
    service: respx.Route, call: Call, tmp_path: Path, orientation: int
) -> None:
    path = photo(tmp_path / "photo", "JPEG", orientation)
    result = await call(path)
    assert b64decode(image_of(service.calls[0].request)["image"].partition(",")[2]) == path.read_bytes()
    assert SAID not in words(result)


async def test_that_a_picture_was_turned_is_said_also_when_it_is_not_read_again(
    service: respx.Route, connect: Connect, tmp_path: Path
) -> None:
    path = photo(tmp_path / "photo", "JPEG", 6)
    async with connect() as client:
        for _ in range(2):
            result = await client.call_tool("ocr", {"image": str(path), "task": "words"})
    assert service.call_count == 1
    assert SAID in words(result)
    assert result.structured_content["pages"][0]["height"] == 80


@pytest.mark.parametrize("mode", ["L", "CMYK"])
async def test_a_picture_of_other_colours_is_turned_too(
    service: respx.Route, call: Call, tmp_path: Path, mode: str
) -> None:
    result = await call(photo(tmp_path / "photo", "JPEG", 6, mode))
    assert result.structured_content["pages"][0]["width"] == 40


async def test_a_turned_picture_that_ends_too_early_is_damaged(refused: Refused, call: Call, tmp_path: Path) -> None:
    path = photo(tmp_path / "photo", "PNG", 6)
    path.write_bytes(path.read_bytes()[:-60])
    assert "is damaged" in await refused(call(path))


@pytest.mark.filterwarnings("ignore::UserWarning")  # of Pillow, for whoever started the server
async def test_exif_that_makes_no_sense_turns_nothing(service: respx.Route, call: Call, tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(
        picture(kind="JPEG")[:2] + b"\xff\xe1\x00\x10Exif\0\0MM\0\x2a\xff\xff\xff\xff" + picture(kind="JPEG")[2:]
    )
    assert not (await call(path)).is_error
