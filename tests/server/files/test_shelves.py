"""Replicas with disks of their own that share what they finish, keep and take."""

import hashlib
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from qwen_localize.errors import BadInput, StorageUnavailable
from qwen_localize.files import (
    Kept,
    KeptFiles,
    LocalFile,
    LocalMedia,
    Outputs,
    Shelf,
    Shelves,
    Storage,
    Uploads,
    mark_of,
    object_storage,
    open_storage,
)
from qwen_localize.jobs import JobStore
from qwen_localize.state import Database
from qwen_localize.tool.sweeping import swept
from virtual_time import VirtualClock

ALICE, JOB = mark_of("alice"), "job-0123456789"
DAY = 24 * 3600.0


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    found = open_storage((tmp_path / "shared").as_uri())
    assert found
    return found


@pytest.fixture
def outputs(tmp_path: Path, storage: Storage) -> Callable[[str], Outputs]:
    """The folder of one job, as a replica of that name has it."""

    def of(replica: str) -> Outputs:
        folder = tmp_path / replica / JOB
        folder.mkdir(parents=True, exist_ok=True)
        return Outputs.shared(folder, Shelves(storage, tmp_path / replica))

    return of


async def keys(storage: Storage) -> list[str]:
    return sorted([each.key async for each in storage.listed("")])


@pytest.mark.parametrize(
    ("folder", "prefix"),
    [
        ("", "-/saved"),
        (JOB, f"-/{JOB}"),
        (ALICE, f"{ALICE}/saved"),
        (f"{ALICE}/{JOB}", f"{ALICE}/{JOB}"),
        ("photos", None),
        (f"{ALICE}/photos", None),
        (f"{JOB}/{ALICE}", None),
        (f"{ALICE}/{JOB}/more", None),
        (f"{ALICE}/..", None),
        ("..", None),
        ("/elsewhere", None),
    ],
)
def test_each_folder_of_ours_has_its_place(storage: Storage, tmp_path: Path, folder: str, prefix: str | None) -> None:
    shelf = Shelves(storage, tmp_path).of(tmp_path / folder)
    assert (shelf and shelf.prefix) == prefix


async def test_two_replicas_give_two_files_two_names_and_equal_files_one(
    outputs: Callable[[str], Outputs], storage: Storage
) -> None:
    one = await outputs("a").save_text("x.txt", "one", "text/plain")
    other = await outputs("b").save_text("x.txt", "other", "text/plain")
    again = await outputs("c").save_text("x.txt", "one", "text/plain")
    assert [each.path.name for each in (one, other, again)] == ["x.txt", "x-2.txt", "x.txt"]
    assert again.path.read_text() == "one"
    assert await keys(storage) == [f"-/{JOB}/x-2.txt", f"-/{JOB}/x.txt"]


