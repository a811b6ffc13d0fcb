"""Many pictures by one call: one job whose parts are jobs, which survives whatever a job survives."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from server.jobs.world import World, world
from support import words

pytestmark = pytest.mark.process(time="virtual")


async def many(w: World, count: int, **arguments: Any) -> dict[str, Any]:
    paths = [str(w.picture(number)) for number in range(count)]
    result = await w.clients[0].call_tool("translate_image", {"image": paths, "target_lang": ["ru", "fr"]} | arguments)
    assert not result.is_error, words(result)
    return result.structured_content or {}


async def test_one_call_makes_each_picture_in_each_language(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        data = await many(w, 6)
    print(data)
    assert 0
