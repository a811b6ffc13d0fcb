"""Asynchronous tasks: what the service says of one (contract 2.1), as a closed union."""

from dataclasses import dataclass
from typing import Any

from ..errors import Bug, quote


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
        Bug: a state word that the contract does not have, or no task at all.
    """
    output = body.get("output")
    if not isinstance(output, dict) or not output.get("task_id"):
        raise Bug(f"The service's answer has no task in it: {quote(str(body))}. Try again; report it if it stays.")
    task_id, status = str(output["task_id"]), output.get("task_status")
    request_id = str(body.get("request_id") or "")
    match status:
        case "PENDING" | "RUNNING":
            return Waiting(task_id, running=status == "RUNNING")
        case "SUCCEEDED":
            return Succeeded(task_id, output, body.get("usage") or {}, request_id)
        case "FAILED":
            code, message = str(output.get("code") or ""), str(output.get("message") or "")
            return Failed(task_id, code, message, request_id)
        case "CANCELED" | "UNKNOWN":
            return Gone(task_id, status)
        case _:
            raise Bug(f"The service calls task {task_id} {quote(str(status))}, a state this version does not know.")


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
class Page:
    """A page of the task list (contract 2.2)."""

    rows: list[Row]
    pages: int


def parse_page(body: dict[str, Any]) -> Page:
    """The rows in an answer to LIST.

    Raises:
        Bug: the answer is not of the documented shape.
    """
    try:
        rows = [
            Row(
                task_id=str(row["task_id"]),
                status=str(row["status"]),
                created=float(row.get("gmt_create") or 0) / 1000,
                key_id=str(row.get("api_key_id") or ""),
            )
            for row in body["data"]
        ]
        return Page(rows, int(body.get("total_page") or 1))
    except (KeyError, TypeError, ValueError):
        raise Bug(f"The service's task list is not as documented: {quote(str(body))}.") from None
