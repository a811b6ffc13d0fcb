"""What must survive the process, and what the processes of a machine share: one SQLite file in the state directory."""

from .answers import KEPT_DAYS, Answers
from .costs import Cost, CostLedger, purse
from .database import Database
from .notices import Notices
from .rate_limits import SharedRateLimits
from .retry import until_available

__all__ = [
    "KEPT_DAYS",
    "Answers",
    "Cost",
    "CostLedger",
    "Database",
    "Notices",
    "SharedRateLimits",
    "purse",
    "until_available",
]
