"""Two servers with disks of their own that share storage and the links' secret: either is as good as the other."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx
import pytest
from mcp import Client
from mcp_types import CallToolResult, ResourceLink
from starlette.applications import Starlette

from fakes import Service
from qwen_localize.clock import Clock
from qwen_localize.errors import StorageUnavailable
from qwen_localize.files import mark_of, object_storage
from qwen_localize.mcp_server.http.health import Health
from qwen_localize.mcp_server.http.observed import observed_store
from qwen_localize.mcp_server.http.transfers import transfer_routes
from qwen_localize.mcp_server.signed_links import FILES, Link, Links
from qwen_localize.mcp_server.visiting import shared_server
from qwen_localize.settings import Settings
from qwen_localize.tool import Context, Tool
from qwen_localize.tool.results import Result, SavedFile
from qwen_localize_tools import TOOLS
from server.principals.callers import BASE, Callers, Tasks
from support import picture, words
from virtual_time import VirtualClock

ALICE = mark_of("alice")
_UPLOAD = re.compile(rf"{BASE}/uploads/[^\s']+")


class Saved(Result):
    """A file of no job."""

    artifacts: list[SavedFile]

    def blocks(self) -> list[str]:
        return [file.path for file in self.artifacts]

    def files(self) -> list[SavedFile]:
        return self.artifacts


async def save(context: Context) -> Saved:
    """Saves a file, for tests, and returns its path with a link. Free, and done at once."""
    return Saved(artifacts=[await context.files.save_text("notes.txt", "Привет", "text/plain")])


@dataclass
class Replica:
    """A server, and a browser that reaches it."""

    settings: Settings
    callers: Callers
    http: httpx.AsyncClient

    @property
    def files(self) -> list[str]:
        """What is on its disk."""
        root = self.settings.output_dir
        return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())

    async def get(self, link: str, **more: Any) -> httpx.Response:
        return await self.http.get(urlsplit(link).path, **more)

    async def put(self, link: str, data: bytes) -> httpx.Response:
        return await self.http.put(urlsplit(link).path, content=data)


@asynccontextmanager
async def running(settings: Settings, clock: Clock) -> AsyncIterator[Replica]:
    server = shared_server(settings, [*TOOLS, Tool(save, "Save")], clock=clock)
    transport = httpx.ASGITransport(Starlette(routes=transfer_routes(settings, clock)))
    async with Client(server) as client, httpx.AsyncClient(transport=transport, base_url=BASE) as http:
        yield Replica(settings, Callers(client), http)


@pytest.fixture(params=["file", "s3"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    found: str = request.getfixturevalue("s3") if request.param == "s3" else (tmp_path / "shared").as_uri()
    return found


Make = Callable[[str], Awaitable[Replica]]


@pytest.fixture
async def replica(settings: Settings, clock: VirtualClock, tmp_path: Path, url: str) -> AsyncIterator[Make]:
    """Starts a replica of a name."""
    async with AsyncExitStack() as stack:

        async def make(name: str) -> Replica:
            places = {"output_dir": tmp_path / name / "out", "state_dir": tmp_path / name / "state"}
            own = Settings.load(
                {
                    "DASHSCOPE_API_KEY": str(settings.key),
                    "DASHSCOPE_BASE_URL": str(settings.base_url),
                    "QWEN_LOCALIZE_WAIT": "3600",
                    "QWEN_LOCALIZE_LINKS": "on",
                    "QWEN_LOCALIZE_PUBLIC_URL": BASE,
                    "QWEN_LOCALIZE_STORAGE_URL": url,
                    "QWEN_LOCALIZE_LINK_SECRET": "the same for all replicas of a test",
                }
            ).model_copy(update=places)
            return await stack.enter_async_context(running(own, clock))

        yield make


@pytest.fixture
def tasks(service: Service) -> Tasks:
    return Tasks(service)


async def translate(replica: Replica, image: Any, who: str = "alice") -> CallToolResult:
    return await replica.callers.call(who, "translate_image", image=image, target_lang="ru")


def artifact(result: CallToolResult) -> dict[str, Any]:
    [found] = (result.structured_content or {})["artifacts"]
    return dict(found)


async def test_a_result_that_one_replica_has_made_is_sent_by_the_other(
    replica: Make, tasks: Tasks, poster: str
) -> None:
    one, other = await replica("a"), await replica("b")
    done = await translate(one, poster)
    job, link = (done.structured_content or {})["job_id"], artifact(done)["uri"]
    assert f".{job.removeprefix('job-')}." in link
    assert link in words(done)
    assert str(one.settings.output_dir) not in str(done)
    answers = [await each.get(link) for each in (other, one)]
    assert [answer.content for answer in answers] == [picture(kind="JPEG")] * 2
    part = await other.get(link, headers={"range": "bytes=0-2"})
    assert (part.status_code, part.content) == (206, b"\xff\xd8\xff")
    assert one.files == other.files == [f"{ALICE}/{job}/picture.ru.jpg"]


async def test_a_result_that_one_replica_has_made_is_an_input_at_the_other(
    replica: Make, tasks: Tasks, poster: str
) -> None:
    one, other = await replica("a"), await replica("b")
    link = artifact(await translate(one, poster))["uri"]
    assert "This link is another caller's" in words(await translate(other, link, who="bob"))
    again = await translate(other, link)
    assert "/picture.ru.ru.jpg" in words(again)
    assert (await one.get(artifact(again)["uri"])).status_code == 200


async def test_what_was_sent_to_one_replica_is_an_input_at_the_other(replica: Make, tasks: Tasks) -> None:
    one, other = await replica("a"), await replica("b")
    [link] = _UPLOAD.findall(words(await translate(one, "poster.png")))
    assert "Nothing has come to this link yet" in words(await translate(other, link))
    assert (await one.put(link, picture())).status_code == 201
    assert [(await each.put(link, picture(9, 9))).status_code for each in (one, other)] == [409, 409]
    assert "/poster.ru.jpg (64×48)" in words(await translate(other, link))
    assert len(tasks.keys) == 1


async def test_a_file_of_no_job_is_read_and_sent_by_the_other(replica: Make) -> None:
    one, other = await replica("a"), await replica("b")
    result = await one.callers.call("alice", "save")
    [link] = [block.uri for block in result.content if isinstance(block, ResourceLink)]
    assert f"/{FILES}/{ALICE}.." in link
    assert (await other.get(link)).text == "Привет"
    third = await replica("c")
    assert await third.callers.read("alice", "qwen-localize://saved/notes.txt") == "Привет"
    assert third.files == [f"{ALICE}/notes.txt"]
    with pytest.raises(Exception, match="There is no finished file"):
        await third.callers.read("bob", "qwen-localize://saved/notes.txt")


async def test_two_replicas_whose_results_have_the_same_name_do_not_come_into_each_others_way(
    replica: Make, tasks: Tasks, poster: str
) -> None:
    one, other = await replica("a"), await replica("b")
    links = [artifact(await translate(each, poster))["uri"] for each in (one, other)]
    assert len(set(links)) == 2
    assert [unquote(link.rpartition("/")[2]) for link in links] == ["picture.ru.jpg"] * 2
    assert [(await one.get(link)).status_code for link in links] == [200, 200]


async def test_the_files_of_a_batch_lie_in_its_folder_and_are_had_from_either(
    replica: Make, tasks: Tasks, tmp_path: Path
) -> None:
    one, other = await replica("a"), await replica("b")
    links = _UPLOAD.findall(words(await translate(one, ["x.png", "y.png"])))
    for number, link in enumerate(links):
        await one.put(link, picture(64, 48 + number))
    done = (await translate(other, links)).structured_content or {}
    job, uris = done["job_id"], [file["uri"] for file in done["artifacts"]]
    assert {path.rpartition("/")[0] for path in other.files} == {f"{ALICE}/{job}"}
    assert [(await one.get(uri)).status_code for uri in uris] == [200] * len(uris)
    assert one.files == other.files
    assert len(other.files) >= 2
    assert len(tasks.keys) == 2


async def test_links_from_before_there_was_storage_stay_good(replica: Make, clock: VirtualClock) -> None:
    one = await replica("a")
    path = one.settings.output_dir / ALICE / "old.txt"
    path.parent.mkdir(parents=True)
    path.write_text("old")
    sign, until = Links(one.settings), int(clock.wall()) + 3600
    assert (await one.get(sign.path(Link(FILES, ALICE, "", "old.txt", until)))).text == "old"
    for number, name in (("0123456789", "old.txt"), ("0" * 32, "old.txt"), ("", "none.txt"), ("0123456789", "..")):
        assert (await one.get(sign.path(Link(FILES, ALICE, number, name, until)))).status_code == 404


async def test_a_result_waits_for_storage_and_is_paid_once(
    replica: Make, tasks: Tasks, poster: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    put, fails = object_storage.ObjectStorage.put_new, [True] * 3

    async def failing(self: Any, key: str, path: Path) -> bool:
        if fails:
            fails.pop()
            raise StorageUnavailable("The storage cannot be used.")
        return await put(self, key, path)

    monkeypatch.setattr(object_storage.ObjectStorage, "put_new", failing)
    one = await replica("a")
    assert artifact(await translate(one, poster))["bytes"] == len(picture(kind="JPEG"))
    assert not fails
    assert len(tasks.keys) == 1
    assert len(one.files) == 1


async def test_storage_that_cannot_be_used_is_told_by_readyz(
    replica: Make, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = (await replica("a")).settings
    health = Health(settings, observed_store(settings, clock), clock)
    assert await health.problems() == []

    async def check(_: Any) -> None:
        raise StorageUnavailable("s3://bucket/prefix cannot be used.")

    monkeypatch.setattr(object_storage.ObjectStorage, "check", check)
    await clock.sleep(3)
    [problem] = await health.problems()
    assert problem["what"] == "storage"
    assert "s3://" not in problem["message"]
