"""Where to listen: HOST:PORT, and sockets there."""

import errno
import ipaddress
import os
import re
import socket
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from ...errors import BadSetting

_FORM = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([^]\[:/@\s]+)):(\d{1,5})")
_BACKLOG = 512


@dataclass(frozen=True)
class Address:
    """A host, by name or number, and a port on it; 0 is any free one."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> "Address":
        """An address as people write it: `127.0.0.1:8000`, `localhost:0`, `[::1]:8000`.

        Raises:
            BadSetting: it is written otherwise.
        """
        match = _FORM.fullmatch(text.strip())
        if not match or int(match[3]) > 65_535:
            raise BadSetting("--http takes HOST:PORT, such as 127.0.0.1:8000 or [::1]:8000; port 0 is any free one.")
        return cls(match[1] or match[2], int(match[3]))

    def __str__(self) -> str:
        return f"{bracketed(self.host)}:{self.port}"

    @property
    def is_everywhere(self) -> bool:
        """Whether it means every address of this machine."""
        return _number(self.host) in (ipaddress.ip_address("0.0.0.0"), ipaddress.ip_address("::"))  # noqa: S104


def bracketed(host: str) -> str:
    """A host as it stands in a URL."""
    return f"[{host}]" if ":" in host else host


@dataclass(frozen=True)
class Listeners:
    """Sockets that listen, all on the same port."""

    sockets: list[socket.socket]

    @property
    def port(self) -> int:
        """The port that was chosen."""
        return int(self.sockets[0].getsockname()[1])

    @property
    def are_local(self) -> bool:
        """Whether only this machine can reach them."""
        return all(ipaddress.ip_address(each.getsockname()[0].split("%")[0]).is_loopback for each in self.sockets)

    def close(self) -> None:
        """Listen no more."""
        for each in self.sockets:
            each.close()


def listen(address: Address) -> Listeners:
    """Listen at every number that the host's name stands for.

    Raises:
        BadSetting: the port is taken, or the host is not this machine.
    """
    port = address.port
    with ExitStack() as opened:
        listeners = Listeners([])
        opened.callback(listeners.close)
        for family, number in _numbers(address):
            try:
                listeners.sockets.append(_socket(family, number, port))
            except OSError as error:
                raise BadSetting(_reason(address, error)) from error
            port = listeners.port
        opened.pop_all()
        return listeners


def _numbers(address: Address) -> list[tuple[socket.AddressFamily, str]]:
    try:
        found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise BadSetting(f"{address.host} is no host that is known here. Write 127.0.0.1 for this machine.") from error
    return list(dict.fromkeys((family, str(place[0])) for family, _, _, _, place in found))


def _socket(family: socket.AddressFamily, number: str, port: int) -> socket.socket:
    # The protocol is named because asyncio turns Nagle's delay off only where it is: 40 ms a request.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":  # elsewhere the option would let two servers share the port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((number, port))
        listener.listen(_BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


def _reason(address: Address, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {address.port} of {address.host} is taken by another program. Choose another one with --http."
    return f"Nothing can listen at {address} ({error.strerror}). Choose another address with --http."


def _number(host: str) -> Any:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
