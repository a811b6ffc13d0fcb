"""`localize_files`: what it finds, writes, keeps, and pays for."""

from pathlib import Path
from typing import Any

import httpx
import respx

from fakes_text import URL, completion, content, russian, translated
from support import Connect, words
from tools.localizing import EN, LOCK, app, everything, localize, numbers, read, service, write

__all__ = ["app", "localize", "service"]


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
