"""The front says what the server would have said, hands the rest over, and loads nothing for it."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from functools import cache
from io import StringIO, TextIOWrapper
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import anyio.lowlevel
import pytest
from mcp.server import MCPServer
from mcp.server.runner import serve_dual_era_loop
from mcp.server.stdio import stdio_server
from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS, KNOWN_PROTOCOL_VERSIONS

from qwen_localize import front as front_module
from qwen_localize.front import Front
from qwen_localize.jobs.records import RESTING
from qwen_localize.mcp_server import build_server
from qwen_localize.mcp_server.cancellation import Cancellations
from qwen_localize.mcp_server.opening import METHODS, opening_answers
from qwen_localize.mcp_server.stdio import AnsweringStream, OnceStream
from qwen_localize.settings import Settings
from qwen_localize.waiting_jobs import AT_REST
from qwen_localize_tools import PROMPTS, TOOLS

pytestmark = pytest.mark.process
CLIENT = {"name": "test", "version": "1"}
SERVER = [sys.executable, "-m", "qwen_localize"]


def line(method: str, number: Any = None, params: Any = None, **more: Any) -> bytes:
    message = {"jsonrpc": "2.0", "method": method} | ({} if number is None else {"id": number})
    return json.dumps(message | ({} if params is None else {"params": params}) | more).encode() + b"\n"


def introduction(number: Any = 1, version: str = "2025-11-25", **facts: Any) -> bytes:
    return line("initialize", number, {"protocolVersion": version, "capabilities": {}, "clientInfo": CLIENT} | facts)


def enveloped(method: str, number: Any, params: Any = None, **facts: Any) -> bytes:
    envelope = {"protocolVersion": "2026-07-28", "clientInfo": CLIENT, "clientCapabilities": {}} | facts
    meta = {f"io.modelcontextprotocol/{name}": value for name, value in envelope.items() if value is not None}
    return line(method, number, {"_meta": meta} | (params or {}))


READY = line("notifications/initialized")
BEGUN = introduction() + READY
LISTS = b"".join(line(method, number) for number, method in enumerate(METHODS[2:], 10))
CALL = line("prompts/get", 99, {"name": "nothing"})

KNOWN = {
    **{f"handshake {version}": introduction(version=version) + READY + LISTS for version in KNOWN_PROTOCOL_VERSIONS},
    "no handshake": b"".join(enveloped(method, n) for n, method in enumerate(METHODS[1:], 1) if method != "ping"),
    "a ping before anything": line("ping", 1) + introduction(2) + READY + LISTS,
    "ids that are words": introduction("first") + READY + line("tools/list", "second"),
    "a client with abilities": introduction(
        capabilities={"roots": {"listChanged": True}, "elicitation": {"form": {}}, "extensions": {"x/ui": {}}},
        clientInfo=CLIENT | {"title": "Test", "websiteUrl": "https://example.com"},
    ),
    "progress tokens": BEGUN + line("tools/list", 2, {"_meta": {"progressToken": 7}}),
    "a cancellation of what is done": BEGUN + LISTS + line("notifications/cancelled", params={"requestId": 10}),
    "roots that change": BEGUN + line("notifications/roots/list_changed") + LISTS,
    "a client without a name": enveloped("tools/list", 1, clientInfo=None),
}
HANDED_OVER = {
    "another method": BEGUN + LISTS + CALL + line("tools/list", 100),
    "a list before the handshake": line("tools/list", 1) + BEGUN,
    "discovery before the handshake": line("server/discover", 1) + BEGUN,
    "two handshakes": BEGUN + introduction(2) + LISTS,
    "an unknown version": introduction(version="2099-01-01") + READY + LISTS,
    "a handshake of the newer era": enveloped("initialize", 1),
    "a client that does not say its version": introduction(clientInfo={"name": "x"}) + LISTS,
    "a client whose abilities are wrong": introduction(capabilities={"roots": True}) + LISTS,
    "abilities in a list": introduction(capabilities=[]) + LISTS,
    "an ability of no known kind": introduction(capabilities={"sampling": {"context": 3}}) + LISTS,
    "icons": introduction(clientInfo=CLIENT | {"icons": [{"src": 3}]}) + LISTS,
    "the newer era on the older's connection": BEGUN + enveloped("tools/list", 2),
    "the older era on the newer's connection": enveloped("tools/list", 1) + line("tools/list", 2) + introduction(3),
    "a handshake after discovery": enveloped("server/discover", 1) + BEGUN + LISTS,
    "a ping in the newer era": enveloped("ping", 1),
    "an envelope without abilities": enveloped("tools/list", 1, clientCapabilities=None),
    "an envelope of an unknown version": enveloped("tools/list", 1, protocolVersion="2099-01-01"),
    "an envelope of the older era": enveloped("tools/list", 1, protocolVersion="2025-11-25"),
    "an envelope whose version is a number": enveloped("tools/list", 1, protocolVersion=3),
    "a level of logs that is none": enveloped("tools/list", 1, logLevel="loud"),
    "a call in the newer era": enveloped("tools/list", 1) + enveloped("prompts/get", 2, {"name": "nothing"}),
    "another page": BEGUN + line("tools/list", 2, {"cursor": "x"}) + line("tools/list", 3, {"cursor": None}),
    "a token that is no name": BEGUN + line("tools/list", 2, {"_meta": {"progressToken": 1.5}}),
    "facts that are none": BEGUN + line("tools/list", 2, {"_meta": 3}) + line("tools/list", 3, []),
    "no id": BEGUN + line("tools/list") + CALL,
    "ids that are none": BEGUN + line("ping", True) + line("ping", 1.5) + line("ping", [1]) + CALL,
    "an id of nothing": BEGUN + b'{"jsonrpc": "2.0", "id": null, "method": "ping"}\n' + CALL,
    "another language": BEGUN + line("ping", 3, jsonrpc="1.0") + b"\n" + b"garbage\n" + b"\xff\xfe\n" + CALL,
    "half a character": BEGUN + b'{"jsonrpc":"2.0","id":"\\ud800","method":"ping"}\n' + CALL,
    "a mark at the start": b"\xef\xbb\xbf" + BEGUN + CALL,
    "a carriage return within": BEGUN + b'{"jsonrpc":"2.0",\r"id":5,"method":"ping"}\n' + CALL,
    "many at once": BEGUN + b'[{"jsonrpc":"2.0","id":5,"method":"ping"}]\n' + CALL,
    "something besides": BEGUN + line("ping", 3, extra=1) + CALL,
    "an answer to nothing": BEGUN + b'{"jsonrpc":"2.0","id":5,"result":{}}\n' + CALL,
    "an unknown notification": BEGUN + line("notifications/other") + LISTS,
    "readiness before the handshake": READY + BEGUN + LISTS,
    "a name said twice": BEGUN + b'{"jsonrpc":"2.0","id":5,"method":"ping","method":"tools/list"}\n' + CALL,
    "no end of a line": BEGUN + CALL[:-1],
    "depth": BEGUN + b'{"a":' * 50_000 + b"\n" + CALL,
}


class Wire:
    """A file as the SDK reads and writes it; the next line comes when all that there is to say has been said."""

    def __init__(self, heard: Iterable[str] = ()) -> None:
        self._heard = iter(heard)
        self.said: list[str] = []

    def __aiter__(self) -> "Wire":
        return self

    async def __anext__(self) -> str:
        for _ in range(200):  # no thread and no disk is waited for
            await anyio.lowlevel.checkpoint()
        if (line := next(self._heard, None)) is None:
            raise StopAsyncIteration
        return line

    async def write(self, text: str) -> None:
        self.said.append(text)

    async def flush(self) -> None:
        """There is nothing to do."""


@cache
def server() -> MCPServer[Any]:
    return build_server(Settings.load({}), TOOLS, prompts=PROMPTS)


async def said(heard: Iterable[str], answered: set[str | int]) -> list[Any]:
    """What the server says to all that it hears, none of which needs its job store."""
    stdin: Any = Wire(heard)
    stdout: Any = Wire()
    async with stdio_server(stdin, stdout) as (lines, wire):
        once: Any = OnceStream(wire, answered)
        state: Any = SimpleNamespace(cancellations=Cancellations())
        await serve_dual_era_loop(server()._lowlevel_server, AnsweringStream(lines, once), once, lifespan_state=state)
    return [json.loads(text) for text in stdout.said]


async def said_behind_a_front(heard: bytes) -> tuple[list[Any], list[Any]]:
    """What the front says, and then what the server does."""
    with tempfile.TemporaryFile() as file, tempfile.TemporaryFile() as told:
        file.write(heard)
        file.seek(0)
        front = Front(os.dup(file.fileno()), told.fileno())
        unknown = front.listen()
        stdin = TextIOWrapper(front.rest(unknown), "utf-8", "replace")
        later = await said(stdin, front.answered) if unknown else []
        told.seek(0)
        return [json.loads(text) for text in told.read().splitlines()], later


def in_order(messages: list[Any]) -> list[str]:
    return sorted(json.dumps(message, sort_keys=True) for message in messages)


@pytest.mark.parametrize("heard", KNOWN.values(), ids=list(KNOWN))
async def test_what_every_chat_asks_is_answered_as_the_server_does_and_needs_no_server(
    heard: bytes,
) -> None:
    first, later = await said_behind_a_front(heard)
    assert first
    assert later == []
    assert in_order(first) == in_order(await said(StringIO(heard.decode()), set()))


@pytest.mark.parametrize("heard", HANDED_OVER.values(), ids=list(HANDED_OVER))
async def test_what_is_not_certain_is_left_to_the_server_and_nothing_is_said_twice_or_lost(
    heard: bytes,
) -> None:
    first, later = await said_behind_a_front(heard)
    assert later
    alone = await said(StringIO(heard.decode(errors="replace"), newline=None), set())
    assert in_order(first + later) == in_order(alone)


async def test_the_file_has_what_the_server_answers_in_each_version() -> None:
    answers = await opening_answers(server())
    file = json.loads(Path(front_module.ANSWERS).read_text("utf-8"))
    read = {v: {m: file["results"][n] for m, n in which.items()} for v, which in file["which"].items()}
    assert read == answers
    assert set(answers) == set(KNOWN_PROTOCOL_VERSIONS)
    for version in HANDSHAKE_PROTOCOL_VERSIONS:
        assert set(answers[version]) == set(METHODS) - {"server/discover"}


def test_states_that_wait_for_nobody_are_those_of_the_job_store() -> None:
    assert set(AT_REST) == set(RESTING)


@pytest.fixture
def process(tmp_path: Path) -> Iterator["subprocess.Popen[bytes]"]:
    pipe = subprocess.PIPE
    env = os.environ | {"QWEN_LOCALIZE_STATE_DIR": str(tmp_path), "DASHSCOPE_API_KEY": "sk-secret-secret"}
    with subprocess.Popen(SERVER, stdin=pipe, stdout=pipe, stderr=pipe, env=env) as process:
        yield process
        process.kill()


def ask(process: "subprocess.Popen[bytes]", lines: bytes) -> list[dict[str, Any]]:
    """The answers to requests, one to a line."""
    assert process.stdin
    assert process.stdout
    process.stdin.write(lines)
    process.stdin.flush()
    wanted = sum(b'"id"' in text for text in lines.splitlines())
    return [json.loads(process.stdout.readline()) for _ in range(wanted)]


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="needs /proc")
def test_a_server_that_is_never_called_loads_no_pydantic_and_takes_less_than_20_megabytes(
    process: "subprocess.Popen[bytes]",
) -> None:
    answers = ask(process, BEGUN + LISTS)
    assert [tool["name"] for tool in answers[2]["result"]["tools"]] == [tool.name for tool in TOOLS]
    status = Path(f"/proc/{process.pid}/status").read_text()
    [resident] = [int(row.split()[1]) for row in status.splitlines() if row.startswith("VmRSS")]
    assert resident < 20_000
    assert "pydantic_core" not in Path(f"/proc/{process.pid}/maps").read_text()


def test_a_call_after_the_lists_is_answered_by_the_server(process: "subprocess.Popen[bytes]") -> None:
    ask(process, BEGUN + LISTS)
    call = line("tools/call", 50, {"name": "list_jobs", "arguments": {}})
    [answer] = ask(process, call)
    assert answer["id"] == 50
    assert "no jobs" in answer["result"]["content"][0]["text"]
    assert ask(process, line("tools/list", 51))[0]["result"]["tools"]


@pytest.mark.parametrize("command", [[*SERVER, "--sandbox"], [*SERVER, "serve", "-v"]])
def test_the_options_of_a_server_are_no_reason_to_load_it(command: list[str]) -> None:
    result = subprocess.run(command, input=BEGUN + LISTS, capture_output=True, check=True)
    assert len(result.stdout.splitlines()) == 6
    assert result.stderr == b""


def test_a_setting_that_cannot_be_used_is_told_to_whoever_calls_and_the_lists_go_on(tmp_path: Path) -> None:
    env = os.environ | {"DASHSCOPE_REGION": "mars", "QWEN_LOCALIZE_STATE_DIR": str(tmp_path)}
    heard = BEGUN + CALL + line("tools/list", 100) + line("tools/call", 101, {"name": "ocr"})
    result = subprocess.run(SERVER, input=heard, capture_output=True, env=env, check=False)
    answers = {message["id"]: message for message in map(json.loads, result.stdout.splitlines())}
    assert "DASHSCOPE_REGION cannot be used" in answers[99]["error"]["message"]
    assert answers[100]["result"]["tools"]
    assert "DASHSCOPE_REGION cannot be used" in answers[101]["error"]["message"]
    assert (result.returncode, result.stderr.count(b"\n")) == (2, 1)


@pytest.mark.skipif(os.name != "posix", reason="needs ends of pipes that do not wait")
def test_ends_of_pipes_that_do_not_wait_are_read_all_the_same(tmp_path: Path) -> None:
    heard, says = os.pipe()
    hears, said = os.pipe()
    for wire in (heard, said):
        os.set_blocking(wire, False)
    env = os.environ | {"QWEN_LOCALIZE_STATE_DIR": str(tmp_path), "DASHSCOPE_API_KEY": "sk-secret-secret"}
    with (
        subprocess.Popen(SERVER, stdin=heard, stdout=said, env=env) as process,
        open(says, "wb", buffering=0) as client,  # noqa: PTH123
        open(hears, "rb") as answers,  # noqa: PTH123
    ):
        os.close(heard)
        os.close(said)
        client.write(BEGUN)
        assert answers.readline()
        client.write(line("tools/call", 50, {"name": "list_jobs", "arguments": {}}))
        assert b"no jobs" in answers.readline()
        client.close()
        assert process.wait() == 0
