"""A sandbox as a process of its own: its origin is the one line on stdout; SIGTERM or SIGINT ends it."""

import argparse
import signal
import sys
from collections.abc import Sequence

import anyio

from . import Fault, SandboxConfig, running


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until told to stop; the exit status."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        faults = tuple(Fault.parse(text) for text in options.fault)
        config = SandboxConfig(
            options.speed, options.task_seconds, faults, plain=options.plain, edit_seconds=options.edit_seconds,
            hears=not options.deaf,
        )  # fmt: skip
        anyio.run(_serve, config, options.port)
    except KeyboardInterrupt:
        return 0
    except (ValueError, OSError) as error:
        parser.exit(2, f"{error}\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m qwen_localize.sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1 (0, the default: any free one)")
    parser.add_argument("--speed", type=float, default=1.0, help="service seconds per real second")
    parser.add_argument("--task-seconds", type=float, default=3.0, help="service seconds that a task runs at least")
    parser.add_argument("--edit-seconds", type=float, default=4.0, help="service seconds that an edit takes at least")
    parser.add_argument("--fault", action="append", default=[], metavar="NAME[@STAGE][:N]", help="misbehave")
    parser.add_argument("--plain", action="store_true", help="return pictures unread, with the sandbox's mark only")
    parser.add_argument("--deaf", action="store_true", help="look for no words in speech, only for its length")
    return parser


async def _serve(config: SandboxConfig, port: int) -> None:
    async with running(config, port) as sandbox:
        sys.stdout.write(f"{sandbox.origin}\n")
        sys.stdout.flush()
        await _told_to_stop()


async def _told_to_stop() -> None:
    if sys.platform == "win32":  # no signal handlers there; Ctrl-C comes as KeyboardInterrupt
        await anyio.sleep_forever()
    with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
        async for _ in signals:
            return


if __name__ == "__main__":
    sys.exit(main())
