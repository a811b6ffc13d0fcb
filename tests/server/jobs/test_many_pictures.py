"""Many pictures by one call: one job whose parts are jobs, which survives whatever a job survives."""

import csv
import io
import json
import shutil
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client

from peer import Peer, speaking_to
from qwen_localize.mcp_server import build_server
from qwen_localize.sandbox import Fault
from server.jobs.world import COLOURS, TOOLS, World, same_colour, until, world
from support import words

pytestmark = pytest.mark.process(time="virtual")  # over real sockets, which takes its time
BOTH = ["ru", "fr"]


def paths(w: World, count: int) -> list[str]:
    return [str(w.picture(number)) for number in range(count)]


async def many(w: World, count: int, client: Client | None = None, **arguments: Any) -> dict[str, Any]:
    """The data of a call for so many pictures in two languages."""
    asked = {"image": paths(w, count), "target_lang": BOTH} | arguments
    result = await (client or w.clients[0]).call_tool("translate_image", asked)
    assert not result.is_error, words(result)
    return result.structured_content or {}


async def listed(client: Client) -> list[dict[str, Any]]:
    return list(((await client.call_tool("list_jobs", {})).structured_content or {})["jobs"])


async def got(client: Client, job_id: str, wait: float = 600) -> dict[str, Any]:
    return (await client.call_tool("get_job", {"job_id": job_id, "wait": wait})).structured_content or {}


def pictures(w: World) -> list[str]:
    return sorted(path.name for path in w.out.iterdir() if path.suffix == ".jpg")


def names(count: int) -> list[str]:
    return sorted(f"picture{number}.{language}.jpg" for number in range(count) for language in BOTH)


def assert_each_once(w: World, count: int) -> None:
    """Each picture is there in both languages, is its own, and was paid once for each."""
    assert pictures(w) == names(count)
    for name in pictures(w):
        number = int(name.partition(".")[0].removeprefix("picture"))
        assert same_colour(w.out / name, COLOURS[number])
    assert set(w.done.values()) == {2}, w.done
    assert len(w.sandbox.ledger.paid) == 2 * count
    assert w.sandbox.ledger.violations == ()


