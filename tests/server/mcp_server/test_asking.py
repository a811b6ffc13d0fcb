"""The user is asked in place before anything is paid again, or past the budget; only a clear yes is one."""

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import anyio
import httpx
import httpx2
import pytest
import respx
from mcp import Client, MCPError
from mcp_types import (
    ClientCapabilities,
    ElicitationCapability,
    ElicitResult,
    ErrorData,
    FormElicitationCapability,
    InputRequiredResult,
    UrlElicitationCapability,
)

from fakes import API
from fakes_media import Interpreter, talk
from qwen_localize.calls import PaidCalls
from qwen_localize.mcp_server.asking import LEAST_SECONDS, can_ask
from support import Connect, picture, words
from virtual_time import VirtualClock

URL = f"{API}/services/aigc/multimodal-generation/generation"
RESULT = "http://results.example/0.png"
LOST = httpx2.ReadError("gone")
YES = ElicitResult(action="accept", content={"go_on": True})
NOES = [
    ElicitResult(action="decline"),
    ElicitResult(action="cancel"),
    ElicitResult(action="accept"),
    ElicitResult(action="accept", content={}),
    ElicitResult(action="accept", content={"go_on": False}),
    ElicitResult(action="accept", content={"go_on": "true"}),
    ElicitResult(action="accept", content={"go_on": 1}),
    ElicitResult(action="accept", content={"yes": True}),
    ElicitResult(action="decline", content={"go_on": True}),
]
ERAS = pytest.mark.parametrize("mode", ["legacy", "auto"])


def edited() -> httpx.Response:
    content = [{"image": RESULT}]
    output = {"choices": [{"finish_reason": "stop", "message": {"role": "assistant", "content": content}}]}
    return httpx.Response(200, json={"request_id": "r-1", "output": output, "usage": {"image_count": 1}})


@pytest.fixture
def service(httpx2_mock: respx.Router) -> respx.Route:
    httpx2_mock._assert_all_called = False
    httpx2_mock.get(RESULT).respond(content=picture())
    return httpx2_mock.post(URL).mock(side_effect=[LOST, edited(), edited()])


@pytest.fixture
def edit(tmp_path: Path) -> dict[str, Any]:
    (tmp_path / "mug.png").write_bytes(picture())
    return {"images": [str(tmp_path / "mug.png")], "prompt": "Make it grey"}


class User:
    """Answers what they are asked."""

    def __init__(self, answer: Any = YES) -> None:
        self.asked: list[str] = []
        self._answer = answer

    async def __call__(self, _: Any, params: Any) -> Any:
        self.asked.append(params.message)
        return self._answer

    @property
    def client(self) -> dict[str, Any]:
        return {"elicitation_callback": self}


@ERAS
async def test_a_yes_pays_again_within_the_same_call(
    service: respx.Route, connect: Connect, edit: dict[str, Any], mode: str
) -> None:
    user = User()
    async with connect(mode, client=user.client) as client:
        result = await client.call_tool("edit_image", edit)
        jobs = (await client.call_tool("list_jobs", {})).structured_content
    assert not result.is_error
    assert result.structured_content
    assert Path(result.structured_content["artifacts"][0]["path"]).exists()
    assert service.call_count == 2
    assert len(user.asked) == 1
    assert "may already be paid" in user.asked[0]
    assert "0.2 CNY" in user.asked[0]
    assert jobs
    assert [job["status"] for job in jobs["jobs"]] == ["succeeded", "canceled"]


@ERAS
@pytest.mark.parametrize("answer", NOES)
async def test_anything_else_leaves_it_as_it_is_for_a_client_that_cannot_ask(
    service: respx.Route, connect: Connect, edit: dict[str, Any], mode: str, answer: ElicitResult
) -> None:
    user = User(answer)
    async with connect(mode, client=user.client) as client:
        refused = await client.call_tool("edit_image", edit)
    async with connect(mode) as client:
        unasked = await client.call_tool("edit_image", edit)
    assert refused.is_error
    assert words(refused) == words(unasked)
    assert "Ask the user before paying again" in words(refused)
    assert len(user.asked) == 1
    assert service.call_count == 1


@ERAS
async def test_a_user_is_asked_once_for_a_call_even_if_it_fails_again(
    service: respx.Route, connect: Connect, edit: dict[str, Any], mode: str
) -> None:
    service.side_effect = [LOST, LOST, edited()]
    user = User()
    async with connect(mode, client=user.client) as client:
        result = await client.call_tool("edit_image", edit)
    assert "Ask the user before paying again" in words(result)
    assert len(user.asked) == 1
    assert service.call_count == 2


@ERAS
async def test_the_budget_is_passed_for_one_call_and_not_for_the_next(
    service: respx.Route, connect: Connect, edit: dict[str, Any], mode: str
) -> None:
    service.side_effect = [edited(), edited()]
    user = User()
    async with connect(mode, client=user.client, daily_budget=0.1) as client:
        passed = await client.call_tool("edit_image", edit)
        user._answer = NOES[0]
        refused = await client.call_tool("edit_image", edit | {"prompt": "Make it red"})
    assert not passed.is_error
    assert refused.is_error
    assert "daily budget of 0.1 CNY" in words(refused)
    assert ["Go past the budget for all of this one call?" in asked for asked in user.asked] == [True, True]
    assert service.call_count == 1


