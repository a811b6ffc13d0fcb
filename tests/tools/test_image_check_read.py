"""`translate_image` with check=true against the sandbox, whose reader really reads."""

from pathlib import Path

import pytest
from mcp import Client
from PIL import Image, ImageDraw, ImageFont

from qwen_localize.mcp_server import build_server
from qwen_localize.sandbox import SandboxConfig, running
from qwen_localize.settings import Settings
from qwen_localize_tools import TOOLS
from server.jobs.world import OneTime, environment
from support import words
from virtual_time import VirtualClock

pytestmark = pytest.mark.process(time="virtual")  # over real sockets, with a reader that takes its time


def poster(path: Path) -> None:
    image = Image.new("RGB", (700, 320), "#f4efe2")
    for y, text in ((30, "Summer sale"), (130, "Only $19.99 today"), (230, "Free shipping")):
        ImageDraw.Draw(image).text((40, y), text, font=ImageFont.load_default(52), fill="#b01020")
    image.save(path)


async def test_what_the_sandbox_has_translated_is_found_to_be_in_order(tmp_path: Path) -> None:
    clock = VirtualClock()
    poster(tmp_path / "poster.png")
    async with running(SandboxConfig(task_seconds=0.1), clock=OneTime(clock)) as sandbox:
        settings = Settings.load(environment(tmp_path, sandbox.origin))
        async with Client(build_server(settings, TOOLS, clock=clock)) as client:
            asked = {"image": str(tmp_path / "poster.png"), "target_lang": "ru", "check": True}
            result = await client.call_tool("translate_image", asked)
    assert "Checked: 3 lines translated; numbers kept." in words(result)
    assert [paid.model for paid in sandbox.ledger.paid] == ["qwen-mt-image", "qwen-vl-ocr", "qwen-vl-ocr"]
