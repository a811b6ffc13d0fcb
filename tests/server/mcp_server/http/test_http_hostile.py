"""Who does not mean well: what they send gets a plain answer or none, and holds up nobody else."""

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from pathlib import Path

import anyio
import httpx2
import pytest

from server.mcp_server.http.stand import LEGACY, TOKEN, Serving, client_of, introduction, raw, serving, statuses
from support import words

pytestmark = pytest.mark.process
SECRET = "a secret that stands in what was sent"
ROUTES = ("/mcp", "/healthz", "/readyz", "/metrics", "/no-such-route", "/.well-known/oauth-protected-resource/mcp")


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Serving]:
    async with serving(tmp_path_factory.mktemp("hostile"), "--sandbox", QWEN_LOCALIZE_TOKEN=TOKEN) as server:
        yield server
        # Nothing that anybody sent stands in the log, and nothing went wrong in a way that nobody foresaw.
        assert SECRET not in server.said
        assert TOKEN not in server.said
        assert "Traceback" not in server.said, server.said


async def works(server: Serving, text: str) -> None:
    """A client with a token is served, and soon."""
    with anyio.fail_after(20):
        async with client_of(server.origin, TOKEN) as client:
            result = await client.call_tool("translate_text", {"text": text, "target_lang": "ru"})
    assert not result.is_error, words(result)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        f"Bearer {TOKEN[:-1]}",
        f"Bearer {TOKEN}x",
        f"Basic {TOKEN}",
        TOKEN,
        "Bearer eyJhbGciOiJub25lIn0.e30.",
        f"Bearer {SECRET}",
    ],
)
@pytest.mark.parametrize("route", ["/mcp", "/metrics"])
async def test_without_a_good_token_nothing_is_told(server: Serving, header: str | None, route: str) -> None:
    headers = LEGACY | ({} if header is None else {"authorization": header})
    async with httpx2.AsyncClient(base_url=server.origin) as http:
        for method in ("GET", "POST", "DELETE"):
            answer = await http.request(method, route, json=introduction(), headers=headers)
            assert answer.status_code == (405 if (route, method == "GET") == ("/metrics", False) else 401)
            assert "qwen" not in answer.text.lower()


async def test_two_tokens_at_once_are_none(server: Serving) -> None:
    both = [*LEGACY.items(), ("authorization", f"Bearer {TOKEN}"), ("authorization", "Bearer other")]
    async with httpx2.AsyncClient() as http:
        assert (await http.post(f"{server.origin}/mcp", json=introduction(), headers=both)).status_code == 401


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost@evil.example", "localhost:1:2"])
async def test_a_foreign_host_is_turned_away_everywhere(server: Serving, route: str, host: str) -> None:
    async with httpx2.AsyncClient() as http:
        answer = await http.get(f"{server.origin}{route}", headers={"host": host, "authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 421


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://localhost.evil.example", "file://", ""])
async def test_a_foreign_origin_is_turned_away_everywhere(server: Serving, route: str, origin: str) -> None:
    async with httpx2.AsyncClient() as http:
        headers = {"origin": origin, "authorization": f"Bearer {TOKEN}"}
        assert (await http.get(f"{server.origin}{route}", headers=headers)).status_code == 403


async def test_a_page_of_this_machine_may_call(server: Serving) -> None:
    async with httpx2.AsyncClient() as http:
        answer = await http.get(f"{server.origin}/healthz", headers={"origin": "http://localhost:6274"})
    assert answer.status_code == 200


def _request(*headers: str, target: str = "/mcp", version: str = "1.1", host: str = "localhost") -> bytes:
    own = [f"Host: {host}", f"Authorization: Bearer {TOKEN}", "Accept: application/json, text/event-stream"]
    lines = [f"POST {target} HTTP/{version}", *own, "Content-Type: application/json", *headers, "", ""]
    return "\r\n".join(lines).encode()


async def test_a_body_of_ten_megabytes_is_refused_before_it_is_read(server: Serving) -> None:
    async with await server.connect() as stream:
        await stream.send(_request(f"Content-Length: {10 * 2**20}"))
        with anyio.fail_after(5):
            assert statuses(await stream.receive()) == [413]


async def test_a_body_of_unknown_length_is_refused_when_it_has_become_too_long(server: Serving) -> None:
    piece = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    async with await server.connect() as stream:
        await stream.send(_request("Transfer-Encoding: chunked"))
        with anyio.fail_after(10):
            for _ in range(10 * 16):
                await stream.send(piece)
            assert statuses(await stream.receive()) == [413]
    await works(server, "after a long body")


@pytest.mark.parametrize("declared", ["-1", "abc", "1e9", "18446744073709551616", "1, 2"])
async def test_a_senseless_length_is_an_error_of_who_sent_it(server: Serving, declared: str) -> None:
    async with await server.connect() as stream:
        with anyio.fail_after(15):
            await stream.send(_request(f"Content-Length: {declared}"))
            assert statuses(await stream.receive())[0] in (400, 413)


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(256)),  # the beginning of TLS
        b"\x00" * 4096,
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET /\x00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nBad Header: x\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        SECRET.encode() + b"\r\n\r\n",
        b"POST /mcp HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 5\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
)
async def test_garbage_gets_an_error_and_the_connection_ends(server: Serving, garbage: bytes) -> None:
    with anyio.fail_after(15):
        async with await server.connect() as stream:
            answer = await raw(stream, garbage)
    assert all(status in (400, 401, 404, 421, 505) for status in statuses(answer)), answer


