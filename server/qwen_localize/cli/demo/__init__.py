"""The main job from beginning to end, as a client does it: the server is a child process, spoken to over stdio."""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from mcp import Client
from mcp.client.stdio import StdioServerParameters
from mcp.shared.exceptions import MCPError
from mcp_types import CallToolResult, TextContent
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from ...errors import LocalizeError, MissingKey, leaves
from ...settings import Settings
from ...tool import cny
from .compare import side_by_side

TARGET = "ru"
GLOSSARY = [{"source": "SALE", "target": "РАСПРОДАЖА"}, {"source": "travel mug", "target": "термокружка"}]
LINES = [
    "SALE ends on Sunday!",
    "Hello {name}, your travel mug (order %s) has shipped.",
    "<b>{{count}}</b> items left in stock",
]
EDIT = "Make it black and white"
CHAT = [
    {"role": "customer", "text": "你好，我上周买的保温杯漏水，很生气！"},
    {"role": "agent", "text": "非常抱歉，我马上给您换一个新的，今天就寄出。"},
    {"role": "customer", "text": "好的，谢谢，处理得很快，满意。"},
]
APP = {"cart": "{count, plural, one {# mug} other {# mugs}} in your cart", "pay": "Pay <b>{price}</b> now"}
# How long one `get_job` waits; a job that takes longer is asked for again.
_WAIT_SECONDS = 60


