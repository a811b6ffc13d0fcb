"""`localize_files`: what it knows of its own texts, whatever has become of files, lock and process meanwhile."""

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx

from fakes_text import URL, russian, translated
from qwen_localize.errors import OutputUnavailable
from qwen_localize.files import inplace
from qwen_localize_tools.localize_files import merging
from qwen_localize_tools.localize_files.project import Project
from support import words
from tools.localizing import EN, LOCK, app, everything, localize, numbers, read, service, write

__all__ = ["app", "localize", "service"]


def fails(*_: Any, **__: Any) -> None:
    raise OutputUnavailable("It died, or the disk is full.")


@pytest.mark.parametrize("elsewhere", [False, True])
async def test_a_new_text_is_ours_though_the_process_died_before_it_noted_that(
    elsewhere: bool, service: respx.Route, localize: Any, app: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with monkeypatch.context() as dying:
        dying.setattr(merging, "note", fails)
        assert (await localize()).is_error
    assert read(app / "locales/ru.json")["title"] == russian("Hello {name}")
    write(app / "locales/en.json", EN | {"title": "Good day {name}"})
    for _ in range(2):  # the first may go on with what was begun
        await localize(settings={"state_dir": tmp_path / "other"} if elsewhere else {})
    assert read(app / "locales/ru.json")["title"] == russian("Good day {name}")


@pytest.mark.parametrize("elsewhere", [False, True])
async def test_a_changed_text_is_ours_though_the_process_died_before_it_noted_that(
    elsewhere: bool, service: respx.Route, localize: Any, app: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    await localize()
    write(app / "locales/en.json", EN | {"title": "Good day {name}"})
    with monkeypatch.context() as dying:
        dying.setattr(merging, "note", fails)
        assert (await localize()).is_error
    assert read(app / "locales/ru.json")["title"] == russian("Good day {name}")
    settings = {"state_dir": tmp_path / "other"} if elsewhere else {}
    assert numbers(await localize(settings=settings)) == {"changed": 1, "kept": 2, "files": 1}
    assert "|" not in (app / LOCK).read_text("utf-8")
    assert numbers(await localize(settings=settings)) == {"kept": 3}


async def test_a_file_that_cannot_be_written_is_as_it_was_and_is_written_by_the_next_run(
    service: respx.Route, localize: Any, app: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await localize()
    write(app / "locales/en.json", EN | {"title": "Good day {name}", "more": "One more"})
    before, save = everything(app), Project.save
    with monkeypatch.context() as full:
        full.setattr(Project, "save", lambda *given: save(*given) if given[1] == LOCK else fails())
        assert numbers(await localize()) == {"kept": 2, "left": 2}
    assert everything(app) | {LOCK: b""} == before | {LOCK: b""}
    asked = service.call_count
    assert numbers(await localize()) == {"new": 1, "changed": 1, "kept": 2, "files": 1}
    assert service.call_count == asked
    assert read(app / "locales/ru.json")["title"] == russian("Good day {name}")
    there = everything(app)
    assert numbers(await localize()) == {"kept": 4}
    assert everything(app) == there


async def test_what_comes_up_while_a_job_is_interrupted_is_counted_as_left_for_the_next_run(
    service: respx.Route, localize: Any, app: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as full:
        full.setattr(Project, "save", fails)
        assert (await localize()).is_error
    write(app / "locales/en.json", EN | {"more": "One more"})
    assert numbers(await localize()) == {"new": 3, "left": 1, "files": 1}
    assert "more" not in read(app / "locales/ru.json")
    assert numbers(await localize()) == {"new": 1, "kept": 3, "files": 1}


async def test_a_text_whose_source_went_and_came_back_is_still_ours(
    service: respx.Route, localize: Any, app: Path
) -> None:
    await localize()
    asked, there = service.call_count, everything(app)
    write(app / "locales/en.json", {name: text for name, text in EN.items() if name != "title"})
    assert numbers(await localize()) == {"kept": 2}
    write(app / "locales/en.json", EN)
    assert numbers(await localize()) == {"kept": 3}
    assert service.call_count == asked
    assert everything(app) == there
    write(app / "locales/en.json", EN | {"title": "Good day {name}"})
    assert numbers(await localize()) == {"changed": 1, "kept": 2, "files": 1}


async def test_a_file_that_cannot_be_written_does_not_keep_the_others_from_it(
    service: respx.Route, localize: Any, app: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = inplace._written

    def refused(path: Path, data: bytes) -> None:
        if path.name.startswith(".uk.json"):
            raise PermissionError(13, "Permission denied")
        real(path, data)

    monkeypatch.setattr(inplace, "_written", refused)
    result = await localize(langs=["uk", "ru"])
    assert (numbers(result, "uk"), numbers(result)) == ({"left": 3}, {"new": 3, "files": 1})
    assert "it cannot be written: Permission denied" in words(result)


@pytest.fixture
def meanwhile(httpx2_mock: respx.Router) -> Callable[[Callable[[], None]], None]:
    """Has something done while the first request is under way."""

    def told(happens: Callable[[], None]) -> None:
        left = [happens]

        def answer(request: httpx.Request) -> httpx.Response:
            for happening in left:
                happening()
            left.clear()
            return translated(request)

        httpx2_mock.post(URL).mock(side_effect=answer)

    return told


async def test_what_the_source_has_no_more_when_the_answers_come_is_not_counted(
    meanwhile: Any, localize: Any, app: Path
) -> None:
    write(app / "locales/ru.json", {"title": "Привет, {name}"})
    meanwhile(lambda: write(app / "locales/en.json", {"title": "Hello {name}"}))
    assert numbers(await localize()) == {"kept": 1}


async def test_a_project_that_goes_while_the_job_runs_is_said_in_words(
    meanwhile: Any, localize: Any, app: Path
) -> None:
    meanwhile(lambda: shutil.rmtree(app))
    result = await localize()
    assert "its project is not there any more" in words(result)
    assert not app.exists()


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="there are no such names")
async def test_a_file_whose_name_is_not_in_utf_8_is_left_alone(service: respx.Route, localize: Any, app: Path) -> None:
    (app / "locales/en").mkdir()
    (app / "locales/en.json").rename(app / "locales/en/main.json")
    (app / "locales/en" / os.fsdecode(b"caf\xe9.json")).write_text('{"a": "Hello"}', "utf-8")
    assert numbers(await localize()) == {"new": 3, "files": 1}
    assert [path.name for path in (app / "locales/ru").iterdir()] == ["main.json"]


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pipes in folders")
async def test_a_pipe_is_no_source(service: respx.Route, localize: Any, app: Path) -> None:
    (app / "locales/en.json").unlink()
    os.mkfifo(app / "locales/en.json")
    assert "No localization files" in words(await localize("preview"))
