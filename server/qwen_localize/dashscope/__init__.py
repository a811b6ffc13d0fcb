"""The wire to Alibaba Model Studio (DashScope). Knows no MCP and no tool."""

from .client import Client
from .hosts import REGIONS, Service, is_private
from .limits import Book, Limit, Paces
from .tasks import Failed, Gone, Page, Row, Succeeded, Waiting
from .wire import Timeouts, Wire

__all__ = [
    "REGIONS",
    "Book",
    "Client",
    "Failed",
    "Gone",
    "Limit",
    "Paces",
    "Page",
    "Row",
    "Service",
    "Succeeded",
    "Timeouts",
    "Waiting",
    "Wire",
    "is_private",
]
