"""`get_job` through a client."""

from pathlib import Path

from mcp import Client
from pydantic import SecretStr

from fakes import Service, listed, task
from qwen_localize.mcp_server import build_server
from qwen_localize.settings import Settings
from qwen_localize_tools import TOOLS
from support import Connect, words
from virtual_time import VirtualClock, until


async def test_a_job_is_waited_for_and_gives_the_same_result_as_the_call_that_began_it(
    service: Service, connect: Connect, poster: Path
) -> None:
    service.list.side_effect = [listed("RUNNING"), *[listed("SUCCEEDED")] * 99]
    async with connect(wait=0.0) as client:
        begun = (
            await client.call_tool("translate_image", {"image": str(poster), "target_lang": "ru"})
        ).structured_content
        assert begun
        ended = (await client.call_tool("get_job", {"job_id": begun["job_id"], "wait": 60})).structured_content
    assert ended
    assert begun["status"] in ("queued", "running")
    assert begun.keys() <= ended.keys()
    assert (ended["status"], len(ended["artifacts"])) == ("succeeded", 1)


async def test_a_job_that_failed_says_why_without_being_an_error_of_get_job(
    service: Service, connect: Connect, poster: Path
) -> None:
    service.query.return_value = task("FAILED", code="InternalError", message="oops")
    async with connect() as client:
        await client.call_tool("translate_image", {"image": str(poster), "target_lang": "ru"})
        listed_jobs = (await client.call_tool("list_jobs", {})).structured_content
        assert listed_jobs
        result = await client.call_tool("get_job", {"job_id": listed_jobs["jobs"][0]["job_id"]})
    assert not result.is_error
    assert result.structured_content
    assert result.structured_content["status"] == "failed"
    assert "oops" in words(result)


async def test_an_unknown_job_id_says_where_to_look(connect: Connect) -> None:
    async with connect() as client:
        result = await client.call_tool("get_job", {"job_id": "job-nothing"})
    assert result.is_error
    assert "list_jobs" in words(result)


async def running(service: Service, connect: Connect, poster: Path) -> str:
    """The id of a job at which the service is, and whose server has gone."""
    service.list.side_effect = lambda _: listed("RUNNING")
    async with connect(wait=0.0) as client:
        begun = await client.call_tool("translate_image", {"image": str(poster), "target_lang": "ru"})
        await until(lambda: service.list.called)
    assert begun.structured_content
    return str(begun.structured_content["job_id"])


async def test_a_job_of_another_key_says_with_which_server_it_goes_on(
    service: Service, connect: Connect, poster: Path
) -> None:
    job = {"job_id": await running(service, connect, poster)}
    async with connect() as client:
        same = await client.call_tool("get_job", job)
    async with connect(api_key=SecretStr("sk-of-somebody-else")) as client:
        other = await client.call_tool("get_job", job)
    assert "another API key" not in words(same)
    assert "another API key or in another region" in words(other)


async def test_a_job_whose_tool_this_version_lacks_says_so_and_goes_on_with_one_that_has_it(
    service: Service, connect: Connect, poster: Path, settings: Settings, clock: VirtualClock
) -> None:
    job = {"job_id": await running(service, connect, poster), "wait": 30}
    service.list.side_effect = lambda _: listed("SUCCEEDED")
    others = [tool for tool in TOOLS if tool.name != "translate_image"]
    async with Client(build_server(settings, others, clock=clock)) as client:
        waiting = await client.call_tool("get_job", job)
    async with connect() as client:
        ended = await client.call_tool("get_job", job)
    assert "this version of qwen-localize has no tool translate_image" in words(waiting)
    assert "Saved" in words(ended)


async def test_a_job_that_another_server_looks_after_is_waited_for_no_longer_than_it_takes(
    service: Service, connect: Connect, poster: Path, clock: VirtualClock
) -> None:
    service.list.side_effect = lambda _: listed("RUNNING")
    async with connect(wait=0.0) as leader, connect() as other:
        begun = await leader.call_tool("translate_image", {"image": str(poster), "target_lang": "ru"})
        await until(lambda: service.list.called)
        service.list.side_effect = lambda _: listed("SUCCEEDED")
        assert begun.structured_content
        before = clock.now()
        ended = await other.call_tool("get_job", {"job_id": begun.structured_content["job_id"], "wait": 600})
    assert "Saved" in words(ended)
    assert clock.now() - before < 20
