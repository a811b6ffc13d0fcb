"""Files over HTTP: signed links out and in, and what becomes of links that are forged, old, or somebody else's."""

import base64
import hashlib
import os
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import anyio
import httpx
import pytest
from starlette.applications import Starlette

from qwen_localize.errors import BadSetting
from qwen_localize.files import mark_of, uploads
from qwen_localize.mcp_server.http.transfers import transfer_routes
from qwen_localize.mcp_server.signed_links import FILES, UPLOADS, Link, Links
from qwen_localize.settings import Settings
from virtual_time import VirtualClock

ALICE, BOB = mark_of("alice"), mark_of("bob")
NUMBER = "0" * 32
HOUR = 3600
NAME = "Tür 100% 海报.jpg"
BODY = bytes(range(256)) * 400


@pytest.fixture
def links(settings: Settings) -> Links:
    return Links(settings)


@pytest.fixture
async def http(settings: Settings, clock: VirtualClock) -> AsyncIterator[httpx.AsyncClient]:
    app = Starlette(routes=transfer_routes(settings, clock))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://server") as client:
        yield client


@pytest.fixture
def result(settings: Settings) -> Path:
    path = settings.output_dir / ALICE / NAME
    path.parent.mkdir(parents=True)
    path.write_bytes(BODY)
    return path


def to_result(clock: VirtualClock, name: str = NAME, seconds: float = HOUR) -> Link:
    return Link(FILES, ALICE, "", name, int(clock.wall() + seconds))


def to_upload(clock: VirtualClock, name: str = NAME, mark: str = ALICE, number: str = NUMBER) -> Link:
    return Link(UPLOADS, mark, number, name, int(clock.wall() + HOUR))


async def test_a_result_is_sent_whole_to_be_kept_by_nobody_else(
    http: httpx.AsyncClient, links: Links, result: Path, clock: VirtualClock
) -> None:
    path = links.path(to_result(clock))
    answer = await http.get(path)
    assert (answer.status_code, answer.content) == (200, BODY)
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["content-disposition"] == f"attachment; filename*=utf-8''{quote(NAME)}"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"].startswith("private")
    head = await http.head(path)
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(len(BODY)))


@pytest.mark.parametrize(("asked", "first", "last"), [("0-9", 0, 9), ("100-", 100, 102_399), ("-5", 102_395, 102_399)])
async def test_a_range_of_a_result_is_sent(
    http: httpx.AsyncClient, links: Links, result: Path, clock: VirtualClock, asked: str, first: int, last: int
) -> None:
    answer = await http.get(links.path(to_result(clock)), headers={"range": f"bytes={asked}"})
    assert (answer.status_code, answer.content) == (206, BODY[first : last + 1])
    assert answer.headers["content-range"] == f"bytes {first}-{last}/{len(BODY)}"


async def test_a_range_that_there_is_not_is_said_so(
    http: httpx.AsyncClient, links: Links, result: Path, clock: VirtualClock
) -> None:
    answer = await http.get(links.path(to_result(clock)), headers={"range": "bytes=102400-"})
    assert answer.status_code == 416
    assert answer.headers["content-range"] == f"bytes */{len(BODY)}"


async def test_a_link_that_was_changed_anywhere_is_none(
    http: httpx.AsyncClient, links: Links, result: Path, clock: VirtualClock
) -> None:
    path = links.path(to_result(clock))
    head, token, name = path.rsplit("/", 2)
    changed = [
        token[:place] + ("0" if token[place] != "0" else "1") + token[place + 1 :] for place in range(len(token))
    ]
    changed += [
        token[:-1],
        token + "A",
        token.replace(ALICE, BOB),
        token.replace(ALICE, "-"),
        "",
        "....",
        token.upper(),
    ]
    for other in changed:
        answer = await http.get(f"{head}/{other}/{name}")
        assert answer.status_code == 404, other
    other_name = await http.get(f"{head}/{token}/other.jpg")
    other_kind = await http.put(path.replace(f"/{FILES}/", f"/{UPLOADS}/"), content=b"x")
    assert [other_name.status_code, other_kind.status_code] == [404, 404]
    assert "There is no such link here" in other_name.text
    assert (await http.get(path)).status_code == 200


