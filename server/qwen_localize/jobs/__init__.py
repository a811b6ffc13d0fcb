"""Paid work that outlives a request: written down before it is paid, followed until its files are on disk."""

from .locks import Lock, Presence
from .poller import Poller, ResultUrls
from .records import RESTING, JobRecord, Kind, State
from .runner import Runner
from .store import Cost, ScopedBook, Store
from .submission import Ending, Order, Tell

__all__ = [
    "RESTING",
    "Cost",
    "Ending",
    "JobRecord",
    "Kind",
    "Lock",
    "Order",
    "Poller",
    "Presence",
    "ResultUrls",
    "Runner",
    "ScopedBook",
    "State",
    "Store",
    "Tell",
]
