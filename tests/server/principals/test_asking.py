"""A yes of one principal is for that one's own call, and pays for nobody else."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import anyio
import pytest
import respx
from mcp import Client, MCPError
from mcp_types import ElicitResult, InputRequiredResult

from qwen_localize.mcp_server.visiting import shared_server
from qwen_localize.settings import Settings
from qwen_localize_tools import TOOLS
from server.mcp_server.test_asking import LOST, RESULT, URL, YES, edited
from server.principals.callers import calling_as
from support import picture, words
from virtual_time import VirtualClock


@pytest.fixture
def service(httpx2_mock: respx.Router) -> respx.Route:
    httpx2_mock._assert_all_called = False
    httpx2_mock.get(RESULT).respond(content=picture())
    return httpx2_mock.post(URL).mock(side_effect=[LOST, LOST, edited(), edited(), edited()])


@pytest.fixture
def edit(poster: str) -> dict[str, Any]:
    return {"images": [poster], "prompt": "Make it grey"}


@pytest.fixture
async def client(settings: Settings, clock: VirtualClock) -> AsyncIterator[Client]:
    async def unasked(context: Any, params: Any) -> ElicitResult:
        raise AssertionError

    server = shared_server(settings, TOOLS, clock=clock)
    with anyio.fail_after(24 * 3600):
        async with Client(server, elicitation_callback=unasked) as client:
            yield client


async def call(client: Client, who: str, edit: dict[str, Any], state: str | None = None) -> Any:
    answers: Any = {"consent": YES} if state else None
    with calling_as(who):
        return await client.session.call_tool(
            "edit_image", edit, input_responses=answers, request_state=state, allow_input_required=True
        )


async def asked(client: Client, who: str, edit: dict[str, Any]) -> str:
    result = await call(client, who, edit)
    assert isinstance(result, InputRequiredResult)
    assert result.request_state
    return result.request_state


async def test_equal_calls_of_two_are_paid_again_by_each(
    service: respx.Route, client: Client, edit: dict[str, Any]
) -> None:
    states = {who: await asked(client, who, edit) for who in ("alice", "bob")}
    results = {}

    async def answer(who: str) -> None:
        results[who] = await call(client, who, edit, states[who])

    async with anyio.create_task_group() as group:
        for who in states:
            group.start_soon(answer, who)
    assert [words(result) for result in results.values() if result.is_error] == []
    assert len({result.structured_content["job_id"] for result in results.values()}) == 2
    assert service.call_count == 4


async def test_a_yes_does_not_join_what_another_has_begun(
    service: respx.Route, client: Client, edit: dict[str, Any]
) -> None:
    state = await asked(client, "alice", edit)
    service.side_effect = [edited(), edited()]
    done = await call(client, "bob", edit)
    own = await call(client, "alice", edit, state)
    assert not own.is_error
    assert own.structured_content["job_id"] != done.structured_content["job_id"]
    assert service.call_count == 3


async def test_another_s_question_cannot_be_answered(
    service: respx.Route, client: Client, edit: dict[str, Any], tmp_path: Path
) -> None:
    state = await asked(client, "alice", edit)
    for stranger in ("bob", ""):
        with pytest.raises(MCPError, match="requestState"):
            await call(client, stranger, edit, state)
    assert service.call_count == 1
    service.side_effect = [edited()]
    assert not (await call(client, "alice", edit, state)).is_error
    assert len(list((tmp_path / "out").glob("*/*.png"))) == 1
