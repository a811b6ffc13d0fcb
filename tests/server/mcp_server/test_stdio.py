"""The server as a process, spoken to over stdio, with the sandbox inside it."""

import json
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest
from anyio.abc import SocketStream
from mcp import Client
from mcp.client.stdio import StdioServerParameters
from mcp_types import Implementation
from PIL import Image, ImageDraw, ImageFont

from qwen_localize.sandbox import SandboxConfig, running
from qwen_localize_tools import TOOLS
from support import listening, words

pytestmark = pytest.mark.process
SERVER = [sys.executable, "-m", "qwen_localize"]
# What a call needs and a start does not.
HEAVY = (
    "PIL", "rapidocr", "onnxruntime", "numpy", "cv2", "dashscope", "openai", "rich", "prometheus_client",
    "qwen_localize.mcp_server.http.app", "qwen_localize.sandbox", "psycopg", "psycopg_pool", "procrastinate", "obstore",
)  # fmt: skip


@asynccontextmanager
async def started(folder: Path, *arguments: str, mode: str = "auto", **env: str) -> AsyncIterator[Client]:
    places = {
        "QWEN_LOCALIZE_OUTPUT_DIR": str(folder / "out"),
        "QWEN_LOCALIZE_ALLOWED_DIRS": str(folder),
        "QWEN_LOCALIZE_STATE_DIR": str(folder / "state"),
    }
    parameters = StdioServerParameters(
        command=SERVER[0], args=[*SERVER[1:], *arguments], env=os.environ | places | env, cwd=folder
    )
    with anyio.fail_after(60):
        async with Client(parameters, mode=mode, client_info=Implementation(name="test", version="1")) as client:
            yield client


@pytest.fixture(scope="module")
def poster(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("poster") / "海报 poster.png"
    image = Image.new("RGB", (420, 120), "white")
    ImageDraw.Draw(image).text((20, 30), "Summer SALE", font=ImageFont.load_default(48), fill="black")
    image.save(path)
    return path


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_picture_is_translated_over_stdio_in_both_eras(poster: Path, mode: str) -> None:
    seen: list[str | None] = []

    async def note(progress: float, total: float | None, message: str | None) -> None:
        seen.append(message)

    async with started(poster.parent, "serve", "--sandbox", mode=mode) as client:
        result = await client.call_tool(
            "translate_image", {"image": str(poster), "target_lang": "ru"}, progress_callback=note
        )
    assert not result.is_error, words(result)
    assert result.structured_content
    saved = Path(result.structured_content["artifacts"][0]["path"])
    with Image.open(saved) as image:
        assert (image.format, image.size) == ("JPEG", (420, 120))
    assert saved.name.startswith("海报 poster.ru")
    assert any(message and "job-" in message for message in seen)


@pytest.mark.parametrize("codepage", ["gbk", "ascii"])
async def test_the_wire_is_utf8_whatever_the_systems_code_page(tmp_path: Path, codepage: str) -> None:
    async with started(tmp_path, "--sandbox", PYTHONIOENCODING=codepage, PYTHONUTF8="0", LC_ALL="C") as client:
        glossary = [{"source": "hello", "target": "Привет ✓ 你好"}]
        result = await client.call_tool("translate_text", {"text": "hello", "target_lang": "ru", "glossary": glossary})
    assert "Привет ✓ 你好" in words(result)


async def test_a_server_without_key_and_network_starts_and_lists_its_tools(tmp_path: Path) -> None:
    nowhere = {"DASHSCOPE_API_KEY": "", "DASHSCOPE_BASE_URL": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9"}
    async with started(tmp_path, **nowhere) as client:
        assert len((await client.list_tools()).tools) == len(TOOLS)
        assert "DASHSCOPE_API_KEY" in words(
            await client.call_tool("translate_text", {"text": "hi", "target_lang": "ru"})
        )


@pytest.mark.parametrize("key", ["“sk-0123456789”", os.fsdecode(b"sk-0123456789\xff")])
async def test_a_server_with_a_damaged_key_starts_and_a_call_says_what_to_do(tmp_path: Path, key: str) -> None:
    async with started(tmp_path, DASHSCOPE_API_KEY=key, DASHSCOPE_BASE_URL="http://127.0.0.1:9") as client:
        assert len((await client.list_tools()).tools) == len(TOOLS)
        answer = words(await client.call_tool("translate_text", {"text": "hi", "target_lang": "ru"}))
    assert "DASHSCOPE_API_KEY cannot be used" in answer
    assert "0123456789" not in answer


def test_starting_imports_nothing_that_a_call_alone_needs() -> None:
    code = (
        "import sys, qwen_localize.cli, qwen_localize.cli.serving, qwen_localize.mcp_server.stdio, qwen_localize_tools;"
        "print([name for name in sys.argv[1:] if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code, *HEAVY], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def speak(process: "subprocess.Popen[str]", method: str, **params: Any) -> None:
    assert process.stdin
    process.stdin.write(json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}) + "\n")
    process.stdin.flush()


@pytest.fixture
def process() -> Any:
    pipe = subprocess.PIPE
    env = os.environ | {"DASHSCOPE_API_KEY": "sk-secret-secret"}
    with subprocess.Popen(SERVER, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=env) as process:
        speak(
            process,
            "initialize",
            protocolVersion="2025-06-18",
            capabilities={},
            clientInfo={"name": "test", "version": "1"},
        )
        assert process.stdout
        assert "qwen-localize" in process.stdout.readline()
        yield process
        process.kill()


def test_only_the_protocol_is_on_stdout_and_the_end_of_input_ends_the_server(
    process: "subprocess.Popen[str]",
) -> None:
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (0, "", "")


def test_ctrl_c_ends_the_server_without_a_traceback(process: "subprocess.Popen[str]") -> None:
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert "Traceback" not in err
    assert out == ""


@pytest.mark.skipif(sys.platform == "win32", reason="descriptors are closed by the shell")
@pytest.mark.parametrize("closed", ["<&-", "</dev/null >&-"])
def test_without_an_input_or_an_output_the_server_says_so_in_one_line(closed: str) -> None:
    command = f"exec {shlex.join(SERVER)} {closed}"
    result = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=20, check=False)
    assert (result.returncode, result.stderr.count("\n")) == (2, 1)
    assert "stdin or stdout is closed" in result.stderr


