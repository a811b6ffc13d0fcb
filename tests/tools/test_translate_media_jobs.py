"""`translate_media` as a job: what is paid once, what stops it, what it says meanwhile."""

import re
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from mcp import Client
from mcp_types import CallToolResult

from fakes_media import (
    PRICE,
    TEXT_PRICE,
    Interpreter,
    breaking,
    chunk,
    pausing,
    refused,
    spoken,
    streamed,
    talk,
    tone,
    written,
)
from media_calls import TEXT, but_for, gone_on, names, slowly, speaking, text, translate, usual
from qwen_localize.settings import Settings
from support import Connect, words
from virtual_time import VirtualClock


async def test_a_call_that_waits_no_longer_is_answered_with_a_handle_and_the_same_call_joins(
    model: Interpreter, connect: Connect, path: Path
) -> None:
    model.answer = slowly
    async with connect(wait=5.0) as client:
        begun = await translate(client, path)
        again = await translate(client, path)
        assert [found.structured_content["status"] for found in (begun, again)] == ["running", "running"]
        assert begun.structured_content["job_id"] == again.structured_content["job_id"]
        assert "do not call translate_media again" in words(begun)
        assert text(await gone_on(client)) == TEXT
    assert model.count == 3


@pytest.mark.parametrize("speech", [False, True])
async def test_the_same_call_within_three_days_costs_nothing(
    model: Interpreter, connect: Connect, path: Path, settings: Settings, clock: VirtualClock, speech: bool
) -> None:
    model.answer = speaking
    async with connect() as client:
        first = await translate(client, path, speech=speech)
        files = names(settings)
    clock.set_calendar(2.9 * 24 * 3600)
    async with connect() as client:
        second = await translate(client, path, speech=speech)
    assert text(second) == text(first)
    assert second.structured_content["estimated_cost"] == 0
    assert second.structured_content["usage"]["reused"] == 3
    assert (model.count, names(settings)) == (3, files)


async def test_a_voice_that_was_kept_and_is_gone_is_asked_for_anew(
    model: Interpreter, connect: Connect, path: Path, settings: Settings
) -> None:
    model.answer = lambda _, name: streamed(spoken(f"piece {name}", tone(float(name))))
    async with connect() as client:
        await translate(client, path, speech=True)
        parts = sorted((settings.state_dir / "parts").iterdir(), key=lambda part: part.stat().st_size)
        parts[0].unlink()
        assert text(await translate(client, path, speech=True)) == TEXT
    assert dict(model.asked) == {"3": 2, "4": 1, "5": 1}


@pytest.mark.parametrize("change", [{"target_lang": "ru"}, {"source_lang": "de"}, {"speech": True}])
async def test_a_call_that_asks_for_something_else_is_sent(
    model: Interpreter, connect: Connect, path: Path, change: dict[str, Any]
) -> None:
    async with connect() as client:
        await translate(client, path)
        await translate(client, path, **change)
    assert model.count == 6


async def test_what_is_behind_a_url_is_asked_for_anew_since_it_may_have_changed(
    model: Interpreter, connect: Connect
) -> None:
    async with connect() as client:
        for _ in range(2):
            await client.call_tool("translate_media", {"media": "https://media.example/a.mp3", "target_lang": "fr"})
    assert model.count == 2


async def test_a_server_that_ends_leaves_the_rest_to_the_next_and_nothing_is_paid_twice(
    model: Interpreter, connect: Connect, path: Path
) -> None:
    async def answer(request: httpx.Request, name: str) -> httpx.Response:
        await anyio.sleep(0 if name == "3" else 8)
        return usual(request, name)

    model.answer = answer
    async with connect(wait=3.0) as client:
        await translate(client, path)
    async with connect() as client:
        assert text(await gone_on(client)) == TEXT
    assert dict(model.asked) == {"3": 1, "4": 1, "5": 1}


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (refused(401, "invalid_api_key"), "API key"),
        (refused(400, "Arrearage"), "Arrearage"),
        (refused(503, "ModelUnavailable"), "The service failed"),
        (httpx.Response(502, text="<html>Bad gateway</html>"), "502"),
    ],
)
async def test_what_stops_one_piece_leaves_the_others_paid_and_kept(
    model: Interpreter, connect: Connect, path: Path, answer: httpx.Response, expected: str
) -> None:
    model.answer = but_for("4", answer)
    async with connect() as client:
        stopped = await translate(client, path)
        assert stopped.is_error
        assert "get_job with job_id" in words(stopped)
        model.answer = usual
        before = model.asked["4"]
        assert text(await gone_on(client)) == TEXT
    assert (model.asked["3"], model.asked["5"], model.asked["4"]) == (1, 1, before + 1)
    assert expected in words(stopped)


async def test_a_piece_that_is_turned_away_is_sent_again_until_it_is_taken(
    model: Interpreter, connect: Connect, path: Path
) -> None:
    model.answer = lambda request, name: (
        refused(429, "limit_requests") if model.asked[name] < 3 else usual(request, name)
    )
    async with connect() as client:
        result = await translate(client, path)
    assert text(result) == TEXT
    assert result.structured_content["estimated_cost"] == pytest.approx(3 * TEXT_PRICE)


