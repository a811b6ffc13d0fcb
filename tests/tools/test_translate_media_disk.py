"""`translate_media` and the disk: what is kept, what is written, and where there is no room."""

import errno
import shutil
from pathlib import Path
from typing import IO, Any

import anyio
import pytest

from fakes_media import (
    Interpreter,
    talk,
)
from media_calls import TEXT, gone_on, names, only_job, slowly, speaking, text, translate
from qwen_localize import errors
from qwen_localize.files import kept, outputs
from qwen_localize.jobs.lifecycle import Lifecycle
from qwen_localize.settings import Settings
from qwen_localize_tools._shared.sound import program
from support import Connect, words
from virtual_time import until


async def test_an_output_folder_that_cannot_be_written_stops_the_job_which_then_pays_nothing_again(
    model: Interpreter, connect: Connect, path: Path, settings: Settings
) -> None:
    model.answer = slowly
    async with connect(wait=5.0) as client:
        await translate(client, path)
        shutil.rmtree(settings.output_dir)
        settings.output_dir.write_text("in the way")
        await anyio.sleep(120)
        assert "cannot be written" in (await only_job(client))["message"]
        settings.output_dir.unlink()
        assert text(await gone_on(client)) == TEXT
    assert model.count == 3


async def test_a_voice_waits_for_a_full_disk_and_is_not_lost(
    model: Interpreter, connect: Connect, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model.answer = speaking
    refusals = iter(range(5))

    def full(self: Any, data: bytes) -> str:
        if next(refusals, None) is not None:
            raise errors.StateUnavailable("The disk is full.")
        return put(self, data)

    put = kept.KeptFiles._put
    monkeypatch.setattr(kept.KeptFiles, "_put", full)
    async with connect() as client:
        assert text(await translate(client, path, speech=True)) == TEXT
    assert model.count == 3


async def test_a_full_disk_under_the_sound_stops_the_job_and_is_no_fault_of_the_recording(
    model: Interpreter, connect: Connect, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = program.answer
    with monkeypatch.context() as full:
        full.setattr(program, "answer", lambda asked: {"error": "disk"} if asked["do"] == "decode" else answer(asked))
        async with connect() as client:
            stopped = await translate(client, path)
    assert "disk of the state directory is full" in words(stopped)
    assert "get_job with job_id" in words(stopped)
    async with connect() as client:
        assert text(await gone_on(client)) == TEXT


async def test_a_program_that_dies_is_the_recordings_fault_and_nothing_is_paid(
    model: Interpreter, connect: Connect, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = program.answer
    monkeypatch.setattr(
        program, "answer", lambda asked: {"error": "died"} if asked["do"] == "decode" else answer(asked)
    )
    async with connect() as client:
        result = await translate(client, path)
    assert "brought the program down that reads it. Export it anew" in words(result)
    assert "Nothing was sent or paid" in words(result)
    assert not model.count


async def test_the_disk_being_full_at_the_end_leaves_no_half_file(
    model: Interpreter, connect: Connect, path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: IO[bytes]) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    model.answer = speaking
    async with connect() as client:
        with monkeypatch.context() as broken:
            broken.setattr(outputs, "_sync", full)
            stopped = await translate(client, path, speech=True)
        assert "No space left on device" in words(stopped)
        assert names(settings) == []
        assert text(await gone_on(client)) == TEXT
    assert names(settings) == ["talk.fr.srt", "talk.fr.txt", "talk.fr.vtt", "talk.fr.wav"]
    assert model.count == 3


async def test_files_that_were_written_before_a_stop_are_not_written_twice(
    model: Interpreter, connect: Connect, path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    completed = Lifecycle.completed

    async def fails(*_: Any) -> None:
        raise ZeroDivisionError

    model.answer = speaking
    async with connect() as client:
        monkeypatch.setattr(Lifecycle, "completed", fails)
        await translate(client, path, speech=True)
        monkeypatch.setattr(Lifecycle, "completed", completed)
        assert text(await gone_on(client)) == TEXT
    assert names(settings) == ["talk.fr.srt", "talk.fr.txt", "talk.fr.vtt", "talk.fr.wav"]


async def test_the_sound_that_was_decoded_is_gone_when_the_job_has_ended(
    model: Interpreter, connect: Connect, path: Path, settings: Settings
) -> None:
    model.answer = slowly
    scratch = settings.state_dir / "scratch"
    async with connect(wait=5.0) as client:
        await translate(client, path)
        assert list(scratch.glob("*/sound.pcm"))
        await gone_on(client)
        await until(lambda: not list(scratch.iterdir()))
    assert not list((settings.state_dir / "inputs").iterdir())


async def test_another_recording_of_the_same_name_does_not_overwrite_the_first(
    model: Interpreter, connect: Connect, path: Path, settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    other = talk(tmp_path / "other" / "talk.wav", [2])
    async with connect() as client:
        await translate(client, path)
        await translate(client, other)
    assert {"talk.fr.txt", "talk.fr-2.txt"} <= set(names(settings))
    assert (settings.output_dir / "talk.fr.txt").read_text("utf-8") == f"{TEXT}\n"
