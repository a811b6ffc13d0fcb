"""Pictures: read, cleaned, redrawn in place, marked."""

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFont

from qwen_localize.sandbox.errors import Refusal
from qwen_localize.sandbox.pictures import Translated, translate
from qwen_localize.sandbox.pictures.decode import decode
from qwen_localize.sandbox.pictures.drawing import draw, draw_mark, drawable
from qwen_localize.sandbox.pictures.looks import Look
from qwen_localize.sandbox.pictures.reading import read
from qwen_localize.sandbox.pictures.redraw import redraw
from qwen_localize.sandbox.pseudo import Pair
from sandbox.stand import png, write

LOOK = Look(ink=(200, 0, 0), bold=False, centred=False)


def box(left: float, top: float, right: float, bottom: float) -> Any:
    return np.array([(left, top), (right, top), (right, bottom), (left, bottom)], np.float32)


@pytest.fixture(scope="module")
def done(poster: bytes) -> Translated:
    return translate(poster, terms=[Pair("summer", "Winter")], sensitives=["shipping"])


@pytest.fixture(scope="module")
def result(done: Translated) -> Image.Image:
    return Image.open(io.BytesIO(done.jpeg))


@pytest.fixture(scope="module")
def read_again(done: Translated) -> str:
    return " ".join(line.text for line in read(decode(done.jpeg)))


def test_the_result_is_a_jpeg_of_the_same_size(result: Image.Image, done: Translated) -> None:
    assert (result.format, result.size) == ("JPEG", (360, 240))
    assert done.lines == ("Summer sale", "Free shipping")


def test_the_term_appears_and_the_old_text_is_gone(read_again: str) -> None:
    assert "Winter" in read_again
    assert "Summer" not in read_again
    assert "[" in read_again
    assert "~" not in read_again


def test_the_sensitive_word_is_gone_and_the_rest_of_its_line_is_not(read_again: str) -> None:
    assert "shipping" not in read_again
    assert "pp" not in read_again
    assert "F" in read_again


def test_the_sandbox_leaves_its_mark(read_again: str) -> None:
    assert "sandbox" in read_again


def test_the_ink_keeps_its_colour_and_the_paper_is_clean(result: Image.Image) -> None:
    heading = np.asarray(result.crop((20, 30, 340, 100)).convert("RGB")).reshape(-1, 3).astype(int)
    red = (np.abs(heading - (0xB0, 0x10, 0x20)).max(axis=1) < 40).sum()
    paper = (np.abs(heading - (0xF4, 0xEF, 0xE2)).max(axis=1) < 8).sum()
    assert red > 300
    assert paper > 0.7 * len(heading)


def test_nothing_outside_the_boxes_and_the_mark_is_touched() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (120, 160, 3), dtype=np.uint8)
    boxes = [box(10, 10, 90, 40)]
    drawn = redraw(noise, boxes, ["Text that is much too long for such a box"])
    changed = (drawn != noise).any(axis=2)
    changed[10:41, 10:91] = False
    rows, columns = np.nonzero(changed)
    assert rows.min() > 90
    assert columns.min() > 80


@pytest.mark.parametrize(
    "corners",
    [
        box(10, 10, 150, 40),
        box(10, 10, 150, 22),
        box(10, 10, 20, 110),
        box(10, 10, 12, 11),
        np.array([(20, 60), (110, 20), (120, 45), (30, 85)], np.float32),
        np.array([(100, 100), (20, 100), (20, 80), (100, 80)], np.float32),
    ],
    ids=["wide", "flat", "vertical", "tiny", "turned", "upside down"],
)
@pytest.mark.parametrize("text", ["I", "Hello [Ĝĥöŵŷ] world", "W" * 200])
def test_text_never_leaves_its_box(corners: Any, text: str) -> None:
    paper = np.full((120, 160, 3), 255, np.uint8)
    draw(paper, corners, LOOK, text)
    allowed = Image.new("L", (160, 120), 0)
    ImageDraw.Draw(allowed).polygon([tuple(point) for point in corners.tolist()], fill=255, outline=255)
    changed = (paper != 255).any(axis=2)
    assert not (changed & (np.asarray(allowed) == 0)).any()


@pytest.mark.parametrize("corners", [box(-20, -5, 60, 20), box(100, 90, 400, 300), box(300, 300, 400, 330)])
def test_a_box_that_leaves_the_picture_is_cut_at_its_edge(corners: Any) -> None:
    paper = np.full((120, 160, 3), 255, np.uint8)
    assert redraw(paper, [corners], ["Hello"]).shape == paper.shape


def test_a_centred_line_stays_centred_and_another_stays_left() -> None:
    for centred in (True, False):
        paper = np.full((60, 300, 3), 255, np.uint8)
        draw(paper, box(0, 10, 300, 40), Look((0, 0, 0), False, centred), "mid")
        columns = np.nonzero((paper < 128).any(axis=(0, 2)))[0]
        middle = (columns.min() + columns.max()) / 2
        assert abs(middle - 150) < 3 if centred else columns.min() < 5