async def test_what_is_spent_stands_in_the_ledger_by_kind_of_token(
    model: Interpreter, connect: Connect, path: Path
) -> None:
    model.answer = speaking
    async with connect(daily_budget=3 * PRICE + 0.001) as client:
        await translate(client, path, speech=True)
        over = await translate(client, path, target_lang="de", speech=True)
    assert over.is_error
    assert f"Today's calls are estimated at {3 * PRICE:.4f} CNY" in words(over)
    assert model.count == 3


async def test_a_daily_budget_stops_a_recording_in_the_middle_and_the_next_day_goes_on(
    model: Interpreter, connect: Connect, path: Path, clock: VirtualClock
) -> None:
    async with connect(daily_budget=0.0021) as client:
        stopped = await translate(client, path)
        assert "daily budget" in words(stopped)
        paid = model.count
        for _ in range(2):
            clock.set_calendar(24 * 3600)
            result = await gone_on(client)
        assert text(result) == TEXT
    assert 0 < paid < 3
    assert model.count == 3


async def test_a_job_that_is_cancelled_sends_nothing_new_and_keeps_what_is_paid(
    model: Interpreter, connect: Connect, path: Path
) -> None:
    model.answer = slowly
    async with connect(wait=5.0) as client:
        begun = await translate(client, path)
        job = begun.structured_content["job_id"]
        canceled = await client.call_tool("cancel_job", {"job_id": job})
        await anyio.sleep(60)
        now = await client.call_tool("get_job", {"job_id": job})
        assert now.structured_content["status"] == "canceled"
        assert "Cancelled" in words(canceled) + words(now)
    async with connect() as client:
        assert text(await translate(client, path)) == TEXT
    assert model.count == 3


async def test_progress_grows_and_is_one_line_each_and_tells_what_is_being_said(
    model: Interpreter, connect: Connect, path: Path
) -> None:
    told: list[tuple[float, float | None, str]] = []

    async def note(progress: float, total: float | None = None, message: str | None = None) -> None:
        told.append((progress, total, message or ""))

    slow: list[Any] = [part for word in range(8) for part in (chunk({"content": f"w{word}\n"}), pausing(3))]
    model.answer = lambda *_: streamed([*slow, *written("end")])
    async with connect() as client:
        arguments = {"media": str(path), "target_lang": "fr"}
        await client.call_tool("translate_media", arguments, progress_callback=note)
    shares = [done / (total or 1) for done, total, _ in told]
    assert shares == sorted(set(shares))
    assert not any("\n" in message for _, _, message in told)
    assert any("…w0 w1" in message for _, _, message in told)
    assert any(re.search(r"0:0\d of 0:13", message) for _, _, message in told)


async def test_after_halves_the_time_done_is_never_more_than_there_is(
    model: Interpreter, connect: Connect, tmp_path: Path
) -> None:
    told: list[tuple[str, str]] = []

    async def note(progress: float, total: float | None = None, message: str | None = None) -> None:
        told.extend(re.findall(r"(\d+:\d\d) of (\d+:\d\d)", message or ""))

    async def answer(_: httpx.Request, name: str) -> httpx.Response:
        await anyio.sleep(3)
        return streamed(written("x", "length" if int(name) > 4 else "stop"))

    model.answer = answer
    close = talk(tmp_path / "close.wav", [3, 3, 3, 3], 1.0)
    async with connect() as client:
        arguments = {"media": str(close), "target_lang": "fr"}
        await client.call_tool("translate_media", arguments, progress_callback=note)
    assert model.count > 3
    assert all(done <= total for done, total in told)


async def test_an_answer_that_breaks_is_not_sent_again_by_itself_however_long_one_waits(
    model: Interpreter, connect: Connect, path: Path
) -> None:
    model.answer = lambda request, name: (
        streamed([chunk({"content": "Bon"}), breaking]) if name == "4" else usual(request, name)
    )
    async with connect() as client:
        await translate(client, path)
        await anyio.sleep(600)
    assert dict(model.asked) == {"3": 1, "4": 1, "5": 1}


async def test_a_piece_that_breaks_off_again_and_again_is_left_out_and_the_rest_handed_out(
    model: Interpreter, connect: Connect, path: Path
) -> None:
    model.answer = lambda request, name: (
        streamed([chunk({"content": "Bon"}), breaking]) if name == "4" else usual(request, name)
    )
    async with connect() as client:
        for _ in range(2):
            assert "1 of 3 pieces are missing" in words(await translate(client, path))
        result = await translate(client, path)
    assert not result.is_error
    assert text(result) == "piece 3\npiece 5"
    assert "broke off 3 times" in words(result)
    assert dict(model.asked) == {"3": 1, "4": 3, "5": 1}


async def test_two_recordings_at_once_do_not_mix(
    model: Interpreter, connect: Connect, path: Path, tmp_path: Path
) -> None:
    found: dict[str, CallToolResult] = {}

    async def one(client: Client, source: Path) -> None:
        found[source.stem] = await translate(client, source)

    async with connect() as client, anyio.create_task_group() as group:
        for source in (path, talk(tmp_path / "other.wav", [2, 6])):
            group.start_soon(partial(one, client, source))
    assert (text(found["talk"]), text(found["other"])) == (TEXT, "piece 2\npiece 6")
