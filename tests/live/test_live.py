"""Against the real service: needs DASHSCOPE_API_KEY, costs a few tenths of a cent, and is never run by default.

DASHSCOPE_API_KEY=sk-... uv run pytest tests/live --override-ini addopts=
"""

import os
from pathlib import Path

import pytest
from mcp import Client

from qwen_localize.mcp_server import build_server
from qwen_localize.settings import Settings
from qwen_localize_tools import TOOLS
from support import words

pytestmark = pytest.mark.skipif(not os.environ.get("DASHSCOPE_API_KEY"), reason="needs DASHSCOPE_API_KEY")
SAMPLE = Path(__file__).parents[2] / "server" / "qwen_localize" / "demo" / "sample.jpg"


@pytest.fixture
def live(tmp_path: Path) -> Settings:
    places = {"QWEN_LOCALIZE_OUTPUT_DIR": tmp_path, "QWEN_LOCALIZE_STATE_DIR": tmp_path / "state"}
    places |= {"QWEN_LOCALIZE_ALLOWED_DIRS": SAMPLE.parent}
    return Settings.load(dict(os.environ) | {name: str(path) for name, path in places.items()})


async def test_the_service_translates_a_text(live: Settings) -> None:
    async with Client(build_server(live, TOOLS)) as client:
        result = await client.call_tool("translate_text", {"text": "Good morning!", "target_lang": "ru"})
    assert not result.is_error, words(result)


async def test_the_service_translates_an_uploaded_picture(live: Settings) -> None:
    async with Client(build_server(live, TOOLS)) as client:
        result = await client.call_tool("translate_image", {"image": str(SAMPLE), "target_lang": "ru"})
        assert result.structured_content, words(result)
        job = await client.call_tool("get_job", {"job_id": result.structured_content["job_id"], "wait": 300})
    assert job.structured_content
    assert job.structured_content["status"] == "succeeded", words(job)
