"""Reads, cuts and dubs recordings in a process of its own: a stranger's file can take all memory, or bring it down.

Start this file as a program: `python -P program.py`. It reads requests, a line of JSON each, and answers each with a
line of JSON; {"error": "word"} says what went wrong. It ends when its input does, whatever it is doing then: nobody is
left to kill it. It and its parts import nothing of the package, so that it is there in a moment.
"""

import contextlib
import importlib
import json
import os
import queue
import sys
import threading
from pathlib import Path
from types import ModuleType
from typing import Any, BinaryIO

_MOST_MEMORY = 2 * 1024**3
_PARTS = {
    "probe": "reading",
    "decode": "reading",
    "cut": "cutting",
    "encode": "cutting",
    "fit": "fitting",
    "dub": "dubbing",
}


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """The answer to a request; whatever goes wrong is an answer too."""
    part = _PARTS.get(request.get("do", ""))
    if not part:
        return {"error": "request"}
    try:
        found: dict[str, Any] = importlib.import_module(f"{__package__ or 'sound'}.{part}").answer(request)
    except MemoryError:
        return {"error": "memory"}
    except (KeyError, TypeError) as error:
        return {"error": "request", "details": repr(error)[:200]}
    except OSError as error:  # as FFmpeg's errors are too
        return {"error": "disk" if error.errno in (27, 28, 122) else "unreadable", "details": str(error)[:200]}
    except (ValueError, ArithmeticError, RuntimeError, LookupError) as error:
        return {"error": "unreadable", "details": repr(error)[:200]}
    return found


def main() -> None:
    """Answer requests until the input ends."""
    _limit_memory()
    _know_parts()
    heard, said = sys.stdin.buffer, _own_output()
    requests: queue.Queue[bytes] = queue.Queue()
    threading.Thread(target=_listen, args=(heard, requests), daemon=True).start()
    while True:
        said.write(json.dumps(answer(json.loads(requests.get()))).encode() + b"\n")
        said.flush()


def _know_parts() -> None:
    """Let the files beside this one be the package `sound`, without what the real package may import."""
    package = ModuleType("sound")
    package.__path__ = [str(Path(__file__).parent)]
    sys.modules["sound"] = package


def _listen(heard: BinaryIO, requests: "queue.Queue[bytes]") -> None:
    for line in heard:
        requests.put(line)
    os._exit(0)


def _own_output() -> BinaryIO:
    """Standard output for our answers alone: libraries that print would garble them."""
    said = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    return said


def _limit_memory() -> None:
    """Bound what a file can take, where the system can."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))


if __name__ == "__main__":
    main()
