"""What is said of a picture before it is paid: it is cut, moves, has pages or holes, or is of another kind."""

import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pillow_heif
import pytest
from PIL import Image, ImageCms

from fakes import Service
from qwen_localize_tools._shared import decoding, opaque
from support import Call, Refused, picture, scenery

SIZE = (64, 48)
RED, BLUE = Image.new("RGB", SIZE, "red"), Image.new("RGB", SIZE, "blue")
GLASS = Image.new("RGBA", SIZE, (255, 0, 0, 0))
SOLID = Image.new("RGBA", SIZE, (255, 0, 0, 255))


def encoded(image: Image.Image, kind: str, **how: Any) -> bytes:
    buffer = BytesIO()
    image.save(buffer, kind, **how)
    return buffer.getvalue()


def moving(kind: str) -> bytes:
    return encoded(RED, kind, save_all=True, append_images=[BLUE])


def heic() -> bytes:
    pillow_heif.register_heif_opener()
    return encoded(scenery(*SIZE), "HEIF")


def sent(service: Service) -> Image.Image:
    """The picture that was uploaded."""
    body: httpx.Request = service.upload.calls[0].request
    boundary = body.headers["Content-Type"].partition("boundary=")[2].encode()
    part = next(part for part in body.content.split(b"--" + boundary) if b'name="file"' in part)
    with Image.open(BytesIO(part.partition(b"\r\n\r\n")[2].removesuffix(b"\r\n"))) as image:
        image.load()
        return image.copy()


def pixel(image: Image.Image) -> tuple[int, ...]:
    found = image.convert("RGB").getpixel((5, 5))
    assert isinstance(found, tuple)
    return found


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (encoded(GLASS, "PNG"), "has transparent parts, and a result has none. Pass background, such as white"),
        (encoded(GLASS.convert("P"), "PNG"), "has transparent parts"),
        (encoded(GLASS, "WEBP", lossless=True), "has transparent parts"),
        (encoded(GLASS, "AVIF"), "has transparent parts"),
        (moving("PNG"), "has 2 frames, and only a still picture can be sent"),
        (moving("GIF"), "has 2 frames"),
        (moving("WEBP"), "has 2 frames"),
        (moving("TIFF"), "has 2 pages, and only a still picture can be sent. Pass background, such as white, to send"),
        (picture(640, 480, "JPEG")[:-900], "is cut off or damaged"),
        (picture(640, 480, "PNG")[:-900], "is cut off or damaged"),
        (picture(640, 480, "WEBP")[:-900], "is damaged"),
    ],
)
async def test_a_picture_that_needs_a_choice_or_is_damaged_is_refused_before_it_is_paid(
    refused: Refused, call: Call, poster: Path, content: bytes, expected: str
) -> None:
    poster.write_bytes(content)
    assert expected in await refused(call())


@pytest.mark.parametrize(
    ("content", "colour"),
    [
        (encoded(GLASS, "PNG"), (255, 255, 255)),
        (encoded(GLASS.convert("P"), "PNG"), (255, 255, 255)),
        (moving("PNG"), (255, 0, 0)),
        (moving("GIF"), (255, 0, 0)),
        (moving("TIFF"), (255, 0, 0)),
        (encoded(RED, "GIF"), (255, 0, 0)),
    ],
)
async def test_with_a_background_its_first_frame_is_laid_on_that_colour(
    service: Service, call: Call, poster: Path, content: bytes, colour: tuple[int, ...]
) -> None:
    poster.write_bytes(content)
    result = await call(background="white")
    assert not result.is_error
    image = sent(service)
    assert (image.mode, image.size, pixel(image)) == ("RGB", SIZE, colour)
    assert Path(result.structured_content["artifacts"][0]["path"]).name == "poster.ru.jpg"


@pytest.mark.parametrize("background", ["", "#202020"])
async def test_an_opaque_picture_is_sent_as_it_is_whatever_the_background(
    service: Service, call: Call, poster: Path, background: str
) -> None:
    poster.write_bytes(encoded(SOLID, "PNG"))
    await call(background=background)
    assert sent(service).mode == "RGBA"


async def test_a_background_that_is_no_colour_is_refused(refused: Refused, call: Call) -> None:
    assert "background: “see-through” is no colour" in await refused(call(background="see-through"))