@ERAS
async def test_a_job_of_many_parts_may_pass_the_budget_as_a_whole(
    service: respx.Route, connect: Connect, edit: dict[str, Any], mode: str, tmp_path: Path
) -> None:
    service.side_effect = lambda _: edited()
    (tmp_path / "cup.png").write_bytes(picture(80, 80))
    user = User()
    async with connect(mode, client=user.client, daily_budget=0.1) as client:
        result = await client.call_tool("edit_image", edit | {"images": [str(tmp_path / "*.png")]})
    assert result.structured_content
    assert result.structured_content["details"]["done"] == 2
    assert len(user.asked) == 1
    assert service.call_count == 2


@ERAS
async def test_what_would_be_paid_again_past_the_budget_stays_to_be_decided(
    service: respx.Route, connect: Connect, edit: dict[str, Any], mode: str
) -> None:
    user = User()
    async with connect(mode, client=user.client, daily_budget=0.3) as client:
        result = await client.call_tool("edit_image", edit)
        listed = (await client.call_tool("list_jobs", {})).structured_content
    assert "daily budget" in words(result)
    assert service.call_count == 1
    assert listed
    assert "Ask the user" in listed["jobs"][0]["message"]


async def test_a_yes_that_comes_late_joins_what_another_yes_has_begun(
    service: respx.Route, connect: Connect, edit: dict[str, Any]
) -> None:
    async with connect(client=User().client) as client:
        asked = [await question(client, edit) for _ in range(2)]
        results = [await answered(client, edit, one.request_state, {"consent": YES}) for one in asked]
    assert [result.is_error for result in results] == [False, False]
    assert len({result.structured_content["job_id"] for result in results}) == 1
    assert service.call_count == 2


@ERAS
async def test_two_equal_calls_whose_users_agree_pay_once_more_together(
    service: respx.Route, connect: Connect, edit: dict[str, Any], mode: str
) -> None:
    results: list[Any] = []
    async with connect(mode, client=User().client) as client:

        async def call() -> None:
            results.append(await client.call_tool("edit_image", edit))

        async with anyio.create_task_group() as group:
            group.start_soon(call)
            group.start_soon(call)
    # The other may still wait for the first job when that is given up.
    assert all(not result.is_error or "Given up" in words(result) for result in results)
    assert not all(result.is_error for result in results)
    assert service.call_count == 2


async def test_a_user_who_never_answers_leaves_it_after_a_while(
    service: respx.Route, connect: Connect, edit: dict[str, Any], clock: VirtualClock
) -> None:
    class Silent(User):
        async def __call__(self, _: Any, params: Any) -> Any:
            await anyio.sleep_forever()

    async with connect("legacy", client=Silent().client, wait=5.0) as client:
        begun = clock.now()
        result = await client.call_tool("edit_image", edit)
    assert "Ask the user before paying again" in words(result)
    assert LEAST_SECONDS <= clock.now() - begun <= LEAST_SECONDS + 6
    assert service.call_count == 1


async def test_a_client_that_fails_to_ask_is_one_that_cannot(
    service: respx.Route, connect: Connect, edit: dict[str, Any]
) -> None:
    user = User(ErrorData(code=-32603, message="no window"))
    async with connect("legacy", client=user.client) as client:
        result = await client.call_tool("edit_image", edit)
    assert "Ask the user before paying again" in words(result)
    assert service.call_count == 1


@pytest.mark.parametrize(
    "answer",
    [
        ElicitResult.model_construct(action="ACCEPT", content={"go_on": True}),
        ElicitResult.model_construct(action="accept", content=[True]),
        ElicitResult.model_construct(action="accept", content="go_on"),
        ElicitResult.model_construct(action=None, content={"go_on": True}),
        ElicitResult.model_construct(action="accept", content={"go_on": {"go_on": True}}),
    ],
)
@pytest.mark.filterwarnings("ignore:Pydantic serializer")
async def test_an_answer_with_a_flaw_is_none(
    service: respx.Route, connect: Connect, edit: dict[str, Any], answer: Any
) -> None:
    async with connect("legacy", client=User(answer).client) as client:
        result = await client.call_tool("edit_image", edit)
    assert "Ask the user before paying again" in words(result)
    assert service.call_count == 1


async def test_a_client_that_leaves_while_its_user_is_asked_pays_nothing(
    service: respx.Route, connect: Connect, edit: dict[str, Any]
) -> None:
    asked = anyio.Event()

    class Leaving(User):
        async def __call__(self, _: Any, params: Any) -> Any:
            asked.set()
            await anyio.sleep_forever()

    async with connect("legacy", client=Leaving().client) as client, anyio.create_task_group() as group:
        group.start_soon(client.call_tool, "edit_image", edit)
        await asked.wait()
        group.cancel_scope.cancel()
    async with connect() as client:
        await client.call_tool("list_jobs", {})
    assert service.call_count == 1


