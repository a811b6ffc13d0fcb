"""A local stand-in for Model Studio: the wire contract on loopback, with honest local work behind it.

It keeps tasks, queues, limits, expiring addresses and uploads, and can be told to misbehave. It shares nothing with
the client but docs/model-studio.md, so that one misreading cannot hide in both.
"""

from .config import SandboxConfig
from .faults import Fault
from .ledger import Entry, Ledger, Paid
from .server import running
from .service import Sandbox

__all__ = ["Entry", "Fault", "Ledger", "Paid", "Sandbox", "SandboxConfig", "running"]
