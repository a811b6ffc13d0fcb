"""Where results go."""

import os
import struct
import sys
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from qwen_localize.errors import OutputUnavailable, Spoiled
from qwen_localize.files import Artifact, Outputs, outputs
from qwen_localize.files.outputs import safe_name
from qwen_localize_tools._shared.pictures import Picture
from support import picture


async def chunks(data: bytes, size: int = 7) -> AsyncIterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


@pytest.fixture
async def store(tmp_path: Path) -> Outputs:
    store = Outputs(tmp_path / "new" / "out")
    await store.prepare()
    return store


async def saved_picture(store: Outputs, stem: str, content: AsyncIterator[bytes], **how: Any) -> Artifact:
    return await store.save(stem, content, Picture(), **how)


async def test_a_picture_is_written_whole_under_a_name_for_people(store: Outputs) -> None:
    saved = await saved_picture(store, "poster.ru", chunks(picture(kind="JPEG")))
    assert saved.path.name == "poster.ru.jpg"
    assert saved.path.read_bytes() == picture(kind="JPEG")
    assert (saved.mime_type, saved.facts) == ("image/jpeg", {"width": 64, "height": 48})


@pytest.mark.skipif(sys.platform == "win32", reason="folders cannot be synced there")
@pytest.mark.parametrize("kind", ["a picture", "a text"])
async def test_what_is_saved_is_safe_from_a_power_cut_before_it_is_told(
    store: Outputs, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    synced: set[int] = set()
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.add(os.fstat(descriptor).st_ino))
    if kind == "a picture":
        saved = await saved_picture(store, "a", chunks(picture()))
    else:
        saved = await store.save_text("a.txt", "words", "text/plain")
    assert {saved.path.stat().st_ino, saved.path.parent.stat().st_ino} <= synced


async def test_nothing_that_exists_is_overwritten(store: Outputs) -> None:
    names = [(await saved_picture(store, "a", chunks(picture()))).path.name for _ in range(3)]
    assert names == ["a.png", "a-2.png", "a-3.png"]