async def test_a_file_whose_put_was_answered_by_nobody_keeps_its_name(
    outputs: Callable[[str], Outputs], storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    put, lost = object_storage.ObjectStorage.put_new, [True]

    async def unanswered(self: Any, key: str, path: Path) -> bool:
        placed = await put(self, key, path)
        if lost.pop() if lost else False:
            raise StorageUnavailable("It does not answer.")
        return placed

    monkeypatch.setattr(object_storage.ObjectStorage, "put_new", unanswered)
    with pytest.raises(StorageUnavailable):
        await outputs("a").save_text("x.txt", "one", "text/plain")
    assert list(outputs("a").directory.iterdir()) == []
    assert (await outputs("a").save_text("x.txt", "one", "text/plain")).path.name == "x.txt"
    assert await keys(storage) == [f"-/{JOB}/x.txt"]


async def test_a_name_that_a_replica_had_planned_before_it_died_is_taken_up_by_another(
    outputs: Callable[[str], Outputs], storage: Storage
) -> None:
    await outputs("a").save_text("x.txt", "another's", "text/plain")
    await outputs("a").save_text("x.txt", "one", "text/plain")
    once = await outputs("b").save_text("x-2.txt", "one", "text/plain", once=True)
    assert once.path == outputs("b").directory / "x-2.txt"
    assert once.path.read_text() == "one"
    assert len(await keys(storage)) == 2


async def test_a_file_that_was_written_here_only_is_shared_when_it_is_written_once_more(
    outputs: Callable[[str], Outputs], storage: Storage
) -> None:
    (outputs("a").directory / "x.txt").write_text("one")
    assert (await outputs("a").save_text("x.txt", "one", "text/plain", once=True)).path.name == "x.txt"
    assert await keys(storage) == [f"-/{JOB}/x.txt"]


async def test_a_result_is_copied_from_where_another_replica_has_made_it(
    outputs: Callable[[str], Outputs], storage: Storage, tmp_path: Path
) -> None:
    made = (await outputs("a").save_text("x.txt", "one", "text/plain")).path
    here = outputs("b").directory / made.name
    assert await Shelves(storage, tmp_path / "b").bring(here)
    assert (await outputs("b").copy(here, "y", {str(here)})).name == "y.txt"
    assert await keys(storage) == [f"-/{JOB}/x.txt", f"-/{JOB}/y.txt"]


@pytest.mark.parametrize("name", ["", ".", "..", "x" * 300, "a\0b", "x\n", "none.png"])
async def test_what_is_no_finished_file_is_not_brought(storage: Storage, tmp_path: Path, name: str) -> None:
    shelves = Shelves(storage, tmp_path / "out")
    assert not await shelves.bring(tmp_path / "out" / JOB / name)


async def test_an_input_that_one_replica_keeps_is_had_by_another(storage: Storage, tmp_path: Path) -> None:
    here, there = (KeptFiles(tmp_path / name, storage=storage) for name in ("a", "b"))
    kept = Kept.of(LocalMedia("x.png", b"bytes", "image/png"))
    assert await there.is_lost(kept)
    assert await here.put(b"bytes") == kept.digest
    here.settled([kept.digest])
    here.remove(kept.digest)
    assert not here.path(kept.digest).exists()
    assert not await here.is_lost(kept)
    assert there.holds(kept)
    assert await there.get(kept) == LocalMedia("x.png", b"bytes", "image/png")
    assert await there.brought(kept.digest)
    assert not await there.brought("0" * 64)


async def test_a_held_file_is_brought_whole(storage: Storage, tmp_path: Path) -> None:
    (tmp_path / "talk.wav").write_bytes(data := os.urandom(2_000_000))
    kept = await KeptFiles(tmp_path / "a", storage=storage).hold(LocalFile("talk.wav", tmp_path / "talk.wav"))
    there = KeptFiles(tmp_path / "b", storage=storage)
    assert await there.brought(kept.digest)
    assert there.path(kept.digest).read_bytes() == data


async def test_an_input_that_was_damaged_in_storage_is_not_taken(storage: Storage, tmp_path: Path) -> None:
    kept = Kept("x.png", digest=await KeptFiles(tmp_path / "a", storage=storage).put(b"bytes"))
    (tmp_path / "other").write_bytes(b"other")
    await storage.put(f"inputs/{kept.digest}", tmp_path / "other")
    with pytest.raises(BadInput, match="was damaged"):
        await KeptFiles(tmp_path / "b", storage=storage).get(kept)


async def chunks(data: bytes) -> AsyncIterator[bytes]:
    yield data


async def test_what_was_sent_to_one_replica_is_had_by_another_once(
    storage: Storage, tmp_path: Path, clock: VirtualClock
) -> None:
    here, there = (Uploads(tmp_path / name, storage) for name in ("a", "b"))
    number, now = "0" * 32, clock.wall()
    assert not await there.brought(there.path(ALICE, number, "x.png"), now)
    await here.take(here.path(ALICE, number, "x.png"), chunks(b"one"), now)
    with pytest.raises(FileExistsError):
        await there.take(there.path(ALICE, number, "x.png"), chunks(b"other"), now)
    assert await there.brought(path := there.path(ALICE, number, "x.png"), now)
    assert path.read_bytes() == b"one"
    assert not await there.brought(path, now + DAY + 60)
    with pytest.raises(FileExistsError):
        await here.take(here.path(ALICE, number, "x.png"), chunks(b"one"), now)


async def test_what_is_old_and_needed_by_nobody_is_let_go_of_and_finished_files_never_are(
    storage: Storage, tmp_path: Path, clock: VirtualClock
) -> None:
    database = Database(tmp_path / "state", clock.wall())
    try:
        (tmp_path / "file").write_bytes(b"x")
        digest = hashlib.sha256(b"x").hexdigest()
        places = [f"inputs/{digest}", f"parts/{digest}", f"uploads/{ALICE}/1/x", "incoming/1", f"-/{JOB}/x"]
        for key in places:
            await storage.put(key, tmp_path / "file")
        await swept(storage, JobStore(database), clock.wall() + DAY / 2)
        assert await keys(storage) == sorted(places)
        await swept(storage, JobStore(database), clock.wall() + 2 * DAY)
        assert await keys(storage) == sorted([f"inputs/{digest}", f"parts/{digest}", f"-/{JOB}/x"])
        await swept(storage, JobStore(database), clock.wall() + 4 * DAY)
        assert await keys(storage) == [f"-/{JOB}/x"]
    finally:
        database.close()


async def test_an_equal_file_is_told_from_one_of_the_same_length(storage: Storage, tmp_path: Path) -> None:
    shelf = Shelf(storage, f"-/{JOB}")
    for name, text in (("a", "one"), ("b", "two"), ("c", "three")):
        (tmp_path / name).write_text(text)
    assert await shelf.take(tmp_path / "a", "x")
    assert [await shelf.holds(tmp_path / name, "x") for name in "abc"] == [True, False, False]
    assert not await shelf.holds(tmp_path / "a", "none")
