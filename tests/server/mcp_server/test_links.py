"""Links to finished files: who is given them, what they are, and who can read what through them."""

import os
import shutil
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from mcp import Client, MCPError
from mcp_types import Implementation, ResourceLink

from fakes import Service
from qwen_localize.mcp_server import build_server, resources
from qwen_localize.settings import Settings
from qwen_localize.tool import Context, Result, SavedFile, Tool
from support import Call, Connect, picture

MISSING = r"There is no finished file|no link of a result|cannot be read|Unknown resource"


class Saved(Result):
    """A file."""

    artifacts: list[SavedFile]

    def blocks(self) -> list[str]:
        return [file.path for file in self.artifacts]

    def files(self) -> list[SavedFile]:
        return self.artifacts


async def save(context: Context) -> Saved:
    """Saves a file, for tests, and returns its path with a link. Free, and done at once."""
    return Saved(artifacts=[await context.files.save_text("Tür 100%25 #1 海报.txt", "Привет", "text/plain")])


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


@pytest.mark.parametrize("mode", ["legacy", "auto"])
async def test_a_file_without_a_job_is_read_by_its_name(settings: Settings, mode: str) -> None:
    async with Client(build_server(settings, [Tool(save, "Save")]), mode=mode) as client:
        content = (await client.call_tool("save", {})).content
        link = next(block for block in content if isinstance(block, ResourceLink))
        assert link.uri.startswith("qwen-localize://saved/")
        (read,) = (await client.read_resource(link.uri)).contents
    facts = read.model_dump()
    assert (facts["text"], facts["mime_type"]) == ("Привет", "text/plain")


@pytest.mark.parametrize("mode", ["legacy", "auto"])
async def test_a_jobs_file_is_read_by_its_number_with_its_own_type(
    service: Service, connect: Connect, poster: Path, mode: str
) -> None:
    async with connect(mode) as client:
        result = await client.call_tool("translate_image", {"image": str(poster), "target_lang": "ru"})
        assert result.structured_content
        job_id, (artifact,) = (result.structured_content[name] for name in ("job_id", "artifacts"))
        link = next(block for block in result.content if isinstance(block, ResourceLink))
        assert link.uri == f"qwen-localize://files/{job_id}/1"
        assert artifact["uri"] == Path(artifact["path"]).as_uri()
        (read,) = (await client.read_resource(link.uri)).contents
        again = await client.call_tool("translate_image", {"image": link.uri, "target_lang": "en"})
        for missing in ("2", "0", "-1", "1.0", "x", "", "1/1", "999999999999"):
            with pytest.raises(MCPError, match=MISSING) as caught:
                await client.read_resource(f"qwen-localize://files/{job_id}/{missing}")
            assert caught.value.error.code in (-32602, -32002)
    assert read.model_dump()["mime_type"] == "image/jpeg"
    assert not again.is_error


async def test_a_jobs_file_that_became_a_link_elsewhere_is_not_read(
    service: Service, connect: Connect, call: Call, tmp_path: Path
) -> None:
    data = (await call()).structured_content
    path = Path(data["artifacts"][0]["path"])
    (tmp_path / "secret.txt").write_text("secret")
    path.unlink()
    path.symlink_to(tmp_path / "secret.txt")
    async with connect() as client:
        with pytest.raises(MCPError, match=MISSING):
            await client.read_resource(f"qwen-localize://files/{data['job_id']}/1")


async def test_a_jobs_file_is_found_after_the_output_directory_was_changed(
    service: Service, connect: Connect, call: Call, tmp_path: Path
) -> None:
    job_id = (await call()).structured_content["job_id"]
    async with connect(output_dir=tmp_path / "other") as client:
        assert (await client.read_resource(f"qwen-localize://files/{job_id}/1")).contents


