"""Paid work that outlives a request: written down before it is paid, followed until its files are on disk."""

from .locks import Lock, Presence
from .poller import Poller, ResultUrls
from .records import JobRecord, State
from .runner import Order, Runner
from .store import Cost, ScopedBook, Store
from .waiting import Changes

__all__ = [
    "Changes",
    "Cost",
    "JobRecord",
    "Lock",
    "Order",
    "Poller",
    "Presence",
    "ResultUrls",
    "Runner",
    "ScopedBook",
    "State",
    "Store",
]
