"""The real server and the sandbox as processes of their own, for clients that are processes of their own too."""

import os
import re
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from PIL import Image, ImageDraw, ImageFont

_TESTS = Path(__file__).parent.parent
# The real server over stdio, as every host starts it.
STDIO = [sys.executable, "-m", "qwen_localize", "serve"]
_HTTP = ["-m", "qwen_localize", "serve", "--http", "127.0.0.1:0"]
_ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+(?:/mcp)?")


@dataclass(frozen=True)
class Upstream:
    """A sandbox in a process of its own."""

    origin: str

    def tasks(self) -> list[str]:
        """The id of every task that was paid for."""
        return [paid["task_id"] for paid in self._ledger()["paid"] if paid["images"]]

    def submissions(self) -> int:
        """How often work on a picture was asked for."""
        return int(self._ledger()["counts"].get("submit", 0))

    def _ledger(self) -> dict[str, Any]:
        return dict(httpx2.get(f"{self.origin}/sandbox/ledger", trust_env=False).json())


@contextmanager
def upstream(*, task_seconds: float = 0.3) -> Iterator[Upstream]:
    """A sandbox whose tasks take so long, and which does not read pictures, to save time."""
    with _speaking(["-m", "qwen_localize.sandbox", "--plain", "--task-seconds", str(task_seconds)]) as origin:
        yield Upstream(origin)


def environment(folder: Path, origin: str = "http://127.0.0.1:9") -> dict[str, str]:
    """What a server is told: its folders below `folder`, and where the service is."""
    return {
        "DASHSCOPE_API_KEY": "sk-clients-0123456789",
        "DASHSCOPE_BASE_URL": origin,
        "QWEN_LOCALIZE_OUTPUT_DIR": str(folder / "out"),
        "QWEN_LOCALIZE_ALLOWED_DIRS": str(folder),
        "QWEN_LOCALIZE_STATE_DIR": str(folder / "state"),
    }


@contextmanager
def over_http(env: Mapping[str, str]) -> Iterator[str]:
    """The address of the real server over HTTP, on loopback and so without a token."""
    with _speaking(_HTTP, env) as address:
        yield address


@contextmanager
def fixtures_over_http(env: Mapping[str, str]) -> Iterator[str]:
    """The address of a server made by our factory that also has what the conformance suite asks for."""
    with _speaking(["-m", "clients.fixture_app"], env) as address:
        yield address


@contextmanager
def _speaking(arguments: Sequence[str], env: Mapping[str, str] | None = None) -> Iterator[str]:
    """A Python process that says where it listens; what it says later is not kept."""
    whole = os.environ | {"PYTHONPATH": str(_TESTS)} | dict(env or {})
    command, pipe = [sys.executable, *arguments], subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=subprocess.STDOUT, text=True, env=whole) as process:
        try:
            assert process.stdout
            address = next((found for line in process.stdout if (found := _ADDRESS.search(line))), None)
            assert address, f"{arguments} did not start"
            threading.Thread(target=deque, args=(process.stdout, 0), daemon=True).start()
            yield address[0]
        finally:
            process.kill()


def poster(folder: Path) -> Path:
    """A picture with words in it."""
    path = folder / "poster.png"
    image = Image.new("RGB", (240, 80), "white")
    ImageDraw.Draw(image).text((10, 20), "Summer SALE", font=ImageFont.load_default(32), fill="black")
    image.save(path)
    return path
