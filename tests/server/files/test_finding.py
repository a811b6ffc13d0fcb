"""What folders and patterns stand for."""

import os
from pathlib import Path

import pytest

from qwen_localize.errors import BadInput
from qwen_localize.files import Found, find, finding


@pytest.fixture
def allowed(tmp_path: Path) -> Path:
    folder = tmp_path / "allowed"
    (folder / "more").mkdir(parents=True)
    for name in ("10.png", "2.png", "b.jpg", ".DS_Store", "more/c.png", "more/.d.png"):
        (folder / name).write_bytes(b"x")
    return folder


async def names(allowed: Path, *references: str) -> list[str]:
    return [Path(reference).name for reference in (await find(references, (allowed,))).references]


async def left_out(allowed: Path, *references: str) -> set[tuple[str, str]]:
    return set((await find(references, (allowed,))).left_out)


async def test_a_folder_stands_for_its_files_as_people_sort_them(allowed: Path) -> None:
    assert await names(allowed, str(allowed)) == ["2.png", "10.png", "b.jpg"]
    assert await left_out(allowed, str(allowed)) == {
        (".DS_Store", "hidden"), ("more", "a folder; name it to have what is in it"),
    }  # fmt: skip


async def test_a_pattern_stands_for_what_matches_it(allowed: Path) -> None:
    assert await names(allowed, f"{allowed}/*.png") == ["2.png", "10.png"]
    assert await names(allowed, f"{allowed}/**/*.png") == ["2.png", "10.png", "c.png"]
    assert await left_out(allowed, f"{allowed}/**/*.png") == {(".d.png", "hidden")}


async def test_what_is_no_folder_and_no_pattern_stays_as_it_is(allowed: Path) -> None:
    plain = ["https://shop.example/a*.png", "data:image/png;base64,AA==", str(allowed / "b.jpg"), "nowhere.png"]
    assert await find(plain, (allowed,)) == Found(references=plain)


async def test_a_file_that_is_named_like_a_pattern_is_that_file(allowed: Path) -> None:
    (allowed / "shot[1].png").write_bytes(b"x")
    assert await names(allowed, str(allowed / "shot[1].png")) == ["shot[1].png"]


async def test_each_path_counts_once_however_often_it_is_named(allowed: Path) -> None:
    assert await names(allowed, str(allowed / "b.jpg"), str(allowed), str(allowed / "b.jpg")) == [
        "b.jpg", "2.png", "10.png",
    ]  # fmt: skip


@pytest.mark.parametrize("reference", ["{}/*.gif", "{}/nothing/*.png", "{}/more/.*", ""])
async def test_what_stands_for_nothing_is_refused_in_words(allowed: Path, reference: str) -> None:
    with pytest.raises(BadInput, match=r"There is no f|The path is empty"):
        await find([reference.format(allowed)], (allowed,))


@pytest.mark.parametrize("reference", ["{}/..", "{}/../*", "{}/*/../../*", "/etc", "/e*c/*", "/"])
async def test_nothing_outside_the_allowed_folders_is_listed(allowed: Path, reference: str) -> None:
    with pytest.raises(BadInput, match=r"outside the folders|cannot be looked into"):
        await find([reference.format(allowed)], (allowed,))


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
async def test_links_that_lead_elsewhere_are_left_out_without_a_name(allowed: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "plan.png").write_bytes(b"x")
    (allowed / "link.png").symlink_to(tmp_path / "secret" / "plan.png")
    (allowed / "door").symlink_to(tmp_path / "secret")
    (allowed / "loop").symlink_to(allowed)
    elsewhere = ("a link", "it leads out of the folders that may be read")
    assert elsewhere in await left_out(allowed, str(allowed))
    assert await names(allowed, f"{allowed}/*/*.png") == ["2.png", "10.png", "c.png"]
    assert elsewhere in await left_out(allowed, f"{allowed}/*/*.png")
    assert await names(allowed, f"{allowed}/**/*.png") == ["2.png", "10.png", "c.png"]


async def test_a_pattern_behind_which_too_much_stands_is_refused(
    allowed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "MOST_FOUND", 3)
    with pytest.raises(BadInput, match="more than 3 files"):
        await find([str(allowed)], (allowed,))
