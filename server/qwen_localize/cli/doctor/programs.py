"""The AI clients that know this server: what their files say, and whether what they start answers."""

import json
import shlex
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import anyio
from anyio.abc import Process
from anyio.streams.buffered import BufferedByteReceiveStream

from ...errors import LocalizeError, quote
from ...wellformed import parsed
from ..clients import CLIENTS, KEY, NAME, Client, Entry
from ..install import entry_in
from .findings import Finding, broken, good, note, warning

_SECONDS = 10.0
_SLOW = f"it did not answer within {_SECONDS:.0f} s."
_LONGEST = 1_000_000
_HELLO: dict[str, Any] = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "qwen-localize-doctor", "version": "1"},
    },
}


@dataclass(frozen=True)
class Program:
    """What a client starts: hashable, since many start the same."""

    argv: tuple[str, ...]
    env: tuple[tuple[str, str], ...]


async def clients(environment: Mapping[str, str]) -> AsyncIterator[Finding]:
    """What each client's file says of this server, and whether it starts."""
    told: dict[Program, list[tuple[Client, Path]]] = {}
    for client in CLIENTS:
        path = client.path(environment)
        try:
            entry = entry_in(client, path)
        except (LocalizeError, OSError) as error:
            yield warning(client.title, str(error), "Until then, this client may see no server at all.")
            continue
        if entry:
            told.setdefault(_program(client, entry, environment), []).append((client, path))
    if not told:
        yield note("clients", "No client's file names this server.", "Tell one of it: qwen-localize install CLIENT.")
    answers: dict[Program, str] = {}
    async with anyio.create_task_group() as group:
        for program in told:
            group.start_soon(_start, program, environment, answers)
    for program, users in told.items():
        for client, path in users:
            yield _of_program(client, path, program, answers[program])
    for finding in _in_project(environment):
        yield finding


def _in_project(environment: Mapping[str, str]) -> Iterator[Finding]:
    """What a project here says. It may be anybody's, so nothing that it names is started."""
    for client in CLIENTS:
        path = Path.cwd() / client.project if client.project else None
        if path is None or path == client.path(environment):
            continue
        try:
            if entry_in(client, path):
                yield note(client.title, f"{path} names this server, too; it was not started.")
        except (LocalizeError, OSError) as error:
            yield warning(client.title, str(error), "Until then, this client may not read it.")


def _program(client: Client, entry: Entry, environment: Mapping[str, str]) -> Program:
    """What an entry starts, with what it takes from the environment."""
    command, args = entry.get("command"), entry.get("args")
    argv = command if isinstance(command, list) else [command, *(args if isinstance(args, list) else ())]
    env = entry.get("env", entry.get("environment"))
    env = {str(name): str(value) for name, value in (env if isinstance(env, dict) else {}).items()}
    passed = entry.get("env_vars")
    if (client.reference and env.get(KEY) == client.reference) or (isinstance(passed, list) and KEY in passed):
        env[KEY] = environment.get(KEY, "")
    return Program(tuple(str(part) for part in argv if part), tuple(sorted(env.items())))


def _of_program(client: Client, path: Path, program: Program, fault: str) -> Finding:
    if fault == _SLOW:
        once = f"Run it by hand once, which ends an installation and shows what is wrong: {shlex.join(program.argv)}"
        return broken(client.title, f"{path} names this server, and {fault}", once)
    if fault:
        again = f"Write it anew: qwen-localize install {client.name}."
        return broken(client.title, f"{path} names this server, and it does not start: {fault}", again)
    words = f"{path} names this server, and it starts."
    if not dict(program.env).get(KEY) and not client.asks:
        return note(client.title, f"{words} It takes the key from the client's environment; this one here has none.")
    return good(client.title, words)


async def _start(program: Program, environment: Mapping[str, str], answers: dict[Program, str]) -> None:
    """Start what a client starts, and note what is wrong with it; nothing if it answers as this server does."""
    answers[program] = await _fault(program, environment)


async def _fault(program: Program, environment: Mapping[str, str]) -> str:
    if not program.argv:
        return "no command is given."
    env = {**environment, **dict(program.env)}
    found = shutil.which(program.argv[0], path=env.get("PATH"))
    if not found:
        return f"there is no program {quote(program.argv[0])}."
    # A store of its own: what is started here must not take up the jobs of a server that works.
    with TemporaryDirectory(prefix="qwen-localize-doctor-", ignore_cleanup_errors=True) as state:
        try:
            with anyio.fail_after(_SECONDS):
                async with _running((found, *program.argv[1:]), env | {"QWEN_LOCALIZE_STATE_DIR": state}) as process:
                    return await _greeted(process)
        except TimeoutError:
            return _SLOW
        except OSError as error:
            return f"{error.strerror}."


@asynccontextmanager
async def _running(argv: tuple[str, ...], env: Mapping[str, str]) -> AsyncIterator[Process]:
    process = await anyio.open_process(argv, env=env, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        with anyio.CancelScope(shield=True):
            await process.aclose()


async def _greeted(process: Process) -> str:
    """What is wrong with the answer to a greeting; nothing if it is this server's."""
    assert process.stdin is not None  # noqa: S101 - they are pipes
    assert process.stdout is not None  # noqa: S101
    with suppress(anyio.BrokenResourceError, anyio.ClosedResourceError):  # what it has said may tell why it is gone
        await process.stdin.send(json.dumps(_HELLO).encode() + b"\n")
    try:
        line = await BufferedByteReceiveStream(process.stdout).receive_until(b"\n", _LONGEST)
        name = parsed(line)["result"]["serverInfo"]["name"]
    except (anyio.EndOfStream, anyio.IncompleteRead, anyio.BrokenResourceError, anyio.ClosedResourceError):
        return f"it ended without an answer (exit status {await process.wait()})."
    except (anyio.DelimiterNotFound, ValueError, KeyError, TypeError):
        return "it answers, but not as an MCP server does."
    return "" if name == NAME else f"it is another server, {quote(str(name))}."
