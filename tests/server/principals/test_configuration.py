"""The file of principals: a key, a region and a budget for each, and what is said of a file that cannot be used."""

import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import anyio
import httpx
import pytest
from mcp import Client

from fakes import Service
from qwen_localize.errors import BadSetting
from qwen_localize.mcp_server.http.identity import Principal
from qwen_localize.mcp_server.http.listed import ListedTokens
from qwen_localize.mcp_server.visiting import shared_server
from qwen_localize.principals import Principals
from qwen_localize.settings import Settings
from qwen_localize_tools import TOOLS
from server.principals.callers import Callers, Tasks
from support import KEY, words
from virtual_time import VirtualClock, until

ALICE = "sk-alice-0123456789abcdef"
Configured = Callable[[str], AbstractAsyncContextManager[Callers]]


@pytest.fixture
def tasks(service: Service) -> Tasks:
    return Tasks(service)


@pytest.fixture
def configured(settings: Settings, clock: VirtualClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Configured:
    """A server with a file of principals."""
    monkeypatch.setenv("ALICE_KEY", f" {ALICE} ")
    monkeypatch.setenv("ALICE_TOKEN", "token-of-alice")
    file = tmp_path / "principals.toml"

    @asynccontextmanager
    async def opened(text: str) -> AsyncIterator[Callers]:
        file.write_text(text)
        changed = settings.model_copy(update={"principals": file})
        with anyio.fail_after(24 * 3600):
            async with Client(shared_server(changed, TOOLS, clock=clock)) as client:
                yield Callers(client)

    return opened


async def test_a_listed_principal_has_a_key_of_its_own_and_others_the_server_s(
    configured: Configured, tasks: Tasks, poster: str
) -> None:
    async with configured('[alice]\napi_key_env = "ALICE_KEY"') as callers:
        for who in ("alice", "bob"):
            result = await callers.call(who, "translate_image", image=poster, target_lang="ru")
            assert "Saved" in words(result)
    assert tasks.keys == [ALICE, KEY]


async def test_a_key_of_ones_own_is_in_no_words(configured: Configured, service: Service, poster: str) -> None:
    service.submit.mock(return_value=httpx.Response(400, json={"code": "X", "message": f"{ALICE} {KEY}"}))
    async with configured('[alice]\napi_key_env = "ALICE_KEY"') as callers:
        told = words(await callers.call("alice", "translate_image", image=poster, target_lang="ru"))
    assert "sk-" not in told


async def test_a_budget_of_ones_own_counts_for_nobody_else(configured: Configured, tasks: Tasks, poster: str) -> None:
    async with configured("[alice]\ndaily_budget = 0.001") as callers:
        told = {
            who: words(await callers.call(who, "translate_image", image=poster, target_lang="ru"))
            for who in ("alice", "bob")
        }
    assert "daily budget of 0.001 CNY" in told["alice"]
    assert "Saved" in told["bob"]


async def test_a_subject_is_known_by_its_name(configured: Configured, tasks: Tasks, poster: str) -> None:
    text = '[alice]\nsubject = "https://issuer.example#alice@example.com"\napi_key_env = "ALICE_KEY"'
    async with configured(text) as callers:
        await callers.call(
            "https://issuer.example#alice@example.com", "translate_image", image=poster, target_lang="ru"
        )
        assert "job-" in words(await callers.call("alice", "list_jobs"))
    assert tasks.keys == [ALICE]


async def test_jobs_go_on_with_their_key_when_their_principal_is_renamed_or_gone(
    configured: Configured, tasks: Tasks, poster: str, tmp_path: Path
) -> None:
    async with configured('[alice]\napi_key_env = "ALICE_KEY"') as callers:
        await begun(callers, tasks, poster)
    async with configured('[carol]\napi_key_env = "ALICE_KEY"') as callers:
        await until(lambda: list((tmp_path / "out").glob("p-*/*.jpg")))
        assert words(await callers.call("carol", "list_jobs")) == "There are no jobs yet."
    assert tasks.keys == [ALICE]


async def test_jobs_whose_key_is_gone_wait_until_it_is_back(
    configured: Configured, tasks: Tasks, poster: str, tmp_path: Path
) -> None:
    async with configured('[alice]\napi_key_env = "ALICE_KEY"') as callers:
        job = await begun(callers, tasks, poster)
    async with configured("") as callers:
        told = words(await callers.call("alice", "get_job", job_id=job, wait=50))
        assert "begun with another API key" in told
        assert not list((tmp_path / "out").rglob("*.jpg"))
    async with configured('[alice]\napi_key_env = "ALICE_KEY"') as callers:
        told = words(await callers.call("alice", "get_job", job_id=job, wait=50))
    assert "Saved https://mcp.example/files/p-" in told


async def begun(callers: Callers, tasks: Tasks, poster: str) -> str:
    """A job of alice's that is sent, and then left alone."""
    names: list[str] = []

    async def translate() -> None:
        await callers.call("alice", "translate_image", image=poster, target_lang="ru")

    async with anyio.create_task_group() as group:
        group.start_soon(translate)
        await until(lambda: tasks.keys)
        listed = (await callers.call("alice", "list_jobs")).structured_content or {}
        names.append(listed["jobs"][0]["job_id"])
        group.cancel_scope.cancel()
    return names[0]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[alice", "it is no TOML"),
        ('alice = "x"', "[alice]"),
        ('["../alice"]\nregion = "cn-beijing"', "is no name"),
        ('["https://issuer#alice"]\nregion = "cn-beijing"', "is no name"),
        ('[alice]\nregion = "mars"', "[alice] region: it must be one of cn-beijing"),
        ("[alice]\ndaily_budget = -1", "[alice] daily_budget"),
        ('[alice]\napi_key = "sk-secret"', "[alice] api_key"),
        ('[alice]\napi_key_env = "NOT_SET"', "the variable NOT_SET, which is not set"),
        ('[alice]\ntoken_sha256 = "abc"', "[alice] token_sha256"),
        (f'[alice]\ntoken_sha256 = "{"a" * 64}"\ntoken_env = "ALICE_TOKEN"', "both token_sha256 and token_env"),
        (f'[alice]\ntoken_sha256 = "{"a" * 64}"\n[bob]\ntoken_sha256 = "{"A" * 64}"', "have the same token"),
        ('[alice]\nsubject = "s#1"\n[bob]\nsubject = "s#1"', "have the same subject"),
        ('[alice]\nworkspace = "ws-1"', "has a workspace, but no api_key_env"),
    ],
)
def test_what_is_wrong_with_the_file_is_one_sentence_without_its_values(
    settings: Settings, tmp_path: Path, text: str, reason: str
) -> None:
    file = tmp_path / "principals.toml"
    file.write_text(text)
    with pytest.raises(BadSetting) as refusal:
        Principals.load(settings.model_copy(update={"principals": file}), {"ALICE_TOKEN": "t"})
    told = str(refusal.value)
    assert reason in told
    assert told.startswith(f"QWEN_LOCALIZE_PRINCIPALS ({file}) cannot be used: ")
    assert told.count(". ") == 0
    assert "sk-secret" not in told


