"""A local stand-in for Model Studio: the wire contract on loopback, with honest local work behind it.

It keeps tasks, queues, limits, expiring addresses and uploads, and can be told to misbehave. It
shares nothing with the client but the contract document, so that one misreading cannot hide in
both.
"""

from qwen_localize.sandbox.config import SandboxConfig
from qwen_localize.sandbox.faults import Fault
from qwen_localize.sandbox.ledger import Entry, Ledger, Paid
from qwen_localize.sandbox.server import running
from qwen_localize.sandbox.service import Sandbox

__all__ = ["Entry", "Fault", "Ledger", "Paid", "Sandbox", "SandboxConfig", "running"]
