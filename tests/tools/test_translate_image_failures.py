"""`translate_image` where the service fails, forgets, or loses what was sent, and where a result cannot be fetched."""

from pathlib import Path

import httpx
import httpx2
import pytest

from fakes import RESULT_URL, Service, listed, task
from support import Call, Connect, picture, words
from virtual_time import VirtualClock

NOTHING_LISTED = httpx.Response(200, json={"data": [], "page_no": 1, "total_page": 1})


async def test_a_failed_task_says_the_services_reason(service: Service, call: Call) -> None:
    service.query.return_value = task("FAILED", code="InvalidImage.Format", message="cannot decode")
    result = await call()
    assert result.is_error
    assert "InvalidImage.Format: “cannot decode”" in words(result)
    assert "not billed" in words(result)


async def test_a_forgotten_task_says_so_and_counts_as_paid(service: Service, connect: Connect, poster: Path) -> None:
    service.list.side_effect = lambda _: listed("UNKNOWN")
    service.query.return_value = task("UNKNOWN")
    async with connect(wait=900.0) as client:
        result = await client.call_tool("translate_image", {"image": str(poster), "target_lang": "ru"})
        spent = await client.read_resource("qwen-localize://usage")
    assert "does not know this task, which it had accepted: it may be paid for" in words(result)
    assert "cancel_job and then repeat the call" in words(result)
    assert "0.003" in spent.contents[0].model_dump()["text"]


async def test_a_task_that_the_list_does_not_show_is_asked_for_by_its_id(service: Service, call: Call) -> None:
    service.list.side_effect = lambda _: listed("RUNNING", task_id="somebody-elses")
    assert not (await call()).is_error


async def test_a_lost_submission_that_the_list_does_not_have_is_sent_again_by_itself(
    service: Service, call: Call
) -> None:
    service.submit.side_effect = [httpx2.ReadError("gone"), task("PENDING")]
    service.list.side_effect = [NOTHING_LISTED] * 2 + [listed("SUCCEEDED")] * 99
    result = await call()
    assert "Saved" in words(result)
    assert service.submit.call_count == 2


async def test_what_is_lost_again_and_again_is_given_up_after_a_few_times_and_was_not_paid(
    service: Service, call: Call
) -> None:
    service.submit.side_effect = httpx2.ReadError("gone")
    service.list.side_effect = lambda _: NOTHING_LISTED
    result = await call()
    assert service.submit.call_count == 3
    assert "It was sent 3 times, and the service lists no such task, so nothing was paid" in words(result)


async def test_a_lost_submission_that_the_list_has_is_adopted(
    service: Service, call: Call, clock: VirtualClock
) -> None:
    created: list[float] = []

    def vanish(request: httpx.Request) -> httpx.Response:
        created.append(clock.wall())
        raise httpx2.RemoteProtocolError("closed")

    service.submit.side_effect = vanish
    service.list.side_effect = lambda _: listed("SUCCEEDED", gmt_create=int(created[0] * 1000))
    result = await call()
    assert not result.is_error, words(result)
    assert service.submit.call_count == 1
    assert service.download.called


async def test_a_lost_submission_with_two_possible_tasks_asks_before_paying_again(
    service: Service, call: Call, connect: Connect, poster: Path, clock: VirtualClock
) -> None:
    def two(_: httpx.Request) -> httpx.Response:
        rows = [{"task_id": name, "status": "RUNNING", "gmt_create": int(clock.wall() * 1000)} for name in "ab"]
        return httpx.Response(200, json={"data": rows, "total_page": 1})

    service.submit.side_effect = httpx2.ReadError("gone")
    service.list.side_effect = two
    arguments = {"image": str(poster), "target_lang": "ru"}
    async with connect() as client:
        for _ in range(2):
            result = await client.call_tool("translate_image", arguments)
            assert result.is_error
            assert "Ask the user before paying again" in words(result)
        assert service.submit.call_count == 1
        jobs = (await client.call_tool("list_jobs", {})).structured_content
        assert jobs
        await client.call_tool("cancel_job", {"job_id": jobs["jobs"][0]["job_id"]})
        await client.call_tool("translate_image", arguments)
    assert service.submit.call_count == 2


async def test_a_submission_that_never_left_is_repeated(service: Service, call: Call) -> None:
    service.submit.side_effect = [httpx2.ConnectError("no route"), task("PENDING")]
    assert not (await call()).is_error
    assert service.submit.call_count == 2


async def test_a_throttled_submission_is_repeated(service: Service, call: Call) -> None:
    throttled = httpx.Response(429, json={"code": "Throttling.RateQuota", "message": "slow down"})
    service.submit.side_effect = [throttled, task("PENDING")]
    assert not (await call()).is_error


async def test_a_query_is_repeated_whatever_happens_to_it(service: Service, call: Call) -> None:
    done = task("SUCCEEDED", image_url=RESULT_URL)
    service.query.side_effect = [httpx2.ReadTimeout("slow"), httpx.Response(429, json={}), httpx.Response(502), done]
    assert not (await call()).is_error


async def test_a_download_that_breaks_is_repeated(service: Service, call: Call) -> None:
    whole = httpx.Response(200, content=picture(kind="JPEG"))
    service.download.side_effect = [httpx2.RemoteProtocolError("cut"), whole]
    assert not (await call()).is_error


async def test_a_paid_result_that_cannot_be_fetched_is_kept_for_get_job(
    service: Service, connect: Connect, poster: Path
) -> None:
    service.download.side_effect = lambda _: httpx.Response(500)
    async with connect() as client:
        failed = await client.call_tool("translate_image", {"image": str(poster), "target_lang": "ru"})
        assert failed.is_error
        assert "get_job with job_id" in words(failed)
        service.download.side_effect = lambda _: httpx.Response(200, content=picture(kind="JPEG"))
        job_id = words(failed).partition("job_id ")[2].split()[0]
        result = await client.call_tool("get_job", {"job_id": job_id, "wait": 60})
    assert result.structured_content
    assert result.structured_content["status"] == "succeeded"
    assert service.submit.call_count == 1


async def test_a_result_url_that_expired_is_asked_for_anew(service: Service, call: Call) -> None:
    fresh = "http://results.example/poster.jpg?Signature=new"
    service.download.side_effect = lambda _: httpx.Response(403)
    service.router.get(fresh).respond(content=picture(kind="JPEG"))
    service.query.side_effect = [
        task("SUCCEEDED", image_url=RESULT_URL),
        task("SUCCEEDED", image_url=fresh),
    ]
    assert not (await call()).is_error


@pytest.mark.parametrize("content", [b"<html>busy</html>", b"", picture(640, 480, "JPEG")[:-200]])
async def test_a_result_that_is_cut_empty_or_no_picture_is_fetched_again_and_never_saved(
    service: Service, call: Call, tmp_path: Path, content: bytes
) -> None:
    service.download.side_effect = lambda _: httpx.Response(200, content=content)
    result = await call()
    assert result.is_error
    assert service.download.call_count == 5
    assert list((tmp_path / "out").iterdir()) == []


async def test_a_result_url_into_a_private_network_is_not_followed(service: Service, call: Call) -> None:
    service.query.return_value = task("SUCCEEDED", image_url="http://169.254.169.254/latest")
    result = await call()
    assert "where no result can be" in words(result)
