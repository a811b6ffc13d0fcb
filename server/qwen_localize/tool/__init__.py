"""What a tool is, and the small context that it may ask: the one door between the machine and the capabilities."""

from ..calls import PREPARED, CircuitBreaker, Connection, Prepared, Receipt, Series
from ..dashscope import Chunks, Limit, Model, Price, Tokens
from ..jobs import Batch, Ending, Evidence, JobRecord, Kind, OneOrMany, Order, Results, State, Upstream
from .context import Context
from .definition import Registry, Tool
from .results import JobResult, Result, SavedFile, cny

__all__ = [
    "PREPARED",
    "Batch",
    "Chunks",
    "CircuitBreaker",
    "Connection",
    "Context",
    "Ending",
    "Evidence",
    "JobRecord",
    "JobResult",
    "Kind",
    "Limit",
    "Model",
    "OneOrMany",
    "Order",
    "Prepared",
    "Price",
    "Receipt",
    "Registry",
    "Result",
    "Results",
    "SavedFile",
    "Series",
    "State",
    "Tokens",
    "Tool",
    "Upstream",
    "cny",
]
