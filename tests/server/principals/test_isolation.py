"""One principal's jobs, costs and answers are another's no more than those of another machine."""

import json
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
import respx
from mcp import Client

from fakes import Service
from fakes_analysis import URL, judge
from fakes_text import translated
from qwen_localize.mcp_server import build_server
from qwen_localize.settings import Settings
from qwen_localize_tools import TOOLS
from server.principals.callers import Tasks
from server.principals.conftest import Shared
from support import KEY, words
from virtual_time import VirtualClock, until

CHATS = [f"客户：第{number}个" for number in range(20)]


@pytest.fixture
def tasks(service: Service) -> Tasks:
    return Tasks(service)


async def test_anothers_job_is_like_one_that_does_not_exist(shared: Shared, tasks: Tasks, poster: str) -> None:
    async with shared() as callers:
        done = await callers.call("alice", "translate_image", image=poster, target_lang="ru")
        job = (done.structured_content or {})["job_id"]
        for tool in ("get_job", "cancel_job"):
            told = [words(await callers.call("bob", tool, job_id=name)) for name in (job, "job-0000000000")]
            assert told[0] == told[1]
            assert "There is no job with this job_id" in told[0]
        assert words(await callers.call("bob", "list_jobs")) == "There are no jobs yet."
        assert job in words(await callers.call("alice", "list_jobs"))
        assert (await callers.call("alice", "get_job", job_id=job)).structured_content


async def test_anothers_running_job_is_not_cancelled(shared: Shared, tasks: Tasks, poster: str) -> None:
    async with shared(wait=0.0) as callers:
        begun = await callers.call("alice", "translate_image", image=poster, target_lang="ru")
        job = (begun.structured_content or {})["job_id"]
        assert (await callers.call("bob", "cancel_job", job_id=job)).is_error
        ended = await callers.call("alice", "get_job", job_id=job, wait=60)
    assert "Saved" in words(ended)


async def test_equal_calls_of_two_are_two_jobs_and_two_costs_and_those_of_one_are_one(
    shared: Shared, tasks: Tasks, poster: str
) -> None:
    names: list[str] = []
    async with shared() as callers:

        async def translate(who: str) -> None:
            result = await callers.call(who, "translate_image", image=poster, target_lang="ru")
            names.append((result.structured_content or {})["job_id"])

        async with anyio.create_task_group() as group:
            for who in ("alice", "bob", "alice"):
                group.start_soon(translate, who)
        costs = [json.loads(await callers.read(who, "qwen-localize://usage")) for who in ("alice", "bob", "carol")]
    assert len(set(names)) == len(tasks.keys) == 2
    assert [sum(row["calls"] for row in rows) for rows in costs] == [1, 1, 0]


async def test_equal_texts_at_the_same_time_are_paid_once_by_each(
    shared: Shared, httpx2_mock: respx.Router, clock: VirtualClock
) -> None:
    async def slowly(request: httpx.Request) -> httpx.Response:
        await anyio.sleep(5)
        return translated(request)

    asked = httpx2_mock.post(URL).mock(side_effect=slowly)
    async with shared() as callers, anyio.create_task_group() as group:
        for who in ("alice", "alice", "bob", "bob", "carol"):
            group.start_soon(partial(callers.call, who, "translate_text", text="hello", target_lang="ru"))
    assert asked.call_count == 3


async def test_what_one_has_paid_for_is_not_another_s_for_free(shared: Shared, httpx2_mock: respx.Router) -> None:
    asked = httpx2_mock.post(URL).mock(side_effect=judge)
    counts = []
    async with shared() as callers:
        for who in ("alice", "bob", "alice"):
            await callers.call(who, "analyze_conversation", conversation=CHATS)
            await callers.call(who, "translate_text", text="hello", target_lang="ru")
            counts.append(asked.call_count)
    once = counts[0]
    assert counts[1] == 2 * once
    assert counts[2] - counts[1] < once  # the answers are alice's own


async def test_one_s_budget_is_not_spent_by_another(shared: Shared, tasks: Tasks, poster: str) -> None:
    async with shared(daily_budget=0.004) as callers:
        for who in ("alice", "bob"):
            assert "Saved" in words(await callers.call(who, "translate_image", image=poster, target_lang="ru"))
            assert "daily budget" in words(await callers.call(who, "translate_image", image=poster, target_lang="ko"))
    assert len(tasks.keys) == 2


