"""The job store: one file that outlives processes, and that several processes share."""

import base64
import logging
import sqlite3
from collections.abc import Iterator
from dataclasses import fields
from itertools import pairwise
from pathlib import Path

import anyio
import pytest

from qwen_localize.dashscope import Limit
from qwen_localize.errors import OverBudget, StateUnavailable
from qwen_localize.jobs import Cost, JobRecord, State, Store
from qwen_localize.jobs.database import APPLICATION_ID, MIGRATIONS
from qwen_localize.jobs.records import FINAL
from server.jobs.records import SCOPE, record
from server.jobs.world import KEY, draw, world

NOW = 1_800_000_000.0
DAY = 24 * 3600.0


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path, NOW)
    yield store
    store.close()


@pytest.fixture
def second(tmp_path: Path, store: Store) -> Iterator[Store]:
    """The same file, as another process has it open."""
    second = Store(tmp_path, NOW)
    yield second
    second.close()


def file_of(folder: Path) -> Path:
    return folder / "jobs.sqlite3"


def opened(folder: Path) -> list[JobRecord]:
    """The jobs that a server finds when it starts."""
    store = Store(folder, NOW)
    try:
        return anyio.run(store.recent, 100)
    finally:
        store.close()


def spoiled_header(path: Path) -> None:
    path.write_bytes(b"This is a letter, not a database. " * 100)


def spoiled_middle(path: Path) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xff" * 4096 + whole[8192:])


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5000])


@pytest.mark.parametrize("damage", [spoiled_header, spoiled_middle, cut_short])
def test_a_damaged_file_is_set_aside_with_a_message_and_never_overwritten(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, damage: object
) -> None:
    opened(tmp_path)
    assert callable(damage)
    damage(file_of(tmp_path))
    damaged = file_of(tmp_path).read_bytes()
    assert opened(tmp_path) == []
    assert (tmp_path / "jobs.sqlite3.set-aside-1").read_bytes() == damaged
    assert "set aside as jobs.sqlite3.set-aside-1: it is damaged" in caplog.text


