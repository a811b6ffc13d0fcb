"""A tool called in this process, in the way in which an agent calls it, and followed to its end."""

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import anyio
from mcp import Client
from mcp_types import CallToolResult, Implementation, TextContent
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Column

from qwen_localize_tools import PROMPTS, TOOLS

from ... import __version__
from ...errors import InternalError, LocalizeError, leaves
from ...mcp_server import build_server
from ...settings import Settings
from ..serving import chosen_settings, explain_faults

# A job is known by its id soon, which is told if the command is stopped.
_FIRST_SECONDS = 2.0
_WAIT_SECONDS = 45


@dataclass
class Call:
    """One call of a tool.

    Attributes:
        tool: its name.
        arguments: as the tool takes them.
        folders: what may be read and written besides what the settings allow.
        with_sandbox: whether a stand-in for the service is used.
        faults: how that misbehaves.
        output: where results go; None for where the settings say.
        is_free: whether nothing is sent, so that no job is kept.
        job_id: the job that it became, once that is known.
    """

    tool: str
    arguments: dict[str, Any]
    folders: tuple[Path, ...]
    with_sandbox: bool
    faults: list[str]
    output: Path | None = None
    is_free: bool = False
    job_id: str = ""

    def result(self) -> dict[str, Any]:
        """What the tool returned, or the job that it began, at its end.

        Raises:
            LocalizeError: the call was refused, or nothing came of it, in the tool's own words.
            KeyboardInterrupt: somebody stopped it, and was told what becomes of it.
        """
        with _plainly():
            answer = anyio.run(self._answer)
        if answer.is_error or not answer.structured_content:
            raise LocalizeError(" ".join(block.text for block in answer.content if isinstance(block, TextContent)))
        if answer.structured_content["status"] != "succeeded":
            raise LocalizeError(answer.structured_content["message"])
        return dict(answer.structured_content)

    async def _answer(self) -> CallToolResult:
        with self._state() as state:
            async with chosen_settings(self.with_sandbox, self.faults) as settings:
                wishes = {"wait": _FIRST_SECONDS} | ({"output_dir": self.output} if self.output else {}) | state
                return await self._asked(settings.allowing(self.folders).model_copy(update=wishes))

    @contextmanager
    def _state(self) -> Iterator[dict[str, Path]]:
        """Where jobs are kept: where none will be, in a folder that can be written to even in CI."""
        if not self.is_free:
            yield {}
            return
        with TemporaryDirectory(prefix="qwen-localize-", ignore_cleanup_errors=True) as folder:
            yield {"state_dir": Path(folder)}

    async def _asked(self, settings: Settings) -> CallToolResult:
        server = build_server(settings, TOOLS, prompts=PROMPTS)
        introduction = Implementation(name="qwen-localize", version=__version__)
        async with Client(server, client_info=introduction) as client:
            try:
                return await self._followed(client)
            except anyio.get_cancelled_exc_class():
                say(self._stopped())
                raise

    async def _followed(self, client: Client) -> CallToolResult:
        """The answer of the tool, or of get_job when the job is at its end, with a progress bar meanwhile."""
        with _bar() as bar:
            task = bar.add_task(self.tool, total=1)

            async def show(progress: float, total: float | None, message: str | None) -> None:
                bar.update(task, completed=progress, total=total, description=one_line(message or self.tool))

            answer = await client.call_tool(self.tool, self.arguments, progress_callback=show)
            while (facts := answer.structured_content or {}).get("status") in ("queued", "running"):
                self.job_id = facts["job_id"]
                asked = {"job_id": self.job_id, "wait": _WAIT_SECONDS}
                answer = await client.call_tool("get_job", asked, progress_callback=show)
        return answer

    def _stopped(self) -> str:
        if self.with_sandbox:
            return "Stopped. A sandbox keeps nothing."
        if not self.job_id:
            return "Stopped. What is paid for is kept: the same command goes on from there."
        return (
            f"Stopped. {self.job_id} is kept, and what was sent goes on at the service: the same command goes on with "
            "it and pays nothing twice; an AI client sees it with list_jobs."
        )


def explained(options: argparse.Namespace) -> bool:
    """Whether it was asked only how a sandbox can misbehave, and that was said."""
    if "help" not in options.fault:
        return False
    explain_faults()
    return True


def printed(result: dict[str, Any]) -> None:
    """Print a result for scripts."""
    sys.stdout.write(json.dumps(result, ensure_ascii=False, indent=2) + "\n")
    sys.stdout.flush()


def say(words: str) -> None:
    """Tell the person at the terminal, and no script that reads the result."""
    if words and sys.stderr is not None:
        sys.stderr.write(f"{words}\n")


def one_line(text: str) -> str:
    """A text of others on one line, without what steers a terminal."""
    return "".join(char if char.isprintable() else " " for char in text)


def _bar() -> Progress:
    """A progress bar, where somebody sees it."""
    words = TextColumn("{task.description}", markup=False, table_column=Column(ratio=1, no_wrap=True))
    columns = BarColumn(24), words, TimeElapsedColumn(table_column=Column(no_wrap=True, width=8))
    seen = sys.stderr is not None and sys.stderr.isatty()
    return Progress(*columns, console=Console(stderr=True), transient=True, expand=True, disable=not seen)


@contextmanager
def _plainly() -> Iterator[None]:
    """What went wrong inside the client's task groups, in one sentence."""
    try:
        yield
    except BaseExceptionGroup as group:
        found = list(leaves(group))
        raise next((error for error in found if isinstance(error, LocalizeError)), InternalError()) from group
