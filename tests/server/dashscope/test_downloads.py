"""Results, streamed."""

import socket

import httpx
import httpx2
import pytest
import respx

from qwen_localize import errors
from qwen_localize.dashscope import Client, Service, Wire
from support import KEY, FakeClock

URL = "https://results.example/a.jpg"


@pytest.fixture
def client(clock: FakeClock) -> Client:
    return Client(Wire(Service.at("cn-beijing"), KEY, clock=clock, chance=lambda: 0.0))


async def content(response: httpx2.Response) -> bytes:
    return await response.aread()


async def test_a_few_redirects_are_followed(httpx2_mock: respx.Router, client: Client) -> None:
    httpx2_mock.get(URL).respond(302, headers={"Location": "https://cdn.example/b.jpg"})
    httpx2_mock.get("https://cdn.example/b.jpg").respond(content=b"picture")
    assert await client.download(URL, content) == b"picture"


async def test_redirects_without_end_are_not(httpx2_mock: respx.Router, client: Client) -> None:
    route = httpx2_mock.get(URL).respond(302, headers={"Location": URL})
    with pytest.raises(errors.Bug, match="redirects more than 3 times"):
        await client.download(URL, content)
    assert route.call_count == 4


@pytest.mark.parametrize(
    "target",
    ["file:///etc/passwd", "ftp://results.example/a", "http://127.0.0.1/a", "http://10.1.2.3/a", "http://[::1]/"],
)
async def test_no_redirect_leads_into_a_private_network_or_to_another_scheme(
    httpx2_mock: respx.Router, client: Client, target: str
) -> None:
    httpx2_mock.get(URL).respond(302, headers={"Location": target})
    with pytest.raises(errors.LocalizeError):
        await client.download(URL, content)
    assert httpx2_mock.calls.call_count <= 5


async def test_a_name_that_leads_into_a_private_network_is_found_out_by_its_address(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    import anyio
    from anyio.abc import SocketAttribute, SocketStream

    async def answer(stream: SocketStream) -> None:
        async with stream:
            await stream.receive()
            await stream.send(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret")

    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *rest, **named: real("127.0.0.1", *rest, **named))
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    async with await anyio.create_tcp_listener(local_host="127.0.0.1") as listener, anyio.create_task_group() as group:
        group.start_soon(listener.serve, answer)
        port = listener.extra(SocketAttribute.local_port)
        with pytest.raises(errors.Bug, match="where no result can be"):
            await client.download(f"http://results.example:{port}/a.jpg", content)
        group.cancel_scope.cancel()


@pytest.mark.parametrize("status", [403, 404])
async def test_a_url_that_is_no_longer_valid_is_said_to_be_expired(
    httpx2_mock: respx.Router, client: Client, status: int
) -> None:
    route = httpx2_mock.get(URL).respond(status)
    with pytest.raises(errors.Expired):
        await client.download(URL, content)
    assert route.call_count == 1


async def test_what_the_reader_calls_spoiled_is_fetched_again(httpx2_mock: respx.Router, client: Client) -> None:
    httpx2_mock.get(URL).mock(side_effect=[httpx.Response(200, content=b""), httpx.Response(200, content=b"whole")])

    async def choosy(response: httpx2.Response) -> bytes:
        if not (data := await response.aread()):
            raise errors.Spoiled("empty")
        return data

    assert await client.download(URL, choosy) == b"whole"
