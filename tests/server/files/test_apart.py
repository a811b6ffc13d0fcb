"""Programs that read strangers' files in processes of their own."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import anyio
import pytest

from qwen_localize.clock import RealClock
from qwen_localize.files import Apart
from qwen_localize.files.apart import DIED, ENDLESS

pytestmark = pytest.mark.process

_PROGRAM = """
import json, os, sys, time
for line in sys.stdin:
    asked = json.loads(line)
    if asked["do"] == "die": os._exit(3)
    if asked["do"] == "hang": time.sleep(600)
    if asked["do"] == "babble": print("no json at all", flush=True); continue
    if asked["do"] == "list": print("[1]", flush=True); continue
    found = {name: value for name, value in os.environ.items() if "DASHSCOPE" in name or "QWEN_LOCALIZE" in name}
    print(json.dumps({"pid": os.getpid(), "settings": found, "asked": asked}), flush=True)
"""


@pytest.fixture
async def apart(tmp_path: Path) -> AsyncIterator[Apart]:
    program = tmp_path / "program.py"
    program.write_text(_PROGRAM)
    made = Apart(RealClock(), program)
    yield made
    await made.close()


async def ask(apart: Apart, do: str = "answer", seconds: float = 30.0) -> dict[str, Any]:
    return await apart.ask({"do": do}, seconds)


async def test_one_process_answers_many_requests_in_turn(apart: Apart) -> None:
    found: list[int] = []

    async def one() -> None:
        found.append((await ask(apart))["pid"])

    async with anyio.create_task_group() as group:
        for _ in range(5):
            group.start_soon(one)
    assert len(found) == 5
    assert len(set(found)) == 1


async def test_it_is_not_told_the_key(apart: Apart, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DASHSCOPE_API_KEY", "sk-secret")
    monkeypatch.setenv("QWEN_LOCALIZE_TOKEN", "secret")
    assert (await ask(apart))["settings"] == {}


@pytest.mark.parametrize("do", ["die", "babble", "list"])
async def test_one_that_dies_or_talks_nonsense_is_started_anew(apart: Apart, do: str) -> None:
    before = (await ask(apart))["pid"]
    assert await ask(apart, do) == {"error": DIED}
    assert (await ask(apart))["pid"] != before


async def test_one_that_never_answers_is_ended_and_started_anew(apart: Apart) -> None:
    before = (await ask(apart))["pid"]
    assert await ask(apart, "hang", 0.1) == {"error": ENDLESS}
    assert (await ask(apart))["pid"] != before


async def test_whoever_is_called_off_while_it_works_leaves_no_answer_to_the_next(apart: Apart) -> None:
    await ask(apart)
    with anyio.move_on_after(0.1):
        await ask(apart, "hang")
    assert (await ask(apart))["asked"] == {"do": "answer"}
