"""What the sandbox's tests share: a bare HTTP client, a clock that tests move, pictures."""

import base64
import io
import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import anyio
import httpx2
from PIL import Image, ImageDraw, ImageFont

from qwen_localize.sandbox import Sandbox, SandboxConfig, running

KEY = "sk-sandbox"
CHAT = "/compatible-mode/v1/chat/completions"
GENERATE = "/api/v1/services/aigc/text-generation/generation"
SEE = "/api/v1/services/aigc/multimodal-generation/generation"
SUBMIT = "/api/v1/services/aigc/image2image/image-synthesis"
_SECURELY = ssl.create_default_context()  # once, because it takes longer than most tests


class ManualClock:
    """Service time that stands still until a test moves it."""

    def __init__(self) -> None:
        self.moment = 0.0
        self._sleepers: list[tuple[float, anyio.Event]] = []
        self._changed = anyio.Event()

    def now(self) -> float:
        return self.moment

    def wall(self, moment: float) -> float:
        return 1_800_000_000.0 + moment

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            return
        woken = anyio.Event()
        self._sleepers.append((self.moment + seconds, woken))
        self._changed.set()
        await woken.wait()

    async def until_sleeping(self, number: int) -> None:
        """Wait until so many tasks have done their work and only wait for time to pass."""
        with anyio.fail_after(20):
            while len(self._sleepers) < number:
                self._changed = anyio.Event()
                await self._changed.wait()

    async def advance(self, seconds: float) -> None:
        """Let time pass, and let those whom it wakes act."""
        self.moment += seconds
        due = [sleeper for sleeper in self._sleepers if sleeper[0] <= self.moment]
        self._sleepers = [sleeper for sleeper in self._sleepers if sleeper[0] > self.moment]
        for _, woken in due:
            woken.set()
        if due:
            await anyio.wait_all_tasks_blocked()


@dataclass
class Caller:
    """A bare HTTP client of one sandbox: no retries, no manners."""

    sandbox: Sandbox
    http: httpx2.AsyncClient

    async def chat(self, text: str = "Hello", model: str = "qwen-mt-flash", **body: Any) -> httpx2.Response:
        body.setdefault("messages", [{"role": "user", "content": text}])
        body.setdefault("translation_options", {"source_lang": "auto", "target_lang": "en"})
        return await self.http.post(CHAT, json={"model": model, **body})

    async def generate(
        self,
        text: str = "Hello",
        model: str = "qwen-mt-flash",
        headers: dict[str, str] | None = None,
        **parameters: Any,
    ) -> httpx2.Response:
        parameters.setdefault("translation_options", {"source_lang": "auto", "target_lang": "en"})
        parameters.setdefault("result_format", "message")
        given = {"messages": [{"role": "user", "content": text}]}
        body = {"model": model, "input": given, "parameters": parameters}
        return await self.http.post(GENERATE, json=body, headers=headers)

    async def generate_from(
        self, content: object, model: str, headers: dict[str, str] | None = None, **parameters: Any
    ) -> httpx2.Response:
        """Ask the endpoint that takes pictures."""
        given = {"messages": [{"role": "user", "content": content}]}
        body = {"model": model, "input": given, "parameters": parameters}
        return await self.http.post(SEE, json=body, headers=headers)

    async def submit(
        self, url: str, model: str = "qwen-mt-image", headers: dict[str, str] | None = None, **given: Any
    ) -> httpx2.Response:
        given = {"image_url": url, "source_lang": "en", "target_lang": "zh"} | given
        headers = {"X-DashScope-Async": "enable"} if headers is None else headers
        return await self.http.post(SUBMIT, json={"model": model, "input": given}, headers=headers)

    async def submitted(self, url: str, **given: Any) -> str:
        """Submit and return the task's id."""
        answer = await self.submit(url, **given)
        assert answer.status_code == 200, answer.text
        task_id: str = answer.json()["output"]["task_id"]
        return task_id

    async def query(self, task_id: str) -> dict[str, Any]:
        answer = await self.http.get(f"/api/v1/tasks/{task_id}")
        assert answer.status_code == 200, answer.text
        report: dict[str, Any] = answer.json()
        return report

    async def state(self, task_id: str) -> str:
        return str((await self.query(task_id))["output"]["task_status"])

    def host(self, picture: bytes, name: str = "input.png") -> str:
        """A public address for a picture; the sandbox's own result store serves it."""
        return self.sandbox.results.keep(name, picture)


@asynccontextmanager
async def open_caller(config: SandboxConfig, clock: ManualClock | None = None) -> AsyncGenerator[Caller]:
    with anyio.fail_after(60):
        async with (
            running(config, clock=clock) as sandbox,
            httpx2.AsyncClient(
                base_url=sandbox.origin,
                headers={"Authorization": f"Bearer {KEY}"},
                timeout=20,
                trust_env=False,
                verify=_SECURELY,
            ) as http,
        ):
            yield Caller(sandbox, http)


async def finished(caller: Caller, task_id: str) -> dict[str, Any]:
    """Query a task until it has ended; for sandboxes that run fast."""
    with anyio.fail_after(30):
        while True:
            report = await caller.query(task_id)
            if report["output"]["task_status"] not in ("PENDING", "RUNNING"):
                return report


def write(image: Image.Image, lines: list[tuple[tuple[int, int], str, int, str]]) -> Image.Image:
    for place, text, size, colour in lines:
        ImageDraw.Draw(image).text(place, text, colour, ImageFont.load_default(size))
    return image


def png(image: Image.Image, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, options.pop("format", "PNG"), **options)
    return file.getvalue()


def data_uri(picture: bytes, kind: str = "png") -> str:
    return f"data:image/{kind};base64,{base64.b64encode(picture).decode()}"


TINY = data_uri(png(Image.new("RGB", (20, 20), "white")))
