"""How a caller who does not share the disk names inputs: by URL, data URI, or a link to what was sent or made here."""

import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import anyio
import httpx
import pytest
import respx
from mcp_types import CallToolResult
from starlette.applications import Starlette

from fakes import Service
from fakes_text import URL, options, translated
from qwen_localize.mcp_server.http.transfers import transfer_routes
from qwen_localize.settings import Settings
from server.principals.callers import BASE, Callers, Tasks
from server.principals.conftest import Shared
from support import picture, words
from virtual_time import VirtualClock

Send = Callable[[str, bytes], Awaitable[httpx.Response]]
_UPLOAD = re.compile(rf"{BASE}/uploads/[^\s']+")


@pytest.fixture
def tasks(service: Service) -> Tasks:
    return Tasks(service)


@pytest.fixture
async def send(settings: Settings, clock: VirtualClock) -> AsyncIterator[Send]:
    """As curl -T does."""
    app = Starlette(routes=transfer_routes(settings, clock))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE) as client:

        async def sent(link: str, data: bytes) -> httpx.Response:
            return await client.put(urlsplit(link).path, content=data)

        yield sent


async def translate(callers: Callers, who: str, image: Any, **more: Any) -> CallToolResult:
    return await callers.call(who, "translate_image", image=image, target_lang="ru", **more)


def offered(result: CallToolResult) -> list[str]:
    assert result.is_error
    return _UPLOAD.findall(words(result))


@pytest.mark.parametrize("path", ["/home/me/poster.png", "poster.png", "C:\\Users\\me\\poster.png", "~/poster.png"])
async def test_a_path_is_answered_with_a_link_and_what_is_sent_there_is_the_input(
    shared: Shared, tasks: Tasks, send: Send, path: str
) -> None:
    async with shared() as callers:
        refusal = await translate(callers, "alice", path)
        [link] = offered(refusal)
        assert link.endswith("/poster.png")
        assert "or a data URI" in words(refusal)
        early = await translate(callers, "alice", link)
        assert "Nothing has come to this link yet. First send the file" in words(early)
        taken = await send(link, picture())
        assert taken.json()["uri"] == link
        assert "/poster.ru.jpg (64×48)" in words(await translate(callers, "alice", link))
    assert len(tasks.keys) == 1


async def test_several_paths_and_folders_have_a_link_each(shared: Shared, tasks: Tasks, send: Send) -> None:
    async with shared() as callers:
        links = offered(await translate(callers, "alice", ["a.png", "b.png", "https://example.com/c.png"]))
        assert [link.rpartition("/")[2] for link in links] == ["a.png", "b.png"]
        for number, link in enumerate(links):
            await send(link, picture(64, 48 + number))
        done = await translate(callers, "alice", links)
        for where in ("photos/", "photos/*.png", "/etc", "."):
            assert len(offered(await translate(callers, "alice", where))) == 1
    assert "2 of 2 done" in words(done)


async def test_a_link_to_upload_to_can_be_had_before(shared: Shared, tasks: Tasks, send: Send) -> None:
    async with shared() as callers:
        link = await callers.read("alice", "qwen-localize://upload/shop%20front.png")
        await send(link, picture())
        assert "/shop%20front.ru.jpg" in words(await translate(callers, "alice", link))
        assert "another caller's" in words(await translate(callers, "bob", link))


async def test_a_result_s_link_is_an_input_as_well(shared: Shared, tasks: Tasks, poster: str, service: Service) -> None:
    async with shared() as callers:
        first = await translate(callers, "alice", poster)
        [artifact] = (first.structured_content or {})["artifacts"]
        assert artifact["uri"] == artifact["path"]
        again = await callers.call("alice", "translate_image", image=artifact["uri"], target_lang="ko")
        assert "/picture.ru.ko.jpg" in words(again)
        theirs = await callers.call("bob", "translate_image", image=artifact["uri"], target_lang="ko")
    assert "This link is another caller's" in words(theirs)
    assert len(tasks.keys) == 2


