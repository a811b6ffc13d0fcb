"""A process that has imported all that replicas and workers need, and forks them: a start takes milliseconds.

    python -m server.cluster.starter DESCRIPTOR

Each line on its socket has a command's arguments and environment as JSON, and comes with a descriptor for what the
command says. The answer is its process id. What is forked goes by the pace of its environment (see `pace`), and stands
still (SIGSTOP) where the environment says so; but for that, it runs the command line as usual.
"""

import importlib
import json
import os
import pkgutil
import signal
import socket
import sys
from collections.abc import Awaitable, Callable
from typing import Any, NoReturn

import qwen_localize_tools
from server.cluster.pace import VARIABLE, Pace
from server.jobs.starter import load

# Where a process stands still, once, right after it has written down in its journal that a request ...
STOP_AT = "TOWN_STOP_AT"
BEFORE_TURN, BEFORE_SENDING = "submitting", "goes_out"  # ... is to go out; goes out now


def main() -> None:
    control = socket.socket(fileno=int(sys.argv[1]))
    load()
    _load_extras()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # so that the system forgets those that end
    while True:
        line, descriptors, _, _ = socket.recv_fds(control, 65536, 1)
        if not line:
            return
        pid = os.fork()
        if not pid:
            _run(control, json.loads(line), *descriptors)
        for descriptor in descriptors:
            os.close(descriptor)
        control.sendall(f"{pid}\n".encode())


def _load_extras() -> None:
    http = ("uvicorn.lifespan.off", "rich.logging", "truststore", "qwen_localize.mcp_server.http.serving")
    stores = ("psycopg_pool", "procrastinate", "obstore.store")
    tools = (module.name for module in pkgutil.walk_packages(qwen_localize_tools.__path__, "qwen_localize_tools."))
    for name in (*http, *stores, *tools):
        importlib.import_module(name)


def _run(control: socket.socket, given: dict[str, Any], log: int) -> NoReturn:
    from qwen_localize.__main__ import main as run

    control.close()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    nothing = os.open(os.devnull, os.O_RDWR)
    for source, target in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(source, target)
    os.close(nothing)
    os.close(log)
    sys.stdin, sys.stdout, sys.stderr = (os.fdopen(number, mode) for number, mode in enumerate("rww"))
    os.environ.update(given["environment"])
    os.chdir(given["folder"])
    if VARIABLE in os.environ:
        Pace(**json.loads(os.environ[VARIABLE])).rule()
    if where := os.environ.get(STOP_AT):
        _stand_still_after(where)
    sys.argv = ["qwen-localize", *given["arguments"]]
    os._exit(run())


def _stand_still_after(where: str) -> None:
    from qwen_localize.jobs.lifecycle import Lifecycle

    change: Callable[..., Awaitable[Any]] = getattr(Lifecycle, where)
    stopped: list[int] = []

    async def changed(*arguments: Any) -> Any:
        result = await change(*arguments)
        if not stopped:
            stopped.append(os.getpid())
            os.kill(os.getpid(), signal.SIGSTOP)
        return result

    setattr(Lifecycle, where, changed)


if __name__ == "__main__":
    main()
