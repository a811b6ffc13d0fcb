"""The path of a paid call: what is answered arrives whatever becomes of the books, and only a refusal is free."""

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
import respx
from mcp import Client

from fakes_text import URL as CHAT
from qwen_localize.calls.usage import MOST_TOKENS, ODD
from support import ORIGIN, Connect, words
from virtual_time import VirtualClock, until

HELLO = {"text": "hello", "target_lang": "ru"}
OCR = f"{ORIGIN}/api/v1/services/aigc/multimodal-generation/generation"


def answered(usage: Any = None, content: Any = "ПРИВЕТ", **more: Any) -> httpx.Response:
    body = {"id": "c-1", "model": "m", "choices": [{"message": {"content": content}, "finish_reason": "stop"}]}
    # Not `json=`: what is sent here may be no proper JSON.
    return httpx.Response(200, text=json.dumps(body | ({} if usage is None else {"usage": usage}) | more))


async def spent(client: Client) -> float:
    """CNY, by the ledger."""
    shown = await client.read_resource("qwen-localize://usage")
    return float(sum(row["cny"] for row in json.loads(shown.contents[0].model_dump()["text"])))


ODD_USAGES = [
    float("nan"),
    "much",
    [1, 2],
    7,
    {},
    {"prompt_tokens": "10", "completion_tokens": 5},
    {"prompt_tokens": -10, "completion_tokens": 5},
    {"prompt_tokens": 10, "completion_tokens": -5},
    {"prompt_tokens": float("nan"), "completion_tokens": 5},
    {"prompt_tokens": float("inf"), "completion_tokens": 5},
    {"prompt_tokens": True, "completion_tokens": 5},
    {"prompt_tokens": [10], "completion_tokens": {}},
    {"prompt_tokens": MOST_TOKENS + 1, "completion_tokens": 5},
    {"prompt_tokens": 10**30, "completion_tokens": 5},
    {"prompt_tokens": 0, "completion_tokens": 0},
]


@pytest.mark.parametrize("usage", ODD_USAGES, ids=lambda usage: json.dumps(usage)[:40])
async def test_a_usage_that_cannot_be_costs_no_answer_and_is_neither_free_nor_a_credit(
    httpx2_mock: respx.Router, connect: Connect, usage: Any
) -> None:
    httpx2_mock.post(CHAT).mock(return_value=answered(usage))
    async with connect() as client:
        result = await client.call_tool("translate_text", HELLO)
        cost = await spent(client)
    assert words(result).startswith("ПРИВЕТ"), words(result)
    assert 0 < cost < 0.001
    assert result.structured_content
    assert result.structured_content["estimated_cost"] == pytest.approx(cost, abs=1e-6)
    assert (ODD in words(result)) is (usage == usage)  # NaN comes in as nothing at all


async def test_a_usage_that_is_not_there_is_estimated(httpx2_mock: respx.Router, connect: Connect) -> None:
    httpx2_mock.post(CHAT).mock(return_value=answered())
    async with connect() as client:
        result = await client.call_tool("translate_text", HELLO)
        assert 0 < await spent(client) < 0.001
    assert ODD not in words(result)


@pytest.mark.parametrize(
    "odd", [{"id": {"x": 1}}, {"id": ["\ud800"]}, {"model": 7}, {"request_id": [1]}, {"id": None, "model": None}]
)
async def test_an_odd_id_or_model_name_costs_no_answer(
    httpx2_mock: respx.Router, connect: Connect, odd: dict[str, Any]
) -> None:
    httpx2_mock.post(CHAT).mock(return_value=answered({"prompt_tokens": 10, "completion_tokens": 5}, **odd))
    async with connect() as client:
        result = await client.call_tool("translate_text", HELLO)
    assert words(result).startswith("ПРИВЕТ"), words(result)


