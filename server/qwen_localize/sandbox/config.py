"""How the sandbox is set up, once, by whoever starts it."""

from dataclasses import dataclass

from .faults import Fault


@dataclass(frozen=True)
class SandboxConfig:
    """How fast the sandbox's time runs, and how it misbehaves.

    Attributes:
        speed: service seconds per real second. Limits, queues, task times and expiry all run on
            service time.
        task_seconds: service seconds that an image task stays RUNNING at least.
        faults: what goes wrong from the start; more can be added while it runs.
        plain: whether pictures come back unread and unchanged but for the sandbox's mark; cheap.
        edit_seconds: service seconds that an image edit takes at least.
        hears: whether words are looked for in speech; otherwise it is described by its length; cheap.
        session_faults: what befalls the next sessions over WebSockets, each used once and in this order; None for a
            session that goes well.
    """

    speed: float = 1.0
    task_seconds: float = 3.0
    faults: tuple[Fault, ...] = ()
    plain: bool = False
    edit_seconds: float = 4.0
    hears: bool = True
    session_faults: tuple[Fault | None, ...] = ()

    def __post_init__(self) -> None:
        if not self.speed > 0:
            raise ValueError(f"speed must be above 0, not {self.speed}.")
        for name, seconds in (("task_seconds", self.task_seconds), ("edit_seconds", self.edit_seconds)):
            if not seconds >= 0:
                raise ValueError(f"{name} must not be negative, but is {seconds}.")
