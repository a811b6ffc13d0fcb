"""Connections over which both sides speak, to services that misbehave."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import anyio
import pytest
from anyio.abc import SocketAttribute, SocketStream

from qwen_localize.dashscope import Client, Service, Wire
from qwen_localize.errors import LocalizeError, ServiceFailed, TimedOut
from support import KEY
from virtual_time import VirtualClock

Serve = Callable[[SocketStream], Awaitable[None]]
_SWITCHED = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"


@asynccontextmanager
async def service(serve: Serve) -> AsyncIterator[Client]:
    """A client of a service that does with each connection what it is told."""

    async def handle(stream: SocketStream) -> None:
        with suppress(anyio.BrokenResourceError):
            async with stream:
                await stream.receive()
                await serve(stream)

    async with await anyio.create_tcp_listener(local_host="127.0.0.1") as listener, anyio.create_task_group() as group:
        port = listener.extra(SocketAttribute.local_port)
        group.start_soon(listener.serve, handle)
        wire = Wire(Service.at("cn-beijing", base_url=f"http://127.0.0.1:{port}"), KEY, clock=VirtualClock())
        try:
            yield Client(wire)
        finally:
            await wire.close()
            group.cancel_scope.cancel()


def saying(*frames: bytes) -> Serve:
    """What opens the connection, sends the frames, and then says nothing."""

    async def serve(stream: SocketStream) -> None:
        await stream.send(_SWITCHED + b"".join(frames))
        await anyio.sleep_forever()

    return serve


async def flooded(client: Client) -> None:
    """Send more than any network takes without somebody who reads."""
    async with client.connect("realtime", {}) as socket:
        while True:
            await socket.send(bytes(1024 * 1024))


def frame(kind: int, data: bytes) -> bytes:
    return bytes((0x80 | kind, len(data))) + data


@pytest.mark.parametrize(
    "said",
    [
        frame(1, f"nonsense {KEY}".encode()),
        frame(1, f'["{KEY}"]'.encode()),
        frame(8, b"\x03\xf0" + f"Refused: {KEY}".encode()),
        frame(8, b"\x03\xf0" + f"Access denied: {KEY}".encode()),
    ],
)
async def test_the_key_is_in_no_error_whatever_the_service_says(said: bytes) -> None:
    async with service(saying(said)) as client:
        with pytest.raises(LocalizeError) as caught:
            async with client.connect("realtime", {}) as socket:
                await socket.receive(30.0)
    assert KEY not in str(caught.value)
    assert "[key]" in str(caught.value)


async def test_a_service_that_reads_no_more_is_given_up_and_the_connection_closed() -> None:
    async with service(saying()) as client:
        with anyio.fail_after(120), pytest.raises(ServiceFailed):
            await flooded(client)


async def test_a_call_that_is_cancelled_does_not_wait_for_a_service_that_reads_no_more() -> None:
    async with service(saying()) as client:
        with anyio.fail_after(120), anyio.move_on_after(10) as scope:
            await flooded(client)
    assert scope.cancelled_caught


async def test_an_answer_to_the_call_that_never_ends_is_not_waited_for() -> None:
    async def drip(stream: SocketStream) -> None:
        await stream.send(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            await anyio.sleep(30)
            await stream.send(b"<")

    async with service(drip) as client:
        with anyio.fail_after(3600), pytest.raises(TimedOut):
            async with client.connect("realtime", {}):
                pass