async def test_what_another_has_sent_is_of_no_use(shared: Shared, send: Send, httpx2_mock: respx.Router) -> None:
    asked = httpx2_mock.post(URL).mock(side_effect=translated)
    table = json.dumps([{"source": "mug", "target": "кружка"}]).encode()
    async with shared() as callers:
        refusal = await callers.call("alice", "translate_text", text="a mug", target_lang="ru", glossary="terms.json")
        [link] = offered(refusal)
        await send(link, table)
        for tool, arguments in (
            ("translate_text", {"text": "a mug", "target_lang": "ru", "glossary": link}),
            ("translate_text", {"text": link, "target_lang": "ru"}),
            ("translate_image", {"image": link, "target_lang": "ru"}),
            ("ocr", {"image": link}),
            ("analyze_conversation", {"file": link}),
            ("translate_media", {"media": link, "target_lang": "ru"}),
        ):
            told = words(await callers.call("bob", tool, **arguments))
            assert "This link is another caller's" in told, tool
        assert not asked.called
        done = await callers.call("alice", "translate_text", text="a mug", target_lang="ru", glossary=link)
    assert not done.is_error
    assert options(asked.calls[0].request)["terms"] == [{"source": "mug", "target": "кружка"}]


async def test_a_file_of_strings_is_sent_and_its_result_is_a_link(
    shared: Shared, send: Send, httpx2_mock: respx.Router
) -> None:
    httpx2_mock.post(URL).mock(side_effect=translated)
    async with shared() as callers:
        [link] = offered(await callers.call("alice", "translate_text", text="app/strings.json", target_lang="ru"))
        await send(link, b'{"title": "Hello"}')
        done = await callers.call("alice", "translate_text", text=link, target_lang="ru")
    assert f"{BASE}/files/p-" in words(done)
    assert "/strings.ru.json" in words(done)


@pytest.mark.parametrize(
    "change",
    [
        lambda link: link[:-1],
        lambda link: link.replace("/p-", "/p-0"),
        lambda link: link.replace("/uploads/", "/files/"),
        lambda link: link.rpartition("/")[0],
        lambda link: f"{BASE}/uploads/../files/x",
        lambda link: link.replace("poster.png", "..%2F..%2Flinks.secret"),
        lambda link: link.replace(BASE, "https://elsewhere.example").replace("poster", "other"),
    ],
)
async def test_a_link_that_was_changed_is_refused_and_never_fetched(
    shared: Shared, send: Send, httpx2_mock: respx.Router, change: Callable[[str], str]
) -> None:
    async with shared() as callers:
        [link] = offered(await translate(callers, "alice", "poster.png"))
        await send(link, picture())
        told = words(await translate(callers, "alice", change(link)))
    assert "This link was not made by this server, or was changed or cut." in told
    assert not httpx2_mock.calls


async def test_another_s_url_that_only_looks_alike_goes_to_the_service(shared: Shared, tasks: Tasks) -> None:
    async with shared() as callers:
        done = await translate(callers, "alice", "https://shop.example/uploads/2026/poster.png")
    assert "Saved" in words(done)
    assert len(tasks.keys) == 1


async def test_an_upload_is_gone_after_a_day_and_a_new_link_is_given(shared: Shared, send: Send) -> None:
    async with shared() as callers:
        [link] = offered(await translate(callers, "alice", "poster.png"))
        await send(link, picture())
    await anyio.sleep(25 * 3600)
    async with shared() as callers:
        refusal = await translate(callers, "alice", link)
    assert "it is kept for a day" in words(refusal)
    assert len(offered(refusal)) == 1


SECRETS = ["/etc/passwd", "state/jobs.sqlite3", "state/links.secret", "out/secret.jpg", "nowhere.png"]