@pytest.mark.parametrize("kind", ["AVIF", "HEIC"])
async def test_photos_that_the_model_does_not_take_are_converted(
    service: Service, call: Call, tmp_path: Path, kind: str
) -> None:
    photo = tmp_path / f"IMG_1.{kind}"
    photo.write_bytes(heic() if kind == "HEIC" else encoded(scenery(*SIZE), "AVIF"))
    result = await call(image=str(photo))
    assert Path(result.structured_content["artifacts"][0]["path"]).name == "IMG_1.ru.jpg"
    assert sent(service).size == SIZE


async def test_without_the_extra_a_heic_photo_is_refused_with_its_name(
    refused: Refused, call: Call, poster: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    poster.write_bytes(heic())
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    monkeypatch.setattr(decoding, "_learn_heif", decoding._learn_heif.__wrapped__)
    for table in ("ID", "OPEN"):  # as if nobody had registered it
        known = getattr(Image, table)
        rest = [name for name in known if name != "HEIF"]
        monkeypatch.setattr(Image, table, rest if table == "ID" else {name: known[name] for name in rest})
    assert "install qwen-localize[photos], or convert it to JPEG" in await refused(call())


async def test_a_picture_of_too_many_pixels_is_not_decoded(
    refused: Refused, call: Call, poster: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoding, "_MOST_PIXELS", 3000)
    assert "far too many pixels" in await refused(call())


def turned(kind: str) -> bytes:
    """A red picture over a blue one, as a camera that was held upright writes it: lying, with a note."""
    image = Image.new("RGB", SIZE, "blue")
    image.paste("red", (0, 0, SIZE[0] // 2, SIZE[1]))
    note = Image.Exif()
    note[0x0112] = 6
    return encoded(image, kind, exif=note)


@pytest.mark.parametrize(("kind", "ending"), [("JPEG", "JPEG"), ("PNG", "PNG"), ("WEBP", "PNG"), ("TIFF", "PNG")])
async def test_a_photo_that_was_turned_by_a_note_is_sent_as_people_see_it(
    service: Service, call: Call, poster: Path, kind: str, ending: str
) -> None:
    poster.write_bytes(turned(kind))
    assert not (await call()).is_error
    image = sent(service)
    assert (image.size, image.getexif().get(0x0112, 1)) == ((SIZE[1], SIZE[0]), 1)
    red, blue = (image.convert("RGB").getpixel((5, y)) for y in (5, SIZE[0] - 5))
    assert isinstance(red, tuple)
    assert isinstance(blue, tuple)
    assert red[0] > 200 > 50 > red[2]
    assert blue[2] > 200 > 50 > blue[0]


async def test_a_program_of_postscript_is_refused_by_its_name_and_never_run(
    refused: Refused, call: Call, poster: Path
) -> None:
    poster.write_bytes(encoded(RED, "EPS"))
    assert "is a EPS file; the model takes" in await refused(call(background="white"))


@pytest.mark.parametrize(
    "page", [Image.new("I;16", SIZE, 40_000), Image.new("CMYK", SIZE, (0, 0, 0, 99)), Image.new("L", SIZE, 156)]
)
async def test_pages_of_other_depths_and_colours_keep_their_look(
    service: Service, call: Call, poster: Path, page: Image.Image
) -> None:
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[16:20] = b"GRAY" if page.mode == "L" else b"CMYK"
    poster.write_bytes(encoded(page, "TIFF", save_all=True, append_images=[page], icc_profile=bytes(profile)))
    assert not (await call(background="white")).is_error
    image = sent(service)
    assert pixel(image) == (156, 156, 156)
    assert "icc_profile" not in image.info


async def test_what_becomes_too_large_when_it_is_converted_is_refused_before_it_is_paid(
    refused: Refused, call: Call, poster: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    poster.write_bytes(encoded(scenery(*SIZE), "AVIF"))
    monkeypatch.setattr(opaque.ReadyRules, "most_bytes", len(poster.read_bytes()))
    monkeypatch.setattr(opaque, "_QUALITIES", (100,))
    assert "is too large once it is converted. Resize it." in await refused(call())
