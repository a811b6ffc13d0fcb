"""Jobs as the store keeps them, with everything that does not matter filled in."""

from typing import Any

from qwen_localize.files import Kept, LocalMedia
from qwen_localize.jobs import JobRecord, State

SCOPE, MODEL = "scope", "qwen-mt-image"
# Where a lost submission stands once it has been found out what became of it.
SETTLED = (State.FAILED, State.NEEDS_DECISION, State.QUEUED, State.RUNNING, State.READY, State.SUCCEEDED)


def input_of(name: str) -> LocalMedia:
    """What the job of that name works on."""
    return LocalMedia(f"{name}.png", f"picture {name}".encode(), "image/png")


def record(name: str = "a", **facts: Any) -> JobRecord:
    """A job; `name` makes its id, its digest and its input."""
    usual: dict[str, Any] = {
        "id": f"job-{name}",
        "scope": SCOPE,
        "tool": "translate_image",
        "label": f"{name}.png from auto to ru",
        "digest": f"digest-{name}",
        "model": MODEL,
        "arguments": {"target_lang": "ru"},
        "inputs": [Kept.of(input_of(name)).as_json],
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
    usual = {"state": State.UNCONFIRMED, "created": sent, "changed": lost, "message": "No answer came."}
    return record(name, **usual | {"sent": sent, "lost": lost} | facts)


def cut_off(sent: float, name: str = "a") -> JobRecord:
    """A job whose process died right after it had begun to submit it."""
    return record(name, state=State.SUBMITTING, created=sent, changed=sent, sent=sent)
