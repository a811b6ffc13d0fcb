"""What a region changes of a model: its price and its limit."""

from pathlib import Path
from typing import Any

import pytest
import respx

from fakes_text import translated
from qwen_localize.dashscope import Limit
from qwen_localize.dashscope.limits import RateLimiter
from support import Connect, picture, words


@pytest.mark.parametrize(
    "place",
    [
        {"base_url": "https://dashscope-intl.aliyuncs.com"},
        {"base_url": "https://ws-1.ap-southeast-1.maas.aliyuncs.com"},
        {"base_url": "https://gateway.example", "region": "ap-southeast-1"},
    ],
)
async def test_a_daily_budget_counts_the_prices_of_the_region_behind_the_base_url(
    httpx2_mock: respx.Router, connect: Connect, tmp_path: Path, place: dict[str, Any]
) -> None:
    (tmp_path / "a.png").write_bytes(picture(600, 600))
    arguments = {"images": [str(tmp_path / "a.png")], "prompt": "x", "model": "qwen-image-2.0"}
    # 0.2 CNY in Beijing, 0.256873 in Singapore.
    async with connect(daily_budget=0.22, **place) as client:
        result = await client.call_tool("edit_image", arguments)
    assert "daily budget of 0.22 CNY" in words(result)
    assert not httpx2_mock.calls


@pytest.mark.parametrize(
    ("place", "tokens"),
    [({"region": "cn-beijing"}, 35_000), ({"region": "ap-southeast-1"}, 100_000)],
)
async def test_a_call_keeps_to_the_limit_of_its_region(
    httpx2_mock: respx.Router, connect: Connect, monkeypatch: pytest.MonkeyPatch, place: dict[str, Any], tokens: int
) -> None:
    kept: list[Limit] = []

    async def noted(limiter: RateLimiter, name: str, limit: Limit, tokens: int) -> float:
        kept.append(limit)
        return 0.0

    monkeypatch.setattr(RateLimiter, "acquire", noted)
    httpx2_mock.post(path__regex="chat/completions").mock(side_effect=translated)
    async with connect(base_url=None, **place) as client:
        await client.call_tool("translate_text", {"text": "hello", "target_lang": "ru"})
    assert kept == [Limit(60, tokens)]
