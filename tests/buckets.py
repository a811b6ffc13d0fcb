"""Storage that replicas share, as tests have it: an S3 server of this process, and folders."""

import asyncio
import logging
import urllib.request
import warnings
from collections.abc import Awaitable, Callable, Iterable, Iterator
from threading import Lock
from typing import Any

import pytest

from qwen_localize.files import object_storage
from virtual_time import VirtualLoop

BUCKET = "replicas"
SECRET = "not-a-real-secret-key"

within = object_storage.within


async def _counted(seconds: float, call: Callable[[], Awaitable[Any]]) -> Any:
    """What storage is asked is done by threads of its own: until one answers, no virtual time passes."""
    loop = asyncio.get_running_loop()
    if not isinstance(loop, VirtualLoop):
        return await within(seconds, call)
    loop.threads += 1
    try:
        return await call()
    finally:
        loop.threads -= 1


object_storage.within = _counted


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """The origin of an S3 server with a bucket."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # those of a stranger
        from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    assert server._server
    server._server.app = _one_by_one(server._server.app)
    host, port = server.get_host_and_port()
    origin = f"http://{host}:{port}"
    with urllib.request.urlopen(urllib.request.Request(f"{origin}/{BUCKET}", method="PUT")) as answer:
        answer.read()
    yield origin
    server.stop()


def _one_by_one(app: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """The same requests, one after the other: S3 puts what may not be there yet in one step, and moto in two."""
    turn = Lock()

    def serve(environ: Any, start_response: Any) -> Iterable[bytes]:
        with turn:
            return list(app(environ, start_response))

    return serve


@pytest.fixture
def s3(s3_server: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> str:
    """The URL of a place in a bucket that is the test's own; the environment says how it is reached."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3_server)
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    return f"s3://{BUCKET}/{abs(hash(request.node.nodeid)):x}"