async def test_results_lie_in_a_folder_of_each_and_tell_nobody_s_name(
    shared: Shared, tasks: Tasks, poster: str, tmp_path: Path
) -> None:
    async with shared() as callers:
        told = [
            words(await callers.call(who, "translate_image", image=poster, target_lang="ru"))
            for who in ("alice", "bob", "https://issuer.example#../../alice")
        ]
    found = sorted(path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*.jpg"))
    assert len(found) == 3
    assert all(path.startswith("p-") and path.endswith("/picture.ru.jpg") for path in found)
    assert "alice" not in "".join(found + told)
    assert str(tmp_path) not in "".join(told)


async def test_a_user_at_the_machine_and_a_caller_over_http_do_not_see_each_others_jobs(
    shared: Shared, settings: Settings, tasks: Tasks, poster: str, clock: VirtualClock
) -> None:
    async with Client(build_server(settings, TOOLS, clock=clock)) as client:
        own = await client.call_tool("translate_image", {"image": poster, "target_lang": "ru"})
        async with shared() as callers:
            theirs = await callers.call("alice", "translate_image", image=poster, target_lang="ru")
            told = await callers.call("alice", "list_jobs")
        listed = await client.call_tool("list_jobs", {})
    jobs = [(result.structured_content or {})["job_id"] for result in (own, theirs)]
    assert [job in words(listed) for job in jobs] == [True, False]
    assert [job in words(told) for job in jobs] == [False, True]


async def test_ten_who_share_a_key_keep_its_limits_and_are_followed_by_one_poller(
    shared: Shared, tasks: Tasks, poster: str
) -> None:
    async def all_of(callers: Any, names: list[str]) -> tuple[float, int]:
        began, before = anyio.current_time(), tasks.lists
        async with anyio.create_task_group() as group:
            for number, who in enumerate(names):
                glossary = [{"source": f"word {number}", "target": "x"}]
                call = {"image": poster, "target_lang": "ru", "glossary": glossary}
                group.start_soon(partial(callers.call, who, "translate_image", **call))
        return anyio.current_time() - began, tasks.lists - before

    async with shared() as callers:
        alone = await all_of(callers, ["alice"] * 10)
        together = await all_of(callers, [f"caller {number}" for number in range(10)])
    assert len(tasks.keys) == 20
    assert together[0] <= 1.2 * alone[0] + 2
    assert together[0] >= 9  # one submission a second
    assert together[1] <= alone[1] + 3


async def test_jobs_go_on_after_a_restart_though_nobody_calls(
    shared: Shared, tasks: Tasks, poster: str, tmp_path: Path
) -> None:
    async with shared(wait=0.0) as callers:
        await callers.call("alice", "translate_image", image=poster, target_lang="ru")
        await until(lambda: tasks.keys)
    async with shared():
        await until(lambda: list((tmp_path / "out").glob("p-*/*.jpg")))
    assert len(tasks.keys) == 1


async def test_a_batch_that_another_process_takes_up_is_still_its_own_principal_s(
    shared: Shared, settings: Settings, httpx2_mock: respx.Router, clock: VirtualClock, tmp_path: Path
) -> None:
    """The process may be one that the user of the machine has started, with the same key."""
    answered = 0

    async def slowly(request: httpx.Request) -> httpx.Response:
        nonlocal answered
        await anyio.sleep(5)
        answered += 1
        return judge(request)

    httpx2_mock.post(URL).mock(side_effect=slowly)
    async with shared(wait=1.0) as callers:
        await callers.call("alice", "analyze_conversation", conversation=CHATS)
        await until(lambda: answered)
    async with Client(build_server(settings, TOOLS, clock=clock)):
        await until(lambda: list((tmp_path / "out").rglob("*.csv")))
        await anyio.sleep(5)
    async with shared() as callers:
        [job] = ((await callers.call("alice", "list_jobs")).structured_content or {})["jobs"]
        costs = {who: json.loads(await callers.read(who, "qwen-localize://usage")) for who in ("alice", "")}
    assert job["status"] == "succeeded"
    assert [path.parent.name[:2] for path in (tmp_path / "out").rglob("*.csv")] == ["p-"]
    assert sum(row["calls"] for row in costs["alice"]) == len(CHATS)
    assert costs[""] == []


async def test_a_store_that_was_set_aside_is_said_to_each_until_they_have_read_it(
    shared: Shared, tmp_path: Path
) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "jobs.sqlite3").write_bytes(b"no database at all" * 1000)
    async with shared() as callers:
        await callers.call("alice", "list_jobs", acknowledge=True)
        assert words(await callers.call("alice", "list_jobs")) == "There are no jobs yet."
        told = words(await callers.call("bob", "list_jobs"))
    assert "was set aside as jobs.sqlite3.set-aside-1" in told
    assert str(tmp_path) not in told


async def test_a_key_is_in_nobody_s_words(shared: Shared, service: Service, poster: str) -> None:
    refusal = {"code": "InvalidParameter", "message": f"{KEY} is no good"}
    service.submit.mock(return_value=httpx.Response(400, json=refusal))
    async with shared() as callers:
        told = await callers.call("alice", "translate_image", image=poster, target_lang="ru")
        listed = await callers.call("alice", "list_jobs")
    assert told.is_error
    assert KEY not in words(told) + words(listed)
