"""What a region changes of a model: its price and its limit."""

from pathlib import Path
from typing import Any

import pytest
import respx

from qwen_localize.contract import Model
from qwen_localize.dashscope import Limit
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


def test_a_model_has_the_limit_of_the_region_or_its_usual_one() -> None:
    model = Model("m", ("cn-beijing", "us-east-1"), Limit(60), limits={"us-east-1": Limit(60, 100_000)})
    assert model.at("us-east-1").limit == Limit(60, 100_000)
    assert model.at("cn-beijing").limit == model.at(None).limit == Limit(60)
