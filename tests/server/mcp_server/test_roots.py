"""The folders that a client works in count as readable: asked for once, and again when they change."""

from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client
from mcp.shared.exceptions import MCPDeprecationWarning
from mcp_types import ErrorData, ListRootsResult, Root
from pydantic import FileUrl

from qwen_localize.mcp_server.roots import ANSWER_SECONDS
from support import Connect, picture, words
from virtual_time import VirtualClock


class Folders:
    """A client's folders, as it tells them."""

    def __init__(self, *uris: str) -> None:
        self.uris, self.asked = uris, 0

    async def __call__(self, _: Any) -> Any:
        self.asked += 1
        return ListRootsResult(roots=[Root(uri=FileUrl(uri)) for uri in self.uris])

    @property
    def client(self) -> dict[str, Any]:
        return {"list_roots_callback": self}


async def view(client: Client, path: Path) -> str:
    return words(await client.call_tool("view_image", {"image": str(path)}))


@pytest.fixture
def poster(tmp_path: Path) -> Path:
    (tmp_path / "project with space").mkdir()
    path = tmp_path / "project with space" / "poster.png"
    path.write_bytes(picture())
    return path


@pytest.fixture
def nowhere(tmp_path: Path) -> dict[str, Any]:
    """Settings that let nothing be read."""
    return {"allowed_dirs": (tmp_path / "out",)}


async def test_a_file_in_a_clients_folder_is_read_and_the_client_is_asked_once(
    connect: Connect, poster: Path, nowhere: dict[str, Any]
) -> None:
    folders = Folders(poster.parent.as_uri())
    async with connect("legacy", client=folders.client, **nowhere) as client:
        assert "64×48" in await view(client, poster)
        assert "64×48" in await view(client, poster)
    assert folders.asked == 1
    async with connect("legacy", **nowhere) as client:
        assert "outside the folders that may be read" in await view(client, poster)


async def test_a_client_that_has_other_folders_now_is_asked_again(
    connect: Connect, poster: Path, nowhere: dict[str, Any]
) -> None:
    folders = Folders()
    async with connect("legacy", client=folders.client, **nowhere) as client:
        assert "outside the folders that may be read" in await view(client, poster)
        folders.uris = (poster.parent.as_uri(),)
        assert "outside the folders that may be read" in await view(client, poster)
        with pytest.warns(MCPDeprecationWarning):
            await client.send_roots_list_changed()
        assert "64×48" in await view(client, poster)
        folders.uris = ()
        with pytest.warns(MCPDeprecationWarning):
            await client.send_roots_list_changed()
        assert "outside the folders that may be read" in await view(client, poster)


@pytest.mark.parametrize("mode", ["legacy", "auto"])
async def test_a_client_without_roots_is_not_asked(
    connect: Connect, poster: Path, nowhere: dict[str, Any], mode: str
) -> None:
    async with connect(mode, **nowhere) as client:
        assert "outside the folders that may be read" in await view(client, poster)


@pytest.mark.parametrize("mode", ["legacy", "auto"])
async def test_folders_that_hold_everything_or_are_none_are_left_out(
    connect: Connect, poster: Path, nowhere: dict[str, Any], mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = poster.parent / "home" / "me"
    home.mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    (poster.parent / "link").symlink_to("/")
    wide = ["/", str(poster.parent), str(poster.parent / "link"), str(home.parent), str(poster), "/no/such/folder"]
    uris = [Path(place).as_uri() for place in wide]
    strange = [f"file://host{poster.parent}", "file:///%00", "file:///%2e%2e/"]
    async with connect(mode, client=Folders(*uris, *strange).client, **nowhere) as client:
        assert "outside the folders that may be read" in await view(client, poster)
    own = home / "poster.png"
    own.write_bytes(poster.read_bytes())
    async with connect("legacy", client=Folders(home.as_uri()).client, **nowhere) as client:
        assert "64×48" in await view(client, own)


async def test_a_client_that_does_not_answer_has_none_and_holds_up_one_call_for_a_moment(
    connect: Connect, poster: Path, nowhere: dict[str, Any], clock: VirtualClock
) -> None:
    class Silent(Folders):
        async def __call__(self, _: Any) -> Any:
            await anyio.sleep_forever()

    async with connect("legacy", client=Silent().client, **nowhere) as client:
        begun = clock.now()
        async with anyio.create_task_group() as group:
            for _ in range(3):
                group.start_soon(view, client, poster)
        assert "outside the folders that may be read" in await view(client, poster)
        assert clock.now() - begun == pytest.approx(ANSWER_SECONDS, abs=0.5)


async def test_a_client_that_fails_to_tell_has_none(connect: Connect, poster: Path, nowhere: dict[str, Any]) -> None:
    class Failing(Folders):
        async def __call__(self, _: Any) -> Any:
            return ErrorData(code=-32603, message="no")

    async with connect("legacy", client=Failing().client, **nowhere) as client:
        assert "outside the folders that may be read" in await view(client, poster)
