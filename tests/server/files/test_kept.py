"""Bytes that are kept by what they are."""

import errno
import hashlib
import os
from pathlib import Path

import pytest

from qwen_localize.errors import BadInput, StateUnavailable
from qwen_localize.files import KeptFiles, LocalFile


@pytest.fixture
def kept(tmp_path: Path) -> KeptFiles:
    return KeptFiles(tmp_path / "state", "parts")


def left(tmp_path: Path) -> list[str]:
    return [path.name for path in (tmp_path / "state" / "parts").glob("*")]


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


async def test_bytes_are_kept_once_and_named_by_what_they_are(kept: KeptFiles, tmp_path: Path) -> None:
    found = await kept.put(b"onetwo")
    assert found == digest(b"onetwo")
    assert kept.path(found).read_bytes() == b"onetwo"
    assert await kept.put(b"onetwo") == found
    assert left(tmp_path) == [found]


async def test_a_full_disk_leaves_nothing_and_says_which(
    kept: KeptFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", full)
        with pytest.raises(StateUnavailable, match="No space left on device"):
            await kept.put(b"two")
        with pytest.raises(StateUnavailable, match="QWEN_LOCALIZE_STATE_DIR"):
            await kept.put(b"one")
    assert left(tmp_path) == []


async def test_a_file_is_kept_as_it_was_when_it_was_named(kept: KeptFiles, tmp_path: Path) -> None:
    path = tmp_path / "talk.wav"
    path.write_bytes(b"x" * 3_000_000)
    found = await kept.hold(LocalFile("talk.wav", path))
    path.write_bytes(b"another")
    assert (found.name, found.digest) == ("talk.wav", digest(b"x" * 3_000_000))
    assert kept.path(found.digest).stat().st_size == 3_000_000


@pytest.mark.parametrize("kind", ["gone", "link", "pipe", "folder"])
async def test_what_took_a_files_place_meanwhile_is_not_read(kept: KeptFiles, tmp_path: Path, kind: str) -> None:
    path, secret = tmp_path.resolve() / "talk.wav", tmp_path / "secret"
    secret.write_text("secret")
    if kind == "link":
        path.symlink_to(secret)
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    with pytest.raises(BadInput, match=r"cannot be read|was replaced"):
        await kept.hold(LocalFile("talk.wav", path))
    assert left(tmp_path) == []


async def test_a_folder_that_became_a_link_meanwhile_is_not_followed(kept: KeptFiles, tmp_path: Path) -> None:
    folder, other = tmp_path.resolve() / "folder", tmp_path / "other"
    other.mkdir()
    (other / "talk.wav").write_text("secret")
    folder.symlink_to(other)
    with pytest.raises(BadInput, match="was replaced"):
        await kept.hold(LocalFile("talk.wav", folder / "talk.wav"))


async def test_what_is_kept_again_is_as_new_so_that_it_is_not_removed_before_its_time(kept: KeptFiles) -> None:
    name = await kept.put(b"voice")
    os.utime(kept.path(name), (1000, 1000))
    assert list(kept.left_over(1000 + 90_000)) == [name]
    await kept.put(b"voice")
    assert list(kept.left_over(kept.path(name).stat().st_mtime + 10)) == []


async def test_what_was_kept_for_a_job_that_is_not_yet_written_down_outlives_the_end_of_another(
    kept: KeptFiles, tmp_path: Path
) -> None:
    found = await kept.put(b"one")
    kept.settled([found])  # the first job
    path = tmp_path / "talk.wav"
    path.write_bytes(b"one")
    for again in (kept.put(b"one"), kept.hold(LocalFile("talk.wav", path))):
        await again
        kept.remove(found)  # the first job ends
        assert left(tmp_path) == [found]
        kept.settled([found])  # the second job
    kept.remove(found)
    assert left(tmp_path) == []