async def question(client: Client, edit: dict[str, Any]) -> InputRequiredResult:
    result = await client.session.call_tool("edit_image", edit, allow_input_required=True)
    assert isinstance(result, InputRequiredResult)
    assert result.request_state
    assert "edit_image" not in result.request_state
    return result


async def answered(client: Client, edit: dict[str, Any], state: str | None, answers: Any) -> Any:
    return await client.session.call_tool(
        "edit_image", edit, input_responses=answers, request_state=state, allow_input_required=True
    )


async def test_an_answer_counts_once_for_the_call_that_was_asked_about(
    service: respx.Route, connect: Connect, edit: dict[str, Any]
) -> None:
    service.side_effect = lambda _: edited()
    async with connect(client=User().client, daily_budget=0.1) as client:
        asked = await question(client, edit)
        first = await answered(client, edit, asked.request_state, {"consent": YES})
        again = await answered(client, edit, asked.request_state, {"consent": YES})
        other = edit | {"prompt": "Make it red"}
        with pytest.raises(MCPError, match="requestState"):
            await answered(client, other, asked.request_state, {"consent": YES})
        unbound = await answered(client, other, None, {"consent": YES})
    assert not first.is_error
    assert "daily budget" in words(again)
    assert isinstance(unbound, InputRequiredResult)
    assert service.call_count == 1


@pytest.mark.parametrize("answers", [None, {}, {"other": YES}, {"consent": {"roots": []}}])
async def test_a_call_that_comes_again_without_a_usable_answer_is_refused(
    service: respx.Route, connect: Connect, edit: dict[str, Any], answers: Any
) -> None:
    async with connect(client=User().client, daily_budget=0.1) as client:
        asked = await question(client, edit)
        late = [
            await answered(client, edit, asked.request_state, answers),
            await answered(client, edit, asked.request_state, {"consent": YES}),
        ]
    assert ["daily budget" in words(result) for result in late] == [True, True]
    assert service.call_count == 0


@pytest.mark.parametrize("spoil", [lambda state: state[:-4] + "AAAA", lambda _: json.dumps({"consent": {}})])
async def test_a_forged_state_is_refused(
    service: respx.Route, connect: Connect, edit: dict[str, Any], spoil: Callable[[str], str]
) -> None:
    async with connect(client=User().client, daily_budget=0.1) as client:
        asked = await question(client, edit)
        with pytest.raises(MCPError, match="requestState"):
            await answered(client, edit, spoil(asked.request_state or ""), {"consent": YES})
    assert service.call_count == 0


@ERAS
async def test_pictures_that_meet_the_budget_in_the_middle_go_on_in_place(
    service: respx.Route,
    connect: Connect,
    edit: dict[str, Any],
    mode: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def unchecked(*_: Any) -> None:
        """As if others had spent the rest of the budget a moment later."""

    monkeypatch.setattr(PaidCalls, "check_budget", unchecked)
    service.side_effect = lambda _: edited()
    (tmp_path / "cup.png").write_bytes(picture(80, 80))
    many, user = edit | {"images": [str(tmp_path / "*.png")]}, User(NOES[0])
    async with connect(mode, client=user.client, daily_budget=0.2) as client:
        refused = await client.call_tool("edit_image", many)
        paid = service.call_count
        user._answer = YES
        result = await client.call_tool("edit_image", many)
    assert "daily budget" in words(refused)
    assert paid == 1
    assert result.structured_content
    assert result.structured_content["details"]["done"] == 2
    assert service.call_count == 2
    assert len(user.asked) == 2


@ERAS
async def test_a_recording_that_meets_the_budget_in_the_middle_goes_on_in_place(
    httpx2_mock: respx.Router, connect: Connect, tmp_path: Path, mode: str
) -> None:
    model = Interpreter(httpx2_mock)
    user = User()
    async with connect(mode, client=user.client, daily_budget=0.0021) as client:
        arguments = {"media": str(talk(tmp_path / "talk.wav")), "target_lang": "fr"}
        result = await client.call_tool("translate_media", arguments)
        listed = (await client.call_tool("list_jobs", {})).structured_content
    assert not result.is_error
    assert len(user.asked) == 1
    assert "daily budget" in user.asked[0]
    assert model.count == 3
    assert listed
    assert [job["status"] for job in listed["jobs"]] == ["succeeded"]


@pytest.mark.parametrize(
    ("elicitation", "can"),
    [
        (None, False),
        (ElicitationCapability(), True),
        (ElicitationCapability(form=FormElicitationCapability()), True),
        (ElicitationCapability(url=UrlElicitationCapability()), False),
    ],
)
def test_only_a_client_that_shows_forms_is_asked(elicitation: Any, can: bool) -> None:
    context: Any = SimpleNamespace(
        client_capabilities=ClientCapabilities(elicitation=elicitation), protocol_version="2026-07-28"
    )
    assert can_ask(context) is can
    context.protocol_version, context.session = "2025-11-25", SimpleNamespace(can_send_request=False)
    assert not can_ask(context)