async def test_nothing_is_overwritten_where_there_are_no_hard_links(
    store: Outputs, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, target: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    names = [(await saved_picture(store, "a", chunks(picture()))).path.name for _ in range(2)]
    assert names == ["a.png", "a-2.png"]


async def test_a_name_taken_at_the_last_moment_is_not_overwritten_where_there_are_no_hard_links_either(
    store: Outputs, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, target: Path) -> None:
        if self.name == "a.png":
            self.write_text("somebody else's")
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    saved = await saved_picture(store, "a", chunks(picture()))
    assert (saved.path.name, (store.directory / "a.png").read_text()) == ("a-2.png", "somebody else's")


async def test_a_name_that_is_reserved_in_vain_is_given_back(store: Outputs, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path, target: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(OutputUnavailable):
        await saved_picture(store, "a", chunks(picture()))
    assert list(store.directory.iterdir()) == []


async def test_a_jpeg_of_several_pictures_is_a_jpeg(store: Outputs) -> None:
    buffer = BytesIO()
    Image.new("RGB", (64, 48)).save(buffer, "MPO", save_all=True, append_images=[Image.new("RGB", (64, 48))])
    saved = await saved_picture(store, "a", chunks(buffer.getvalue()))
    assert (saved.path.name, saved.mime_type) == ("a.jpg", "image/jpeg")


async def test_a_transfer_that_breaks_leaves_nothing_behind(store: Outputs, tmp_path: Path) -> None:
    async def breaking() -> AsyncIterator[bytes]:
        yield picture()[:10]
        raise ConnectionResetError

    with pytest.raises(OutputUnavailable):
        await saved_picture(store, "a", breaking())
    assert list((tmp_path / "new" / "out").iterdir()) == []


async def test_what_is_no_picture_leaves_nothing_behind(store: Outputs, tmp_path: Path) -> None:
    with pytest.raises(Spoiled, match="not a whole picture"):
        await saved_picture(store, "a", chunks(b"<html>"))
    assert list((tmp_path / "new" / "out").iterdir()) == []


async def test_a_text_is_utf8(store: Outputs) -> None:
    saved = await store.save_text("t.ru.txt", "Привет\n", "text/plain")
    assert saved.path.read_bytes() == "Привет\n".encode()
    assert saved.path.name == "t.ru.txt"


async def test_a_directory_that_cannot_be_made_is_said_before_anything_is_paid(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputUnavailable, match="QWEN_LOCALIZE_OUTPUT_DIR"):
        await Outputs(tmp_path / "file" / "out").prepare()


async def test_a_read_only_place_is_said_before_anything_is_paid() -> None:
    with pytest.raises(OutputUnavailable, match="cannot be written"):
        await Outputs(Path("/proc/out")).prepare()


@pytest.mark.parametrize(
    "data",
    [
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EOF\n",  # Pillow would run a program on it
        *[
            b"BM" + struct.pack("<IIIIiiHHIIiiII", 0, 0, 54, 40, side, side, 1, 24, 0, 0, 0, 0, 0, 0)
            for side in (10_000, 60_000)
        ],
    ],
)
async def test_what_is_a_program_or_a_bomb_is_not_taken_for_a_picture(store: Outputs, data: bytes) -> None:
    with pytest.raises(Spoiled, match="not a whole picture"):
        await saved_picture(store, "a", chunks(data))
    assert list(store.directory.iterdir()) == []


async def test_a_full_disk_is_said_before_anything_is_paid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outputs, "_free", lambda _: 1000)
    with pytest.raises(OutputUnavailable, match="is full: less than 64 MB are free"):
        await Outputs(tmp_path).prepare()


@given(st.text(max_size=300) | st.from_regex(r"(?i)\A(con|aux|com1)[ .]{0,3}\w{0,3}\Z"))
def test_every_name_is_safe_on_every_system(stem: str) -> None:
    name = safe_name(stem)
    assert 1 <= len(name) <= 81
    assert len(name.encode()) <= 201
    assert not set(name) & set('<>:"/\\|?*\0\n\r\t')
    assert name[-1] not in ". "
    assert name.partition(".")[0].strip().upper() not in {"CON", "PRN", "AUX", "NUL", "COM1", "LPT1"}


@pytest.mark.parametrize(
    ("stem", "name"),
    [
        ("poster.ru", "poster.ru"),
        ("console.ru", "console.ru"),
        ("../../etc/passwd", "-..-etc-passwd"),
        ("con.ru", "_con.ru"),
        ("com².ru", "_com².ru"),
        ("海报.ru", "海报.ru"),
    ],
)
def test_names_stay_as_they_are_where_they_can(stem: str, name: str) -> None:
    assert safe_name(stem) == name


@pytest.mark.parametrize(
    ("stem", "name"),
    [
        (f"{'Cup with Lid for Car ' * 5}.ru", f"{('Cup with Lid for Car ' * 5)[:77].rstrip()}.ru"),
        (f"{'杯' * 120}.zh-tw", f"{'杯' * 64}.zh-tw"),
        (f"{'a' * 120}.make-it-grey", f"{'a' * 67}.make-it-grey"),
        (f"{'a' * 120}. and more words", "a" * 80),
    ],
)
def test_a_long_name_keeps_what_tells_it_from_others_behind_its_last_dot(stem: str, name: str) -> None:
    assert safe_name(stem) == name


async def test_a_name_of_long_characters_is_short_enough_for_the_disk(store: Outputs) -> None:
    names = [(await saved_picture(store, "😀" * 80, chunks(picture()))).path.name for _ in range(2)]
    assert [name.strip("😀") for name in names] == [".png", "-2.png"]


async def test_a_name_that_is_taken_at_the_last_moment_is_not_overwritten(store: Outputs, tmp_path: Path) -> None:
    async def plan(path: str) -> None:
        if path.endswith("a.png"):
            Path(path).write_text("somebody else's")

    saved = await saved_picture(store, "a", chunks(picture()), plan=plan)
    assert saved.path.name == "a-2.png"
    assert (tmp_path / "new" / "out" / "a.png").read_text() == "somebody else's"


async def test_a_picture_that_an_earlier_try_has_placed_stays_the_only_one(store: Outputs) -> None:
    first = await saved_picture(store, "a", chunks(picture()))
    again = await saved_picture(store, "a", chunks(picture()), planned=str(first.path))
    other = await saved_picture(store, "a", chunks(picture(50, 50)), planned=str(first.path))
    assert (again.path, other.path.name) == (first.path, "a-2.png")


async def test_an_announced_place_that_is_out_of_reach_keeps_no_picture_out(
    store: Outputs, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path) -> bool:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "is_file", refuse)
    saved = await saved_picture(store, "a", chunks(picture()), planned="/elsewhere/a.png")
    assert saved.path.name == "a.png"


async def test_a_text_with_half_a_character_is_written_all_the_same(store: Outputs) -> None:
    saved = await store.save_text("t.txt", "half \ud800.", "text/plain")
    assert saved.path.read_bytes() == b"half ?."


async def test_what_is_larger_than_a_result_can_be_is_none(store: Outputs) -> None:
    with pytest.raises(Spoiled, match="larger than 0 MB"):
        await store.save("a", chunks(picture()), Picture(most_bytes=10))
    assert list(store.directory.iterdir()) == []


async def test_an_equal_result_is_written_once_where_that_is_asked_for(store: Outputs) -> None:
    first = await saved_picture(store, "poster.ru", chunks(picture()), once=True)
    assert await saved_picture(store, "poster.ru", chunks(picture()), once=True) == first
    other = await saved_picture(store, "poster.ru", chunks(picture(30, 30)), once=True)
    assert [first.path.name, other.path.name] == ["poster.ru.png", "poster.ru-2.png"]


async def test_what_a_process_left_unfinished_that_died_is_removed_after_a_day_and_nothing_else(store: Outputs) -> None:
    for name, age in ((".partial-old", 90_000), (".partial-new", 80_000), ("poster.jpg", 900_000)):
        (store.directory / name).write_bytes(b"x")
        os.utime(store.directory / name, (1_000_000 - age, 1_000_000 - age))
    store.sweep(1_000_000)
    assert sorted(path.name for path in store.directory.iterdir()) == [".partial-new", "poster.jpg"]


def test_an_output_folder_that_is_not_there_yet_has_nothing_to_sweep(tmp_path: Path) -> None:
    Outputs(tmp_path / "none").sweep(0)
