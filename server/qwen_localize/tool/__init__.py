"""What a tool is, and the small context that it may ask: the one door between the machine and the capabilities."""

from ..calls import PREPARED, CircuitBreaker, Connection, Prepared, Receipt, Series
from ..dashscope import Chunks, Limit, Model, Price, Tokens
from ..jobs import Batch, Ending, Evidence, JobRecord, Kind, OneOrMany, Order, Results, State, Upstream
from .consent import NO_CONSENT, Consent
from .context import Context
from .definition import Languages, Registry, Tool
from .prompt import Prompt, Suggest
from .results import JobResult, Result, SavedFile, cny

__all__ = [
    "NO_CONSENT",
    "PREPARED",
    "Batch",
    "Chunks",
    "CircuitBreaker",
    "Connection",
    "Consent",
    "Context",
    "Ending",
    "Evidence",
    "JobRecord",
    "JobResult",
    "Kind",
    "Languages",
    "Limit",
    "Model",
    "OneOrMany",
    "Order",
    "Prepared",
    "Price",
    "Prompt",
    "Receipt",
    "Registry",
    "Result",
    "Results",
    "SavedFile",
    "Series",
    "State",
    "Suggest",
    "Tokens",
    "Tool",
    "Upstream",
    "cny",
]
