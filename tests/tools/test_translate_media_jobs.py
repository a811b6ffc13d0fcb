"""`translate_media` as a job: what is paid once, what stops it, what it says meanwhile."""

import errno
import re
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import IO, Any

import anyio
import httpx
import pytest
import respx
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
from qwen_localize.files import kept
from qwen_localize.settings import Settings
from qwen_localize_tools._shared.sound import program
from support import Connect, words
from virtual_time import VirtualClock, until

TEXT = "piece 3\npiece 4\npiece 5"
Answered = Callable[[httpx.Request, str], httpx.Response]


@pytest.fixture
def model(httpx2_mock: respx.Router) -> Interpreter:
    httpx2_mock._assert_all_called = False
    return Interpreter(httpx2_mock)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return talk(tmp_path / "talk.wav")


def usual(_: httpx.Request, name: str) -> httpx.Response:
    return streamed(written(f"piece {name}"))


def speaking(_: httpx.Request, name: str) -> httpx.Response:
    return streamed(spoken(f"piece {name}", tone(1.0)))


async def slowly(_: httpx.Request, name: str) -> httpx.Response:
    await anyio.sleep(20)
    return usual(_, name)


def but_for(name: str, answer: httpx.Response) -> Answered:
    return lambda request, piece: answer if piece == name else usual(request, piece)


async def translate(client: Client, path: Path, **arguments: Any) -> CallToolResult:
    return await client.call_tool("translate_media", {"media": str(path), "target_lang": "fr"} | arguments)


async def only_job(client: Client) -> dict[str, Any]:
    [job] = ((await client.call_tool("list_jobs", {})).structured_content or {})["jobs"]
    return dict(job)


async def gone_on(client: Client) -> CallToolResult:
    """The only job, when it has gone on to its end."""
    return await client.call_tool("get_job", {"job_id": (await only_job(client))["job_id"], "wait": 600})


def text(result: CallToolResult) -> str:
    assert not result.is_error, words(result)
    return str((result.structured_content or {}).get("text"))


def names(settings: Settings) -> list[str]:
    return sorted(found.name for found in settings.output_dir.iterdir())


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


async def test_an_output_folder_that_cannot_be_written_stops_the_job_which_then_pays_nothing_again(
    model: Interpreter, connect: Connect, path: Path, settings: Settings
) -> None:
    model.answer = slowly
    async with connect(wait=5.0) as client:
        await translate(client, path)
        shutil.rmtree(settings.output_dir)
        settings.output_dir.write_text("in the way")
        await anyio.sleep(120)
        assert "cannot be written" in (await only_job(client))["message"]
        settings.output_dir.unlink()
        assert text(await gone_on(client)) == TEXT
    assert model.count == 3


async def test_a_voice_waits_for_a_full_disk_and_is_not_lost(
    model: Interpreter, connect: Connect, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model.answer = speaking
    refusals = iter(range(5))

    def full(self: Any, data: bytes) -> str:
        if next(refusals, None) is not None:
            raise kept.StateUnavailable("The disk is full.")
        return put(self, data)

    put = kept.KeptFiles._put
    monkeypatch.setattr(kept.KeptFiles, "_put", full)
    async with connect() as client:
        assert text(await translate(client, path, speech=True)) == TEXT
    assert model.count == 3


async def test_a_full_disk_under_the_sound_stops_the_job_and_is_no_fault_of_the_recording(
    model: Interpreter, connect: Connect, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = program.answer
    with monkeypatch.context() as full:
        full.setattr(
            program, "answer", lambda asked: {"error": "disk"} if asked["do"] == "decode" else answer(asked)
        )
        async with connect() as client:
            stopped = await translate(client, path)
    assert "disk of the state directory is full" in words(stopped)
    assert "get_job with job_id" in words(stopped)
    async with connect() as client:
        assert text(await gone_on(client)) == TEXT


async def test_a_program_that_dies_is_the_recordings_fault_and_nothing_is_paid(
    model: Interpreter, connect: Connect, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = program.answer
    monkeypatch.setattr(
        program, "answer", lambda asked: {"error": "died"} if asked["do"] == "decode" else answer(asked)
    )
    async with connect() as client:
        result = await translate(client, path)
    assert "brought the program down that reads it. Export it anew" in words(result)
    assert "Nothing was sent or paid" in words(result)
    assert not model.count


async def test_the_disk_being_full_at_the_end_leaves_no_half_file(
    model: Interpreter, connect: Connect, path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from qwen_localize.files import outputs

    def full(_: IO[bytes]) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    model.answer = speaking
    async with connect() as client:
        with monkeypatch.context() as broken:
            broken.setattr(outputs, "_sync", full)
            stopped = await translate(client, path, speech=True)
        assert "No space left on device" in words(stopped)
        assert names(settings) == []
        assert text(await gone_on(client)) == TEXT
    assert names(settings) == ["talk.fr.srt", "talk.fr.txt", "talk.fr.vtt", "talk.fr.wav"]
    assert model.count == 3


async def test_files_that_were_written_before_a_stop_are_not_written_twice(
    model: Interpreter, connect: Connect, path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from qwen_localize.jobs.lifecycle import Lifecycle

    completed = Lifecycle.completed

    async def fails(*_: Any) -> None:
        raise ZeroDivisionError

    model.answer = speaking
    async with connect() as client:
        monkeypatch.setattr(Lifecycle, "completed", fails)
        await translate(client, path, speech=True)
        monkeypatch.setattr(Lifecycle, "completed", completed)
        assert text(await gone_on(client)) == TEXT
    assert names(settings) == ["talk.fr.srt", "talk.fr.txt", "talk.fr.vtt", "talk.fr.wav"]


async def test_progress_grows_and_is_one_line_each_and_tells_what_is_being_said(
    model: Interpreter, connect: Connect, path: Path
) -> None:
    told: list[tuple[float, float | None, str]] = []

    async def note(done: float, total: float | None, message: str | None) -> None:
        told.append((done, total, message or ""))

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
    told: list[str] = []

    async def note(_: float, __: float | None, message: str | None) -> None:
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


async def test_the_sound_that_was_decoded_is_gone_when_the_job_has_ended(
    model: Interpreter, connect: Connect, path: Path, settings: Settings
) -> None:
    model.answer = slowly
    scratch = settings.state_dir / "scratch"
    async with connect(wait=5.0) as client:
        await translate(client, path)
        assert list(scratch.glob("*/sound.pcm"))
        await gone_on(client)
        await until(lambda: not list(scratch.iterdir()))
    assert not list((settings.state_dir / "inputs").iterdir())


async def test_another_recording_of_the_same_name_does_not_overwrite_the_first(
    model: Interpreter, connect: Connect, path: Path, settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    other = talk(tmp_path / "other" / "talk.wav", [2])
    async with connect() as client:
        await translate(client, path)
        await translate(client, other)
    assert {"talk.fr.txt", "talk.fr-2.txt"} <= set(names(settings))
    assert (settings.output_dir / "talk.fr.txt").read_text("utf-8") == f"{TEXT}\n"


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
