"""Programs of ours that read or write a stranger's file, in processes of their own: without the key, killed at the end.

A program is a file that imports nothing of this package. It reads requests, a line of JSON each, and answers each with
a line, in which `error` is a word for what went wrong; it ends when its input does.
"""

import json
import os
import subprocess
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread

from ..clock import Clock, first
from ..errors import InternalError

_OUR_SETTINGS = ("DASHSCOPE_", "QWEN_LOCALIZE_")
# What becomes of a program besides: it ended without an answer, or had to be ended.
DIED, ENDLESS = "died", "endless"
_MOST_ANSWER = 16 * 1024 * 1024

Process = subprocess.Popen[bytes]


def keyless_environment() -> dict[str, str]:
    """The environment for a program that reads a stranger's file: it finds our packages, and is not told the key."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(_OUR_SETTINGS)}
    return own | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


class Apart:
    """One program, started when it is first asked, and anew if it died.

    Args:
        clock: what time it is.
        program: the file.
    """

    def __init__(self, clock: Clock, program: Path) -> None:
        self._clock, self._program = clock, program
        self._one_at_a_time = anyio.Lock()
        self._process: Process | None = None

    async def ask(self, request: dict[str, Any], seconds: float) -> dict[str, Any]:
        """What it answers within so many seconds; else `{"error": DIED}` or `{"error": ENDLESS}`.

        Raises:
            InternalError: it cannot be started.
        """
        async with self._one_at_a_time:
            answers: list[dict[str, Any]] = []

            async def asked(process: Process) -> None:
                answers.append(await anyio.to_thread.run_sync(_answer, process, request, abandon_on_cancel=True))

            try:
                if self._process is None:
                    self._process = await anyio.to_thread.run_sync(_started, self._program)
                await first(self._clock, seconds, partial(asked, self._process))
            finally:
                if not answers or answers[0].get("error") == DIED:
                    await self.close()
            return answers[0] if answers else {"error": ENDLESS}

    async def close(self) -> None:
        """End it, whatever it is doing."""
        process, self._process = self._process, None
        if process:
            with anyio.CancelScope(shield=True):
                await anyio.to_thread.run_sync(end_program, process)


def start_program(program: Path) -> Process:
    """Start one, to be spoken to through its input and output.

    Raises:
        OSError: it cannot be started.
    """
    return subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-P", str(program)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=keyless_environment(),
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )


def end_program(process: Process) -> None:
    """Kill one, whatever it is doing, and leave nothing behind."""
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        with suppress(OSError):
            if stream:
                stream.close()


def _started(program: Path) -> Process:
    try:
        return start_program(program)
    except OSError as error:
        raise InternalError(f"No process can be started ({error.strerror}). Try again.") from error


def _answer(process: Process, request: dict[str, Any]) -> dict[str, Any]:
    said, heard = process.stdin, process.stdout
    with suppress(OSError, ValueError):
        if said and heard:
            said.write(json.dumps(request).encode() + b"\n")
            said.flush()
            answer = json.loads(heard.readline(_MOST_ANSWER))
            if isinstance(answer, dict):
                return answer
    return {"error": DIED}