async def test_one_call_is_one_job_with_counts_a_cost_a_report_and_all_files(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        data = await many(w, 5)
        jobs = await listed(w.clients[0])
        again = await got(w.clients[0], data["job_id"])
    assert_each_once(w, 5)
    assert [job["job_id"] for job in jobs] == [data["job_id"]]
    assert again["artifacts"] == data["artifacts"]
    assert data["details"] | {} == {
        "done": 10, "failed": 0, "total": 10, "no_text": 0, "left_out_count": 0,
    }  # fmt: skip
    assert data["estimated_cost"] == pytest.approx(0.03)
    assert "10 of 10 done, about 0.03 CNY. 10 files in" in data["message"]
    report, *files = [Path(file["path"]) for file in data["artifacts"]]
    assert sorted(path.name for path in files) == names(5)
    rows = list(csv.DictReader(io.StringIO(report.read_text("utf-8-sig"))))
    assert {(row["picture"], row["variant"]): Path(row["file"]).name for row in rows} == {
        (f"picture{number}.png", language): f"picture{number}.{language}.jpg"
        for number in range(5)
        for language in BOTH
    }
    assert {row["status"] for row in rows} == {"done"}


async def test_the_cost_is_booked_once_for_each_result(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await many(w, 3)
        spent = (await w.clients[0].read_resource("qwen-localize://usage")).contents[0].model_dump()["text"]
    assert '"calls": 6' in spent
    assert '"cny": 0.018' in spent


async def test_progress_says_the_cost_first_and_then_how_far_it_is(tmp_path: Path) -> None:
    told: list[str] = []

    async def tell(progress: float, total: float | None, message: str | None) -> None:
        told.append(message or "")

    async with world(tmp_path) as w:
        asked = {"image": paths(w, 3), "target_lang": BOTH}
        await w.clients[0].call_tool("translate_image", asked, progress_callback=tell)
    at_work = [message for message in told if "CNY" in message]
    assert "3 pictures, 6 results, about 0.018 CNY" in at_work[0]
    assert any("4 of 6 done, about 0.012 CNY so far" in message for message in at_work)


async def test_a_call_whose_server_ended_goes_on_by_itself_and_pays_for_nothing_twice(tmp_path: Path) -> None:
    async with world(tmp_path, servers=0) as w:
        async with w.another_server() as client, anyio.create_task_group() as group:
            group.start_soon(many, w, 5, client)
            await until(lambda: w.submissions() == 4)
            group.cancel_scope.cancel()
        assert 4 <= w.submissions() < 8
        async with w.another_server() as client:
            [job] = await listed(client)
            data = await got(client, job["job_id"])
    assert data["details"]["done"] == 10
    assert_each_once(w, 5)


async def test_a_call_whose_server_ended_is_taken_up_by_another_that_runs_already(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        async with w.another_server() as client, anyio.create_task_group() as group:
            group.start_soon(many, w, 4, client)
            await until(lambda: w.submissions() == 3)
            group.cancel_scope.cancel()
        [job] = await listed(w.clients[0])
        data = await got(w.clients[0], job["job_id"])
    assert data["details"]["done"] == 8
    assert_each_once(w, 4)


async def given_up(w: World, peer: Peer) -> int:
    """How many were submitted when a call that was given up has come to rest."""
    await peer.begin(1, "translate_image", image=paths(w, 6), target_lang=BOTH)
    await until(lambda: w.submissions() == 3)
    await peer.cancel(1, "The user pressed stop")
    await anyio.sleep(120)
    return w.submissions()


@pytest.mark.parametrize("how", ["get_job", "the same call"])
async def test_a_call_that_is_given_up_pauses_and_goes_on_when_it_is_asked_for(tmp_path: Path, how: str) -> None:
    async with world(tmp_path) as w, speaking_to(build_server(w.settings, TOOLS, clock=w.clock)) as peer:
        submitted = await given_up(w, peer)
        [job] = await listed(w.clients[0])
        assert "Paused, since its call was given up" in job["message"]
        assert len(pictures(w)) == len(job["artifacts"]) == submitted < 12
        if how == "get_job":
            await got(w.clients[0], job["job_id"])
        else:
            await many(w, 6)
        assert (await got(w.clients[0], job["job_id"]))["details"]["done"] == 12
    assert_each_once(w, 6)


async def test_a_call_that_is_cancelled_keeps_what_was_out_and_sends_nothing_more(tmp_path: Path) -> None:
    async with world(tmp_path, task_seconds=8) as w, anyio.create_task_group() as group:
        refused: list[str] = []

        async def asked() -> None:
            answer = await w.clients[0].call_tool("translate_image", {"image": paths(w, 6), "target_lang": BOTH})
            refused.append(words(answer))

        group.start_soon(asked)
        await until(lambda: len(list(w.out.glob("*.jpg"))) == 2, 0.1)
        [job] = await listed(w.clients[0])
        await w.clients[0].call_tool("cancel_job", {"job_id": job["job_id"]})
        submitted = w.submissions()
        ended = await got(w.clients[0], job["job_id"])
        await anyio.sleep(200)
    assert w.submissions() == submitted < 12
    assert ended["status"] == "canceled"
    assert sorted(Path(file["path"]).name for file in ended["artifacts"]) == pictures(w)
    assert len(w.sandbox.ledger.paid) == len(pictures(w))
    assert "Cancelled" in refused[0]


async def test_the_same_call_after_a_cancellation_pays_only_for_what_was_not_done(tmp_path: Path) -> None:
    async with world(tmp_path, task_seconds=4) as w, anyio.create_task_group() as group:
        group.start_soon(w.clients[0].call_tool, "translate_image", {"image": paths(w, 4), "target_lang": BOTH})
        await until(lambda: len(list(w.out.glob("*.jpg"))) == 2, 0.1)
        [job] = await listed(w.clients[0])
        await w.clients[0].call_tool("cancel_job", {"job_id": job["job_id"]})
        await got(w.clients[0], job["job_id"])
        data = await many(w, 4)
    assert data["details"]["done"] == 8
    assert data["job_id"] != job["job_id"]
    assert pictures(w) == names(4)
    assert len(w.sandbox.ledger.paid) == 8


async def test_one_that_fails_is_told_with_its_reason_and_the_others_are_made(tmp_path: Path) -> None:
    async with world(tmp_path, ["fail:1"]) as w:
        data = await many(w, 3)
    assert (data["details"]["done"], data["details"]["failed"]) == (5, 1)
    [failure] = data["details"]["failures"]
    assert failure["picture"] in {"picture0.png", "picture1.png", "picture2.png"}  # whichever came first
    assert "not billed" in failure["reason"]
    assert "5 of 6 done, 1 failed, about 0.015 CNY" in data["message"]
    assert "pass only these" in data["message"]
    assert len(pictures(w)) == 5


async def test_where_none_could_be_made_the_call_fails(tmp_path: Path) -> None:
    async with world(tmp_path, ["fail"]) as w:
        result = await w.clients[0].call_tool("translate_image", {"image": paths(w, 2), "target_lang": BOTH})
        [job] = await listed(w.clients[0])
    assert result.is_error
    assert "0 of 4 done, 4 failed" in words(result)
    assert job["status"] == "failed"


async def test_what_only_the_user_can_mend_stops_the_rest_and_get_job_goes_on_without_paying_twice(
    tmp_path: Path,
) -> None:
    async with world(tmp_path) as w, anyio.create_task_group() as group:
        told: list[str] = []

        async def asked() -> None:
            answer = await w.clients[0].call_tool("translate_image", {"image": paths(w, 5), "target_lang": BOTH})
            told.append(words(answer))

        group.start_soon(asked)
        await until(lambda: w.submissions() == 3)
        w.sandbox.faults.add(Fault.parse("debt@submit"))
        await until(lambda: bool(told), 0.5)
        attempts = w.sandbox.ledger.count("submit")
        assert "of 10 done. " in told[0]
        assert "cannot pay" in told[0]
        w.sandbox.faults.clear()
        [job] = await listed(w.clients[0])
        assert attempts <= 10
        data = await got(w.clients[0], job["job_id"])
    assert data["details"]["done"] == 10
    assert pictures(w) == names(5)
    assert len(w.sandbox.ledger.paid) == 10


async def test_what_is_paid_and_could_not_be_fetched_is_fetched_by_get_job(tmp_path: Path) -> None:
    async with world(tmp_path, ["error@download"]) as w:
        answer = await w.clients[0].call_tool("translate_image", {"image": paths(w, 2), "target_lang": BOTH})
        assert answer.is_error
        assert "paid but not fetched" in words(answer)
        assert "get_job with job_id" in words(answer)
        w.sandbox.faults.clear()
        [job] = await listed(w.clients[0])
        data = await got(w.clients[0], job["job_id"])
    assert data["details"]["done"] == 4
    assert_each_once(w, 2)


@pytest.mark.parametrize("fault", ["drop@submit:1", "cut@submit:1", "error@submit:2", "drop@download:2", "cut@query:2"])
async def test_what_goes_wrong_on_the_way_is_mended_as_it_is_for_one_picture(tmp_path: Path, fault: str) -> None:
    async with world(tmp_path, [fault]) as w:
        data = await many(w, 3)
    assert data["details"]["done"] == 6
    assert pictures(w) == names(3)
    assert len(w.sandbox.ledger.paid) == 6


async def test_equal_pictures_under_two_names_are_paid_once_and_have_two_files(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        copy = w.folder / "copy.png"
        shutil.copy(w.picture(0), copy)
        data = await many(w, 2, image=[*paths(w, 2), str(copy), str(w.picture(1))])
    assert data["details"]["total"] == 6
    assert pictures(w) == sorted([*names(2), "copy.ru.jpg", "copy.fr.jpg"])
    assert (w.out / "copy.ru.jpg").read_bytes() == (w.out / "picture0.ru.jpg").read_bytes()
    assert len(w.sandbox.ledger.paid) == 4
    assert data["estimated_cost"] == pytest.approx(0.012)


async def test_a_call_over_the_daily_budget_is_refused_whole_before_anything_is_sent(tmp_path: Path) -> None:
    async with world(tmp_path, QWEN_LOCALIZE_DAILY_BUDGET="0.02") as w:
        answer = await w.clients[0].call_tool("translate_image", {"image": paths(w, 4), "target_lang": BOTH})
    assert "this one at 0.0240" in words(answer)
    assert len(w.sandbox.ledger) == 0


async def test_a_few_are_out_at_a_time_and_their_inputs_go_when_all_is_done(tmp_path: Path) -> None:
    most = 0
    async with world(tmp_path, task_seconds=6) as w, anyio.create_task_group() as group:
        group.start_soon(many, w, 8)
        while len(list(w.out.glob("*.jpg"))) < 16:
            await anyio.sleep(0.2)
            most = max(most, w.submissions() - len(list(w.out.glob("*.jpg"))))
        await anyio.sleep(5)
        assert list((w.folder / "state" / "inputs").iterdir()) == []
    assert 2 <= most <= 7


async def test_a_folder_is_all_its_pictures_and_what_is_none_is_counted(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        folder = w.folder / "shots"
        folder.mkdir()
        for number in range(2):
            shutil.copy(w.picture(number), folder)
        (folder / "notes.txt").write_text("x")
        (folder / ".hidden.png").write_bytes(b"x")
        data = await many(w, 2, image=str(folder))
        globbed = await many(w, 2, image=str(folder / "*.png"), target_lang="de", model="qwen-mt-image-2.0")
    assert data["details"]["done"] == 4
    left_out = {item["name"]: item["reason"] for item in data["details"]["left_out"]}
    assert left_out == {"notes.txt": "not a picture", ".hidden.png": "hidden"}
    assert "2 left out: .hidden.png (hidden); notes.txt (not a picture)." in data["message"]
    assert globbed["details"]["done"] == 2


async def test_a_folder_into_which_results_go_does_not_have_them_translated_again(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        w.picture(0)
        shutil.copy(w.picture(0), w.folder / "v1.0.png")
        folder = str(w.folder)
        await many(w, 1, image=folder, target_lang="ru")
        for result in w.out.iterdir():
            shutil.copy(result, w.folder)
        data = await many(w, 1, image=folder, target_lang=BOTH, preview=True)
    assert data["details"]["pictures"] == 2
    assert {item["name"] for item in data["details"]["left_out"] if "already a result" in item["reason"]} == {
        "picture0.ru.jpg", "v1.0.ru.jpg",
    }  # fmt: skip


async def test_however_many_and_however_long_their_names_answers_stay_short_with_one_path_to_everything(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, task_seconds=0.1) as w:
        folder = w.folder / ("文件夹" * 15)
        folder.mkdir()
        for number in range(16):
            shutil.copy(w.picture(number), folder / f"{'很长的名字' * 12}{number}.png")
            (folder / f"{'别的' * 20}{number}.txt").write_text("x")
        result = await w.clients[0].call_tool("translate_image", {"image": str(folder), "target_lang": BOTH})
        jobs = await w.clients[0].call_tool("list_jobs", {})
    data = result.structured_content or {}
    assert data["details"]["done"] == 32
    assert data["details"]["left_out_count"] == 16
    assert len(words(result).encode()) <= 8_000
    assert len(json.dumps(data, ensure_ascii=False).encode()) <= 60_000
    assert len(result.content) <= 12
    assert len(json.dumps(jobs.structured_content, ensure_ascii=False).encode()) <= 10_000
    report = Path(data["artifacts"][0]["path"])
    rows = list(csv.DictReader(io.StringIO(report.read_text("utf-8-sig"))))
    assert len({row["file"] for row in rows}) == 32
    assert all(Path(row["file"]).exists() for row in rows)
    assert {Path(row["file"]).name.split(".")[-2].split("-")[0] for row in rows} == set(BOTH)


async def test_more_than_a_thousand_results_are_refused_before_anything_is_read(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        folder = w.folder / "shots"
        folder.mkdir()
        for number in range(501):
            (folder / f"{number}.png").write_bytes(b"x")
        answer = await w.clients[0].call_tool("translate_image", {"image": str(folder), "target_lang": BOTH})
    assert "would be 1002 results, and one call makes at most 1000" in words(answer)
