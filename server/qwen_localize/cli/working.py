"""`qwen-localize worker`: the jobs of a shared database are done here too, and nobody is served."""

import os
import signal
import sys
from collections.abc import Sequence

import anyio

from qwen_localize_tools import TOOLS

from ..clock import RealClock
from ..errors import MissingKey
from ..finishing import end_within
from ..jobs import LONGEST_GRACE_SECONDS
from ..principals import Principals
from ..settings import Settings
from ..tool.runtime import Runtime
from .interrupts import interrupts
from .serving import chosen_settings
from .sharing import check_worker

# What is left of the process when all that is out had its time.
_LEAVE_SECONDS = 5.0


async def work(with_sandbox: bool, faults: Sequence[str]) -> None:
    """Do the jobs of all who are known beforehand, until a signal comes; then end what is out.

    Args:
        with_sandbox: use a local stand-in for the service, which runs in this process.
        faults: how it misbehaves.

    Raises:
        BadSetting: there is no shared database, or something that is set cannot be used.
        MissingKey: nobody has a key, so there is no job to do.
    """
    shared = Settings.load()
    check_worker(shared)
    async with chosen_settings(with_sandbox, faults) as chosen:
        # Also where a sandbox would be used alone: a worker finds its jobs in the database that it was given.
        places = {"database_url": shared.database_url, "storage_url": shared.storage_url}
        settings = chosen.over_http().model_copy(update=places)
        _check_keys(settings)
        await _until_told(Runtime(settings, TOOLS, RealClock()))


async def _until_told(runtime: Runtime) -> None:
    stop = _Stop()
    with interrupts(stop.told):
        async with runtime.running():
            sys.stderr.write("This worker does the jobs of the shared database (Ctrl-C stops it).\n")
            sys.stderr.flush()
            await stop.asked.wait()
            end_within(LONGEST_GRACE_SECONDS + _LEAVE_SECONDS)


def _check_keys(settings: Settings) -> None:
    if not any(each.key for each in Principals.load(settings).everybody()):
        raise MissingKey(
            "A worker does the jobs of the keys that it knows, and it knows none. Set DASHSCOPE_API_KEY, or name keys "
            "in the file of QWEN_LOCALIZE_PRINCIPALS."
        )


class _Stop:
    """Whether the process was told to stop; told so again, it ends at once."""

    def __init__(self) -> None:
        self.asked = anyio.Event()
        self._before = signal.getsignal(signal.SIGTERM)

    def told(self) -> None:
        """A signal has come."""
        if self.asked.is_set():
            self._end()
        self.asked.set()

    def _end(self) -> None:
        if callable(self._before):  # the sandbox leaves nothing behind
            self._before(signal.SIGINT, None)
        os._exit(128 + signal.SIGINT)
