"""How a server starts: a front answers what every chat asks, and the server is loaded when it is needed."""

import argparse
import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from ..errors import BadSetting, LocalizeError, redact
from ..front import Front
from ..waiting_jobs import waiting_scopes


def serve(options: argparse.Namespace) -> int:
    """Serve until the client leaves; the exit status.

    Raises:
        LocalizeError: the server cannot start, and no client asks for anything.
    """
    if options.http is not None:
        _serve(options, None, b"")
        return 0
    _wait_on_pipes()
    front = None if _is_needed_now(options) else Front()
    line = front.listen() if front else b""
    if front and front.has_answered and not line:
        return 0
    try:
        _serve(options, front if line else None, line)
    except LocalizeError as error:
        if not front or not line:
            raise
        sys.stderr.write(f"qwen-localize: {redact(str(error))}\n")
        front.refuse(line, redact(str(error)))
        return 2
    return 0


def _wait_on_pipes() -> None:
    """A host may hand on ends of its own that do not wait, and nobody reads or writes those so here."""
    for wire in (0, 1) if os.name == "posix" else ():
        with suppress(OSError):  # one that is closed is told of later
            os.set_blocking(wire, True)


def _is_needed_now(options: argparse.Namespace) -> bool:
    """Whether the server itself is: no client talks here, its options must be looked at, or jobs go on with it."""
    talks = sys.stdin is not None and sys.stdout is not None and not sys.stdin.isatty()
    if not talks or options.fault or not all(map(os.path.isdir, options.allow)):
        return True
    if options.sandbox:
        return False  # it has a store of its own
    try:
        scopes = waiting_scopes(os.environ)
        return bool(scopes) and _scope() in scopes
    except (OSError, BadSetting):
        return True


def _scope() -> str:
    from ..settings import Settings

    return Settings.load().scope


def _serve(options: argparse.Namespace, front: Front | None, line: bytes) -> None:
    with _loading():
        import anyio

        from .logs import log_to_stderr
        from .serving import explain_faults, serve, serve_at

    log_to_stderr(verbose=options.verbose)
    if "help" in options.fault:
        explain_faults()
    elif options.http is not None:
        anyio.run(serve_at, options.http, options.sandbox, options.fault, options.allow)
    else:
        anyio.run(serve, options.sandbox, options.fault, options.allow, front, line)


@contextmanager
def _loading() -> Iterator[None]:
    """The imports allocate much and free nothing: collecting garbage meanwhile costs time."""
    gc.disable()
    yield
    gc.freeze()
    gc.enable()
