"""The one path of a paid call, and what the calls of one tool call share."""

from .bookkeeping import Bookkeeping
from .circuit_breaker import CircuitBreaker
from .connection import Connection
from .paid import Answer, PaidCalls
from .purse import Purse
from .receipt import Receipt
from .series import PREPARED, Prepared, Series
from .session_cache import SessionCache
from .single_flight import SingleFlight

__all__ = [
    "PREPARED",
    "Answer",
    "Bookkeeping",
    "CircuitBreaker",
    "Connection",
    "PaidCalls",
    "Prepared",
    "Purse",
    "Receipt",
    "Series",
    "SessionCache",
    "SingleFlight",
]