async def test_a_link_is_good_until_it_expires_and_over_a_restart(
    http: httpx.AsyncClient, settings: Settings, result: Path, clock: VirtualClock
) -> None:
    path = Links(settings).path(to_result(clock, seconds=60))
    restarted = Starlette(routes=transfer_routes(settings, clock))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(restarted), base_url="http://server") as again:
        assert (await again.get(path)).status_code == 200
    await anyio.sleep(61)
    answer = await http.get(path)
    assert answer.status_code == 403
    assert "This link has expired. Ask for a new one" in answer.text


PLACES = [
    "../secret.txt",
    "..",
    ".",
    "",
    "folder",
    "folder/x.jpg",
    "link.jpg",
    "loop",
    "pipe",
    "a/" * 2000,
    "\0",
    "x\n",
]


@pytest.mark.parametrize("place", PLACES)
async def test_even_a_signed_link_leads_nowhere_but_to_a_file_in_its_folder(
    http: httpx.AsyncClient, links: Links, result: Path, clock: VirtualClock, place: str
) -> None:
    """Nobody signs such a link; if somebody did, it would be no use."""
    folder = result.parent
    (folder.parent / "secret.txt").write_text("secret")
    (folder / "folder").mkdir()
    (folder / "folder" / "x.jpg").write_text("x")
    (folder / "link.jpg").symlink_to(folder.parent / "secret.txt")
    (folder / "loop").symlink_to("loop")
    os.mkfifo(folder / "pipe")
    with anyio.fail_after(5):
        answer = await http.get(links.path(to_result(clock, place)))
    assert answer.status_code == 404
    assert "secret" not in answer.text


async def test_replicas_with_one_secret_know_each_others_links_and_others_do_not(
    settings: Settings, tmp_path: Path
) -> None:
    def replica(name: str, **more: str) -> Links:
        return Links(Settings.load({"QWEN_LOCALIZE_STATE_DIR": str(tmp_path / name)} | more))

    secret = {"QWEN_LOCALIZE_LINK_SECRET": "s" * 32}
    one, two, alone = replica("a", **secret), replica("b", **secret), replica("c")
    path = one.path(Link(FILES, ALICE, "", NAME, 1))
    assert two.find(path)
    with pytest.raises(ValueError, match="no link of ours"):
        alone.find(path)
    with pytest.raises(BadSetting, match="at least 32 characters"):
        replica("d", QWEN_LOCALIZE_LINK_SECRET="short")


@pytest.mark.skipif(sys.platform == "win32", reason="rights are the folder's there")
def test_the_secret_is_made_once_and_read_by_its_user_only(settings: Settings) -> None:
    paths = {Links(settings).path(Link(FILES, ALICE, "", NAME, 1)) for _ in range(3)}
    assert len(paths) == 1
    [file] = [path for path in settings.state_dir.iterdir() if "secret" in path.name]
    assert file.stat().st_mode & 0o777 == 0o600


async def test_a_file_is_taken_once_and_stays_as_it_came(
    http: httpx.AsyncClient, links: Links, settings: Settings, clock: VirtualClock
) -> None:
    path = links.path(to_upload(clock))
    first = await http.put(path, content=BODY)
    second = await http.put(path, content=b"another")
    assert first.status_code == 201
    assert first.json() | {"message": ""} == {
        "uri": f"{settings.public_url}{path}",
        "name": NAME,
        "bytes": len(BODY),
        "message": "",
    }
    assert second.status_code == 409
    assert "A file has come to this link already" in second.text
    assert kept(settings) == [BODY]


def kept(settings: Settings) -> list[bytes]:
    return [path.read_bytes() for path in sorted((settings.state_dir / "uploads").rglob("*")) if path.is_file()]


async def test_of_two_who_send_to_one_link_at_once_one_is_told_that_it_was_used(
    http: httpx.AsyncClient, links: Links, settings: Settings, clock: VirtualClock
) -> None:
    path, found = links.path(to_upload(clock)), list[int]()

    async def slowly(data: bytes) -> AsyncIterator[bytes]:
        for _ in range(3):
            await anyio.sleep(1)
            yield data

    async def send(data: bytes) -> None:
        found.append((await http.put(path, content=slowly(data))).status_code)

    async with anyio.create_task_group() as group:
        group.start_soon(send, b"a")
        group.start_soon(send, b"b")
    assert sorted(found) == [201, 409]
    assert kept(settings) in ([b"aaa"], [b"bbb"])


