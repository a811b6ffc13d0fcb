"""What must survive the process, and what processes share: an SQLite file, or PostgreSQL for many machines."""

from .answers import KEPT_DAYS, Answers
from .costs import Cost, CostLedger, purse
from .database import Database
from .notices import Notices
from .rate_limits import SharedRateLimits
from .retry import until_available
from .session import Session, Store

__all__ = [
    "KEPT_DAYS",
    "Answers",
    "Cost",
    "CostLedger",
    "Database",
    "Notices",
    "Session",
    "SharedRateLimits",
    "Store",
    "purse",
    "until_available",
]
