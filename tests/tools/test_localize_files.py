"""`localize_files`: what it finds, writes, keeps, and pays for."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx
from mcp_types import CallToolResult

from fakes_misbehaving import Misbehaving
from fakes_text import URL, completion, content, refused, russian, translated
from support import Connect, words

LOCK = ".qwen-localize.lock"
EN = {"title": "Hello {name}", "menu": {"open": "Open the file", "save": "Save the file"}, "count": 3}


@pytest.fixture
def service(httpx2_mock: respx.Router) -> respx.Route:
    httpx2_mock._assert_all_called = False
    return httpx2_mock.post(URL).mock(side_effect=translated)


@pytest.fixture
def app(tmp_path: Path) -> Path:
    folder = tmp_path / "app"
    write(folder / "locales/en.json", EN)
    return folder


@pytest.fixture
def localize(connect: Connect, app: Path) -> Callable[..., Any]:
    async def called(mode: str = "apply", langs: Any = "ru", **arguments: Any) -> CallToolResult:
        settings = arguments.pop("settings", {})
        async with connect(**settings) as client:
            given = {"path": str(app), "target_langs": langs, "mode": mode} | arguments
            return await client.call_tool("localize_files", given)

    return called


def write(path: Path, value: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", "utf-8")


def read(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def numbers(result: CallToolResult, lang: str = "ru") -> dict[str, int]:
    """The numbers of a language that are not 0."""
    assert not result.is_error, words(result)
    assert result.structured_content
    found = result.structured_content["details"]["languages"][lang]
    assert list(found) == ["new", "changed", "kept", "stale", "left", "doubts", "files"]
    return {name: count for name, count in found.items() if count}


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


async def test_a_preview_says_what_it_costs_and_sends_and_writes_nothing(
    service: respx.Route, localize: Any, app: Path, tmp_path: Path
) -> None:
    before = everything(app)
    result = await localize("preview", ["ru", "German"])
    assert numbers(result) == numbers(result, "de") == {"new": 3, "files": 1}
    assert result.structured_content["details"]["estimated_cost_cny"] > 0
    assert 'mode="apply"' in words(result)
    assert not service.called
    assert everything(app) == before
    assert not [*(tmp_path / "out").glob("*")]


async def test_preview_is_what_happens_when_no_mode_is_named(service: respx.Route, connect: Connect, app: Path) -> None:
    async with connect() as client:
        result = await client.call_tool("localize_files", {"path": str(app), "target_langs": "ru"})
    assert words(result).startswith("Preview: ")
    assert not service.called


async def test_apply_writes_what_is_missing_and_a_second_run_asks_and_writes_nothing(
    service: respx.Route, localize: Any, app: Path
) -> None:
    first = await localize()
    assert numbers(first) == {"new": 3, "files": 1}
    assert read(app / "locales/ru.json") == {
        "title": russian("Hello {name}"),
        "menu": {"open": russian("Open the file"), "save": russian("Save the file")},
        "count": 3,
    }
    asked, there = service.call_count, everything(app)
    stamps = {path: path.stat().st_mtime_ns for path in app.rglob("*")}
    second = await localize()
    assert numbers(second) == {"kept": 3}
    assert service.call_count == asked
    assert everything(app) == there
    assert {path: path.stat().st_mtime_ns for path in app.rglob("*")} == stamps


async def test_a_changed_source_changes_its_own_line_and_no_other(
    service: respx.Route, localize: Any, app: Path
) -> None:
    await localize()
    before = (app / "locales/ru.json").read_text("utf-8").splitlines()
    write(app / "locales/en.json", EN | {"title": "Good day {name}"})
    assert numbers(await localize()) == {"changed": 1, "kept": 2, "files": 1}
    after = (app / "locales/ru.json").read_text("utf-8").splitlines()
    assert [line for line in after if line not in before] == [f'  "title": "{russian("Good day {name}")}",']


async def test_a_person_s_edit_is_kept_and_stale_once_its_source_changes(
    service: respx.Route, localize: Any, app: Path
) -> None:
    await localize()
    path = app / "locales/ru.json"
    path.write_text(path.read_text("utf-8").replace(russian("Open the file"), "Открыть"), "utf-8")
    edited = everything(app)
    assert numbers(await localize()) == {"kept": 3}
    assert everything(app) == edited
    write(app / "locales/en.json", EN | {"menu": {"open": "Open a file", "save": "Save the file"}})
    asked = service.call_count
    for _ in range(2):
        result = await localize()
        assert numbers(result) == {"kept": 2, "stale": 1}
        assert service.call_count == asked
        assert everything(app) | {"locales/en.json": b""} == edited | {"locales/en.json": b""}


async def test_what_people_had_translated_before_is_kept_and_stale_once_its_source_changes(
    service: respx.Route, localize: Any, app: Path
) -> None:
    write(app / "locales/ru.json", {"title": "Привет, {name}"})
    assert numbers(await localize()) == {"new": 2, "kept": 1, "files": 1}
    assert read(app / "locales/ru.json")["title"] == "Привет, {name}"
    write(app / "locales/en.json", EN | {"title": "Good day {name}"})
    assert numbers(await localize()) == {"kept": 2, "stale": 1}
    assert read(app / "locales/ru.json")["title"] == "Привет, {name}"


async def test_a_lost_lock_costs_nothing(service: respx.Route, localize: Any, app: Path) -> None:
    await localize()
    asked, target = service.call_count, (app / "locales/ru.json").read_bytes()
    (app / LOCK).unlink()
    assert numbers(await localize()) == {"kept": 3}
    (app / LOCK).unlink()
    (app / "locales/ru.json").unlink()
    assert numbers(await localize()) == {"new": 3, "files": 1}
    assert service.call_count == asked
    assert (app / "locales/ru.json").read_bytes() == target


async def test_the_lock_names_no_place_of_this_machine_and_works_in_another(
    service: respx.Route, connect: Connect, localize: Any, app: Path, tmp_path: Path
) -> None:
    await localize()
    assert str(tmp_path) not in (app / LOCK).read_text("utf-8")
    asked, clone = service.call_count, app.rename(tmp_path / "clone")
    there = everything(clone)
    async with connect() as client:
        given = {"path": str(clone), "target_langs": "ru", "mode": "apply"}
        assert numbers(await client.call_tool("localize_files", given)) == {"kept": 3}
    assert service.call_count == asked
    assert everything(clone) == there


async def test_a_run_without_a_key_needs_none_if_there_is_nothing_to_ask(
    service: respx.Route, localize: Any, app: Path
) -> None:
    await localize()
    assert numbers(await localize(settings={"api_key": None})) == {"kept": 3}
    assert numbers(await localize("check", settings={"api_key": None})) == {"kept": 3}


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


async def test_a_check_tells_what_it_found_where_no_report_can_be_saved(
    service: respx.Route, localize: Any, app: Path, tmp_path: Path
) -> None:
    write(app / "locales/ru.json", {"title": "Привет, {имя}"})
    (tmp_path / "full").write_text("")
    result = await localize("check", settings={"output_dir": tmp_path / "full"})
    assert numbers(result)["left"] == 1
    assert "There is no report: " in words(result)


async def test_the_answer_says_what_was_found_and_how(service: respx.Route, localize: Any, app: Path) -> None:
    found = {"files": 1, "formats": ["JSON"], "how": "conventions"}
    for mode in ("preview", "check", "apply"):
        assert (await localize(mode)).structured_content["details"]["found"] == found


async def test_a_source_language_that_is_named_wins_over_the_lock(
    service: respx.Route, localize: Any, app: Path
) -> None:
    write(app / "locales/fr.json", {"title": "Bonjour {name}"})
    assert numbers(await localize())["new"] == 3
    assert numbers(await localize("preview", "de", source_lang="French"), "de")["new"] == 1
    assert numbers(await localize("preview", "de"), "de")["new"] == 3


async def test_a_source_language_that_does_not_exist_is_refused(service: respx.Route, localize: Any) -> None:
    result = await localize("preview", source_lang="Klingon")
    assert result.is_error
    assert "source_lang: there is no language “Klingon”" in words(result)


async def test_what_its_author_does_not_want_translated_is_left_out(
    service: respx.Route, localize: Any, app: Path
) -> None:
    comments = {
        "wep": "Do not translate. Terminology for wifi",
        "wpa": "DO NOT TRANSLATE",
        "eap": "A kind of wifi. Do not translate this string - a name",
        "none": "Do not translate “WPA” in it",
        "psk": "Do not translate the placeholders.",
    }
    rows = [f'  <!-- {text} -->\n  <string name="{key}">Wireless {key}</string>\n' for key, text in comments.items()]
    (app / "locales/en.json").unlink()
    (app / "res/values").mkdir(parents=True)
    (app / "res/values/strings.xml").write_text(f"<resources>\n{''.join(rows)}</resources>\n")
    assert numbers(await localize()) == {"new": 2, "files": 1}
    target = (app / "res/values-ru/strings.xml").read_text("utf-8")
    assert [key for key in comments if f'"{key}"' in target] == ["none", "psk"]


async def test_what_tells_translators_of_a_placeholder_may_be_written_in_another_way(
    service: respx.Route, localize: Any, app: Path
) -> None:
    text = '<resources xmlns:xliff="x">\n  <string name="a">{} <xliff:g {}>{}</xliff:g>.</string>\n</resources>\n'
    (app / "locales/en.json").unlink()
    for folder, form in {
        "values": text.format("Connected to", 'id="name" example="Home"', "%1$s"),
        "values-ru": text.format("Подключено к", 'id="NAME"', "%1$s"),
        "values-de": text.format("Verbunden mit", 'id="name" example="Home"', "%1$d"),
    }.items():
        (app / "res" / folder).mkdir(parents=True)
        (app / "res" / folder / "strings.xml").write_text(form, "utf-8")
    result = await localize("check", ["ru", "de"])
    assert numbers(result, "ru") == {"kept": 1}
    assert numbers(result, "de") == {"left": 1}


async def test_what_is_ambiguous_is_asked_and_settled_by_its_argument(
    service: respx.Route, localize: Any, app: Path
) -> None:
    (app / "locales/en.json").rename(app / "locales/fr.json")
    write(app / "locales/de.json", {"title": "Hallo {name}"})
    result = await localize("preview")
    assert result.is_error
    assert "de or fr? Pass source_lang." in words(result)
    assert "No localization files" not in words(result)
    assert numbers(await localize("preview", source_lang="fr")) == {"new": 3, "files": 1}


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


async def test_keys_that_only_the_translation_has_stay(service: respx.Route, localize: Any, app: Path) -> None:
    write(app / "locales/ru.json", {"title": "Привет, {name}", "only": "Только здесь"})
    await localize()
    assert read(app / "locales/ru.json")["only"] == "Только здесь"


async def test_mode_mark_line_ends_and_a_missing_last_line_end_stay(
    service: respx.Route, localize: Any, app: Path
) -> None:
    target = app / "locales/ru.json"
    target.write_bytes('\ufeff{\r\n\t"title": "Привет, {name}"\r\n}'.encode())
    target.chmod(0o640)
    await localize()
    data = target.read_bytes()
    assert data.startswith('\ufeff{\r\n\t"title": "Привет, {name}",\r\n\t"menu"'.encode())
    assert data.endswith(b"}")
    assert data.count(b"\n") == data.count(b"\r\n")
    assert target.stat().st_mode & 0o777 == 0o640


async def test_plural_forms_are_those_of_the_target_language(
    httpx2_mock: respx.Router, localize: Any, app: Path
) -> None:
    write(app / "locales/en.json", {"songs_one": "{{count}} song", "songs_other": "{{count}} songs"})
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(content(request))
        return translated(request)

    httpx2_mock.post(URL).mock(side_effect=answer)
    assert numbers(await localize()) == {"new": 1, "files": 1}
    assert read(app / "locales/ru.json") == {
        f"songs_{form}": "{{count}} " + russian("songs") for form in ("one", "few", "many", "other")
    }
    assert "21 songs" in asked[0]


async def test_a_message_has_each_branch_translated_as_a_whole_sentence(
    service: respx.Route, localize: Any, app: Path
) -> None:
    write(app / "locales/en.json", {"n": "You have {n, plural, =0 {no songs} one {# song} other {# songs}} here"})
    await localize()
    you, songs, here = russian("You have"), russian("songs"), russian("here")
    some = " ".join(f"{form} {{{you} # {songs} {here}}}" for form in ("one", "few", "many", "other"))
    no = russian("no songs")
    assert read(app / "locales/ru.json")["n"] == f"{{n, plural, =0 {{{you} {no} {here}}} {some}}}"


async def test_the_same_text_is_paid_once_in_all_files(httpx2_mock: respx.Router, localize: Any, app: Path) -> None:
    (app / "locales/en.json").unlink()
    for name in ("a", "b", "c"):
        write(app / f"locales/en/{name}.json", {name: "The same sentence everywhere"})
    route = httpx2_mock.post(URL).mock(side_effect=translated)
    assert numbers(await localize()) == {"new": 3, "files": 3}
    assert route.call_count == 1


async def test_people_s_translation_of_the_same_text_is_used_again(
    service: respx.Route, localize: Any, app: Path
) -> None:
    write(app / "locales/en.json", {"a": "The same sentence", "b": "The same sentence"})
    write(app / "locales/ru.json", {"a": "То же предложение"})
    await localize()
    assert read(app / "locales/ru.json") == {"a": "То же предложение", "b": "То же предложение"}
    assert not service.called


async def test_an_edited_table_is_put_into_the_files_for_nothing_and_counts_as_people_s(
    service: respx.Route, localize: Any, app: Path
) -> None:
    done = await localize()
    table = next(Path(item["path"]) for item in done.structured_content["artifacts"] if item["path"].endswith(".csv"))
    table.write_text(table.read_text("utf-8").replace(russian("Open the file"), "Открыть"), "utf-8")
    asked = service.call_count
    result = await localize("apply", files=str(table))
    assert numbers(result) == {"changed": 1, "files": 1}
    assert read(app / "locales/ru.json")["menu"]["open"] == "Открыть"
    write(app / "locales/en.json", EN | {"menu": {"open": "Open a file", "save": "Save the file"}})
    assert numbers(await localize()) == {"kept": 2, "stale": 1}
    assert service.call_count == asked


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


async def test_a_term_that_was_not_kept_is_a_doubt(service: respx.Route, localize: Any, app: Path) -> None:
    result = await localize(glossary=[{"source": "file", "target": "документ"}])
    assert numbers(result) == {"new": 3, "doubts": 2, "files": 1}
    assert "should be “документ”" in words(result)


async def test_a_translation_longer_than_its_comment_allows_is_left(
    httpx2_mock: respx.Router, localize: Any, app: Path
) -> None:
    httpx2_mock.post(URL).mock(side_effect=lambda request: completion(f"{russian(content(request))} ВСЕ"))
    write(app / "locales/en.json", {"short": {"message": "Open the file", "description": "CHAR LIMIT=14"}})
    assert numbers(await localize()) == {"left": 1}