def test_a_file_that_is_not_there_is_said_so(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="it cannot be read"):
        Principals.load(settings.model_copy(update={"principals": tmp_path / "nowhere.toml"}))


async def test_a_listed_token_s_caller_is_its_principal(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "principals.toml"
    file.write_text('[alice]\ntoken_env = "T"')
    tokens = ListedTokens(Principals.load(settings.model_copy(update={"principals": file}), {"T": "token-of-alice"}))
    found = await tokens.verify_token("token-of-alice")
    assert found
    assert (Principal.of(found).name, found.token) == ("alice", "")
    assert await tokens.verify_token("token-of-alicf") is None


def test_a_token_is_known_by_its_digest_or_its_variable(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "principals.toml"
    digest = hashlib.sha256(b"token-of-bob").hexdigest()
    file.write_text(f'[alice]\ntoken_env = "T"\n[bob]\ntoken_sha256 = "{digest}"')
    known = Principals.load(settings.model_copy(update={"principals": file}), {"T": " token-of-alice\n"})
    assert [known.of_token(f"token-of-{who}") for who in ("alice", "bob", "carol")] == ["alice", "bob", None]
    assert known.of_token("") is None


def test_no_allowed_folder_leads_a_caller_to_anothers_files(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    folders = [tmp_path, tmp_path / "out", tmp_path / "out" / "p-x", tmp_path / "state", tmp_path / "shared"]
    own = Settings.load(
        {
            "QWEN_LOCALIZE_OUTPUT_DIR": str(tmp_path / "out"),
            "QWEN_LOCALIZE_STATE_DIR": str(tmp_path / "state"),
            "QWEN_LOCALIZE_ALLOWED_DIRS": ":".join(map(str, folders)),
        }
    )
    assert Principals(own).settings("alice").allowed_dirs == (tmp_path / "shared",)
    assert Principals(own).settings("").allowed_dirs == tuple(folders)
    assert f"{tmp_path / 'state'} is not read for callers" in caplog.text


def test_a_region_and_a_workspace_of_ones_own_are_the_service_that_is_asked(tmp_path: Path) -> None:
    file = tmp_path / "principals.toml"
    file.write_text(
        '[alice]\nregion = "us-east-1"\napi_key_env = "K"\n[bob]\napi_key_env = "K"\nworkspace = "ws-2"\n[carol]'
    )
    own = Settings.load(
        {"DASHSCOPE_API_KEY": KEY, "DASHSCOPE_WORKSPACE": "ws-1", "QWEN_LOCALIZE_PRINCIPALS": str(file)}
    )
    known = Principals.load(own, {"K": ALICE})
    services = {who: known.settings(who).service for who in ("alice", "bob", "carol")}
    assert services["alice"].region == "us-east-1"
    assert "ws-1" not in services["alice"].origin
    assert "ws-2" in services["bob"].origin
    assert services["carol"] == own.service
    assert len({known.settings(who).scope for who in ("alice", "bob", "carol")}) == 3
