"""`localize_files` where something goes wrong: models, money, processes, files, arguments."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx

from fakes_misbehaving import Misbehaving
from fakes_text import URL, completion, content, refused, russian, translated
from qwen_localize_tools.localize_files.pairing import Paired
from support import Connect, words
from tools.localizing import EN, LOCK, app, everything, localize, numbers, read, service, write

__all__ = ["app", "localize", "service"]


async def test_a_server_that_ends_amid_a_job_pays_for_nothing_twice(
    httpx2_mock: respx.Router, connect: Connect, app: Path
) -> None:
    for name in ("one", "two", "three"):
        write(app / f"locales/en/{name}.json", {f"{name}{i}": f"{name} sentence number {i}" for i in range(150)})
    (app / "locales/en.json").unlink()
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(content(request))
        return translated(request)

    httpx2_mock.post(URL).mock(side_effect=answer)
    given = {"path": str(app), "target_langs": "ru", "mode": "apply"}
    async with connect(wait=12.0) as client:
        await client.call_tool("localize_files", given)
    assert 8 < len(asked) < 24
    assert (app / "locales/ru/one.json").exists()
    assert not (app / "locales/ru/two.json").exists()
    async with connect() as client:
        result = await client.call_tool("localize_files", given)
    assert len(set(asked)) == len(asked) == 24
    assert numbers(result)["new"] == 450
    for name in ("one", "two", "three"):
        assert len(read(app / f"locales/ru/{name}.json")) == 150


async def test_a_second_call_joins_the_first(service: respx.Route, connect: Connect, app: Path) -> None:
    write(app / "locales/en.json", {f"key{i}": f"sentence number {i}" for i in range(600)})
    given = {"path": str(app), "target_langs": "ru", "mode": "apply"}
    async with connect(wait=5.0) as client:
        one, two = [await client.call_tool("localize_files", given) for _ in range(2)]
        assert one.structured_content
        assert two.structured_content
        assert one.structured_content["status"] == "running"
        assert one.structured_content["job_id"] == two.structured_content["job_id"]
        await client.call_tool("get_job", {"job_id": one.structured_content["job_id"], "wait": 600})
    assert service.call_count == 30


@pytest.mark.parametrize("damage", ["a placeholder is lost", "a placeholder is made up", "a placeholder is doubled"])
async def test_a_model_that_damages_everything_gets_nothing_into_a_file(
    damage: str, httpx2_mock: respx.Router, localize: Any, app: Path
) -> None:
    source = {"bold": "Press <b>Save</b> now, {name}", "plain": "Settings for {user}"}
    write(app / "locales/en.json", source)
    httpx2_mock.post(URL).mock(side_effect=Misbehaving(damage).answer)
    result = await localize()
    there = read(app / "locales/ru.json") if (app / "locales/ru.json").exists() else {}
    for key, text in there.items():
        assert text == russian(source[key])
    left = 2 - len(there)
    assert numbers(result).get("left", 0) == left > 0
    named = {item["key"] for item in result.structured_content["details"]["findings"] if item["hard"]}
    assert named == source.keys() - there.keys()
    assert any(f"“{key}”" in words(result) for key in named)


async def test_what_was_damaged_is_asked_for_again_by_the_next_run(
    httpx2_mock: respx.Router, localize: Any, app: Path
) -> None:
    httpx2_mock.post(URL).mock(side_effect=Misbehaving("a placeholder is made up").answer)
    assert numbers(await localize())["left"] == 3
    assert not (app / "locales/ru.json").exists()
    httpx2_mock.post(URL).mock(side_effect=translated)
    assert numbers(await localize()) == {"new": 3, "files": 1}


async def test_check_finds_damage_in_what_stands_there_names_it_and_sends_nothing(
    service: respx.Route, localize: Any, app: Path
) -> None:
    write(app / "locales/ru.json", {"title": "Привет, {имя}", "menu": {"open": "Открыть файл", "save": ""}})
    before = everything(app)
    result = await localize("check")
    assert numbers(result) == {"new": 1, "kept": 1, "left": 1}
    (finding,) = (item for item in result.structured_content["details"]["findings"] if item["hard"])
    assert (finding["file"], finding["key"], finding["check"]) == ("locales/ru.json", "title", "placeholder")
    assert "locales/ru.json “title”" in words(result)
    assert everything(app) == before
    assert not service.called


async def test_a_limit_of_cost_is_kept_before_anything_is_sent(service: respx.Route, localize: Any, app: Path) -> None:
    result = await localize(max_cost=0.000001)
    assert result.is_error
    assert "more than max_cost" in words(result)
    assert not service.called
    assert not (app / LOCK).exists()


async def test_the_daily_budget_is_kept_before_anything_is_sent(service: respx.Route, localize: Any, app: Path) -> None:
    result = await localize(settings={"daily_budget": 0.000001})
    assert result.is_error
    assert "QWEN_LOCALIZE_DAILY_BUDGET" in words(result)
    assert not service.called


async def test_a_folder_without_such_files_is_told_how_files_is_named(
    service: respx.Route, localize: Any, app: Path
) -> None:
    (app / "locales/en.json").rename(app / "notes.txt")
    result = await localize("preview")
    assert result.is_error
    assert 'files="locales/[locale]/*.json"' in words(result)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"title": "Привет"', "line"),
        ('<<<<<<< HEAD\n{"title": "a"}\n=======\n{"title": "b"}\n>>>>>>> other\n', "conflict markers"),
        ("\x00\x01\x02", "not text"),
    ],
)
async def test_a_file_that_cannot_be_read_is_left_whole_with_the_reason(
    text: str, reason: str, service: respx.Route, localize: Any, app: Path
) -> None:
    target = app / "locales/ru.json"
    target.write_text(text)
    result = await localize()
    assert target.read_text() == text
    assert numbers(result)["left"] > 0
    assert reason in words(result)
    assert not service.called


async def test_a_source_that_cannot_be_read_is_named_and_not_its_translation(
    service: respx.Route, localize: Any, app: Path
) -> None:
    (app / "locales/en.json").write_text('{"title": "Hello')
    (finding,) = (await localize()).structured_content["details"]["findings"]
    assert finding["message"].startswith("locales/en.json: it is not JSON")


async def test_a_link_that_leads_out_of_the_project_is_not_written_through(
    service: respx.Route, localize: Any, app: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere.json"
    write(elsewhere, {"title": "Привет, {name}"})
    before = elsewhere.read_bytes()
    (app / "locales/ru.json").symlink_to(elsewhere)
    result = await localize()
    assert elsewhere.read_bytes() == before
    assert result.is_error or numbers(result)["left"]


async def test_a_path_outside_the_allowed_folders_is_refused(
    service: respx.Route, connect: Connect, tmp_path: Path, app: Path
) -> None:
    async with connect(allowed_dirs=(tmp_path / "other",)) as client:
        result = await client.call_tool("localize_files", {"path": str(app), "target_langs": "ru"})
    assert result.is_error
    assert "QWEN_LOCALIZE_ALLOWED_DIRS" in words(result)


async def test_money_that_runs_out_leaves_files_whole_and_the_job_goes_on_later(
    httpx2_mock: respx.Router, connect: Connect, app: Path
) -> None:
    write(app / "locales/en.json", {f"key{i}": f"sentence number {i}" for i in range(200)})
    poor = True

    def answer(request: httpx.Request) -> httpx.Response:
        return refused(400, "Arrearage") if poor and route.call_count > 3 else translated(request)

    route = httpx2_mock.post(URL).mock(side_effect=answer)
    given = {"path": str(app), "target_langs": "ru", "mode": "apply"}
    async with connect() as client:
        stopped = await client.call_tool("localize_files", given)
        assert "get_job" in words(stopped)
        assert not (app / "locales/ru.json").exists()
        poor = False
        (job,) = (await client.call_tool("list_jobs", {})).structured_content["jobs"]
        result = await client.call_tool("get_job", {"job_id": job["job_id"], "wait": 300})
    assert result.structured_content
    assert result.structured_content["status"] == "succeeded"
    assert len(read(app / "locales/ru.json")) == 200


async def test_a_source_that_changes_while_the_job_runs_is_left_for_the_next_run(
    httpx2_mock: respx.Router, localize: Any, app: Path
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        write(app / "locales/en.json", EN | {"title": "Good day {name}"})
        return completion(russian(content(request)))

    httpx2_mock.post(URL).mock(side_effect=answer)
    result = await localize()
    assert numbers(result) == {"new": 2, "left": 1, "files": 1}
    assert "title" not in read(app / "locales/ru.json")
    assert numbers(await localize()) == {"new": 1, "kept": 2, "files": 1}


async def test_what_somebody_writes_while_the_job_runs_stays(
    httpx2_mock: respx.Router, localize: Any, app: Path
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        write(app / "locales/ru.json", {"title": "Привет, {name}"})
        return translated(request)

    httpx2_mock.post(URL).mock(side_effect=answer)
    await localize()
    assert read(app / "locales/ru.json")["title"] == "Привет, {name}"
    assert len(read(app / "locales/ru.json")["menu"]) == 2


async def test_the_answer_to_many_strings_is_short(service: respx.Route, localize: Any, app: Path) -> None:
    write(app / "locales/en.json", {f"key{i}": f"sentence number {i} of {{name}}" for i in range(800)})
    result = await localize()
    assert numbers(result) == {"new": 800, "files": 1}
    assert len(words(result)) < 1_200
    assert len(json.dumps(result.structured_content)) < 12_000


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"target_langs": "Klingon"}, "does not know the language"),
        ({"target_langs": ""}, "name at least one language"),
        ({"target_langs": "en"}, "nothing to translate"),
        ({"mode": "write"}, "mode"),
        ({"path": "app/no/such/folder"}, "There is no folder"),
    ],
)
async def test_a_wrong_argument_says_what_to_do(
    arguments: dict[str, Any], said: str, service: respx.Route, connect: Connect, app: Path
) -> None:
    async with connect() as client:
        given = {"path": str(app), "target_langs": "ru"} | arguments
        given["path"] = str(app.parent / given["path"])
        result = await client.call_tool("localize_files", given)
    assert result.is_error
    assert said in words(result)


async def test_a_fault_of_ours_leaves_one_file_and_no_other(
    service: respx.Route, localize: Any, app: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any) -> str:
        raise KeyError("nobody has foreseen this")

    (app / "locales/en.json").rename(app / "locales/en.yml")
    (app / "locales/en.yml").write_text("en:\n  title: Open the file\n")
    write(app / "i18n/en.json", {"save": "Save the file"})
    monkeypatch.setattr(Paired, "written", fails)
    result = await localize()
    assert numbers(result) == {"left": 2}
    monkeypatch.undo()
    assert numbers(await localize()) == {"new": 2, "files": 2}
