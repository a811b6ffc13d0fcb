"""`localize_files`: what it knows of its own texts, whatever has become of files, lock and process meanwhile."""

from pathlib import Path
from typing import Any

import pytest
import respx

from fakes_text import russian
from qwen_localize.errors import OutputUnavailable
from qwen_localize_tools.localize_files import merging
from qwen_localize_tools.localize_files.project import Project
from tools.test_localize_files import EN, LOCK, app, everything, localize, numbers, read, service, write

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
        assert (await localize()).is_error
    assert everything(app) | {LOCK: b""} == before | {LOCK: b""}
    assert numbers(await localize()) == {"new": 1, "changed": 1, "kept": 2, "files": 1}
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
