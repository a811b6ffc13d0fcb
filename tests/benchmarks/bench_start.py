"""What a chat waits for, and pays in memory, when it starts a server: ours beside a bare one with one tool.

Both run in turn, in one run. `listed` is from the start of the process to the answer of `tools/list`, `called` to the
answer of a first call that needs no network (ours: `list_jobs`), `idle` what the process then has in memory before that
call.

    uv run python tests/benchmarks/bench_start.py --rounds 9
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

_BARE = """
from mcp.server import MCPServer
server = MCPServer("bare")
@server.tool()
def list_jobs() -> str:
    "One tool."
    return "none"
server.run()
"""
_INTRODUCTION = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "bench", "version": "1"}}


@dataclass(frozen=True)
class Start:
    """One start: seconds, and megabytes."""

    listed: float
    called: float
    idle: float


def main() -> None:
    """Run the rounds, and print the medians and their ratios."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    ours, bare = [sys.executable, "-m", "qwen_localize"], [sys.executable, "-c", _BARE]
    for command in (ours, bare):
        _start(command)  # what is compiled is compiled now
    starts = [(_start(ours), _start(bare)) for _ in range(rounds)]
    sys.stdout.write(f"{'median of ' + str(rounds):<14} {'ours':>9} {'bare':>9} {'ratio':>7}\n")
    for name, unit, factor in (("listed", "ms", 1000), ("called", "ms", 1000), ("idle", "MB", 1)):
        one, other = (statistics.median(getattr(pair[n], name) * factor for pair in starts) for n in (0, 1))
        sys.stdout.write(f"{name + ', ' + unit:<14} {one:>9.1f} {other:>9.1f} {one / other:>7.2f}\n")


def _start(command: list[str]) -> Start:
    with TemporaryDirectory() as state:
        env = os.environ | {"QWEN_LOCALIZE_STATE_DIR": state}
        began = time.perf_counter()
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env) as process:
            _ask(process, 1, "initialize", _INTRODUCTION)
            _say(process, {"method": "notifications/initialized"})
            _ask(process, 2, "tools/list", {})
            listed = time.perf_counter() - began
            idle = _resident(process.pid)
            _ask(process, 3, "tools/call", {"name": "list_jobs", "arguments": {}})
            called = time.perf_counter() - began
            assert process.stdin
            process.stdin.close()
        return Start(listed, called, idle)


def _say(process: "subprocess.Popen[bytes]", message: dict[str, Any]) -> None:
    assert process.stdin
    process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n")
    process.stdin.flush()


def _ask(process: "subprocess.Popen[bytes]", number: int, method: str, params: dict[str, Any]) -> None:
    _say(process, {"id": number, "method": method, "params": params})
    assert process.stdout
    for line in process.stdout:
        if json.loads(line).get("id") == number:
            return


def _resident(pid: int) -> float:
    rows = Path(f"/proc/{pid}/status").read_text("utf-8").splitlines()
    return next(int(row.split()[1]) / 1024 for row in rows if row.startswith("VmRSS"))


if __name__ == "__main__":
    main()
