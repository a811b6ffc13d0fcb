"""The models of `analyze_conversation`: what each takes, where, and for how much (docs/model-studio.md 7)."""

import json

import pytest
import respx

from fakes_analysis import CHAT, URL, judge, message
from qwen_localize.dashscope import REGIONS
from support import Connect, words

MODELS = [
    ("tongyi-xiaomi-analysis-flash", 100 * 0.2e-6 + 20 * 0.4e-6),
    ("tongyi-xiaomi-analysis-pro", 100 * 1.0e-6 + 20 * 2.7e-6),
]


@pytest.mark.parametrize(("model", "cost"), MODELS)
async def test_every_model_is_sent_what_it_takes_and_costs_what_the_table_says(
    httpx2_mock: respx.Router, connect: Connect, model: str, cost: float
) -> None:
    service = httpx2_mock.post(url__regex="/compatible-mode/v1/chat/completions$").mock(side_effect=judge)
    async with connect(base_url=None, region="cn-beijing") as client:
        result = await client.call_tool("analyze_conversation", {"conversation": CHAT, "model": model})
    assert result.structured_content
    assert json.loads(service.calls[0].request.content)["model"] == model
    assert result.structured_content["estimated_cost"] == pytest.approx(cost)


@pytest.mark.parametrize("region", sorted(set(REGIONS) - {"cn-beijing"}))
@pytest.mark.parametrize(("model", "_"), MODELS)
async def test_no_model_is_asked_for_outside_its_region(
    httpx2_mock: respx.Router, connect: Connect, model: str, _: float, region: str
) -> None:
    async with connect(base_url=None, region=region) as client:
        result = await client.call_tool("analyze_conversation", {"conversation": CHAT, "model": model})
    assert f"{model} is not offered in {region}. It is in cn-beijing" in words(result)
    assert not httpx2_mock.calls


async def test_an_unknown_model_is_refused_with_those_that_there_are(
    httpx2_mock: respx.Router, connect: Connect
) -> None:
    async with connect() as client:
        result = await client.call_tool("analyze_conversation", {"conversation": CHAT, "model": "qwen-plus"})
    assert "'tongyi-xiaomi-analysis-flash' or 'tongyi-xiaomi-analysis-pro'" in words(result)
    assert not httpx2_mock.calls


@pytest.mark.parametrize("model", [model for model, _ in MODELS])
async def test_a_conversation_beyond_the_window_is_refused_and_one_within_it_is_sent(
    httpx2_mock: respx.Router, connect: Connect, model: str
) -> None:
    service = httpx2_mock.post(URL).mock(side_effect=judge)
    fits, long = "客户：" + "好" * 26_000, "客户：" + "坏" * 28_672
    async with connect() as client:
        result = await client.call_tool("analyze_conversation", {"conversation": [fits, long], "model": model})
    assert result.structured_content
    first, second = result.structured_content["conversations"]
    assert (first.get("error", ""), second.get("error", "")[:37]) == ("", "The conversation is too long for the ")
    assert ["好" in message(call.request) for call in service.calls] == [True]