@pytest.mark.parametrize("named", [False, True])
async def test_nothing_is_told_of_what_lies_on_the_disk(
    shared: Shared, tmp_path: Path, settings: Settings, poster: str, tasks: Tasks, *, named: bool
) -> None:
    """Neither content nor existence, nor where the server has its folders."""
    (tmp_path / "shared").mkdir()
    changes = {"allowed_dirs": (tmp_path / "shared", tmp_path / "state")} if named else {}
    async with shared(**changes) as callers:
        done = await translate(callers, "bob", poster)
        [path] = list((tmp_path / "out").rglob("*.jpg"))
        told: dict[tuple[str, str], str] = {}
        for secret in [*SECRETS, path.relative_to(tmp_path).as_posix()]:
            place = str(tmp_path / secret)
            for tool, argument in (("translate_image", "image"), ("analyze_conversation", "file"), ("ocr", "image")):
                more = {"target_lang": "ru"} if tool == "translate_image" else {}
                told[secret, tool] = words(await callers.call("alice", tool, **{argument: place}, **more))
    assert not done.is_error
    for (secret, _), text in told.items():
        assert "curl -T FILE" in text
        own = text.replace(str(tmp_path / secret), "").replace(str(tmp_path / "shared"), "")
        assert str(tmp_path) not in own
        assert "There is no file" not in text


async def test_a_file_in_a_folder_that_was_named_for_it_is_read(shared: Shared, tmp_path: Path, tasks: Tasks) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "poster.png").write_bytes(picture())
    async with shared(allowed_dirs=(tmp_path / "shared",)) as callers:
        done = await translate(callers, "alice", str(tmp_path / "shared" / "poster.png"))
        lacking = await translate(callers, "alice", str(tmp_path / "shared" / "other.png"))
    assert "/poster.ru.jpg" in words(done)
    assert len(offered(lacking)) == 1


async def test_a_text_that_may_be_a_path_is_told_the_same_whether_a_file_is_there_or_not(
    shared: Shared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, httpx2_mock: respx.Router
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "their terms.csv").write_text("a,b", "utf-8")
    httpx2_mock.post(URL).mock(side_effect=translated)
    told = []
    async with shared() as callers:
        for name in ("their terms.csv", "other terms.csv", "~root/other terms.csv", "~nobody-here/other terms.csv"):
            text = await callers.call("alice", "translate_text", text=name, target_lang="ru")
            pairs = await callers.call("alice", "translate_text", text=["Hello"], target_lang="ru", glossary=name)
            told.append((text.is_error, words(pairs)))
    assert len(set(told)) == 1
    assert not told[0][0]


@pytest.mark.parametrize("others", [[], ["{shared}/poster.png"]])
async def test_a_folder_is_like_a_file_and_like_nothing_where_it_may_not_be_read(
    shared: Shared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tasks: Tasks, others: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in ("shared", "home", "private"):
        (tmp_path / name).mkdir()
    (tmp_path / "shared" / "poster.png").write_bytes(picture())
    (tmp_path / "shared" / "way").symlink_to(tmp_path / "private")
    private = str(tmp_path / "private")
    others = [other.format(shared=tmp_path / "shared") for other in others]
    places = [private, f"{private}/*.png", f"{private}/no.png", "private", "no", "~", "~/no", f"{tmp_path}/no/*.png"]
    places += [str(tmp_path / "shared" / "way"), str(tmp_path / "shared" / "way" / "*.png")]
    async with shared(allowed_dirs=(tmp_path / "shared",)) as callers:
        told = [await translate(callers, "alice", [place, *others]) for place in places]
        empty = words(await translate(callers, "alice", str(tmp_path / "shared" / "*.jpg")))
        found = await translate(callers, "alice", str(tmp_path / "shared"))
    texts = [words(result).replace(place, "") for result, place in zip(told, places, strict=True)]
    assert {text.partition(".")[0] for text in texts} == {"No such file can be read on the server's machine"}
    assert str(tmp_path) not in "".join([*texts, empty]).replace(str(tmp_path / "shared"), "")
    assert not found.is_error


async def test_nobody_localizes_files_of_the_server_s_machine(shared: Shared, tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "en.json").write_text('{"title": "Hello"}')
    async with shared(allowed_dirs=(tmp_path / "shared",)) as callers:
        for place in (tmp_path / "shared", tmp_path / "no"):
            result = await callers.call("alice", "localize_files", path=str(place), target_langs="ru", mode="apply")
            assert "on the machine that this server runs on" in words(result)
    assert [path.name for path in (tmp_path / "shared").iterdir()] == ["en.json"]
