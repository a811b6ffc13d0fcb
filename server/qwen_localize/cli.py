"""The command line: serve (the default), demo, sandbox, usage, manifests."""

import argparse
import errno
import logging
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import anyio

from . import __version__
from .errors import LocalizeError, redact
from .settings import Settings


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status."""
    _speak_utf8()
    options = _parser().parse_args(arguments)
    _log_to_stderr(options.verbose)
    try:
        return int(options.run(options) or 0)
    except LocalizeError as error:
        return _complain(str(error))
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="qwen-localize", description="MCP server for Alibaba Model Studio's translation and localization models."
    )
    parser.add_argument("--version", action="version", version=f"qwen-localize {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    serve = commands.add_parser("serve", help="speak MCP over stdin and stdout (the default)")
    demo = commands.add_parser("demo", help="put each tool to work over stdio, as a client would; no key needed")
    demo.add_argument("--live", action="store_true", help="use the service and your key instead of the sandbox")
    demo.add_argument("--output", type=Path, default=Path("qwen-localize-demo"), help="where the results go")
    sandbox = commands.add_parser("sandbox", help="serve a local stand-in for Model Studio on loopback")
    sandbox.add_argument("--port", type=int, default=8123, help="port on 127.0.0.1 (0: any free one)")
    manifests = commands.add_parser("manifests", help="write everything under manifests/ and the README's tables")
    manifests.add_argument("--check", action="store_true", help="write nothing; fail if something is out of date")
    usage = commands.add_parser("usage", help="show estimated costs by day, tool and model")
    runs = {parser: _serve, serve: _serve, demo: _demo, sandbox: _sandbox, manifests: _manifests, usage: _usage}
    for command, run in runs.items():
        command.set_defaults(run=run)
    # What the bare command takes stands for every command that takes it too, whichever side of its name it is on.
    silent = argparse.SUPPRESS
    for command in runs:
        _flag(command, "-v", "--verbose", words="log more, to stderr", default=False if command is parser else silent)
    for command in (parser, serve):
        default = False if command is parser else silent
        _flag(command, "--sandbox", words="use a local stand-in; no key needed", default=default)
    for command in (parser, serve, sandbox):
        words = "make the stand-in misbehave; --fault help lists the ways"
        none: list[str] | str = [] if command is parser else silent
        command.add_argument("--fault", action="append", default=none, metavar="NAME[@STAGE][:N]", help=words)
    return parser


def _flag(command: argparse.ArgumentParser, *names: str, words: str, default: bool | str) -> None:
    command.add_argument(*names, action="store_true", help=words, default=default)


def _serve(options: argparse.Namespace) -> None:
    anyio.run(_serve_stdio, options)


async def _serve_stdio(options: argparse.Namespace) -> None:
    from qwen_localize_tools import TOOLS

    from .app import build_server

    async with _settings(options) as settings:
        await build_server(settings, TOOLS).run_stdio_async()


@asynccontextmanager
async def _settings(options: argparse.Namespace) -> AsyncIterator[Settings]:
    """The settings, pointing at a sandbox in this process if that was asked for."""
    settings = Settings.load()
    if not options.sandbox:
        if options.fault:
            raise LocalizeError("--fault makes the sandbox misbehave, and does nothing without --sandbox. Add it.")
        yield settings
        return
    # Its tasks end with this process, and its costs are none: both stay out of the user's own store.
    with TemporaryDirectory(prefix="qwen-localize-sandbox-") as state:
        async with _stand_in(options, port=0) as origin:
            yield settings.at_sandbox(origin, Path(state))


@asynccontextmanager
async def _stand_in(options: argparse.Namespace, port: int) -> AsyncIterator[str]:
    try:
        from .sandbox import Fault, SandboxConfig, running
    except ImportError as error:
        raise LocalizeError(
            f"The sandbox needs packages that are not installed ({error.name}). Install the extra: "
            "pip install 'qwen-localize[sandbox]', or uv run --extra sandbox."
        ) from error
    try:
        faults = tuple(Fault.parse(text) for text in options.fault)
    except ValueError as error:
        raise LocalizeError(str(error)) from error
    try:
        async with running(SandboxConfig(faults=faults), port=port) as sandbox:
            yield sandbox.origin
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        raise LocalizeError(f"Port {port} is taken by another program. Choose another one with --port.") from error


def _demo(options: argparse.Namespace) -> int:
    from .demo import run

    return anyio.run(run, options.output.absolute(), options.live)


def _sandbox(options: argparse.Namespace) -> None:
    anyio.run(_serve_sandbox, options)


async def _serve_sandbox(options: argparse.Namespace) -> None:
    async with _stand_in(options, options.port) as origin:
        sys.stderr.write(
            f"A stand-in for Model Studio listens at {origin} (Ctrl-C stops it). For a server to use it, set:\n"
            f"  DASHSCOPE_BASE_URL={origin} DASHSCOPE_API_KEY=sk-sandbox\n"
        )
        await anyio.sleep_forever()


def _manifests(options: argparse.Namespace) -> int:
    from qwen_localize_tools import TOOLS

    from .app import describe_tools
    from .manifest import outdated, write

    root = Path.cwd()
    tools = anyio.run(describe_tools, TOOLS)
    stale = outdated(root, tools)
    if options.check and stale:
        return _complain(f"Out of date: {', '.join(stale)}. Run: qwen-localize manifests")
    for name in [] if options.check else write(root, tools):
        sys.stderr.write(f"wrote {name}\n")
    return 0


def _usage(options: argparse.Namespace) -> None:  # noqa: ARG001 - as every command
    anyio.run(_show_usage)


async def _show_usage() -> None:
    from .clock import RealClock
    from .services import costs

    rows = await costs(Settings.load(), RealClock())
    lines = [
        f"{row['day']}  {row['tool']:<20} {row['model']:<28} {row['calls']:>6} {row['cny']:>12.6f}" for row in rows
    ]
    head = f"{'day':<10}  {'tool':<20} {'model':<28} {'calls':>6} {'CNY (est.)':>12}"
    sys.stdout.write("\n".join([head, *lines] if lines else ["Nothing has been spent yet with this key."]) + "\n")


def _complain(words: str) -> int:
    sys.stderr.write(f"qwen-localize: {redact(words)}\n")
    return 2


def _speak_utf8() -> None:
    """UTF-8 whatever the system's code page; a log line that cannot be encoded must not kill the server."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(encoding="utf-8", errors="backslashreplace" if stream is not sys.stdin else "strict")


class _Redacting(logging.Formatter):
    """No key in any log line, whoever wrote it."""

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


def _log_to_stderr(verbose: bool) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Redacting("%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO if verbose else logging.WARNING, handlers=[handler])
