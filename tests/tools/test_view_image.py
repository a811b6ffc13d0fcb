"""`view_image` through a client: what a model sees, and what it is not shown."""

import base64
import random
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from mcp_types import CallToolResult, ImageContent, TextContent
from PIL import Image, ImageCms

from fakes import Service
from qwen_localize_tools.view_image import MOST_SIDE
from support import Connect, picture, scenery, words

MOST_BASE64 = 700_000


@pytest.fixture
def poster(tmp_path: Path) -> Path:
    path = tmp_path / "poster.png"
    path.write_bytes(picture())
    return path


async def seen(connect: Connect, image: Any, **settings: Any) -> CallToolResult:
    async with connect(**settings) as client:
        return await client.call_tool("view_image", {"image": str(image)})


def shown(result: CallToolResult) -> Image.Image:
    """The picture of a result that is as every client can use it."""
    assert not result.is_error, words(result)
    block, line = result.content
    assert isinstance(block, ImageContent)
    assert isinstance(line, TextContent)
    assert result.structured_content is None
    assert len(block.data) <= MOST_BASE64
    assert len(result.model_dump_json()) < 1024 * 1024
    image = Image.open(BytesIO(base64.b64decode(block.data)))
    image.load()
    assert block.mime_type == Image.MIME[str(image.format)]
    assert block.mime_type in ("image/png", "image/jpeg")
    assert max(image.size) <= MOST_SIDE
    return image


def noise(width: int, height: int) -> Image.Image:
    return Image.frombytes("RGB", (width, height), random.Random(0).randbytes(width * height * 3))


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_small_picture_is_shown_as_it_is(connect: Connect, poster: Path, mode: str) -> None:
    async with connect(mode, api_key=None) as client:
        result = await client.call_tool("view_image", {"image": str(poster)})
        (tool,) = [tool for tool in (await client.list_tools()).tools if tool.name == "view_image"]
    assert shown(result).size == (64, 48)
    assert words(result) == "poster.png, 64×48 pixels."
    assert tool.output_schema is None


async def test_a_finished_picture_is_shown_by_its_link(service: Service, connect: Connect, poster: Path) -> None:
    async with connect(allowed_dirs=(poster.parent / "in",)) as client:
        refused = await client.call_tool("view_image", {"image": str(poster)})
    async with connect() as client:
        job = await client.call_tool("translate_image", {"image": str(poster), "target_lang": "ru"})
    assert job.structured_content
    async with connect(allowed_dirs=(poster.parent / "in",)) as client:
        link = f"qwen-localize://files/{job.structured_content['job_id']}/1"
        by_number = await client.call_tool("view_image", {"image": link})
        by_name = await client.call_tool("view_image", {"image": "qwen-localize://saved/poster.ru.jpg"})
        missing = await client.call_tool("view_image", {"image": link.replace("/1", "/2")})
    assert "outside the folders that may be read" in words(refused)
    assert shown(by_number) == shown(by_name)
    assert "There is no finished file at" in words(missing)


@pytest.mark.parametrize("size", [(4000, 3000), (300, 6000), (1568, 1568)])
async def test_a_large_picture_is_made_small(connect: Connect, tmp_path: Path, size: tuple[int, int]) -> None:
    noise(*size).save(tmp_path / "noise.png")
    result = await seen(connect, tmp_path / "noise.png")
    image = shown(result)
    assert abs(image.width / image.height - size[0] / size[1]) < 0.05
    assert f"{size[0]}×{size[1]} pixels" in words(result)


async def test_drawings_keep_their_letters_sharp(connect: Connect, tmp_path: Path) -> None:
    Image.new("RGB", (900, 900), "white").save(tmp_path / "drawing.png")
    scenery(900, 900).save(tmp_path / "photo.jpg")
    assert shown(await seen(connect, tmp_path / "drawing.png")).format == "PNG"
    assert shown(await seen(connect, tmp_path / "photo.jpg")).format == "JPEG"


async def test_a_photo_is_shown_upright_and_what_one_can_see_through_is_white(connect: Connect, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    scenery(400, 200).save(tmp_path / "lying.jpg", exif=exif)
    Image.new("RGBA", (50, 50), (0, 0, 0, 0)).save(tmp_path / "hole.png")
    lying = await seen(connect, tmp_path / "lying.jpg")
    assert shown(lying).size == (200, 400)
    assert "200×400 pixels" in words(lying)
    assert shown(await seen(connect, tmp_path / "hole.png")).getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "I;16", "CMYK", "YCbCr", "F", "PA", "RGBX", "I", "RGBa", "LAB"])
async def test_pictures_of_every_kind_are_shown_or_refused_in_words(
    connect: Connect, tmp_path: Path, mode: str
) -> None:
    saved = 0
    for kind in ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "PPM", "AVIF"):
        try:
            Image.new(mode, (40, 30)).save(tmp_path / f"a.{kind}", kind)
        except (OSError, ValueError, KeyError, SystemError):
            continue
        saved += 1
        assert shown(await seen(connect, tmp_path / f"a.{kind}")).size == (40, 30)
    assert saved or mode in ("RGBa", "PA")


async def test_only_the_first_frame_of_what_moves_is_shown(connect: Connect, tmp_path: Path) -> None:
    frames = [Image.new("RGB", (30, 30), colour) for colour in ("red", "blue")]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    assert shown(await seen(connect, tmp_path / "a.gif")).getpixel((5, 5)) == (255, 0, 0)


async def test_nothing_but_a_picture_on_this_machine_is_shown(connect: Connect, poster: Path) -> None:
    folder = poster.parent
    (folder / "key.txt").write_text("sk-0123456789abcdef0123")
    (folder / "cut.png").write_bytes(picture(800, 800)[:-900])
    (folder / "drawing.eps").write_text("%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\n")
    bomb = b"P6 60000 60000 255\n"
    (folder / "bomb.ppm").write_bytes(bomb)
    (folder / "wide.ppm").write_bytes(b"P6 20000 5000 255\n")
    for name, said in {
        "key.txt": "is not a picture",
        "cut.png": "cut off or damaged",
        "drawing.eps": "cannot be shown",
        "bomb.ppm": "far too many pixels",
        "wide.ppm": "too many pixels|cannot be shown",
        "none.png": "There is no file",
        ".": "is a folder or a device",
        "/etc/hostname": "outside the folders",
    }.items():
        result = await seen(connect, folder / name)
        assert result.is_error
        assert any(part in words(result) for part in said.split("|")), (name, words(result))
        assert "sk-0123" not in result.model_dump_json()
    assert "Only a file on this machine" in words(await seen(connect, "https://shop.example/a.png"))
    assert "There is no finished file" in words(await seen(connect, "qwen-localize://files/job-x/1"))
    assert "is no link of a result" in words(await seen(connect, "qwen-localize://jobs"))


async def test_a_colour_profile_does_not_break_it(connect: Connect, tmp_path: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    scenery(90, 60).save(tmp_path / "a.jpg", icc_profile=profile)
    assert shown(await seen(connect, tmp_path / "a.jpg")).size == (90, 60)
