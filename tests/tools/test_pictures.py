"""How a result is known to be made of a picture."""

import random
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from qwen_localize_tools._shared.pictures import is_same_scene

SIZE = (600, 400)


def poster(
    words: str, shape: str = "ellipse", background: str = "#f4efe2", size: tuple[int, int] = SIZE
) -> Image.Image:
    """A product on a background, with words."""
    image = Image.new("RGB", size, background)
    draw = ImageDraw.Draw(image)
    getattr(draw, shape)((50, 150, 350, 380), fill="#205080")
    draw.text((40, 30), words, font=ImageFont.load_default(64), fill="#b01020")
    return image


def photograph(seed: int) -> Image.Image:
    """Colours everywhere, as in a photo."""
    chance = random.Random(seed)
    small = Image.new("RGB", (12, 8))
    small.putdata([tuple(chance.randrange(256) for _ in range(3)) for _ in range(96)])
    return small.resize(SIZE, Image.Resampling.BICUBIC)


def advert(words: str, seed: int = 1, size: tuple[int, int] = SIZE) -> Image.Image:
    """A photo on a background, with words."""
    image = Image.new("RGB", size, "#f4efe2")
    image.paste(photograph(seed).resize((300, 230)), (50, 150))
    ImageDraw.Draw(image).text((40, 30), words, font=ImageFont.load_default(64), fill="#b01020")
    return image


def page(words: str) -> Image.Image:
    """Text in lines, and nothing else."""
    image = Image.new("RGB", SIZE, "white")
    for y in range(20, 380, 30):
        ImageDraw.Draw(image).text((20, y), words[y % 7 :], font=ImageFont.load_default(24), fill="black")
    return image


def encoded(image: Image.Image, kind: str = "PNG", quality: int = 75) -> bytes:
    buffer = BytesIO()
    image.save(buffer, kind, **({"quality": quality} if kind == "JPEG" else {}))
    return buffer.getvalue()


def same(tmp_path: Path, result: Image.Image, source: Image.Image, quality: int = 75) -> bool:
    path = tmp_path / "result"
    path.write_bytes(encoded(result, "JPEG", quality))
    return is_same_scene(path, [encoded(source)])


@pytest.mark.parametrize("quality", [30, 75, 95])
def test_a_picture_whose_text_was_changed_is_the_same_scene(tmp_path: Path, quality: int) -> None:
    assert same(tmp_path, advert("Летняя распродажа"), advert("Summer sale"), quality)
    assert same(tmp_path, photograph(1), photograph(1), quality)


@pytest.mark.parametrize("plain", [page("The quick brown fox jumps over the lazy dog"), poster("Summer sale")])
def test_what_looks_like_many_others_proves_nothing(tmp_path: Path, plain: Image.Image) -> None:
    assert not same(tmp_path, plain, plain)


def test_another_photo_on_the_same_background_is_not(tmp_path: Path) -> None:
    assert not same(tmp_path, advert("Summer sale", seed=2), advert("Summer sale"))


@pytest.mark.parametrize(
    "other",
    [
        poster("Summer sale", shape="rectangle", background="#102030"),
        advert("Summer sale").rotate(180),
        photograph(2),
        Image.new("RGB", SIZE, "#205080"),
    ],
    ids=["a poster", "upside down", "a photo", "one colour"],
)
def test_another_picture_of_the_same_size_is_not(tmp_path: Path, other: Image.Image) -> None:
    assert not same(tmp_path, other, advert("Summer sale"))


def test_another_photo_of_the_same_size_is_not(tmp_path: Path) -> None:
    assert not any(same(tmp_path, photograph(seed), photograph(0)) for seed in range(1, 6))


def test_another_product_on_the_same_background_is_not(tmp_path: Path) -> None:
    other = Image.new("RGB", SIZE, "#f4efe2")
    ImageDraw.Draw(other).rectangle((380, 20, 590, 200), fill="#30a040")
    assert not same(tmp_path, other, advert(""))


def test_another_product_below_the_same_banner_is_not(tmp_path: Path) -> None:
    def page(product: int) -> Image.Image:
        image = Image.new("RGB", SIZE, "white")
        image.paste(photograph(1).resize((600, 200)), (0, 0))
        image.paste(photograph(product).resize((150, 120)), (225, 260))
        return image

    assert same(tmp_path, page(2), page(2))
    assert not same(tmp_path, page(3), page(2))


def test_another_size_is_not(tmp_path: Path) -> None:
    assert not same(tmp_path, advert("Summer sale", size=(601, 400)), advert("Summer sale"))


@pytest.mark.parametrize("damaged", [b"", b"no picture", encoded(advert("x"))[:500]])
def test_what_cannot_be_looked_at_is_not(tmp_path: Path, damaged: bytes) -> None:
    whole, path = encoded(advert("x")), tmp_path / "result"
    path.write_bytes(damaged)
    assert not is_same_scene(path, [whole])
    path.write_bytes(whole)
    assert not is_same_scene(path, [damaged])


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "CMYK"])
def test_pictures_of_every_colour_mode_are_compared(tmp_path: Path, mode: str) -> None:
    kind = "TIFF" if mode == "CMYK" else "PNG"
    source = advert("Summer sale").convert(mode, palette=Image.Palette.ADAPTIVE)
    path = tmp_path / "result"
    path.write_bytes(encoded(source.convert("RGB"), "JPEG"))
    assert is_same_scene(path, [encoded(source, kind)])