@pytest.mark.parametrize("has_storage", [False, True])
async def test_a_file_of_a_job_that_is_not_done_is_linked_by_its_name(
    service: Service, connect: Connect, poster: Path, tmp_path: Path, has_storage: bool
) -> None:
    (tmp_path / "cup.png").write_bytes(picture(80, 60))
    service.download.mock(side_effect=[httpx.Response(200, content=picture(kind="JPEG")), *[httpx.Response(403)] * 99])
    arguments = {"image": str(tmp_path / "*.png"), "target_lang": "ru"}
    storage = (tmp_path / "shared").as_uri() if has_storage else None
    async with connect(storage_url=storage) as client:
        stopped = await client.call_tool("translate_image", arguments)
        job_id = (await client.call_tool("list_jobs", {})).structured_content["jobs"][0]["job_id"]
        half = await client.call_tool("get_job", {"job_id": job_id})
        (early,) = [block for block in half.content if isinstance(block, ResourceLink)]
        service.download.mock(return_value=httpx.Response(200, content=picture(kind="JPEG")))
        whole = await client.call_tool("get_job", {"job_id": job_id, "wait": 600})
        links = [block for block in whole.content if isinstance(block, ResourceLink)]
        (read,) = (await client.read_resource(early.uri)).contents
    assert stopped.is_error
    folder = f"{job_id}%3A" if has_storage else ""
    assert early.uri == f"qwen-localize://saved/{folder}{early.name}"
    assert read.model_dump()["mime_type"] == "image/jpeg"
    assert links[0].uri == f"qwen-localize://files/{job_id}/1"
    assert links[0].name != early.name


OUTSIDE = [
    *("..%2Fsecret.txt", "%2E%2E%2Fsecret.txt", "link.txt", "folder%2Fsecret.txt", "missing.txt", "", "."),
    *("..", "%2E%2E", "pipe", "loop", "zero", "%00", "%2Fetc%2Fpasswd", "C%3A%5CWindows%5Cwin.ini", "a" * 5000),
    *("../secret.txt", "a/../../secret.txt", "inside%2Fa.txt", "%ff", "?", "#", "secret.txt?x"),
    *("job-0123456789%3A..", "job-0123456789%3Asecret.txt", "job-0123456789%3A..%2F..%2Fsecret.txt", "inside%3Aa.txt"),
]


@pytest.mark.parametrize("has_storage", [False, True])
@pytest.mark.parametrize("place", OUTSIDE)
async def test_nothing_but_a_file_of_the_output_folder_is_read(
    settings: Settings, tmp_path: Path, place: str, has_storage: bool
) -> None:
    if has_storage:
        settings = settings.model_copy(update={"storage_url": (tmp_path / "shared").as_uri()})
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "out" / "inside").mkdir(parents=True)
    (tmp_path / "out" / "inside" / "a.txt").write_text("not a result")
    targets = {"link.txt": tmp_path / "secret.txt", "folder": tmp_path, "loop": Path("loop"), "zero": Path("/dev/zero")}
    for name, target in targets.items():
        (tmp_path / "out" / name).symlink_to(target)
    os.mkfifo(tmp_path / "out" / "pipe")
    async with Client(build_server(settings, [])) as client:
        with anyio.fail_after(60), pytest.raises(MCPError, match=MISSING):
            await client.read_resource(f"qwen-localize://saved/{place}")


@pytest.mark.parametrize("link", ["file:///etc/passwd", "file://{}/out/a.txt", "qwen-localize://files/job-x/1"])
async def test_what_no_result_links_to_is_not_found(settings: Settings, tmp_path: Path, link: str) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a.txt").write_text("x")
    async with Client(build_server(settings, [])) as client:
        with pytest.raises(MCPError, match=MISSING):
            await client.read_resource(link.format(tmp_path))


async def test_a_file_that_would_block_the_wire_is_not_sent(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resources, "MOST_BYTES", 3)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "big.txt").write_text("four")
    async with Client(build_server(settings, [])) as client:
        with pytest.raises(MCPError, match="too large to be sent"):
            await client.read_resource("qwen-localize://saved/big.txt")


async def test_a_result_that_is_not_on_this_disk_is_brought_by_its_link_or_its_path(
    service: Service, connect: Connect, poster: Path, tmp_path: Path
) -> None:
    storage = (tmp_path / "shared").as_uri()
    async with connect(storage_url=storage) as client:
        done = await client.call_tool("translate_image", {"image": str(poster), "target_lang": "ru"})
        data = done.structured_content or {}
        path = Path(data["artifacts"][0]["path"])
        assert path.parent.name == data["job_id"]
        for image in (f"qwen-localize://files/{data['job_id']}/1", str(path)):
            shutil.rmtree(path.parent)
            assert not (await client.call_tool("view_image", {"image": image})).is_error
            assert path.read_bytes() == picture(kind="JPEG")
