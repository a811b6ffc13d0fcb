"""`list_jobs` through a client."""

from pathlib import Path

from fakes import Service
from support import Connect, words


async def test_recent_jobs_come_newest_first_and_survive_the_server(
    service: Service, connect: Connect, poster: Path
) -> None:
    async with connect() as client:
        for language in ("ru", "ko"):
            await client.call_tool("translate_image", {"image": str(poster), "target_lang": language})
    async with connect() as client:
        result = await client.call_tool("list_jobs", {"limit": 5})
    assert result.structured_content
    messages = [job["message"] for job in result.structured_content["jobs"]]
    assert ["to ko" in messages[0], "to ru" in messages[1]] == [True, True]
    assert all(message in words(result) for message in messages)


async def test_no_jobs_are_said_to_be_none(connect: Connect) -> None:
    async with connect() as client:
        assert words(await client.call_tool("list_jobs", {})) == "There are no jobs yet."
