"""The command line: serve (the default), the tools for a terminal, and what is to be said of the server itself."""

import argparse
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from .. import __version__
from ..errors import LocalizeError, redact
from .terminal.arguments import add_commands

if TYPE_CHECKING:
    from pathlib import Path

# Every chat starts this module to be shown the tools. What takes longer to import is imported where it is needed.


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status."""
    _speak_utf8()
    options = _parser().parse_args(arguments)
    try:
        if options.run is not _serve:
            from .logs import log_to_stderr

            log_to_stderr(verbose=options.verbose)
        return int(options.run(options) or 0)
    except (LocalizeError, OSError) as error:
        return _complain(str(error))
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="qwen-localize", description="MCP server for Alibaba Model Studio's translation and localization models."
    )
    parser.add_argument("--version", action="version", version=f"qwen-localize {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    serve = commands.add_parser("serve", help="speak MCP over stdin and stdout (the default), or over HTTP")
    serve.add_argument("--http", metavar="HOST:PORT", help="speak MCP over HTTP there, such as at 127.0.0.1:8000")
    parser.set_defaults(http=None)
    worker = commands.add_parser("worker", help="do the jobs of a shared database, beside servers over HTTP")
    demo = commands.add_parser("demo", help="put each tool to work over stdio, as a client would; no key needed")
    demo.add_argument("--live", action="store_true", help="use the service and your key instead of the sandbox")
    demo.add_argument("--output", type=_path, default="qwen-localize-demo", help="where the results go")
    sandbox = commands.add_parser("sandbox", help="serve a local stand-in for Model Studio on loopback")
    sandbox.add_argument("--port", type=_port, default=8123, help="port on 127.0.0.1 (0: any free one)")
    live = commands.add_parser("live", help="interpret what somebody says now, as bilingual subtitles")
    _live_arguments(live)
    tools = add_commands(commands)
    manifests = commands.add_parser("manifests", help="write everything under manifests/ and the README's tables")
    manifests.add_argument("--check", action="store_true", help="write nothing; fail if something is out of date")
    usage = commands.add_parser("usage", help="show estimated costs by day, tool and model")
    install = commands.add_parser("install", help="tell an AI client of this server, in the client's own file")
    _install_arguments(install)
    doctor = commands.add_parser("doctor", help="check key, service, folders, extras and clients; say what to do")
    doctor.add_argument("--json", action="store_true", help="for programs")
    runs = {
        parser: _serve,
        serve: _serve,
        worker: _worker,
        demo: _demo,
        live: _live,
        sandbox: _sandbox,
        manifests: _manifests,
        usage: _usage,
        install: _install,
        doctor: _doctor,
        **dict.fromkeys(tools, _terminal),
    }
    for command, run in runs.items():
        command.set_defaults(run=run)
    _shared_arguments(parser, runs, serve, (worker, live, *tools), sandbox)
    return parser


def _shared_arguments(
    parser: argparse.ArgumentParser,
    commands: Iterable[argparse.ArgumentParser],
    serve: argparse.ArgumentParser,
    callers: Iterable[argparse.ArgumentParser],
    sandbox: argparse.ArgumentParser,
) -> None:
    """What the bare command takes stands for every command that takes it too, whichever side of its name it is on."""
    silent = argparse.SUPPRESS
    for command in commands:
        _flag(command, "-v", "--verbose", words="log more, to stderr", default=False if command is parser else silent)
    for command in (parser, serve, *callers):
        default = False if command is parser else silent
        _flag(command, "--sandbox", words="use a local stand-in; no key needed", default=default)
    words = "a folder that may be read too, beside those of QWEN_LOCALIZE_ALLOWED_DIRS; may be repeated"
    # A bundle puts all its folders behind one flag, or none; before a command's name, more than one cannot be told.
    folders: dict[str, Any] = {"action": "extend", "metavar": "DIR", "type": _path, "help": words}
    parser.add_argument("--allow", nargs=1, default=[], **folders)
    serve.add_argument("--allow", nargs="*", default=silent, **folders)
    words = "make the stand-in misbehave; --fault help lists the ways"
    for command in (parser, serve, *callers, sandbox):
        none: list[str] | str = [] if command is parser else silent
        command.add_argument("--fault", action="append", default=none, metavar="NAME[@STAGE][:N]", help=words)


def _live_arguments(live: argparse.ArgumentParser) -> None:
    live.add_argument("--to", required=True, metavar="LANG", help="the language to translate into")
    live.add_argument("--from", dest="source_lang", default="auto", metavar="LANG", help="the language that is spoken")
    live.add_argument("--model", help="another than qwen3.5-livetranslate-flash-realtime")
    words = "also as a voice, played, or written into FILE"
    live.add_argument("--speech", nargs="?", const="play", metavar="FILE", help=words)
    live.add_argument("--voice", default="", help="whose voice")
    live.add_argument("--srt", type=_path, metavar="FILE", help="write subtitles into FILE as they are confirmed")
    live.add_argument(
        "--rate", type=_rate, metavar="HZ", default=16_000, help="of raw sound on standard input, samples a second"
    )
    words = "mic, or - for standard input: a WAV file, or raw sound of 16 bits in one channel"
    live.add_argument("source", nargs="?", default="mic", choices=("mic", "-"), help=words)


def _path(text: str) -> "Path":
    from pathlib import Path

    return Path(text)


def _install_arguments(install: argparse.ArgumentParser) -> None:
    install.add_argument("client", type=_client, metavar="CLIENT", help="such as cursor; a name of none lists them all")
    install.add_argument("--project", action="store_true", help="into the file of the project in this folder")
    install.add_argument("--remove", action="store_true", help="take the server out again")
    install.add_argument("--dry-run", action="store_true", help="show what would change, and write nothing")
    install.add_argument("--yes", action="store_true", help="write without asking")


def _client(name: str) -> str:
    from .clients import CLIENTS  # which only this command needs

    names = [client.name for client in CLIENTS]
    if name not in names:
        raise argparse.ArgumentTypeError(f"a client is one of {', '.join(names)}")
    return name


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65_535:
        raise argparse.ArgumentTypeError("a port is a number from 0 to 65535")
    return int(text)


def _rate(text: str) -> int:
    if not text.isdecimal() or not 4000 <= int(text) <= 384_000:
        raise argparse.ArgumentTypeError("a rate is a number from 4000 to 384000")
    return int(text)


def _flag(command: argparse.ArgumentParser, *names: str, words: str, default: bool | str) -> None:
    command.add_argument(*names, action="store_true", help=words, default=default)


def _serve(options: argparse.Namespace) -> int:
    from .starting import serve

    return serve(options)


def _worker(options: argparse.Namespace) -> None:
    import anyio

    from .serving import explain_faults
    from .working import work

    if "help" in options.fault:
        explain_faults()
    else:
        anyio.run(work, options.sandbox, options.fault)


def _demo(options: argparse.Namespace) -> int:
    import anyio

    from .demo import run

    return anyio.run(run, options.output.absolute(), options.live)


def _live(options: argparse.Namespace) -> int:
    import anyio

    from .live import Options, run
    from .serving import explain_faults

    if "help" in options.fault:
        explain_faults()
        return 0
    return anyio.run(run, Options.of(options))


def _terminal(options: argparse.Namespace) -> int:
    from .terminal import run

    return run(options)


def _sandbox(options: argparse.Namespace) -> None:
    import anyio

    from .serving import explain_faults, serve_sandbox

    if "help" in options.fault:
        explain_faults()
    else:
        anyio.run(serve_sandbox, options.port, options.fault)


def _manifests(options: argparse.Namespace) -> int:
    from pathlib import Path

    import anyio

    from qwen_localize_tools import PROMPTS, TOOLS

    from ..mcp_server import build_server, describe_tools
    from ..mcp_server.opening import as_file, opening_answers
    from ..settings import Settings
    from .manifests import outdated, write

    root = Path.cwd()
    if not (root / "manifests").is_dir():
        raise LocalizeError("There is no folder manifests/ here. Run this in a clone of the project.")
    tools = anyio.run(describe_tools, TOOLS)
    opening = as_file(anyio.run(opening_answers, build_server(Settings.load({}), TOOLS, prompts=PROMPTS)))
    stale = outdated(root, tools, TOOLS, opening)
    if options.check and stale:
        return _complain(f"Out of date: {', '.join(stale)}. Run: qwen-localize manifests")
    for name in [] if options.check else write(root, tools, TOOLS, opening):
        sys.stderr.write(f"wrote {name}\n")
    return 0


def _install(options: argparse.Namespace) -> int:
    from .install import Options, run

    names = ("client", "project", "remove", "dry_run", "yes")
    return run(Options(**{name: getattr(options, name) for name in names}))


def _doctor(options: argparse.Namespace) -> int:
    import anyio

    from .doctor import run

    return anyio.run(run, options.json)


def _usage(options: argparse.Namespace) -> None:  # noqa: ARG001 - as every command
    import anyio

    anyio.run(_show_usage)


async def _show_usage() -> None:
    from ..clock import RealClock
    from ..settings import Settings
    from ..state import CostLedger
    from ..tool.surroundings import open_database

    settings = Settings.load()
    database = open_database(settings, RealClock().wall())
    try:
        rows = await CostLedger(database).by_day(settings.scope if settings.key else None, shared=True)
    finally:
        database.close()
    lines = [
        f"{row['day']}  {row['tool']:<20} {row['model']:<28} {row['calls']:>6} {row['cny']:>12.6f}" for row in rows
    ]
    head = f"{'day':<10}  {'tool':<20} {'model':<28} {'calls':>6} {'CNY (est.)':>12}"
    where = "in this database" if settings.database_url else "on this machine"
    whose = "with this key" if settings.key else f"{where}, with any key"
    sys.stdout.write("\n".join([head, *lines] if lines else [f"Nothing has been spent yet {whose}."]) + "\n")
    sys.stdout.flush()


def _complain(words: str) -> int:
    if sys.stderr is not None:
        sys.stderr.write(f"qwen-localize: {redact(words)}\n")
    return 2


def _speak_utf8() -> None:
    """UTF-8 whatever the system's code page; a log line that cannot be encoded must not kill the server."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(encoding="utf-8", errors="backslashreplace" if stream is not sys.stdin else "strict")
