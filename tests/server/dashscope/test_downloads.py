"""Results, streamed."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import anyio
import httpx
import httpx2
import pytest
import respx
from anyio.abc import SocketStream

from qwen_localize import errors
from qwen_localize.dashscope import Client, Service, Wire
from support import KEY, listening
from virtual_time import VirtualClock

URL = "https://results.example/a.jpg"


@asynccontextmanager
async def at(clock: VirtualClock, base_url: str | None = None) -> AsyncIterator[Client]:
    wire = Wire(Service.at("cn-beijing", base_url=base_url), KEY, clock=clock, chance=lambda: 0.0)
    yield Client(wire)
    await wire.close()


@pytest.fixture
async def client(clock: VirtualClock) -> AsyncIterator[Client]:
    async with at(clock) as client:
        yield client


async def content(response: httpx2.Response) -> bytes:
    return await response.aread()


async def test_a_few_redirects_are_followed(httpx2_mock: respx.Router, client: Client) -> None:
    httpx2_mock.get(URL).respond(302, headers={"Location": "https://cdn.example/b.jpg"})
    httpx2_mock.get("https://cdn.example/b.jpg").respond(content=b"picture")
    assert await client.download(URL, content) == b"picture"


async def test_redirects_without_end_are_not(httpx2_mock: respx.Router, client: Client) -> None:
    route = httpx2_mock.get(URL).respond(302, headers={"Location": URL})
    with pytest.raises(errors.BadAnswer, match="redirects more than 3 times"):
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


@dataclass
class Neighbour:
    """A server in the private network: how many connections were made to it, and what it was sent."""

    port: int = 0
    connections: int = 0
    received: bytes = b""

    async def answer(self, stream: SocketStream) -> None:
        self.connections += 1
        async with stream:
            with suppress(anyio.EndOfStream):
                self.received += await stream.receive()
                await stream.send(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret")


@pytest.fixture
async def neighbour() -> AsyncIterator[Neighbour]:
    found = Neighbour()
    async with listening(found.answer) as origin:
        found.port = int(origin.rpartition(":")[2])
        yield found


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Where every name leads from now on: each look-up uses one of these up, but for the last."""
    real, leads = socket.getaddrinfo, ["127.0.0.1"]

    def look_up(host: object, *rest: Any, **named: Any) -> Any:
        return real(leads.pop(0) if len(leads) > 1 else leads[0], *rest, **named)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return leads


@pytest.mark.parametrize("variable", [None, "NO_PROXY", "HTTPS_PROXY"])
@pytest.mark.parametrize("host", ["results.example", "2130706433", "127.1", "localhost."])
async def test_a_host_that_leads_into_a_private_network_is_not_even_connected_to(
    client: Client, neighbour: Neighbour, names: list[str], monkeypatch: pytest.MonkeyPatch, host: str, variable: str
) -> None:
    if variable:
        monkeypatch.setenv(variable, "http://127.0.0.1:9")
    with pytest.raises(errors.BadAnswer, match="where no result can be"):
        await client.download(f"http://{host}:{neighbour.port}/a.jpg", content)
    assert (neighbour.connections, neighbour.received) == (0, b"")


async def test_a_name_that_leads_elsewhere_when_it_is_looked_up_again_is_sent_nothing(
    client: Client, neighbour: Neighbour, names: list[str]
) -> None:
    names.insert(0, "8.8.8.8")
    with pytest.raises(errors.BadAnswer, match="where no result can be"):
        await client.download(f"http://results.example:{neighbour.port}/a.jpg", content)
    assert neighbour.received == b""


async def test_where_a_proxy_connects_only_the_proxy_knows_where_a_name_leads(
    client: Client, neighbour: Neighbour, names: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{neighbour.port}")
    assert await client.download("http://results.example/a.jpg", content) == b"secret"
    assert neighbour.received.startswith(b"GET http://results.example/a.jpg ")


async def test_a_service_in_the_private_network_has_its_results_there(
    clock: VirtualClock, neighbour: Neighbour
) -> None:
    async with at(clock, "http://127.0.0.1:9") as client:
        assert await client.download(f"http://127.0.0.1:{neighbour.port}/a.jpg", content) == b"secret"


@pytest.mark.parametrize("url", ["http://results.example:99999/a.jpg", "http://[::1/a.jpg", "no url", ""])
async def test_a_url_that_cannot_be_read_is_none_that_a_result_may_have(client: Client, url: str) -> None:
    with pytest.raises(errors.BadAnswer, match="where no result can be"):
        await client.download(url, content)


@pytest.mark.parametrize(
    ("failure", "kind", "trouble"),
    [
        (httpx2.ConnectError("no"), errors.Unreachable, r"cannot be reached \(ConnectError\)"),
        (httpx2.ReadTimeout("no"), errors.TimedOut, r"did not send it in time \(ReadTimeout\)"),
        (httpx2.ReadError("no"), errors.ServiceFailed, r"broke the connection off \(ReadError\)"),
    ],
)
async def test_a_failed_connection_is_told_of_the_host_that_has_the_result(
    httpx2_mock: respx.Router, client: Client, failure: Exception, kind: type[Exception], trouble: str
) -> None:
    httpx2_mock.get(URL).mock(side_effect=failure)
    with pytest.raises(kind, match=f"^“results.example”, which has the result, {trouble}: check the network"):
        await client.download(URL, content)


@pytest.mark.parametrize("status", [403, 404])
async def test_a_url_that_is_refused_may_have_expired_or_be_blocked_on_the_way(
    httpx2_mock: respx.Router, client: Client, status: int
) -> None:
    route = httpx2_mock.get(URL).respond(status)
    with pytest.raises(
        errors.Expired, match=rf"“results.example” refuses .* \(HTTP {status}\): its URL has expired, or"
    ):
        await client.download(URL, content)
    assert route.call_count == 1


async def test_what_the_reader_calls_spoiled_is_fetched_again(httpx2_mock: respx.Router, client: Client) -> None:
    httpx2_mock.get(URL).mock(side_effect=[httpx.Response(200, content=b""), httpx.Response(200, content=b"whole")])

    async def choosy(response: httpx2.Response) -> bytes:
        if not (data := await response.aread()):
            raise errors.Spoiled("empty")
        return data

    assert await client.download(URL, choosy) == b"whole"
