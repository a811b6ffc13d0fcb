"""Links to finished files: who is given them, and who can read what through them."""

import os
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client, MCPError
from mcp_types import Implementation, ResourceLink

from qwen_localize.mcp_server import build_server, file_resources
from qwen_localize.settings import Settings
from qwen_localize.tool import Context, Result, SavedFile, Tool


class Saved(Result):
    """A file."""

    artifacts: list[SavedFile]

    def blocks(self) -> list[str]:
        return [file.path for file in self.artifacts]

    def files(self) -> list[SavedFile]:
        return self.artifacts


async def save(context: Context) -> Saved:
    """Saves a file, for tests, and returns its path with a link. Free, and done at once."""
    return Saved(artifacts=[await context.files.save_text("Tür 100%25 海报.txt", "Привет", "text/plain")])


async def saved(settings: Settings, name: str = "mcp") -> list[Any]:
    introduction = Implementation(name=name, version="1")
    async with Client(build_server(settings, [Tool(save, "Save")]), client_info=introduction) as client:
        return list((await client.call_tool("save", {})).content)


@pytest.mark.parametrize(
    ("setting", "name", "linked"),
    [("auto", "claude-code", True), ("auto", "mcp", False), ("on", "mcp", True), ("off", "claude-code", False)],
)
async def test_links_are_for_clients_that_do_not_break_on_them_or_as_the_user_says(
    settings: Settings, setting: str, name: str, linked: bool
) -> None:
    content = await saved(settings.model_copy(update={"links": setting}), name)
    assert any(isinstance(block, ResourceLink) for block in content) is linked
    assert "Tür" in content[0].text


async def test_a_link_can_be_read(settings: Settings) -> None:
    async with Client(build_server(settings, [Tool(save, "Save")])) as client:
        content = (await client.call_tool("save", {})).content
        link = next(block for block in content if isinstance(block, ResourceLink))
        (read,) = (await client.read_resource(link.uri)).contents
    assert read.model_dump()["blob"] == "0J/RgNC40LLQtdGC"


OUTSIDE = [
    *("secret.txt", "out/../secret.txt", "out/%2e%2e/secret.txt", "out/..%2fsecret.txt", "out/link.txt"),
    *("out/folder/secret.txt", "out/missing.txt", "out", "", "out/pipe", "out/loop", "out/zero", "out/%00"),
    *("../../../../../../etc/passwd", "C:/Windows/win.ini", "a/" * 3000),
]


@pytest.mark.parametrize("place", OUTSIDE)
async def test_nothing_outside_the_output_folder_is_read(settings: Settings, tmp_path: Path, place: str) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "out").mkdir()
    targets = {"link.txt": tmp_path / "secret.txt", "folder": tmp_path, "loop": Path("loop"), "zero": Path("/dev/zero")}
    for name, target in targets.items():
        (tmp_path / "out" / name).symlink_to(target)
    os.mkfifo(tmp_path / "out" / "pipe")
    async with Client(build_server(settings, [])) as client:
        with anyio.fail_after(60), pytest.raises(MCPError, match=r"no such file|cannot be read"):
            await client.read_resource(f"file://{tmp_path}/{place}")


async def test_a_file_that_would_block_the_wire_is_not_sent(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_resources, "MOST_BYTES", 3)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "big.txt").write_text("four")
    async with Client(build_server(settings, [])) as client:
        with pytest.raises(MCPError):
            await client.read_resource(f"file://{tmp_path}/out/big.txt")