async def test_huge_headers_are_refused(server: Serving) -> None:
    for size in (40_000, 100_000, 400_000):
        async with await server.connect() as stream:
            with anyio.fail_after(10):
                answer = await raw(stream, _request("Connection: close", "X-Long: " + "x" * size))
        assert statuses(answer) in ([400], [431], [])  # none where the rest was still on its way


async def test_http_1_0_is_served_and_its_connection_closed(server: Serving) -> None:
    with anyio.fail_after(10):
        async with await server.connect() as stream:
            answer = await raw(stream, b"GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n")
            assert (statuses(answer), answer[-3:]) == ([200], b"ok\n")
        async with await server.connect() as stream:
            assert statuses(await raw(stream, b"GET /healthz HTTP/1.0\r\n\r\n")) == [421]


async def test_requests_that_come_together_are_answered_one_by_one_each_with_its_own_token(server: Serving) -> None:
    body = json.dumps(introduction()).encode()
    good = _request(f"Content-Length: {len(body)}") + body
    bad = good.replace(TOKEN.encode(), b"0" * 32)
    last = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    with anyio.fail_after(10):
        async with await server.connect() as stream:
            assert statuses(await raw(stream, good + bad + good + last)) == [200, 401, 200, 200]


async def test_a_request_hidden_in_a_body_that_was_refused_is_not_served(server: Serving) -> None:
    hidden = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    bad = _request(f"Content-Length: {len(hidden)}").replace(TOKEN.encode(), b"0" * 32)
    last = b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    with anyio.fail_after(10):
        async with await server.connect() as stream:
            assert statuses(await raw(stream, bad + hidden + last)) == [401, 200]


_SLOW: list[tuple[bytes, bytes, list[int]]] = [
    (b"GET /healthz HTTP/1.1\r\n", b"X-A: b\r\n", []),
    (b"G", b"", []),
    (_request("Content-Length: 100000"), b" ", [408]),
    (_request("Transfer-Encoding: chunked"), b"1\r\n \r\n", [408]),
    (_request("Content-Length: 100000").replace(TOKEN.encode(), b"0" * 32), b" ", [401]),
]


async def test_two_hundred_slow_connections_are_hung_up_on_and_hold_up_nobody(server: Serving) -> None:
    answers: list[tuple[int, list[int]]] = []

    async def dawdle(kind: int) -> None:
        beginning, more, _ = _SLOW[kind]
        async with await server.connect() as stream, anyio.create_task_group() as group:

            async def trickle() -> None:
                with suppress(anyio.BrokenResourceError, anyio.ClosedResourceError):
                    while True:
                        await anyio.sleep(1)
                        await stream.send(more)

            group.start_soon(trickle)
            answers.append((kind, statuses(await raw(stream, beginning))))
            group.cancel_scope.cancel()

    with anyio.fail_after(90):
        async with anyio.create_task_group() as group:
            for number in range(200):
                group.start_soon(dawdle, number % len(_SLOW))
            await works(server, "while others are slow")
    assert [found for _, found in sorted(answers)] == [status for _, _, status in _SLOW for _ in range(40)]


async def test_who_opens_more_connections_than_there_may_be_keeps_nobody_out(server: Serving) -> None:
    async with AsyncExitStack() as stack:
        for _ in range(600):
            await stack.enter_async_context(await server.connect())
        await works(server, "while others sit on connections")


async def test_a_call_whose_arguments_hold_a_secret_leaves_none_in_the_log(server: Serving) -> None:
    async with client_of(server.origin, TOKEN) as client:
        await client.call_tool("translate_text", {"text": SECRET, "target_lang": "no such language"})
    async with httpx2.AsyncClient(base_url=server.origin) as http:
        await http.get(f"/healthz?{SECRET}")
        await http.get(f"/{SECRET}", headers={"authorization": f"Bearer {TOKEN}"})
    assert SECRET not in server.said


async def test_names_that_were_allowed_are_answered(tmp_path: Path) -> None:
    allowed = {
        "QWEN_LOCALIZE_ALLOWED_HOSTS": "mcp.example.com, other.example:8443",
        "QWEN_LOCALIZE_ALLOWED_ORIGINS": "https://app.example.com",
    }
    async with serving(tmp_path, "--sandbox", **allowed) as server, httpx2.AsyncClient() as http:

        async def status(**headers: str) -> int:
            return (await http.get(f"{server.origin}/healthz", headers=headers)).status_code

        assert await status(host="MCP.example.com") == 200
        assert await status(host="mcp.example.com:8000") == 200
        assert await status(host="other.example:8443") == 200
        assert await status(host="other.example") == 421
        assert await status(origin="https://app.example.com") == 200
        assert await status(origin="http://app.example.com") == 403
        assert await status(origin="http://localhost:3000") == 403
