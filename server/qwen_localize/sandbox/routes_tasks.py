"""Task query, list and cancel (docs/model-studio.md 2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.responses import JSONResponse, Response

from .call import Call
from .clock import Clock, parse_compact, stamp
from .errors import invalid, throttled
from .limits import CANCEL, LIST, QUERY
from .results import result_name
from .tasks import State, Task

_DAY = 24 * 3600.0
# No maximum is documented (docs/model-studio.md 14); a larger page is cut to this, and the answer says so.
MAX_PAGE = 100
_ACCOUNT = "1000000000000001"
_KEY_ID = "1000001"
_REGION = "cn-beijing"


async def query(call: Call) -> Response:
    """`GET /api/v1/tasks/{task_id}`; an unknown or expired task is UNKNOWN, not an error."""
    task_id = call.task_id = call.request.path_params["task_id"]
    if not call.sandbox.limits.allow("query", QUERY):
        raise throttled()
    task = call.sandbox.tasks.find(task_id)
    if task is not None and call.strikes("forget"):
        call.sandbox.tasks.forget(task_id)
        task = None
    if task is None:
        output = {"task_id": task_id, "task_status": "UNKNOWN"}
        return JSONResponse({"request_id": call.request_id, "output": output})
    call.model = task.model.name
    if renewed := call.sandbox.results.renew(result_name(task.id)):
        task.output["image_url"] = renewed
    return JSONResponse({"request_id": call.request_id, **_report(task, call.sandbox.clock)})


async def cancel(call: Call) -> Response:
    """`POST /api/v1/tasks/{task_id}/cancel`."""
    call.task_id = call.request.path_params["task_id"]
    if not call.sandbox.limits.allow("cancel", CANCEL):
        raise throttled()
    call.sandbox.tasks.cancel(call.task_id)
    return JSONResponse({"request_id": call.request_id})


async def list_tasks(call: Call) -> Response:
    """`GET /api/v1/tasks`: flat rows without results, the newest first."""
    if not call.sandbox.limits.allow("list", LIST):
        raise throttled()
    wanted = _Filter.parse(call.request.query_params, call.sandbox.clock)
    clock = call.sandbox.clock
    rows = [row for task in call.sandbox.tasks.all() if wanted.takes(row := _row(task, clock))]
    first = (wanted.page - 1) * wanted.size
    return JSONResponse(
        {
            "request_id": call.request_id,
            "data": rows[first : first + wanted.size],
            "page_no": wanted.page,
            "page_size": wanted.size,
            "total": len(rows),
            "total_page": -(-len(rows) // wanted.size),
        }
    )


def _report(task: Task, clock: Clock) -> dict[str, Any]:
    times = {"submit_time": task.submitted, "scheduled_time": task.scheduled, "end_time": task.ended}
    output: dict[str, Any] = {"task_id": task.id, "task_status": task.state}
    output |= {name: stamp(clock.wall(at)) for name, at in times.items() if at is not None}
    if task.state is State.FAILED and task.failure is not None:
        return {"output": output | {"code": task.failure.code, "message": task.failure.message}}
    if task.state is State.SUCCEEDED:
        return {"output": output | task.output, "usage": {"image_count": 1}}
    return {"output": output}


def _row(task: Task, clock: Clock) -> dict[str, Any]:
    times = {"gmt_create": task.submitted, "start_time": task.scheduled, "end_time": task.ended}
    return {
        "api_key_id": _KEY_ID,
        "caller_parent_id": _ACCOUNT,
        "caller_uid": _ACCOUNT,
        **{name: int(clock.wall(at) * 1000) for name, at in times.items() if at is not None},
        "model_name": task.model.name,
        "region": _REGION,
        "request_id": task.request_id,
        "status": task.state,
        "task_id": task.id,
        "user_api_unique_key": f"apikey:v1:aigc:image2image:image-synthesis:{task.model.name}",
    }


@dataclass(frozen=True)
class _Filter:
    equal: Mapping[str, str]
    start: float
    end: float
    page: int
    size: int

    @classmethod
    def parse(cls, given: Mapping[str, str], clock: Clock) -> "_Filter":
        start, end = _window(given, clock)
        names = ("task_id", "model_name", "status", "api_key_id", "region")
        equal = {name: given[name] for name in names if given.get(name)}
        size = min(_positive(given, "page_size", 10), MAX_PAGE)
        return cls(equal, start, end, _positive(given, "page_no", 1), size)

    def takes(self, row: Mapping[str, Any]) -> bool:
        in_time = self.start <= row["gmt_create"] / 1000 <= self.end
        return in_time and all(row[name] == value for name, value in self.equal.items())


def _window(given: Mapping[str, str], clock: Clock) -> tuple[float, float]:
    """Unix seconds, inclusive; the last 24 hours by default, never more than 24 (docs/model-studio.md 2.2)."""
    try:
        start, end = (parse_compact(given[n]) if given.get(n) else None for n in ("start_time", "end_time"))
    except ValueError as error:
        raise invalid("start_time and end_time must be of the form YYYYMMDDhhmmss.") from error
    if end is None:
        end = clock.wall(clock.now()) if start is None else start + _DAY
    else:
        end += 0.999  # the named second belongs to the window
    if start is None:
        start = end - _DAY
    if not 0 <= end - start < _DAY + 1:
        raise invalid("The time between start_time and end_time must not exceed 24 hours.")
    return start, end


def _positive(given: Mapping[str, str], name: str, default: int) -> int:
    text = given.get(name) or str(default)
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise invalid(f"{name} must be a positive integer.")
    return int(text)