@pytest.mark.parametrize("choices", [None, [], {}, "x", [7], [{"message": "x"}], [{"message": {"content": {"a": 1}}}]])
async def test_an_answer_that_is_no_text_is_paid_and_said_to_be_none(
    httpx2_mock: respx.Router, connect: Connect, choices: Any
) -> None:
    usage = {"prompt_tokens": 10, "completion_tokens": 5}
    httpx2_mock.post(CHAT).mock(return_value=answered(usage, choices=choices))
    async with connect() as client:
        result = await client.call_tool("translate_text", HELLO)
        assert await spent(client) > 0
    assert result.is_error
    assert "has no text in it" in words(result)


def holding(folder: Path) -> sqlite3.Connection:
    """Another program that has locked the store."""
    other = sqlite3.connect(folder / "state" / "jobs.sqlite3", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    return other


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The store gives up at once what it would try for seconds."""
    monkeypatch.setattr("qwen_localize.state.database.BUSY_SECONDS", 0.0)


@pytest.mark.usefixtures("_impatient")
async def test_an_answer_arrives_although_the_store_is_locked_and_its_cost_is_settled_later(
    httpx2_mock: respx.Router, connect: Connect, tmp_path: Path
) -> None:
    locked: list[sqlite3.Connection] = []

    def answer(_: httpx.Request) -> httpx.Response:
        locked.append(holding(tmp_path))
        return answered({"prompt_tokens": 1000, "completion_tokens": 1000})

    httpx2_mock.post(CHAT).mock(side_effect=answer)
    async with connect() as client:
        result = await client.call_tool("translate_text", HELLO)
        assert words(result).startswith("ПРИВЕТ")
        expected = await spent(client)
        locked[0].execute("ROLLBACK")
        locked[0].close()
        await anyio.sleep(5)
        settled = await spent(client)
    assert 0 < expected < settled == pytest.approx(0.00265)


@pytest.mark.usefixtures("_impatient")
async def test_while_the_store_is_locked_nothing_is_sent_that_could_not_be_written_down(
    httpx2_mock: respx.Router, connect: Connect, tmp_path: Path
) -> None:
    httpx2_mock._assert_all_called = False
    route = httpx2_mock.post(CHAT).mock(return_value=answered())
    async with connect() as client:
        await client.call_tool("list_jobs", {})
        other = holding(tmp_path)
        result = await client.call_tool("translate_text", HELLO)
        other.close()
    assert "The job store cannot be used" in words(result)
    assert not route.called


async def test_a_call_that_is_refused_is_free(httpx2_mock: respx.Router, connect: Connect) -> None:
    httpx2_mock.post(CHAT).respond(400, json={"error": {"code": "data_inspection_failed", "message": "no"}})
    async with connect() as client:
        assert (await client.call_tool("translate_text", HELLO)).is_error
        assert await spent(client) == 0


@pytest.mark.parametrize(
    "lost", [lambda _: httpx.Response(502), lambda _: httpx.Response(200, text="<html>"), lambda _: deep()]
)
async def test_a_call_whose_answer_was_lost_counts_as_paid(
    httpx2_mock: respx.Router, connect: Connect, lost: Callable[[httpx.Request], httpx.Response]
) -> None:
    route = httpx2_mock.post(CHAT).mock(side_effect=lost)
    async with connect() as client:
        result = await client.call_tool("translate_text", HELLO)
        assert await spent(client) > 0
    assert "may have been carried out and billed" in words(result)
    assert route.call_count == 1


def deep() -> httpx.Response:
    """An answer so deeply nested that it cannot be read at all."""
    return httpx.Response(200, text='{"choices": ' + "[" * 200_000 + "]" * 200_000 + "}")


async def test_a_call_given_up_while_it_was_turned_away_again_and_again_is_free(
    httpx2_mock: respx.Router, connect: Connect, clock: VirtualClock
) -> None:
    route = httpx2_mock.post(CHAT).respond(
        429, json={"error": {"code": "limit_requests"}}, headers={"Retry-After": "30"}
    )
    async with connect() as client:
        async with anyio.create_task_group() as group:
            group.start_soon(client.call_tool, "translate_text", HELLO)
            await until(lambda: route.called)
            group.cancel_scope.cancel()
        await anyio.sleep(60)
        assert await spent(client) == 0
    assert route.call_count == 1
