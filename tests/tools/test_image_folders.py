"""Folders and patterns as they are found on real disks: odd names, links, pipes, and what changes meanwhile."""

import os
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from fakes import Service
from support import Call, picture, words


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "shots"
    path.mkdir()
    (path / "good.png").write_bytes(picture())
    return path


async def previewed(call: Call, image: Any) -> dict[str, Any]:
    result = await call(image=str(image), preview=True)
    assert not result.is_error, words(result)
    return dict(result.structured_content["details"])


def reasons(details: dict[str, Any]) -> dict[str, str]:
    return {item["name"]: item["reason"] for item in details["left_out"]}


async def test_links_in_a_circle_pipes_and_folders_named_as_pictures_are_left_out(call: Call, folder: Path) -> None:
    (folder / "circle.png").symlink_to(folder / "circle2.png")
    (folder / "circle2.png").symlink_to(folder / "circle.png")
    (folder / "gone.png").symlink_to(folder / "nowhere.png")
    (folder / "outside.png").symlink_to("/etc/hostname")
    os.mkfifo(folder / "pipe.png")
    (folder / "x.png").mkdir()
    details = await previewed(call, folder)
    assert details["pictures"] == 1
    assert details["left_out_count"] == 6, details
    told = reasons(details)
    assert told["x.png"] == "a folder; name it to have what is in it"
    assert told["a link"] == "it leads out of the folders that may be read"
    assert "/etc" not in str(details)


async def test_names_that_are_no_text_or_no_line_are_taken(call: Call, folder: Path) -> None:
    for name in (b"\xff\xfe.png", "a\nb\u202e.png".encode(), b"=cmd().png", b"%41.png", b"a[1].png", b"c:d.png"):
        (Path(os.fsdecode(os.fsencode(folder) + b"/" + name))).write_bytes(picture())
    details = await previewed(call, folder)
    assert (details["pictures"], details["left_out_count"]) == (7, 0), details


async def test_a_pattern_with_two_stars_looks_into_folders_and_leaves_out_hidden_ones(call: Call, folder: Path) -> None:
    for name in ("a", "a/b", ".hidden"):
        (folder / name).mkdir()
        (folder / name / "p.png").write_bytes(picture())
    details = await previewed(call, folder / "**" / "*.png")
    assert details["pictures"] == 3
    assert reasons(details) == {"p.png": "hidden"}
    assert (await previewed(call, folder / "*[!x]" / "*.png"))["pictures"] == 1


async def test_a_picture_that_goes_or_changes_while_others_are_looked_at_is_told_and_the_rest_is_done(
    call: Call, folder: Path, monkeypatch: pytest.MonkeyPatch, service: Service
) -> None:
    for name in ("gone.png", "notes.png"):
        (folder / name).write_bytes(picture())
    many = import_module("qwen_localize_tools.translate_image.many")
    real = many.gather

    async def late(*arguments: Any, **options: Any) -> Any:
        (folder / "gone.png").unlink()
        (folder / "notes.png").write_text("a secret of notes")
        return await real(*arguments, **options)

    monkeypatch.setattr(many, "gather", late)
    result = await call(image=str(folder))
    assert not result.is_error
    details = result.structured_content["details"]
    assert (details["done"], details["left_out_count"]) == (1, 2)
    told = reasons(details)
    assert "There is no file" in told["gone.png"]
    assert "is not a picture" in told["notes.png"]
    assert "secret" not in str(result)
    assert service.submit.call_count == 1
