"""Whatever a caller is told, in results, errors, progress and resources: no place of the server is in it."""

from pathlib import Path

import anyio
import pytest
from mcp import Client, MCPError

from qwen_localize.errors import LocalizeError
from qwen_localize.mcp_server.visiting import shared_server
from qwen_localize.settings import Settings
from qwen_localize.tool import Context, Result, SavedFile, Tool
from server.principals.callers import BASE, Callers
from support import words


class Saved(Result):
    """Some files."""

    artifacts: list[SavedFile]

    def blocks(self) -> list[str]:
        return [", ".join(file.path for file in self.artifacts)]

    def files(self) -> list[SavedFile]:
        return self.artifacts


async def save(context: Context) -> Saved:
    """Saves a file, for tests, and tells where on its way."""
    file = await context.files.save_text("Tür 100%25 海报.txt", "Привет", "text/plain")
    await context.progress(1, 2, f"Saved {file.path}")
    return Saved(artifacts=[file])


async def fail(context: Context) -> Saved:
    """Fails, for tests, and tells where."""
    folder = context.files.outputs.directory
    raise LocalizeError(f"{folder} cannot be written, nor {context.files.scratch}, nor {folder.parent}/p-other/x.txt.")


async def test_a_saved_file_is_a_link_in_words_data_links_and_progress(settings: Settings, tmp_path: Path) -> None:
    told: list[str] = []

    async def progress(progress: float, total: float | None, message: str | None) -> None:
        told.append(message or "")

    server = shared_server(settings, [Tool(save, "Save")])
    async with Client(server) as client:
        result = await client.call_tool("save", {}, progress_callback=progress)
    everything = f"{result} {told}"
    link = f"{BASE}/files/-."
    assert str(tmp_path) not in everything
    assert everything.count(link) >= 5
    assert told[-1].startswith(f"Saved {link}")


async def test_an_error_names_no_folder(settings: Settings, tmp_path: Path) -> None:
    async with Client(shared_server(settings, [Tool(fail, "Fail")])) as client:
        told = words(await Callers(client).call("alice", "fail"))
    assert str(tmp_path) not in told
    assert "your folder on the server cannot be written" in told


async def test_the_files_of_others_are_no_resources(settings: Settings, tmp_path: Path) -> None:
    async with Client(shared_server(settings, [Tool(save, "Save")])) as client:
        callers = Callers(client)
        await callers.call("alice", "save")
        [path] = list((tmp_path / "out").rglob("*.txt"))
        with anyio.fail_after(5), pytest.raises(MCPError) as refusal:
            await callers.read("bob", path.as_uri())
    assert str(tmp_path) not in refusal.value.error.message


@pytest.mark.parametrize("resource", ["usage", "upload/poster.png"])
async def test_a_store_that_cannot_be_opened_is_said_without_a_folder_above_it(
    settings: Settings, tmp_path: Path, resource: str
) -> None:
    (tmp_path / "away").symlink_to(tmp_path / "nowhere")
    changed = settings.model_copy(update={"state_dir": tmp_path / "away" / "deeper" / "state"})
    async with Client(shared_server(changed, [Tool(save, "Save")])) as client:
        with pytest.raises(MCPError) as refusal:
            await Callers(client).read("alice", f"qwen-localize://{resource}")
    assert "the server's state folder" in refusal.value.error.message
    assert str(tmp_path) not in refusal.value.error.message
