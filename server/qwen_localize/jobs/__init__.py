"""Paid work that outlives a request: written down before it is paid, followed until its files are on disk."""

from .environment import Environment
from .gate import Gate
from .lifecycle import Ending
from .locks import FileLeader, FilePresence, Leader, Presence
from .order import Order
from .poller import Poller
from .records import FINAL, RESTING, JobRecord, Kind, State
from .recovery import Recovery
from .runner import GivenUp, Runner
from .store import JobStore, OwnJobs
from .submission import LONGEST_GRACE_SECONDS, Submission
from .waiting import JobSignals
from .work import Batch, Evidence, OneOrMany, Results, Upstream, Work, Works

__all__ = [
    "FINAL",
    "LONGEST_GRACE_SECONDS",
    "RESTING",
    "Batch",
    "Ending",
    "Environment",
    "Evidence",
    "FileLeader",
    "FilePresence",
    "Gate",
    "GivenUp",
    "JobRecord",
    "JobSignals",
    "JobStore",
    "Kind",
    "Leader",
    "OneOrMany",
    "Order",
    "OwnJobs",
    "Poller",
    "Presence",
    "Recovery",
    "Results",
    "Runner",
    "State",
    "Submission",
    "Upstream",
    "Work",
    "Works",
]
