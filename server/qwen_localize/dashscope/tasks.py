"""Asynchronous tasks: what the service says of one (docs/model-studio.md 2.1), as a closed union."""

import json
import re
from dataclasses import dataclass
from typing import Any

from ..errors import BadAnswer, quote
from ..wellformed import word

# An id stands in a path, and is kept: one that could lead elsewhere, or is no id at all, is not understood.
_TASK_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,199}")
_MOST_PAGES = 10_000


@dataclass(frozen=True)
class Waiting:
    """In the queue, or running."""

    task_id: str
    running: bool


@dataclass(frozen=True)
class Succeeded:
    """Done and billed. `output` is what the endpoint makes; URLs in it live 24 h."""

    task_id: str
    output: dict[str, Any]
    usage: dict[str, Any]
    request_id: str


@dataclass(frozen=True)
class Failed:
    """Ended without a result, and free of charge."""

    task_id: str
    code: str
    message: str
    request_id: str


@dataclass(frozen=True)
class Gone:
    """Cancelled, or no longer known: the service forgets a task after 24 h."""

    task_id: str
    status: str


TaskState = Waiting | Succeeded | Failed | Gone


def parse(body: dict[str, Any]) -> TaskState:
    """The state in an answer to a submit or a query.

    Raises:
        BadAnswer: a state word that is not documented, or no task at all.
    """
    output = body.get("output")
    task_id = _task_id(output.get("task_id")) if isinstance(output, dict) else ""
    if not isinstance(output, dict) or not task_id:
        words = f"The service's answer has no task in it: {quote(as_text(body))}. Try again; report it if it stays."
        raise BadAnswer(words)
    status, request_id = output.get("task_status"), word(body.get("request_id"))
    match status:
        case "PENDING" | "RUNNING":
            return Waiting(task_id, running=status == "RUNNING")
        case "SUCCEEDED":
            return Succeeded(task_id, output, usage_of(body), request_id)
        case "FAILED":
            return Failed(task_id, word(output.get("code")), word(output.get("message"), 2000), request_id)
        case "CANCELED" | "UNKNOWN":
            return Gone(task_id, status)
        case _:
            told = quote(as_text(status), 60)
            raise BadAnswer(f"The service calls task {task_id} {told}, a state that this version does not know.")


def usage_of(body: dict[str, Any]) -> dict[str, Any]:
    """What an answer says that it used; nothing if that is no object."""
    usage = body.get("usage")
    return usage if isinstance(usage, dict) else {}


def as_text(answer: Any) -> str:
    """An answer as JSON text, for keeping and for messages."""
    return json.dumps(answer, ensure_ascii=False)


@dataclass(frozen=True)
class Row:
    """One task in the list; `created` in Unix seconds. Rows carry no results.

    Attributes:
        key_id: what the list calls the API key that it was submitted with.
    """

    task_id: str
    status: str
    created: float
    key_id: str = ""


@dataclass(frozen=True)
class TaskList:
    """A page of the task list (docs/model-studio.md 2.2).

    Attributes:
        pages: how many there are.
        is_whole: whether everything on it was understood; what is missing in a page that is not may still exist.
    """

    rows: list[Row]
    pages: int
    is_whole: bool = True


def parse_page(body: dict[str, Any]) -> TaskList:
    """The rows in an answer to LIST; what is no row is left out.

    Raises:
        BadAnswer: there is no list.
    """
    data = body.get("data")
    if not isinstance(data, list):
        raise BadAnswer(f"The service's task list is not as documented: {quote(as_text(body))}.")
    rows = [row for item in data if (row := _row(item))]
    pages = body.get("total_page", 1)
    is_count = isinstance(pages, int) and 0 <= pages <= _MOST_PAGES
    return TaskList(rows, max(pages, 1) if is_count else 1, is_count and len(rows) == len(data))


def _row(item: Any) -> Row | None:
    if not isinstance(item, dict) or not (task_id := _task_id(item.get("task_id"))):
        return None
    created = item.get("gmt_create")
    seconds = created / 1000 if isinstance(created, int | float) and abs(created) < 1e15 else 0.0
    return Row(task_id, word(item.get("status")), seconds, word(item.get("api_key_id")))


def _task_id(value: Any) -> str:
    return value if isinstance(value, str) and _TASK_ID.fullmatch(value) else ""
