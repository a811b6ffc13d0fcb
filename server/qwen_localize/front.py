"""What every chat asks first, answered before anything heavy is loaded.

Every window of a host starts a server, and most never call it. So a client is introduced, and shown the lists, out of a
file that `qwen-localize manifests` makes of the server's own answers. At the first message that is not known here, the
server takes over in this process: it is handed what changes its state and what nobody has answered, and what has been
answered is not said twice. Nothing but the standard library is imported, and little of that.
"""

import json
import os
import select
from collections.abc import Iterator
from typing import Any, BinaryIO

from .plain_messages import VERSION, Message, introduces, is_envelope, is_modern, parsed

# pathlib alone would take as long as all of this.
ANSWERS = os.path.join(os.path.dirname(__file__), "front.json")  # noqa: PTH118, PTH120
# How long what is ready may take to be written once the client has closed its end.
LEAVE_SECONDS = 2.0
# What a pipe that is ready takes without waiting, what is read at a time, and what of a client that does not listen.
_SLICE, _CHUNK, _MOST_UNREAD = 4096, 65_536, 16_000_000
# There is nothing yet that these could stop or change.
_IDLE = frozenset({"notifications/cancelled", "notifications/roots/list_changed"})


class Front:
    """One client, until the server takes over.

    Attributes:
        answered: the ids of the requests that the server hears although they have been answered.
    """

    def __init__(self, heard: int = 0, said: int = 1) -> None:
        self.answered: set[str | int] = set()
        self._heard, self._said = heard, said
        self._kept = self._unread = b""
        self._is_modern: bool | None = None  # the connection's era, which its first request tells
        self._version = ""
        with open(ANSWERS, "rb") as file:  # noqa: PTH123
            answers = json.load(file)
        self._results: list[Message] = answers["results"]
        self._which: dict[str, dict[str, int]] = answers["which"]

    @property
    def has_answered(self) -> bool:
        """Whether anything was asked that is known."""
        return self._is_modern is not None

    def listen(self) -> bytes:
        """Answer what is known; the line that is not, or nothing if the client has left."""
        try:
            for line in self._lines():
                message = parsed(line) if len(line) < _CHUNK else None
                if message is None or not self._is_dealt_with(message, line):
                    return line
        except ConnectionError:
            pass  # it reads no more
        return b""

    def refuse(self, line: bytes, words: str) -> None:
        """Answer with an error what only the server could answer, until the client leaves."""
        while line:
            if (message := parsed(line)) and "id" in message:
                self._say({"id": message["id"], "error": {"code": -32603, "message": words}})
            line = self.listen()

    def rest(self, line: bytes) -> BinaryIO:
        """All that the server has to hear, as a stream: what was kept, the line that is not known, and what comes."""
        import io

        front, wire, nothing = self, os.dup(self._heard), os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, self._heard)  # no program that the server starts reads what the client says
        os.close(nothing)
        self._unread = self._kept + line + self._unread

        class Rest(io.RawIOBase):
            def readable(self) -> bool:
                return True

            def readinto(self, buffer: Any) -> int:
                piece = front._unread[: len(buffer)] or os.read(wire, len(buffer))
                front._unread = front._unread[len(piece) :]
                buffer[: len(piece)] = piece
                return len(piece)

        return io.BufferedReader(Rest())

    def _lines(self) -> Iterator[bytes]:
        pieces = list[bytes]()
        while piece := self._unread or os.read(self._heard, _CHUNK):
            part, newline, self._unread = piece.partition(b"\n")
            pieces.append(part + newline)
            if newline:
                yield b"".join(pieces)
                pieces = []
        if pieces:
            yield b"".join(pieces)

    def _is_dealt_with(self, message: Message, line: bytes) -> bool:
        method, params = message["method"], message.get("params", {})
        if "id" not in message:
            begins = method == "notifications/initialized" and self._version != ""
            self._kept += line if begins else b""
            return begins or method in _IDLE
        if (result := self._result(method, params)) is None:
            return False
        if method == "initialize":
            self._version = result["protocolVersion"]
        if method == "initialize" or self._is_modern is None:
            self._is_modern = is_modern(method, params)
            self._kept += line
            self.answered.add(message["id"])
        self._say({"id": message["id"], "result": result})
        return True

    def _result(self, method: str, params: Message) -> Message | None:
        """The server's own answer; None where it is not certain."""
        if self._is_modern not in (None, is_modern(method, params)):
            return None  # a connection stays in the era in which it began
        if method == "initialize":
            version = params.get("protocolVersion") if introduces(params) and not self._version else None
        elif not set(params) <= {"_meta"}:
            return None  # another page of a list, for one
        elif is_modern(method, params):
            version = params["_meta"][VERSION] if is_envelope(params["_meta"]) else None
        else:
            version = self._version or ("2025-11-25" if method == "ping" else None)
        which = self._which.get(version, {}) if isinstance(version, str) else {}
        if method not in which or (is_modern(method, params) and "server/discover" not in which):
            return None
        return self._results[which[method]]

    def _say(self, message: Message) -> None:
        data = json.dumps({"jsonrpc": "2.0", **message}, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        while data:
            self._wait_for_reader()
            data = data[os.write(self._said, data[:_SLICE]) :]

    def _wait_for_reader(self) -> None:
        """Until the client takes more; it may say more meanwhile, or leave."""
        while os.name == "posix":
            heard = [self._heard] if len(self._unread) < _MOST_UNREAD else []
            if select.select(heard, [self._said], [])[1]:
                return
            piece = os.read(self._heard, _CHUNK)
            self._unread += piece
            if not piece and not select.select([], [self._said], [], LEAVE_SECONDS)[1]:
                raise ConnectionError("The client has left without reading.")
