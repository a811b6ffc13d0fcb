"""OAuth: whose access tokens are taken, and what is done while their issuer cannot be asked."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from mcp.server import MCPServer

from qwen_localize.errors import BadSetting
from qwen_localize.mcp_server.http.app import build_app
from qwen_localize.mcp_server.http.identity import current_principal
from qwen_localize.settings import Settings
from server.mcp_server.http.issuing import RESOURCE, Issuer, issuing, rsa_key
from server.mcp_server.http.stand import LEGACY, TOKEN, client_of, guest, introduction
from support import words

pytestmark = pytest.mark.process
Ask = Callable[[str | None], Awaitable[httpx2.Response]]


class Turned:
    """A clock that is turned by hand."""

    def __init__(self) -> None:
        self.at = 1000.0

    def now(self) -> float:
        return self.at

    def wall(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        raise AssertionError("nobody waits by this clock")


@pytest.fixture
def turned() -> Turned:
    return Turned()


@pytest.fixture
async def issuer() -> AsyncIterator[Issuer]:
    async with issuing() as issuer:
        yield issuer


def who_am_i() -> MCPServer[None]:
    server: MCPServer[None] = MCPServer("who")

    @server.tool()
    async def whoami() -> str:
        """The caller's name."""
        return f"<{current_principal()}>"

    return server


@asynccontextmanager
async def protected(issuer: Issuer, turned: Turned, folder: Path, **more: str) -> AsyncIterator[str]:
    variables = {
        "QWEN_LOCALIZE_OAUTH_ISSUER": issuer.origin,
        "QWEN_LOCALIZE_OAUTH_RESOURCE": RESOURCE,
        "QWEN_LOCALIZE_STATE_DIR": str(folder / "state"),
        **more,
    }
    async with guest(build_app(who_am_i(), Settings.load(variables), clock=turned)) as origin:
        yield origin


async def asked(origin: str, token: str | None) -> httpx2.Response:
    headers = LEGACY | ({"authorization": f"Bearer {token}"} if token is not None else {})
    async with httpx2.AsyncClient(timeout=10) as http:
        return await http.post(f"{origin}/mcp", json=introduction(), headers=headers)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_caller_is_known_by_issuer_and_subject_or_by_the_name_of_the_token(
    issuer: Issuer, turned: Turned, tmp_path: Path, mode: str
) -> None:
    tokens = f"prometheus={TOKEN} {'x' * 32}"
    async with protected(issuer, turned, tmp_path, QWEN_LOCALIZE_TOKEN=tokens) as origin:
        seen = []
        for token in (issuer.token(), issuer.token(sub="bob", client_id="app"), TOKEN, "x" * 32):
            async with client_of(origin, token, mode) as client:
                seen.append(words(await client.call_tool("whoami", {})))
    assert seen[:3] == [f"<{issuer.origin}#alice>", f"<{issuer.origin}#bob>", "<prometheus>"]
    assert seen[3].startswith("<token-")
    assert "xxx" not in seen[3]


async def test_without_authentication_nobody_has_a_name(tmp_path: Path) -> None:
    app = build_app(who_am_i(), Settings.load({"QWEN_LOCALIZE_STATE_DIR": str(tmp_path)}))
    async with guest(app) as origin, client_of(origin) as client:
        assert words(await client.call_tool("whoami", {})) == "<>"


async def test_no_bad_token_is_taken(issuer: Issuer, turned: Turned, tmp_path: Path) -> None:
    async with protected(issuer, turned, tmp_path) as origin:
        assert (await asked(origin, issuer.token())).status_code == 200
        for reason, token in issuer.bad_tokens().items():
            answer = await asked(origin, token)
            assert answer.status_code == 401, reason
            assert 'error="invalid_token"' in answer.headers["www-authenticate"]


async def test_who_has_no_token_learns_where_to_get_one(issuer: Issuer, turned: Turned, tmp_path: Path) -> None:
    async with protected(issuer, turned, tmp_path) as origin, httpx2.AsyncClient() as http:
        answer = await asked(origin, None)
        place = "/.well-known/oauth-protected-resource/mcp"
        told = await http.get(f"{origin}{place}", headers={"host": "mcp.example.com"})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == f'Bearer resource_metadata="https://mcp.example.com{place}"'
    assert told.json() == {
        "resource": RESOURCE,
        "authorization_servers": [issuer.origin],
        "bearer_methods_supported": ["header"],
    }


