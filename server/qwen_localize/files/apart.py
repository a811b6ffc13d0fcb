"""Programs of ours that read or write a stranger's file, in processes of their own: without the key, killed at the end.

A program is a file that imports nothing of this package. It reads one line of JSON, what it is asked, and answers with
one, in which `error` is a word for what went wrong.
"""

import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread

from ..clock import Clock, first
from ..errors import InternalError

_OUR_SETTINGS = ("DASHSCOPE_", "QWEN_LOCALIZE_")
# What a program can be: it ended without an answer, or had to be ended.
DIED, ENDLESS = "died", "endless"
_MOST_ANSWER = 16 * 1024 * 1024
# More at a time would take the machine from its user.
_MOST_PROCESSES = 2
_turns = anyio.CapacityLimiter(_MOST_PROCESSES)


def keyless_environment() -> dict[str, str]:
    """The environment for a program that reads a stranger's file: it finds our packages, and is not told the key."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(_OUR_SETTINGS)}
    return own | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


async def run_apart(clock: Clock, program: Path, request: dict[str, Any], seconds: float) -> dict[str, Any]:
    """What a program answers; `{"error": DIED}` or `{"error": ENDLESS}` if it does not.

    Args:
        clock: what time it is.
        program: the file.
        request: JSON.
        seconds: how long it may take.
    """
    async with _turns:
        process = await anyio.to_thread.run_sync(_started, program)
        answers: list[dict[str, Any]] = []

        async def asked() -> None:
            answers.append(await anyio.to_thread.run_sync(_answer, process, request, abandon_on_cancel=True))

        try:
            await first(clock, seconds, asked)
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.to_thread.run_sync(_ended, process)
        return answers[0] if answers else {"error": ENDLESS}


def _started(program: Path) -> "subprocess.Popen[bytes]":
    try:
        return subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-P", str(program)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=keyless_environment(),
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except OSError as error:
        raise InternalError(f"No process can be started ({error.strerror}). Try again.") from error


def _answer(process: "subprocess.Popen[bytes]", request: dict[str, Any]) -> dict[str, Any]:
    said, heard = process.stdin, process.stdout
    try:
        if said and heard:
            said.write(json.dumps(request).encode() + b"\n")
            said.flush()  # it stays open: the program ends when it is closed
            answer = json.loads(heard.readline(_MOST_ANSWER))
            if isinstance(answer, dict):
                return answer
    except (OSError, ValueError):
        pass
    return {"error": DIED}


def _ended(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        with suppress(OSError):
            if stream:
                stream.close()