async def test_a_digest_that_is_told_is_checked(
    http: httpx.AsyncClient, links: Links, settings: Settings, clock: VirtualClock
) -> None:
    path = links.path(to_upload(clock))
    digest = base64.b64encode(hashlib.sha256(BODY).digest()).decode()
    for told, status in ((f"sha-256=:{digest}:", 400), ("sha-256=:no:", 400), ("sha-256", 201)):
        answer = await http.put(path, content=b"spoiled" if status == 400 else BODY, headers={"content-digest": told})
        assert answer.status_code == status
    another = links.path(to_upload(clock, number="1" * 32))
    sent = {"content-digest": f"sha-512=:AA==:, sha-256=:{digest}:"}
    assert (await http.put(another, content=BODY, headers=sent)).status_code == 201
    assert kept(settings) == [BODY, BODY]


async def test_a_file_that_breaks_off_leaves_nothing_and_can_be_sent_again(
    http: httpx.AsyncClient, links: Links, settings: Settings, clock: VirtualClock
) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"some"
        raise httpx.ReadError("gone")

    path = links.path(to_upload(clock))
    with pytest.raises(httpx.ReadError):
        await http.put(path, content=broken())
    assert kept(settings) == []
    assert (await http.put(path, content=BODY)).status_code == 201


async def test_what_is_too_large_or_too_much_is_refused_while_it_comes(
    http: httpx.AsyncClient, links: Links, settings: Settings, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MOST_BYTES", 1000)
    monkeypatch.setattr(uploads, "MOST_OF_ONE", 1500)
    taken = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal taken
        while True:
            taken += 100
            yield bytes(100)

    async def put(number: int, size: int, mark: str = ALICE) -> int:
        link = to_upload(clock, mark=mark, number=f"{number:032x}")
        return (await http.put(links.path(link), content=bytes(size))).status_code

    answer = await http.put(links.path(to_upload(clock)), content=endless())
    assert answer.status_code == 413
    assert taken < 1500
    assert [await put(1, 1000), await put(2, 1000), await put(3, 500), await put(4, 1)] == [201, 413, 201, 413]
    assert await put(5, 1000, BOB) == 201  # it is not bob who has too much here
    assert sorted(map(len, kept(settings))) == [500, 1000, 1000]


async def test_no_more_files_are_kept_for_one_than_may_be(
    http: httpx.AsyncClient, links: Links, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MOST_FILES", 3)
    answers = [
        await http.put(links.path(to_upload(clock, number=f"{number:032x}")), content=b"x") for number in range(5)
    ]
    assert [answer.status_code for answer in answers] == [201, 201, 201, 413, 413]
    assert "each is kept for a day" in answers[-1].text


async def test_uploads_are_gone_after_a_day(
    http: httpx.AsyncClient, links: Links, settings: Settings, clock: VirtualClock
) -> None:
    await http.put(links.path(to_upload(clock)), content=b"old")
    await anyio.sleep(25 * HOUR)
    await http.put(links.path(to_upload(clock, number="1" * 32)), content=b"new")
    assert kept(settings) == [b"new"]


async def test_an_upload_link_is_good_for_an_hour(http: httpx.AsyncClient, links: Links, clock: VirtualClock) -> None:
    path = links.path(to_upload(clock))
    await anyio.sleep(HOUR + 1)
    answer = await http.put(path, content=b"x")
    assert answer.status_code == 403
    assert "This link has expired" in answer.text


async def test_a_full_disk_is_said_without_a_path(
    http: httpx.AsyncClient, links: Links, settings: Settings, clock: VirtualClock
) -> None:
    settings.state_dir.mkdir(exist_ok=True)
    (settings.state_dir / "uploads").write_text("a file where the folder should be")
    answer = await http.put(links.path(to_upload(clock)), content=b"x")
    assert answer.status_code == 507
    assert str(settings.state_dir) not in answer.text


async def test_a_server_whose_disk_cannot_be_used_starts_and_says_so_without_a_path(
    settings: Settings, clock: VirtualClock
) -> None:
    path = Links(settings).path(to_result(clock))
    broken = settings.model_copy(update={"state_dir": settings.state_dir / "links.secret"})  # a file
    app = Starlette(routes=transfer_routes(broken, clock))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://server") as client:
        answer = await client.get(path)
    assert answer.status_code == 503
    assert str(settings.state_dir) not in answer.text


def test_a_link_that_is_given_out_twice_within_the_hour_is_the_same(links: Links) -> None:
    link = Link(FILES, ALICE, "", NAME, 1000)
    assert links.path(link) == links.path(replace(link))