@pytest.mark.parametrize("metadata", ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"])
async def test_keys_are_fetched_once_and_again_for_a_new_one_but_not_for_every_stranger(
    issuer: Issuer, turned: Turned, tmp_path: Path, metadata: str
) -> None:
    issuer.metadata = metadata
    async with protected(issuer, turned, tmp_path) as origin:
        async with anyio.create_task_group() as group:
            for _ in range(5):
                group.start_soon(asked, origin, issuer.token())
        assert issuer.asked.count("/keys") == 1
        issuer.keys["second"] = ec.generate_private_key(ec.SECP256R1())
        assert (await asked(origin, issuer.token("second"))).status_code == 401  # so soon, nobody is asked again
        assert issuer.asked.count("/keys") == 1
        turned.at += 31
        assert (await asked(origin, issuer.token("second"))).status_code == 200
        for number in range(5):
            assert (await asked(origin, issuer.token(f"made up {number}", rsa_key()))).status_code == 401
        assert issuer.asked.count("/keys") == 2
        turned.at += 3601
        del issuer.keys["first"]
        assert (await asked(origin, issuer.token("second"))).status_code == 200
        assert issuer.asked.count("/keys") == 3


async def test_a_key_that_was_withdrawn_is_believed_for_an_hour_at_most(
    issuer: Issuer, turned: Turned, tmp_path: Path
) -> None:
    async with protected(issuer, turned, tmp_path) as origin:
        token = issuer.token()
        assert (await asked(origin, token)).status_code == 200
        issuer.keys = {"second": rsa_key()}
        turned.at += 3601
        assert (await asked(origin, token)).status_code == 401


@pytest.mark.parametrize("how", ["silent", "gone", "nonsense", "another issuer"])
async def test_while_the_issuer_is_away_who_cannot_be_checked_is_told_to_try_again(
    issuer: Issuer, turned: Turned, tmp_path: Path, how: str
) -> None:
    issuer.is_away = how == "silent"
    issuer.names_itself = "https://evil.example" if how == "another issuer" else None
    jwks = {"gone": "http://127.0.0.1:9/keys", "nonsense": f"{issuer.origin}/nowhere"}.get(how)
    more = {"QWEN_LOCALIZE_OAUTH_JWKS": jwks} if jwks else {}
    with anyio.fail_after(9):  # it does not hang
        async with protected(issuer, turned, tmp_path, **more) as origin:
            answer = await asked(origin, issuer.token())
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
            before = len(issuer.asked)
            assert (await asked(origin, issuer.token())).status_code == 503
            assert len(issuer.asked) == before
            # Who needs no issuer is served, and a token that no issuer could make good is refused.
            assert (await asked(origin, issuer.bad_tokens()["alg none"])).status_code == 401


async def test_known_keys_outlast_an_issuer_that_is_away_for_a_day(
    issuer: Issuer, turned: Turned, tmp_path: Path
) -> None:
    async with protected(issuer, turned, tmp_path) as origin:
        assert (await asked(origin, issuer.token())).status_code == 200
        issuer.metadata = "/nowhere"
        turned.at += 4000
        assert (await asked(origin, issuer.token())).status_code == 200
        assert (await asked(origin, issuer.token("unknown", rsa_key()))).status_code == 401
        turned.at += 24 * 3600
        assert (await asked(origin, issuer.token())).status_code == 503


async def test_an_audience_of_its_own_is_taken_in_place_of_the_resource(
    issuer: Issuer, turned: Turned, tmp_path: Path
) -> None:
    async with protected(issuer, turned, tmp_path, QWEN_LOCALIZE_OAUTH_AUDIENCE="api://localize") as origin:
        assert (await asked(origin, issuer.token(aud="api://localize"))).status_code == 200
        assert (await asked(origin, issuer.token())).status_code == 401


@pytest.mark.parametrize("url", ["http://id.example.com", "ftp://id.example.com", "https://id.example.com/?a=b", "id"])
def test_an_issuer_in_the_clear_is_refused(url: str) -> None:
    with pytest.raises(BadSetting, match="QWEN_LOCALIZE_OAUTH_ISSUER cannot be used"):
        Settings.load({"QWEN_LOCALIZE_OAUTH_ISSUER": url})
