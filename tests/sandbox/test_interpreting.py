"""`interpret_speech` against the sandbox: both sides have only the contract in common."""

from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client

from qwen_localize.mcp_server import build_server
from qwen_localize.sandbox import SandboxConfig, running
from qwen_localize.settings import Settings
from qwen_localize_tools import TOOLS
from qwen_localize_tools.interpret_speech import TOOL
from speech import silence, speech, wav
from support import KEY, words

SAID = ["Hello world.", "Good morning everyone.", "The train leaves at noon."]
# With a voice, where the model has one.
MODELS = {
    "qwen3.5-livetranslate-flash-realtime": False,
    "qwen3.8-livetranslate-flash-realtime": True,
    "qwen3-livetranslate-flash-realtime": True,
    "gummy-realtime-v1": False,
    "gummy-chat-v1": False,
    "qwen3.5-omni-plus-realtime": True,
    "qwen3-omni-flash-realtime": False,
}


@pytest.mark.process  # its time is the real one, and the models listen as fast as people speak
async def test_each_model_interprets_a_recording(tmp_path: Path) -> None:
    talk = wav(b"".join(silence(1) + speech(text) + silence(1.5) for text in SAID))
    found: dict[str, dict[str, Any]] = {}

    async def interpret(origin: str, model: str) -> None:
        found[model] = await interpreted(tmp_path / model, origin, talk, model)

    with anyio.fail_after(100):
        async with running(SandboxConfig(hears=False)) as sandbox, anyio.create_task_group() as group:
            for model in MODELS:
                group.start_soon(interpret, sandbox.origin, model)
    for model, result in found.items():
        assert (result["details"]["sentences"], result["details"]["failed"]) == (len(SAID), 0), model
        assert result["transcript"].count("→ zh (sandbox)") == len(SAID), model
        assert result["artifacts"][-1]["mime_type"] == ("audio/wav" if MODELS[model] else "text/vtt")
        assert result["estimated_cost"] > 0


async def interpreted(folder: Path, origin: str, talk: bytes, model: str) -> dict[str, Any]:
    """What one server of its own makes of it."""
    folder.mkdir()
    (folder / "talk.wav").write_bytes(talk)
    settings = Settings.load(
        {
            "DASHSCOPE_API_KEY": KEY,
            "DASHSCOPE_BASE_URL": origin,
            "QWEN_LOCALIZE_OUTPUT_DIR": str(folder / "out"),
            "QWEN_LOCALIZE_ALLOWED_DIRS": str(folder),
            "QWEN_LOCALIZE_STATE_DIR": str(folder / "state"),
            "QWEN_LOCALIZE_WAIT": "3600",
        }
    )
    arguments = {"audio": str(folder / "talk.wav"), "target_lang": "zh", "source_lang": "en", "model": model}
    async with Client(build_server(settings, TOOLS if TOOL in TOOLS else (*TOOLS, TOOL))) as client:
        result = await client.call_tool("interpret_speech", arguments | {"speech": MODELS[model]})
    assert not result.is_error, words(result)
    return dict(result.structured_content or {})
