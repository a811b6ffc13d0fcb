"""The sandbox itself: everything that one running stand-in knows."""

from collections.abc import Callable, Coroutine
from typing import Any

import anyio
from anyio.abc import TaskGroup

from .catalogue import TokenModel
from .clock import Clock
from .config import SandboxConfig
from .faults import Faults
from .ledger import Ledger, Paid
from .limits import Limits
from .results import Results
from .signing import Signer
from .tasks import Task, Tasks
from .uploads import Uploads

HangUp = Callable[[tuple[str, int]], None]


class Sandbox:
    """A running stand-in for Model Studio.

    Attributes:
        origin: its address, such as `http://127.0.0.1:8123`.
        ledger: what was asked and billed.
        faults: what goes wrong; can be switched while it runs.
        config: how it was set up.
        clock: its service time.
        hang_up: closes the connection to a client (host, port), after what was written to it.
    """

    def __init__(self, config: SandboxConfig, clock: Clock, origin: str, jobs: TaskGroup, hang_up: HangUp) -> None:
        signer = Signer()
        self.config = config
        self.clock = clock
        self.origin = origin
        self.hang_up = hang_up
        self.ledger = Ledger()
        self.faults = Faults(config.faults)
        self.limits = Limits(clock)
        self.uploads = Uploads(clock, signer, origin)
        self.results = Results(clock, signer, origin)

        def spawn(run: Callable[[Task], Coroutine[Any, Any, None]], task: Task) -> None:
            jobs.start_soon(run, task)

        self.tasks = Tasks(clock, config.task_seconds, spawn, self._bill_task)
        self.drawing = anyio.CapacityLimiter(2)

    def _bill_task(self, task: Task) -> None:
        self.bill_image(task.model.name, task.model.price, task.id)

    def bill_image(self, model: str, price: float, task_id: str | None = None, *, images: int = 1) -> None:
        """Charge pictures at the price of one (CNY)."""
        self.ledger.bill(Paid(self.clock.now(), model, price * images, images=images, task_id=task_id))

    def bill_tokens(self, model: TokenModel, tokens_in: int, tokens_out: int) -> None:
        """Charge a call by the token, and count what came out against the limit."""
        self.limits.charge(f"tokens {model.name}", model.token_rules, tokens_out)
        cost = model.cost(tokens_in, tokens_out)
        self.ledger.bill(Paid(self.clock.now(), model.name, cost, tokens_in, tokens_out))
