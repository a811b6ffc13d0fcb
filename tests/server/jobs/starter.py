"""A process that has imported all that a server needs, and forks servers: a start takes milliseconds, not a second.

Each line on its socket is a server's environment as JSON, with two descriptors: the server's standard input and output,
and its standard error. The answer is the server's process id. What is forked then runs the command line as usual.
"""

import json
import os
import signal
import socket
import sys
from pathlib import Path
from typing import NoReturn

sys.path.insert(0, str(Path(__file__).parents[2]))
from server.cluster.pace import VARIABLE, Pace


def main() -> None:
    control = socket.socket(fileno=int(sys.argv[1]))
    load()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # so that the system forgets the servers that end
    while True:
        line, descriptors, _, _ = socket.recv_fds(control, 65536, 2)
        if not line:
            return
        pid = os.fork()
        if not pid:
            _serve(control, json.loads(line), *descriptors)
        for descriptor in descriptors:
            os.close(descriptor)
        control.sendall(f"{pid}\n".encode())


def load() -> None:
    """Import what every server needs."""
    import httpx2  # noqa: F401
    from PIL import Image

    import qwen_localize.cli.serving
    import qwen_localize.mcp_server.stdio  # noqa: F401
    import qwen_localize_tools  # noqa: F401

    Image.init()


def _serve(control: socket.socket, environment: dict[str, str], pipe: int, log: int) -> NoReturn:
    from qwen_localize.__main__ import main as run

    control.close()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for source, target in ((pipe, 0), (pipe, 1), (log, 2)):
        os.dup2(source, target)
    os.close(pipe)
    os.close(log)
    sys.stdin, sys.stdout, sys.stderr = (os.fdopen(number, mode) for number, mode in enumerate("rww"))
    os.environ.update(environment)
    if VARIABLE in os.environ:
        Pace(**json.loads(os.environ[VARIABLE])).rule()
    os.chdir(Path(environment["QWEN_LOCALIZE_ALLOWED_DIRS"]))
    sys.argv = ["qwen-localize", "serve"]
    os._exit(run())


if __name__ == "__main__":
    main()
