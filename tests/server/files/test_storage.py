"""Storage that replicas share: the same in S3 and in a folder."""

import logging
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import anyio
import obstore
import pytest
from obstore.store import LocalStore

from buckets import BUCKET, SECRET, within
from qwen_localize.errors import BadSetting, StateUnavailable, StorageUnavailable
from qwen_localize.files import NotStored, Storage, object_storage, open_storage
from qwen_localize.files.object_storage import CHECK_SECONDS, TRIES, TRY_SECONDS, ObjectStorage


@pytest.fixture(params=["file", "s3"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    found: str = request.getfixturevalue("s3") if request.param == "s3" else (tmp_path / "shared folder").as_uri()
    return found


@pytest.fixture
def storage(url: str) -> Storage:
    found = open_storage(url)
    assert found
    return found


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "file"
    path.write_bytes(b"all of it")
    return path


@pytest.mark.parametrize("at_once", [2**20, 0], ids=["small", "large"])
async def test_of_twenty_who_put_a_file_under_one_name_at_once_one_wins(
    storage: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(object_storage, "_MOST_AT_ONCE", at_once)
    won: list[int] = []

    async def put(number: int) -> None:
        path = tmp_path / str(number)
        path.write_bytes(b"%d" % number)
        if await storage.put_new("-/job-1/x.png", path):
            won.append(number)

    async with anyio.create_task_group() as group:
        for number in range(20):
            group.start_soon(put, number)
    [winner] = won
    await storage.get("-/job-1/x.png", tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == b"%d" % winner


async def test_what_is_put_again_replaces_what_was_there(storage: Storage, file: Path, tmp_path: Path) -> None:
    await storage.put("inputs/a", file)
    file.write_bytes(b"more of it")
    assert not await storage.put_new("inputs/a", file)
    await storage.put("inputs/a", file)
    await storage.get("inputs/a", tmp_path / "new" / "back")
    assert (tmp_path / "new" / "back").read_bytes() == b"more of it"


@pytest.mark.parametrize("name", ["ü x+%?&#.png", "…é.txt", "a'b\"c.srt", "日本語.zh-Hans.vtt"])
async def test_a_file_of_any_name_comes_back(storage: Storage, file: Path, tmp_path: Path, name: str) -> None:
    assert await storage.put_new(f"-/job-1/{name}", file)
    await storage.get(f"-/job-1/{name}", tmp_path / name)
    assert (tmp_path / name).read_bytes() == file.read_bytes()
    assert [each.key async for each in storage.listed("-")] == [f"-/job-1/{name}"]


async def test_an_empty_file_comes_back_empty(storage: Storage, file: Path, tmp_path: Path) -> None:
    file.write_bytes(b"")
    assert await storage.put_new("parts/e", file)
    await storage.get("parts/e", tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == b""


async def test_what_is_not_there_is_said_so_and_leaves_nothing(storage: Storage, tmp_path: Path) -> None:
    with pytest.raises(NotStored, match="There is nothing under “-/job-1/none”"):
        await storage.get("-/job-1/none", tmp_path / "new" / "none")
    assert not (tmp_path / "new").exists()
    assert not await storage.has("-/job-1/none")
    assert await storage.found("-/job-1/none") is None
    await storage.delete("-/job-1/none")


async def test_what_is_listed_says_how_large_and_how_old_it_is(storage: Storage, file: Path, tmp_path: Path) -> None:
    for key in ("inputs/a", "inputs/b", "inputsx", "parts/a"):
        await storage.put(key, file)
    await storage.delete("inputs/b")
    [found] = [each async for each in storage.listed("inputs")]
    assert (found.key, found.bytes) == ("inputs/a", 9)
    assert abs(found.modified - file.stat().st_mtime) < 60
    await storage.get("inputs/a", tmp_path / "back")
    assert (tmp_path / "back").stat().st_mtime == pytest.approx(found.modified)


async def test_a_large_file_is_put_whole_once_and_leaves_no_pieces(
    storage: Storage, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(object_storage, "_MOST_AT_ONCE", 2**20)
    monkeypatch.setattr(object_storage, "_PIECE", 5 * 2**20)
    file.write_bytes(os.urandom(11 * 2**20))
    assert await storage.put_new("-/job-1/large", file)
    assert not await storage.put_new("-/job-1/large", file)
    await storage.get("-/job-1/large", tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == file.read_bytes()
    assert [each.key async for each in storage.listed("incoming")] == []


async def test_a_file_that_is_replaced_while_it_is_read_is_read_anew_and_not_mixed(
    storage: Storage, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(object_storage, "_PIECE", 4)
    await storage.put("parts/a", file)
    read, pieces = obstore.get_async, list[Any]()

    async def replaced(*arguments: Any, **options: Any) -> Any:
        if len(pieces) == 1:
            file.write_bytes(b"something else")
            await storage.put("parts/a", file)
        pieces.append(options)
        return await read(*arguments, **options)

    monkeypatch.setattr(obstore, "get_async", replaced)
    await storage.get("parts/a", tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == b"something else"
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["back", "file"]


async def test_storage_that_can_be_used_passes_the_check(storage: Storage) -> None:
    await storage.check()


@pytest.mark.usefixtures("s3")
async def test_a_bucket_that_is_not_there_is_told_and_not_taken_for_an_empty_one(file: Path, tmp_path: Path) -> None:
    storage = ObjectStorage.at("s3://no-such-bucket/x")
    with pytest.raises(StorageUnavailable, match=r"cannot be used: there is no such bucket\. Check"):
        await storage.put_new("a", file)
    with pytest.raises(StorageUnavailable, match="no such bucket"):
        await storage.check()


@pytest.fixture
def silent() -> Iterator[str]:
    """The origin of a server that takes every connection, and never says anything."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.mark.usefixtures("s3")
async def test_storage_that_never_answers_is_asked_again_and_then_given_up(
    silent: str, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(object_storage, "within", within)  # here time is to pass while nothing comes
    monkeypatch.setenv("AWS_ENDPOINT_URL", silent)
    storage, begun = ObjectStorage.at(f"s3://{BUCKET}/x"), anyio.current_time()
    with pytest.raises(StorageUnavailable, match="it does not answer within 60 s"):
        await storage.put_new("a", file)
    assert anyio.current_time() - begun <= TRIES * (TRY_SECONDS + 5)
    begun = anyio.current_time()
    with pytest.raises(StorageUnavailable, match="it does not answer within 10 s"):
        await storage.check()
    assert anyio.current_time() - begun <= CHECK_SECONDS + 1
    with pytest.raises(StorageUnavailable):
        await storage.get("a", tmp_path / "back")
    assert not (tmp_path / "back").exists()


@pytest.mark.usefixtures("s3")
async def test_what_storage_answers_when_it_refuses_is_told_without_its_words(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refused(*_: Any, **__: Any) -> Any:
        raise obstore.exceptions.GenericError("S3 - Server returned non-2xx status code: 501 Not Implemented: <Error>")

    monkeypatch.setattr(obstore, "put_async", refused)
    with pytest.raises(StorageUnavailable, match=r"cannot be used: it answered 501 Not Implemented\. Check"):
        await ObjectStorage.at(f"s3://{BUCKET}/x").put_new("a", file)


async def test_what_fails_for_a_moment_is_tried_again(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage, put, tries = ObjectStorage(LocalStore(tmp_path), tmp_path), obstore.put_async, list[int]()

    async def failing(*arguments: Any, **options: Any) -> Any:
        tries.append(1)
        if len(tries) < TRIES:
            raise obstore.exceptions.GenericError("Generic S3 error: 503")
        return await put(*arguments, **options)

    monkeypatch.setattr(obstore, "put_async", failing)
    assert await storage.put_new("a", file)
    assert len(tries) == TRIES


@pytest.mark.usefixtures("s3")
async def test_no_credential_is_in_any_error_or_log(
    file: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
    storage, told = ObjectStorage.at(f"s3://{BUCKET}/x"), list[BaseException]()
    for call in (storage.put_new("a", file), storage.has("a"), storage.check()):
        with pytest.raises(StorageUnavailable, match="it cannot be reached") as caught:
            await call
        told.append(caught.value)
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    with pytest.raises(BadSetting, match=r"Missing AccessKeyId”\. Set AWS_ACCESS_KEY_ID") as setting:
        ObjectStorage.at(f"s3://{BUCKET}/x")
    for error in (*told, setting.value):
        assert SECRET not in f"{error!r} {error.__cause__!r}"
        assert "Debug source" not in str(error)
    assert SECRET not in caplog.text


async def test_a_folder_that_cannot_be_written_does_not_pass_the_check(tmp_path: Path) -> None:
    storage = ObjectStorage.at((tmp_path / "shared").as_uri())
    (tmp_path / "shared").rmdir()
    with pytest.raises(StateUnavailable, match="the folder cannot be written"):
        await storage.check()


async def test_a_folder_that_cannot_be_made_is_told_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(BadSetting, match="QWEN_LOCALIZE_STORAGE_URL cannot be used"):
        ObjectStorage.at((tmp_path / "taken" / "below").as_uri())


def test_without_its_package_the_setting_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "qwen_localize.files.object_storage")
    monkeypatch.setitem(sys.modules, "obstore", None)
    with pytest.raises(BadSetting, match=r"not installed \(obstore\)\. .* pip install 'qwen-localize\[cluster\]'"):
        open_storage(tmp_path.as_uri())
    with suppress(AttributeError):
        monkeypatch.delattr("qwen_localize.files.object_storage")


@pytest.mark.process
def test_a_server_without_the_setting_imports_nothing_of_it() -> None:
    code = (
        "import sys, qwen_localize_tools, qwen_localize.mcp_server, qwen_localize.mcp_server.visiting\n"
        "from qwen_localize.files import open_storage\n"
        "assert open_storage(None) is None\n"
        "sys.exit('obstore' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
