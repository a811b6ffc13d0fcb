"""The sandbox itself: everything that one running stand-in knows."""

import logging
from collections import deque
from collections.abc import Callable
from typing import TypeVar

import anyio
from anyio import to_thread
from anyio.abc import TaskGroup

from .catalogue import TokenModel
from .clock import Clock
from .config import SandboxConfig
from .errors import Refusal, internal, out_of_tokens
from .faults import Faults
from .ledger import Ledger, Paid
from .limits import Limits
from .results import Results
from .signing import Signer
from .tasks import Task, Tasks
from .tokens import Reply
from .uploads import Uploads

HangUp = Callable[[tuple[str, int]], None]
Result = TypeVar("Result")

_log = logging.getLogger(__name__)


class Sandbox:
    """A running stand-in for Model Studio.

    Attributes:
        origin: its address, such as `http://127.0.0.1:8123`.
        ledger: what was asked and billed.
        faults: what goes wrong; can be switched while it runs.
        limits: what has been spent of every limit.
        uploads: the pictures that clients have stored.
        results: the pictures that clients can download.
        tasks: the queue of image translations.
        session_faults: what befalls the next sessions, as in the configuration; tests may add to it.
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
        self.tasks = Tasks(clock, config.task_seconds, jobs, self._bill_task)
        self.session_faults = deque(config.session_faults)
        self._drawing = anyio.CapacityLimiter(2)
        self._listening = anyio.CapacityLimiter(2)

    async def on_picture(self, work: Callable[[], Result]) -> Result:
        """What the work returns, done in a thread.

        Raises:
            Refusal: the work's own, or 500 for an error that it did not expect.
        """
        return await _in_thread(work, self._drawing, "A picture")

    async def on_sound(self, work: Callable[[], Result]) -> Result:
        """What the work returns, done in a thread.

        Raises:
            Refusal: the work's own, or 500 for an error that it did not expect.
        """
        return await _in_thread(work, self._listening, "A sound")

    def bill_image(self, model: str, price: float, task_id: str | None = None, *, images: int = 1) -> None:
        """Charge pictures at the price of one (CNY)."""
        self.ledger.bill(Paid(self.clock.now(), model, price * images, images=images, task_id=task_id))

    def bill_tokens(self, model: TokenModel, done: Reply) -> None:
        """Charge a call by the token.

        Raises:
            Refusal: its tokens would go over the limit of a minute; nothing is charged.
        """
        self.admit_tokens(model, done.tokens_in)
        self.limits.charge(f"tokens {model.name}", model.token_rules, done.tokens_out)
        cost = model.cost(done.tokens_in, done.tokens_out)
        self.ledger.bill(Paid(self.clock.now(), model.name, cost, done.tokens_in, done.tokens_out))

    def admit_tokens(self, model: TokenModel, tokens_in: int) -> None:
        """Spend input tokens of the limit of a minute.

        Raises:
            Refusal: there is no room for them.
        """
        if not self.limits.allow(f"tokens {model.name}", model.token_rules, tokens_in):
            raise out_of_tokens()

    def _bill_task(self, task: Task) -> None:
        self.bill_image(task.model.name, task.model.price, task.id)


async def _in_thread(work: Callable[[], Result], limiter: anyio.CapacityLimiter, what: str) -> Result:
    try:
        # Abandoned on shutdown: nobody waits for it any more.
        return await to_thread.run_sync(work, abandon_on_cancel=True, limiter=limiter)
    except Refusal:
        raise
    except Exception as error:
        _log.warning("%s could not be worked on.", what, exc_info=error)
        raise internal() from error
