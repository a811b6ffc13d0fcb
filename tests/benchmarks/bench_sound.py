"""A recording through our server, spoken to as a host speaks to it, against what pacing and limits allow.

The recording is synthesized speech with pauses; the stand-in for the service runs in a process of its own, keeps the
documented limits, and looks for no words, so that its own work is small. Behind it: how much later an event of a
socket comes to who waits for it through our engine than through the bare connection.

    uv run --extra sandbox python tests/benchmarks/bench_sound.py --minutes 30 --live-minutes 3
"""

import argparse
import random
import re
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import anyio
from mcp import Client

if not __package__:  # run as a file: its neighbours are found beside it
    sys.path.append(str(Path(__file__).resolve().parents[1]))

from benchmarks import socket_latency
from benchmarks.ours import server
from benchmarks.processes import StandIn, stand_in
from speech import silence, speech, wav

SENTENCES = ("Hello world.", "Good morning everyone.", "Thank you.", "The meeting begins at ten.", "Open the window.")
# The documented limit of qwen3-livetranslate-flash (docs/model-studio.md 1.5), and what the stand-in takes for a
# second of sound.
_REQUEST_SECONDS, _SERVICE_SHARE = 0.6, 0.1
_PACES = {"gummy-realtime-v1": 8.0, "qwen3.5-livetranslate-flash-realtime": 1.0}
_BYTES_A_MINUTE = 32_000 * 60


@dataclass(frozen=True)
class Run:
    """One call's figures; memory in MB."""

    name: str
    minutes: float
    seconds: float
    bound: float
    memory: float
    message: str

    @property
    def row(self) -> str:
        """A row of the table."""
        figures = f"{self.seconds:.1f} | {self.bound:.1f} | {self.seconds / self.bound:.2f} | {self.memory:.0f}"
        return f"| {self.name} | {self.minutes:g} | {figures} |"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run it all; the tables are on stdout."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=30.0, help="of the recording that is translated")
    parser.add_argument("--live-minutes", type=float, default=3.0, help="of that which goes at the pace of speech")
    options = parser.parse_args(arguments)
    anyio.run(_run_all, options.minutes, options.live_minutes)


async def _run_all(minutes: float, live_minutes: float) -> None:
    sys.stdout.write("| call | minutes | seconds | bound | ratio | server MB |\n|---|--:|--:|--:|--:|--:|\n")
    for name, tool, length, arguments in (
        ("translate_media, text", "translate_media", minutes, {"speech": False}),
        ("translate_media, speech", "translate_media", minutes, {"speech": True}),
        ("interpret_speech, gummy", "interpret_speech", minutes, {"model": "gummy-realtime-v1"}),
        ("interpret_speech, livetranslate", "interpret_speech", live_minutes, {"speech": True}),
    ):
        run = await _measured(name, tool, length, arguments)
        sys.stdout.write(f"{run.row}\n")
        sys.stderr.write(f"{run.message}\n")
        sys.stdout.flush()
    sys.stdout.write(f"\n{await socket_latency.table()}\n")


def talk(minutes: float) -> bytes:
    """Sentences with pauses, the same each time."""
    dice, sound, length = random.Random(1), bytearray(), int(minutes * _BYTES_A_MINUTE)
    while len(sound) < length:
        sound += speech(dice.choice(SENTENCES)) + silence(dice.uniform(0.4, 1.6))
    return bytes(sound[:length])


async def _measured(name: str, tool: str, minutes: float, arguments: dict[str, Any]) -> Run:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "talk.wav"
        path.write_bytes(wav(talk(minutes)))
        media = {"media" if tool == "translate_media" else "audio": str(path)}
        wanted = media | {"target_lang": "ru", "source_lang": "de"} | arguments
        async with stand_in(deaf=True) as service, Client(server(service.origin, Path(folder))) as client:
            await client.list_tools()
            began = anyio.current_time()
            result = await _finished(client, tool, wanted)
            seconds = anyio.current_time() - began
            bound = await _bound(service, minutes, result, arguments)
            return Run(name, minutes, seconds, bound, _peak(service.origin), result["message"])


async def _finished(client: Client, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
    result = (await client.call_tool(tool, arguments)).structured_content or {}
    while result.get("status") in ("queued", "running"):
        result = (await client.call_tool("get_job", {"job_id": result["job_id"], "wait": 45})).structured_content or {}
    if result.get("status") != "succeeded":
        raise RuntimeError(str(result))
    return result


async def _bound(service: StandIn, minutes: float, result: dict[str, Any], arguments: dict[str, Any]) -> float:
    """Seconds that no client can beat that sends the same: by the limit on requests, or by the pace of sound."""
    if pieces := result["details"].get("pieces"):
        return float((pieces - 1) * _REQUEST_SECONDS + minutes * 60 / pieces * _SERVICE_SHARE)
    sent = sum(session["seconds"] for session in (await service.ledger())["sessions"])
    return float(sent / _PACES[arguments.get("model", "qwen3.5-livetranslate-flash-realtime")])


def _peak(origin: str) -> float:
    """The most memory that the server has had, in MB, where the system tells; it is known by its environment."""
    for process in Path("/proc").glob("[0-9]*") if Path("/proc").exists() else ():
        with suppress(OSError):
            is_ours = b"qwen_localize\0serve" in (process / "cmdline").read_bytes()
            if is_ours and origin.encode() in (process / "environ").read_bytes():
                found = re.search(r"VmHWM:\s+(\d+)", (process / "status").read_text())
                return int(found[1]) / 1024 if found else 0.0
    return 0.0


if __name__ == "__main__":
    main()
