"""LIST: rows, filters, pages (docs/model-studio.md 2.2)."""

from typing import Any

import pytest

from sandbox.stand import Caller, ManualClock


@pytest.fixture
async def five(timed: Caller, clock: ManualClock) -> list[str]:
    """Five tasks, one minute apart; the fourth is another model's."""
    tasks = []
    for number in range(5):
        model = "qwen-mt-image-2.0" if number == 3 else "qwen-mt-image"
        tasks.append(await timed.submitted("http://127.0.0.1:9/", model=model))
        await clock.until_sleeping(1)
        await clock.advance(60)
    return tasks


async def listed(caller: Caller, **query: Any) -> dict[str, Any]:
    answer = await caller.http.get("/api/v1/tasks", params=query)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def test_a_row_has_the_documented_fields_and_no_result(timed: Caller, five: list[str]) -> None:
    row = (await listed(timed, task_id=five[0]))["data"][0]
    assert row == {
        "api_key_id": row["api_key_id"], "caller_parent_id": row["caller_parent_id"], "caller_uid": row["caller_uid"],
        "gmt_create": 1_800_000_000_000, "start_time": 1_800_000_000_000, "end_time": 1_800_000_060_000,
        "model_name": "qwen-mt-image", "region": "cn-beijing", "request_id": row["request_id"], "status": "FAILED",
        "task_id": five[0], "user_api_unique_key": "apikey:v1:aigc:image2image:image-synthesis:qwen-mt-image",
    }  # fmt: skip


async def test_rows_are_flat_and_the_newest_comes_first(timed: Caller, five: list[str]) -> None:
    body = await listed(timed)
    assert [row["task_id"] for row in body.pop("data")] == five[::-1]
    body.pop("request_id")
    assert body == {"page_no": 1, "page_size": 10, "total": 5, "total_page": 1}


async def test_a_running_task_has_no_end_time(timed: Caller) -> None:
    await timed.submitted("http://127.0.0.1:9/")
    assert "end_time" not in (await listed(timed, status="RUNNING"))["data"][0]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"page_size": 2}, [4, 3]),
        ({"page_size": 2, "page_no": 3}, [0]),
        ({"page_no": 9}, []),
        ({"model_name": "qwen-mt-image-2.0"}, [3]),
        ({"status": "SUCCEEDED"}, []),
        ({"region": "cn-beijing", "status": "FAILED"}, [4, 3, 2, 1, 0]),
        ({"region": "us-east-1"}, []),
        ({"start_time": "20270115160130"}, [4, 3, 2]),
        ({"end_time": "20270115160100"}, [1, 0]),
        ({"start_time": "20270115160100", "end_time": "20270115160200"}, [2, 1]),
        ({"start_time": "", "model_name": "", "page_size": ""}, [4, 3, 2, 1, 0]),
    ],
)
async def test_filters_and_pages_narrow_the_rows(
    timed: Caller, five: list[str], query: dict[str, Any], expected: list[int]
) -> None:
    body = await listed(timed, **query)
    assert [five.index(row["task_id"]) for row in body["data"]] == expected


async def test_pages_are_counted_over_all_rows(timed: Caller, five: list[str]) -> None:
    body = await listed(timed, page_size=2, page_no=2)
    assert (body["total"], body["total_page"], body["page_no"], body["page_size"]) == (5, 3, 2, 2)
    assert (await listed(timed, page_size=100_000))["page_size"] == 100


@pytest.mark.parametrize(
    "query",
    [
        {"start_time": "2027-01-15"}, {"end_time": "20271315000000"}, {"page_no": 0}, {"page_size": "many"},
        {"start_time": "20270115000000", "end_time": "20270116000001"},
        {"start_time": "20270115000010", "end_time": "20270115000000"},
    ],
)  # fmt: skip
async def test_a_bad_filter_is_refused(timed: Caller, query: dict[str, Any]) -> None:
    answer = await timed.http.get("/api/v1/tasks", params=query)
    assert (answer.status_code, answer.json()["code"]) == (400, "InvalidParameter")