@dataclass
class Demo:
    """One run: the connection, and what has been spent on it."""

    client: Client
    console: Console
    cost: float = 0.0
    files: list[Path] = field(default_factory=list)

    async def call(self, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """The structured result of a tool, or of the job that it began, with a progress bar while it runs.

        Raises:
            LocalizeError: the tool or the job failed, in its own words.
        """
        columns = (TextColumn("  "), BarColumn(28), TextColumn("{task.description}"), TimeElapsedColumn())
        with Progress(*columns, console=self.console, transient=False) as bar:
            task = bar.add_task(tool, total=1)

            async def show(progress: float, total: float | None, message: str | None) -> None:
                bar.update(task, completed=progress, total=total, description=message or tool)

            result = _structured(await self.client.call_tool(tool, arguments, progress_callback=show))
            while result.get("status") in ("queued", "running"):
                waiting = {"job_id": result["job_id"], "wait": _WAIT_SECONDS}
                result = _structured(await self.client.call_tool("get_job", waiting, progress_callback=show))
            bar.update(task, completed=1, total=1, description="done")
        self.cost += result.get("estimated_cost") or 0.0
        return result

    async def text(self) -> None:
        """A few lines with placeholders and a glossary."""
        self._head("translate_text", f"{len(LINES)} lines, en to {TARGET}, with a glossary")
        result = await self.call(
            "translate_text", {"text": LINES, "source_lang": "en", "target_lang": TARGET, "glossary": GLOSSARY}
        )
        table = Table(box=None, padding=(0, 2), show_header=False)
        for source, translation in zip(LINES, result["translations"], strict=True):
            table.add_row(_plain(source), _plain(str(translation)))
        self.console.print(table)
        for item in result["warnings"]:
            self.console.print(f"  check line {item['index']}: {_plain(item['message'])}")
        terms = result.get("glossary", {"kept": 0, "missing": []})
        missing = "".join(f", NOT {term['source']} = {term['target']}" for term in terms["missing"])
        self.console.print(f"  glossary: {terms['kept']} term(s) kept{_plain(missing)}")

    async def app(self, folder: Path) -> None:
        """An app's strings, put where their translations belong."""
        self._head("localize_files", f"{len(APP)} strings of an app, into {TARGET}, in their place")
        source, target = (folder / "locales" / f"{lang}.json" for lang in ("en", TARGET))
        source.parent.mkdir(parents=True, exist_ok=True)
        source.write_text(json.dumps(APP, indent=2) + "\n", "utf-8")
        await self.call("localize_files", {"path": str(folder), "target_langs": TARGET, "mode": "apply"})
        for line in target.read_text("utf-8").splitlines():
            self.console.print(f"  {_plain(line)}")
        self.files.append(target)

    async def image(self, sample: Path, output: Path) -> None:
        """The sample picture, and a picture of before and after."""
        self._head("translate_image", f"{sample.name}, from en to {TARGET}")
        arguments = {"image": str(sample), "target_lang": TARGET, "source_lang": "en", "glossary": GLOSSARY}
        result = await self.call("translate_image", arguments)
        if result.get("no_text_found"):
            self.console.print(f"  {_plain(result['message'])}")
            return
        translated = Path(result["artifacts"][0]["path"])
        self.files += [translated, side_by_side(sample, translated, output / f"{translated.stem}-before-after.jpg")]

    async def edit(self, sample: Path) -> None:
        """The sample edited by an instruction."""
        self._head("edit_image", f"{sample.name}, “{EDIT}”")
        result = await self.call("edit_image", {"images": [str(sample)], "prompt": EDIT, "size": "3:4"})
        self.files += [Path(file["path"]) for file in result["artifacts"]]

    async def read(self, sample: Path) -> None:
        """The sample's own text."""
        self._head("ocr", f"the text of {sample.name}")
        result = await self.call("ocr", {"image": str(sample)})
        for line in result["pages"][0]["text"].splitlines():
            self.console.print(f"  {_plain(line)}")

    async def judge(self) -> None:
        """A customer's chat."""
        self._head("analyze_conversation", f"a chat of {len(CHAT)} turns")
        arguments = {"conversation": CHAT, "analysis": ["satisfaction", "resolution"]}
        result = await self.call("analyze_conversation", arguments)
        for answer in result["conversations"][0]["answers"]:
            self.console.print(f"  {answer['question']}: [bold]{answer['label']}[/bold] {_plain(answer['reason'])}")

    async def hear(self, sample: Path) -> None:
        """A spoken sentence as subtitles and as a voice."""
        self._head("translate_media", f"what is said in {sample.name}, into {TARGET}, spoken")
        arguments = {"media": str(sample), "target_lang": TARGET, "source_lang": "en", "speech": True}
        result = await self.call("translate_media", arguments)
        paths = [Path(file["path"]) for file in result["artifacts"]]
        for line in next(path for path in paths if path.suffix == ".srt").read_text("utf-8").splitlines():
            self.console.print(f"  {_plain(line)}")
        self.files += [path for path in paths if path.suffix in (".srt", ".wav")]

    def _head(self, tool: str, words: str) -> None:
        self.console.print(f"\n[bold]{tool}[/bold]  {_plain(words)}")


def _structured(result: CallToolResult) -> dict[str, Any]:
    if result.is_error or not result.structured_content:
        raise LocalizeError(" ".join(block.text for block in result.content if isinstance(block, TextContent)))
    if result.structured_content.get("status") in ("failed", "canceled"):
        raise LocalizeError(result.structured_content["message"])
    return dict(result.structured_content)


def _plain(text: str) -> str:
    from rich.markup import escape

    return escape(text)


async def run(output: Path, live: bool, now: Callable[[], float] = time.monotonic) -> int:
    """Run the demo; the exit status.

    Args:
        output: the folder for the results.
        live: use the service and the user's key instead of the sandbox.
        now: seconds, for the time it took.

    Raises:
        LocalizeError: a tool failed, or `live` without a key.
    """
    if live and not Settings.load().key:
        raise MissingKey("demo --live uses the service, which needs a key. Set DASHSCOPE_API_KEY, or leave --live out.")
    began = now()
    samples = [as_file(files(__package__) / name) for name in ("sample.jpg", "sample.wav")]
    with samples[0] as sample, samples[1] as spoken, _plainly():
        async with Client(_server(sample, output, live)) as client:
            demo = Demo(client, Console())
            where = "Model Studio" if live else "the sandbox, which pseudo-translates"
            demo.console.print(f"[bold]Qwen Localize[/bold] against {where}")
            demo.console.print("tools: " + ", ".join(tool.name for tool in (await client.list_tools()).tools))
            await demo.text()
            await demo.app(output / "app")
            await demo.image(sample, output)
            await demo.edit(sample)
            await demo.read(sample)
            await demo.judge()
            await demo.hear(spoken)
    _summary(demo, now() - began, live)
    return 0


@contextmanager
def _plainly() -> Iterator[None]:
    """What went wrong inside the client's task groups, in one sentence."""
    try:
        yield
    except BaseExceptionGroup as group:
        found = list(leaves(group))
        if ours := next((error for error in found if isinstance(error, LocalizeError)), None):
            raise ours from None
        if any(isinstance(error, MCPError) for error in found):
            raise LocalizeError("The server ended before it answered; its own message stands above.") from None
        raise


def _summary(demo: Demo, seconds: float, live: bool) -> None:
    demo.console.print("\n[bold]files[/bold]")
    for path in demo.files:
        # Not wrapped: a path is there to be copied.
        demo.console.print(f"  {path}", soft_wrap=True, highlight=False)
    cost = "cost" if live else "would have cost"
    demo.console.print(f"\n{seconds:.1f} s; {cost} {cny(demo.cost)}")


def _server(sample: Path, output: Path, live: bool) -> StdioServerParameters:
    places = {
        "QWEN_LOCALIZE_OUTPUT_DIR": str(output),
        "QWEN_LOCALIZE_ALLOWED_DIRS": os.pathsep.join((str(sample.parent), str(output))),
    }
    arguments = ["-m", "qwen_localize", "serve", *([] if live else ["--sandbox"])]
    # The child gets the whole environment: the key, the region, and the proxy it may need.
    return StdioServerParameters(command=sys.executable, args=arguments, env={**os.environ, **places})
