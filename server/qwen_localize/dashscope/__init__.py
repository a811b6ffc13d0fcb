"""The wire to Alibaba Model Studio (DashScope). Knows no MCP and no tool."""

from .client import Client
from .departure import Departure
from .hosts import REGIONS, Service, is_private
from .limits import Limit, RateLimiter, RateLimitStore
from .models import Model, Price, Tokens
from .streams import Chunks, Consume
from .tasks import Failed, Gone, Row, Succeeded, TaskList, Waiting, as_text, usage_of
from .wire import Timeouts, Wire

__all__ = [
    "REGIONS",
    "Chunks",
    "Client",
    "Consume",
    "Departure",
    "Failed",
    "Gone",
    "Limit",
    "Model",
    "Price",
    "RateLimitStore",
    "RateLimiter",
    "Row",
    "Service",
    "Succeeded",
    "TaskList",
    "Timeouts",
    "Tokens",
    "Waiting",
    "Wire",
    "as_text",
    "is_private",
    "usage_of",
]
