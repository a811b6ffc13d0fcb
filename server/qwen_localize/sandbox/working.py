"""Work on pictures, in worker threads."""

import logging
from collections.abc import Callable
from typing import TypeVar

from anyio import to_thread

from .errors import Refusal
from .service import Sandbox

Result = TypeVar("Result")

_log = logging.getLogger(__name__)


async def in_worker(sandbox: Sandbox, work: Callable[[], Result]) -> Result:
    """What the work returns; what it cannot cope with is the service's own mistake."""
    try:
        # Abandoned on shutdown: nobody waits for the picture any more.
        return await to_thread.run_sync(work, abandon_on_cancel=True, limiter=sandbox.drawing)
    except Refusal:
        raise
    except Exception as error:
        _log.warning("A picture could not be worked on.", exc_info=error)
        raise Refusal(500, "InternalError", "An internal error has occured.") from error
