"""Folders for a while."""

import os
from contextlib import suppress
from pathlib import Path

import pytest

from qwen_localize.errors import StateUnavailable
from qwen_localize.files import scratch_folder, sweep_scratch


def test_a_folder_is_gone_with_all_in_it_however_its_block_ends(tmp_path: Path) -> None:
    with suppress(ZeroDivisionError), scratch_folder(tmp_path / "scratch") as folder:
        (folder / "inside").mkdir()
        (folder / "inside" / "sound.pcm").write_bytes(b"x")
        raise ZeroDivisionError
    assert list((tmp_path / "scratch").iterdir()) == []


def test_nobody_else_may_look_into_it_and_each_is_another(tmp_path: Path) -> None:
    with scratch_folder(tmp_path) as one, scratch_folder(tmp_path) as other:
        assert one != other
        assert os.name != "posix" or one.stat().st_mode & 0o077 == 0


def test_a_disk_that_refuses_it_is_told(tmp_path: Path) -> None:
    (tmp_path / "scratch").write_text("in the way")
    with pytest.raises(StateUnavailable, match="cannot be written"), scratch_folder(tmp_path / "scratch"):
        pass


def test_what_a_process_left_that_died_is_removed_after_a_day_and_not_before(tmp_path: Path) -> None:
    for name, age in (("old", 90_000), ("new", 80_000)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "sound.pcm").write_bytes(b"x")
        os.utime(tmp_path / name, (1_000_000 - age, 1_000_000 - age))
    sweep_scratch(tmp_path, 1_000_000)
    assert [path.name for path in tmp_path.iterdir()] == ["new"]


def test_there_need_be_nothing_to_sweep(tmp_path: Path) -> None:
    sweep_scratch(tmp_path / "none", 0)
