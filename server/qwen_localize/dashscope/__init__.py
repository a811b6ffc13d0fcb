"""The wire to Alibaba Model Studio (DashScope). Knows no MCP and no tool."""

from .client import Client
from .hosts import REGIONS, Service, is_private
from .limits import Limit
from .tasks import Succeeded, Waiting
from .wire import Timeouts, Wire

__all__ = ["REGIONS", "Client", "Limit", "Service", "Succeeded", "Timeouts", "Waiting", "Wire", "is_private"]