def test_characters_that_the_font_lacks_are_written_in_latin_letters() -> None:
    assert drawable("[Ĥéļļö] → Привет Ελλάδα €") == "[Ĥéļļö] → Привет Ελλάδα €"
    assert drawable("你好") == "NiHao"
    font = ImageFont.load_default(20)
    assert font.getbbox(drawable("日本")) != font.getbbox("")


@pytest.mark.parametrize("size", [(15, 15), (15, 150), (150, 15), (2000, 1200)])
def test_the_mark_fits_every_picture(size: tuple[int, int]) -> None:
    paper = np.full((size[1], size[0], 3), 255, np.uint8)
    draw_mark(paper, [])
    assert (paper != 255).any()


def test_the_mark_avoids_text() -> None:
    paper = np.full((200, 200, 3), 255, np.uint8)
    draw_mark(paper, [box(100, 150, 200, 200)])
    assert (paper[150:, 100:] == 255).all()
    assert (paper[150:, :100] != 255).any()


GREY16 = Image.fromarray(np.tile(np.linspace(0, 65535, 64, dtype=np.uint16), (64, 1)))
PALETTE = Image.new("RGB", (64, 64), "red").quantize(4)
SEE_THROUGH = Image.new("RGBA", (64, 64), (255, 0, 0, 0))
TURNED = Image.Exif()
TURNED[0x0112] = 6  # turned by a quarter


@pytest.mark.parametrize(
    ("content", "size", "corner"),
    [
        (png(GREY16), (64, 64), (0, 0, 0)),
        (png(Image.new("CMYK", (64, 64), (0, 255, 255, 0)), format="JPEG"), (64, 64), (254, 0, 0)),
        (png(PALETTE), (64, 64), (255, 0, 0)),
        (png(PALETTE, transparency=0), (64, 64), (255, 255, 255)),
        (png(SEE_THROUGH), (64, 64), (255, 255, 255)),
        (png(Image.new("LA", (64, 64), (0, 0))), (64, 64), (255, 255, 255)),
        (png(Image.new("1", (64, 64), 1)), (64, 64), (255, 255, 255)),
        (png(Image.new("RGB", (80, 40), "red"), exif=TURNED), (40, 80), (255, 0, 0)),
        (png(Image.new("F", (64, 64), 0.5), format="TIFF"), (64, 64), (127, 127, 127)),
        (
            png(Image.new("RGB", (64, 64), "red"), format="WEBP", lossless=True, save_all=True,
                append_images=[Image.new("RGB", (64, 64), "blue")]),
            (64, 64), (255, 0, 0),
        ),
        (png(Image.new("RGB", (64, 64), "red"), format="BMP"), (64, 64), (255, 0, 0)),
        (png(Image.new("RGB", (64, 64), "red"), format="PPM"), (64, 64), (255, 0, 0)),
        (png(Image.new("L", (64, 64), 7), format="PPM"), (64, 64), (7, 7, 7)),
    ],
    ids=["16-bit", "CMYK", "palette", "clear palette", "RGBA", "LA", "1-bit", "EXIF", "float", "animated", "BMP", "PPM",
         "PGM"],
)  # fmt: skip
def test_every_kind_of_picture_becomes_upright_rgb(
    content: bytes, size: tuple[int, int], corner: tuple[int, int, int]
) -> None:
    pixels = decode(content)
    assert pixels.shape == (size[1], size[0], 3)
    assert np.abs(pixels[0, 0].astype(int) - corner).max() <= 2


def test_a_sixteen_bit_picture_is_scaled_and_not_clipped() -> None:
    row = decode(png(GREY16))[0, :, 0].astype(int)
    assert (row[0], row[-1], abs(row[32] - 128) < 6) == (0, 255, True)


def test_a_picture_of_more_pixels_than_allowed_is_refused_before_it_is_decoded() -> None:
    with pytest.raises(Refusal) as refused:
        decode(png(Image.new("1", (8193, 8193))))
    assert refused.value.code == "InvalidImage.Resolution"


def test_turned_and_vertical_text_on_a_photo_is_replaced_without_harm() -> None:
    photo = Image.radial_gradient("L").resize((300, 300)).convert("RGB")
    layer = Image.new("RGBA", (200, 50))
    ImageDraw.Draw(layer).text((5, 5), "Turned text", "yellow", ImageFont.load_default(32))
    for angle, place in ((25, (10, 60)), (270, (230, 60))):
        turned = layer.rotate(angle, expand=True)
        photo.paste(turned, place, turned)
    done = translate(png(photo))
    assert len(done.lines) == 2
    result = Image.open(io.BytesIO(done.jpeg))
    assert result.size == (300, 300)
    assert ImageChops.difference(result.convert("RGB"), photo).getbbox() is not None


def test_text_on_the_original_is_legible_as_drawn_by_hand() -> None:
    """What the tests draw themselves is readable, so that a failure above is the sandbox's."""
    page = write(Image.new("RGB", (300, 200), "white"), [((20, 60), "Plain words", 36, "black")])
    assert [line.text for line in read(decode(png(page)))] == ["Plain words"]