def test_a_client_that_never_reads_does_not_keep_the_server_alive(process: "subprocess.Popen[str]") -> None:
    for _ in range(30):  # more than a pipe holds
        speak(process, "tools/list")
    assert process.stdin
    process.stdin.close()
    assert process.wait(timeout=20) == 0


def test_a_client_that_closes_its_end_of_the_output_ends_the_server_without_a_traceback(
    process: "subprocess.Popen[str]",
) -> None:
    assert process.stdout
    assert process.stderr
    process.stdout.close()
    speak(process, "tools/list")
    assert process.wait(timeout=20) == 0
    assert process.stderr.read() == ""


@pytest.mark.skipif(sys.platform == "win32", reason="a folder in use cannot be removed")
async def test_a_server_whose_working_directory_is_gone_serves_all_the_same(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    command = f"rmdir {shlex.quote(str(gone))} && exec {shlex.join(SERVER)}"
    environment = os.environ | {"QWEN_LOCALIZE_STATE_DIR": str(tmp_path / "state")}
    parameters = StdioServerParameters(command="sh", args=["-c", command], env=environment, cwd=gone)
    with anyio.fail_after(60):
        async with Client(parameters) as client:
            assert words(await client.call_tool("list_jobs", {})) == "There are no jobs yet."


async def answer_with_half_a_character(connection: SocketStream) -> None:
    """A service that says, in JSON, what is no character."""
    body = b'{"model": "\\udfff", "choices": [{"message": {"content": "half: \\ud83d"}}], "usage": {"\\ud800": 1}}'
    async with connection:
        await connection.receive(100_000)
        await connection.send(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)


async def test_half_a_character_from_the_service_reaches_the_client_as_a_mark_and_the_chat_goes_on(
    tmp_path: Path,
) -> None:
    async with listening(answer_with_half_a_character) as origin:
        state = str(tmp_path / "state")
        async with started(
            tmp_path, DASHSCOPE_BASE_URL=origin, DASHSCOPE_API_KEY="sk-x", QWEN_LOCALIZE_STATE_DIR=state
        ) as client:
            for text in ("a", "b"):
                answer = await client.call_tool("translate_text", {"text": text, "target_lang": "ru"})
                assert "half: \ufffd" in words(answer)


async def test_a_client_that_closes_the_connection_cancels_nothing_at_the_service(poster: Path, tmp_path: Path) -> None:
    async with running(SandboxConfig(task_seconds=60, plain=True)) as sandbox:
        env = {"DASHSCOPE_BASE_URL": sandbox.origin, "DASHSCOPE_API_KEY": "sk-x"}
        places = {"QWEN_LOCALIZE_STATE_DIR": tmp_path, "QWEN_LOCALIZE_OUTPUT_DIR": tmp_path / "out"}
        places |= {"QWEN_LOCALIZE_ALLOWED_DIRS": poster.parent}
        pipe = subprocess.PIPE
        environment = os.environ | env | {name: str(path) for name, path in places.items()}
        with anyio.fail_after(40):
            async with await anyio.open_process(SERVER, stdin=pipe, stdout=pipe, env=environment) as process:
                for line in opening(poster):
                    assert process.stdin
                    await process.stdin.send(line)
                # Two run, and the third waits in the service's queue, where it could be cancelled.
                while sandbox.ledger.count("submit") < 3:  # noqa: ASYNC110 - the ledger has no event
                    await anyio.sleep(0.05)
                assert process.stdin
                await process.stdin.aclose()
                await process.wait()
    assert sandbox.ledger.count("cancel") == 0
    assert process.returncode == 0


def opening(poster: Path) -> list[bytes]:
    """What a client of the handshake era sends first, and three calls."""
    client = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
    messages: list[dict[str, Any]] = [
        {"id": 0, "method": "initialize", "params": client},
        {"method": "notifications/initialized"},
    ]
    for number, language in enumerate(("ru", "ko", "ja"), 1):
        arguments = {"image": str(poster), "target_lang": language}
        call = {"name": "translate_image", "arguments": arguments}
        messages.append({"id": number, "method": "tools/call", "params": call})
    return [json.dumps({"jsonrpc": "2.0"} | message).encode() + b"\n" for message in messages]