def test_another_programs_database_is_set_aside_whole(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with sqlite3.connect(file_of(tmp_path)) as foreign:
        foreign.execute("CREATE TABLE recipes (name TEXT)")
        foreign.execute("INSERT INTO recipes VALUES ('borscht')")
    foreign.close()
    assert opened(tmp_path) == []
    kept = sqlite3.connect(tmp_path / "jobs.sqlite3.set-aside-1")
    assert kept.execute("SELECT name FROM recipes").fetchall() == [("borscht",)]
    kept.close()
    assert "it belongs to another program" in caplog.text


def test_files_set_aside_do_not_replace_each_other(tmp_path: Path) -> None:
    for number in (1, 2):
        file_of(tmp_path).write_bytes(f"letter {number} ".encode() * 200)
        opened(tmp_path)
    contents = [(tmp_path / f"jobs.sqlite3.set-aside-{number}").read_bytes()[:8] for number in (1, 2)]
    assert contents == [b"letter 1", b"letter 2"]


def test_an_empty_file_is_as_good_as_none(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file_of(tmp_path).touch()
    assert opened(tmp_path) == []
    assert not caplog.records


def test_a_file_of_a_newer_version_is_refused_in_words_and_left_alone(tmp_path: Path) -> None:
    opened(tmp_path)
    with sqlite3.connect(file_of(tmp_path)) as newer:
        newer.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    newer.close()
    before = file_of(tmp_path).read_bytes()
    with pytest.raises(StateUnavailable, match="made by a newer version of qwen-localize"):
        Store(tmp_path, NOW)
    assert file_of(tmp_path).read_bytes() == before
    assert not list(tmp_path.glob("*.set-aside-*"))


def test_a_folder_that_cannot_be_used_is_named_in_words(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where the folder should be")
    with pytest.raises(StateUnavailable, match="QWEN_LOCALIZE_STATE_DIR"):
        Store(tmp_path / "state", NOW)


def test_each_version_of_the_file_is_brought_to_the_newest(tmp_path: Path) -> None:
    for version in range(len(MIGRATIONS) + 1):
        folder = tmp_path / str(version)
        folder.mkdir()
        with sqlite3.connect(file_of(folder)) as old:
            old.executescript("".join(MIGRATIONS[:version]))
            old.execute(f"PRAGMA user_version = {version}")
            old.execute(f"PRAGMA application_id = {APPLICATION_ID if version else 0}")
        old.close()
        assert opened(folder) == []
        with sqlite3.connect(file_of(folder)) as newest:
            marks = [newest.execute(f"PRAGMA {name}").fetchone()[0] for name in ("user_version", "application_id")]
            columns = {row[1] for row in newest.execute("PRAGMA table_info(jobs)")}
        newest.close()
        assert marks == [len(MIGRATIONS), APPLICATION_ID]
        assert columns == {item.name for item in fields(JobRecord)}


async def test_a_job_is_read_back_as_it_was_written(store: Store, second: Store) -> None:
    job = record(state=State.READY, urls=["http://x/?Signature=a%2Fb"], usage={"image_count": 1}, planned=["/a/б.jpg"])
    await store.add(job)
    assert await second.get("job-a") == job
    changed = await second.change("job-a", 2000.0, state=State.SUCCEEDED, urls=[], cancel=True)
    assert changed
    assert (changed.changed, changed.urls, changed.cancel, changed.planned) == (2000.0, [], True, ["/a/б.jpg"])
    assert await store.get("job-a") == changed


async def test_a_change_that_comes_too_late_changes_nothing(store: Store) -> None:
    await store.add(record(state=State.CANCELED))
    assert await store.change("job-a", NOW, only={State.PREPARED}, state=State.SUBMITTING) is None
    job = await store.get("job-a")
    assert job
    assert job.state is State.CANCELED


async def test_equal_requests_are_one_job_until_it_has_ended(store: Store, second: Store) -> None:
    first = await store.add(record("a", digest="same"))
    assert (await second.add(record("b", digest="same"))).id == first.id
    assert (await second.add(record("c", digest="same", scope="another key"))).id == "job-c"
    await store.change("job-a", NOW, state=State.FAILED)
    assert (await second.add(record("d", digest="same"))).id == "job-d"


async def test_equal_requests_at_the_same_moment_are_one_job(store: Store, second: Store) -> None:
    found: list[str] = []

    async def add(which: Store, number: int) -> None:
        found.append((await which.add(record(str(number), digest="same"))).id)

    async with anyio.create_task_group() as group:
        for number in range(20):
            group.start_soon(add, (store, second)[number % 2], number)
    assert len(set(found)) == 1


async def test_old_jobs_are_forgotten_once_they_have_ended_and_never_before(tmp_path: Path) -> None:
    old, young = NOW - 31 * DAY, NOW - 29 * DAY
    store = Store(tmp_path, old)
    for state in State:
        await store.add(record(f"old-{state}", state=state, changed=old))
        await store.add(record(f"young-{state}", state=state, changed=young))
    store.close()
    store = Store(tmp_path, NOW)
    left = {job.id.removeprefix("job-") for job in await store.recent(100)}
    store.close()
    assert left == {f"young-{state}" for state in State} | {f"old-{state}" for state in State if state not in FINAL}


async def test_two_processes_together_take_no_more_places_than_the_limit_has(store: Store, second: Store) -> None:
    limit, taken, now = Limit(requests=60), list[float](), NOW
    while now < NOW + 20:
        for book in (store, second):
            if not await book.take("image", limit, 0, now):
                taken.append(now)
        now += 0.05
    assert len(taken) >= 18
    assert all(later - earlier >= 1 for earlier, later in pairwise(taken))


async def test_a_process_whose_look_at_the_clock_is_a_moment_older_takes_no_extra_place(
    store: Store, second: Store
) -> None:
    assert await store.take("image", Limit(60), 0, NOW + 0.002) == 0
    assert await second.take("image", Limit(60), 0, NOW) > 0.9


async def test_places_of_before_the_machine_was_started_anew_hold_nobody_up(store: Store) -> None:
    assert await store.take("image", Limit(60), 0, NOW) == 0
    assert await store.take("image", Limit(60), 0, NOW - 3600) == 0


async def test_tokens_are_counted_together(store: Store, second: Store) -> None:
    limit = Limit(requests=6000, tokens=100)
    assert await store.take("text", limit, 60, NOW) == 0
    assert await second.take("text", limit, 60, NOW + 1) == pytest.approx(59)
    assert await second.take("other", limit, 60, NOW + 1) == 0


async def test_the_gap_after_a_touch_is_measured_from_it(store: Store, second: Store) -> None:
    await store.take("query", Limit(60), 0, NOW)
    await store.touch("query", NOW + 0.5)
    assert await second.take("query", Limit(60), 0, NOW + 1.2) == pytest.approx(0.35)


def cost(cny: float, job: str | None = None, scope: str = SCOPE) -> Cost:
    return Cost(scope, "translate_image", "qwen-mt-image", cny, job)


async def test_costs_are_added_up_by_day_tool_and_model(store: Store) -> None:
    for at, cny in ((NOW, 0.003), (NOW, 0.003), (NOW - DAY, 0.004)):
        await store.spend(cost(cny), at, None)
    await store.spend(cost(9, scope="another key"), NOW, None)
    rows = await store.spending(SCOPE)
    assert [(row["calls"], row["cny"]) for row in rows] == [(2, 0.006), (1, 0.004)]
    assert rows[0]["day"] > rows[1]["day"]


async def test_what_turned_out_free_is_not_counted(store: Store) -> None:
    entry = await store.spend(cost(0.5), NOW, None)
    await store.settle(entry, 0)
    await store.add(record("a", cost=0.25))
    await store.change("job-a", NOW, only={State.RUNNING}, state=State.FAILED, billed=0.0)
    assert [row["cny"] for row in await store.spending(SCOPE)] == [0.25]
    await store.change("job-a", NOW, state=State.FAILED, billed=0.0)
    assert await store.spending(SCOPE) == []


@pytest.mark.parametrize(("price", "count"), [(0.003, 100), (0.004, 25), (0.2, 3)])
async def test_a_budget_is_spent_to_the_last_cent_and_no_further(store: Store, price: float, count: int) -> None:
    budget = round(price * count, 6)
    for _ in range(count):
        await store.spend(cost(price), NOW, budget)
    with pytest.raises(OverBudget, match="Nothing was sent"):
        await store.spend(cost(price), NOW, budget)
    await store.spend(cost(price), NOW + DAY, budget)
    await store.spend(cost(price, scope="another key"), NOW, budget)


async def test_calls_at_the_same_moment_do_not_pass_the_budget_together(store: Store, second: Store) -> None:
    refused = 0

    async def spend(which: Store) -> None:
        nonlocal refused
        try:
            await which.spend(cost(0.3), NOW, 1.0)
        except OverBudget:
            refused += 1

    async with anyio.create_task_group() as group:
        for number in range(10):
            group.start_soon(spend, (store, second)[number % 2])
    assert refused == 7
    assert (await store.spending(SCOPE))[0]["cny"] == pytest.approx(0.9)


async def test_no_key_and_no_picture_is_in_the_file_after_a_job(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    picture = draw(tmp_path, 3).read_bytes()
    inline = base64.b64encode(picture).decode()
    async with world(tmp_path) as w:
        [outcome] = await w.translate(1)
        await w.clients[0].call_tool(
            "translate_image", {"image": f"data:image/png;base64,{inline}", "target_lang": "ru"}
        )
        bytes_written = b"".join(path.read_bytes() for path in (tmp_path / "state").rglob("*") if path.is_file())
    assert outcome.data["job_id"].encode() in bytes_written
    assert len(w.sandbox.ledger.paid) == 2
    result = outcome.files[0].read_bytes()
    for secret in (KEY.encode(), picture[-40:], inline[-40:].encode(), result[-40:]):
        assert secret not in bytes_written
    assert KEY not in caplog.text
