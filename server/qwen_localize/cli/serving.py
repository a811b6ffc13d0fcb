"""The server and the sandbox, as commands."""

import errno
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import anyio

from qwen_localize_tools import PROMPTS, TOOLS

from ..errors import LocalizeError
from ..front import Front
from ..mcp_server import build_server
from ..mcp_server.stdio import serve_stdio
from ..meter import Meter
from ..settings import Settings
from .sharing import check_replica, check_sharing

# How often what lies in a temporary folder is removed.
_TIMES = 100


async def serve(
    with_sandbox: bool,
    faults: Sequence[str],
    allow: Sequence[Path] = (),
    front: Front | None = None,
    line: bytes = b"",
) -> None:
    """Speak MCP over stdin and stdout.

    Args:
        with_sandbox: use a local stand-in for the service, which runs in this process.
        faults: how it misbehaves.
        allow: folders that may be read too.
        front: who has answered so far.
        line: what it could not answer.

    Raises:
        BadSetting: one of the folders is none, or what a shared database needs is not there.
    """
    async with chosen_settings(with_sandbox, faults) as settings:
        check_sharing(settings)
        server = build_server(settings.allowing(allow), TOOLS, prompts=PROMPTS)
        await serve_stdio(server, front, line)


async def serve_at(address: str, with_sandbox: bool, faults: Sequence[str], allow: Sequence[Path] = ()) -> None:
    """Speak MCP over HTTP.

    Args:
        address: where, as HOST:PORT.
        with_sandbox: use a local stand-in for the service, which runs in this process.
        faults: how it misbehaves.
        allow: folders that may be read.

    Raises:
        LocalizeError: it cannot listen there or must not, or what it needs is not installed.
    """
    try:
        from ..mcp_server.http.address import Address
        from ..mcp_server.http.serving import serve_http
        from ..mcp_server.http.transfers import transfer_routes
        from ..mcp_server.visiting import shared_server
    except ImportError as error:
        raise LocalizeError(
            f"--http needs a package that is not installed ({error.name}). Install the extra: "
            "pip install 'qwen-localize[http]'."
        ) from error
    place = Address.parse(address)
    async with chosen_settings(with_sandbox, faults) as settings:
        meter = Meter()
        settings = settings.over_http().allowing(allow)
        check_replica(settings)
        server = shared_server(settings, TOOLS, prompts=PROMPTS, meter=meter)
        await serve_http(server, settings, place, meter, transfer_routes(settings))


async def serve_sandbox(port: int, faults: Sequence[str]) -> None:
    """Serve a stand-in for the service on loopback until interrupted."""
    async with _stand_in(faults, port) as origin:
        sys.stderr.write(
            f"A stand-in for Model Studio listens at {origin} (Ctrl-C stops it). For a server to use it, set:\n"
            f"  DASHSCOPE_BASE_URL={origin} DASHSCOPE_API_KEY=sk-sandbox\n"
        )
        await anyio.sleep_forever()


def explain_faults() -> None:
    """Say which faults there are.

    Raises:
        LocalizeError: the sandbox is not installed.
    """
    try:
        from ..sandbox.faults import FORMS
    except ImportError as error:
        raise _lacking(error) from error
    sys.stdout.write(f"{FORMS[0].upper()}{FORMS[1:]}.\n")


@asynccontextmanager
async def chosen_settings(with_sandbox: bool, faults: Sequence[str]) -> AsyncIterator[Settings]:
    """The settings, pointing at a sandbox in this process if that was asked for."""
    settings = Settings.load()
    if not with_sandbox:
        if faults:
            raise LocalizeError("--fault makes the sandbox misbehave, and does nothing without --sandbox. Add it.")
        yield settings
        return
    # Its tasks end with this process, and its costs are none: both stay out of the user's own store.
    with TemporaryDirectory(prefix="qwen-localize-sandbox-") as state:
        end = partial(_end, state)
        signal.signal(signal.SIGTERM, end)
        async with _stand_in(faults, port=0) as origin:
            signal.signal(signal.SIGTERM, end)  # it has listened for itself while it started
            yield settings.at_sandbox(origin, Path(state))


@asynccontextmanager
async def _stand_in(faults: Sequence[str], port: int) -> AsyncIterator[str]:
    try:
        from ..sandbox import Fault, SandboxConfig, running
    except ImportError as error:
        raise _lacking(error) from error
    try:
        config = SandboxConfig(faults=tuple(Fault.parse(text) for text in faults))
    except ValueError as error:
        raise LocalizeError(str(error)) from error
    try:
        async with running(config, port=port) as sandbox:
            yield sandbox.origin
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        raise LocalizeError(f"Port {port} is taken by another program. Choose another one with --port.") from error


def _lacking(error: ImportError) -> LocalizeError:
    return LocalizeError(
        f"The sandbox needs packages that are not installed ({error.name}). Install the extra: "
        "pip install 'qwen-localize[sandbox]', or uv run --extra sandbox."
    )


def _end(state: str, number: int, _: object) -> None:
    """End at a signal, as if nobody had listened for it, but for leaving nothing behind."""
    for _ in range(_TIMES):  # a thread may still write there what it had begun
        shutil.rmtree(state, ignore_errors=True)
        if not Path(state).exists():
            break
    os._exit(128 + number)
