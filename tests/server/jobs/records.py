"""Jobs as the store keeps them, with everything that does not matter filled in."""

from typing import Any

from qwen_localize.jobs import JobRecord, State

SCOPE, MODEL = "scope", "qwen-mt-image"


def record(name: str = "a", **facts: Any) -> JobRecord:
    """A job; `name` makes its id and its digest."""
    usual: dict[str, Any] = {
        "id": f"job-{name}",
        "scope": SCOPE,
        "tool": "translate_image",
        "label": f"{name}.png from auto to ru",
        "digest": f"digest-{name}",
        "model": MODEL,
        "directory": "/nowhere",
        "stem": f"{name}.ru",
        "owner": "nobody",
        "created": 1000.0,
        "changed": 1000.0,
        "cost": 0.003,
    }
    return JobRecord(**usual | facts)


def lost_job(name: str, sent: float, lost: float, **facts: Any) -> JobRecord:
    """A job that was sent, and whose answer was known to be lost at a later moment."""
    return record(name, state=State.UNSURE, created=sent, changed=lost, sent=sent, lost=lost, **facts)
