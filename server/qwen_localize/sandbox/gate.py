"""The gate of the API: who is let in, what goes wrong, and what is written down about it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from qwen_localize.sandbox.errors import Refusal, bad_key, compat_body, invalid, native_body, throttled
from qwen_localize.sandbox.ledger import Entry
from qwen_localize.sandbox.service import Sandbox

_PAID = ("chat", "submit")


@dataclass
class Call:
    """One API request on its way through the sandbox.

    Attributes:
        kind: chat, submit, query, list, cancel or policy.
        compat: Whether errors are worded as on the OpenAI-compatible endpoint.
        model: The model it names, once known.
        task_id: The task it makes or asks about, once known.
    """

    sandbox: Sandbox
    request: Request
    kind: str
    compat: bool = False
    model: str | None = None
    task_id: str | None = None
    fault: str | None = None
    request_id: str = field(default_factory=lambda: f"sandbox-{uuid.uuid4()}")

    async def body(self) -> dict[str, Any]:
        """The JSON object sent; anything else is refused."""
        try:
            body = json.loads(await self.request.body())
        except ValueError as error:
            raise invalid("The request body is not valid JSON.", "BadRequest.IllegalInput") from error
        if not isinstance(body, dict):
            raise invalid("The request body must be a JSON object.", "BadRequest.IllegalInput")
        return body

    def answers(self, header: str) -> bool:
        """Whether a request header says `enable`."""
        return self.request.headers.get(header, "").strip().lower() == "enable"

    def strikes(self, fault: str) -> bool:
        """Whether this fault strikes this call."""
        if self.sandbox.faults.take(fault):
            self.fault = fault
            return True
        return False


Handler = Callable[[Call], Awaitable[Response]]
Endpoint = Callable[[Request], Awaitable[Response]]


def endpoint(sandbox: Sandbox, kind: str, handler: Handler, *, compat: bool = False) -> Endpoint:
    """The handler as a route's endpoint: admitted, misbehaving if told to, and noted down."""

    async def serve(request: Request) -> Response:
        call = Call(sandbox, request, kind, compat)
        arrived = sandbox.clock.now()
        refusal: Refusal | None = None
        try:
            response = await _serve(call, handler)
        except Refusal as refused:
            refusal = refused
            response = _refuse(call, refused)
        status = 0 if response is None else response.status_code
        sandbox.ledger.note(_entry(call, arrived, status, refusal))
        if response is None:
            await disconnected(request)
            return Response()
        response.headers["x-request-id"] = call.request_id
        return response

    return serve


async def _serve(call: Call, handler: Handler) -> Response | None:
    """The answer; None for none at all."""
    _admit(call)
    if call.strikes("stall"):
        return None
    _break(call)
    response = await handler(call)
    if call.kind == "submit" and call.strikes("drop"):
        _hang_up(call)
        return None
    if call.strikes("garbage"):
        return Response("<html>sandbox: not the JSON you asked for</html>", media_type="text/html")
    return response


def _admit(call: Call) -> None:
    if call.strikes("nokey"):
        raise bad_key(fault="nokey")
    scheme, _, key = call.request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not call.sandbox.config.admits(key.strip()):
        raise bad_key()


def _break(call: Call) -> None:
    """Misbehave before anything was done."""
    if call.kind == "query" and call.strikes("query-throttle"):
        raise throttled(fault="query-throttle")
    if call.kind not in _PAID:
        return
    if call.strikes("throttle"):
        raise throttled(fault="throttle")
    if call.strikes("error"):
        raise Refusal(500, "InternalError", "An internal error has occured, please try again later.", fault="error")
    if call.strikes("busy"):
        raise Refusal(503, "ModelUnavailable", "Model is unavailable, please try again later.", fault="busy")
    if call.strikes("debt"):
        message = "Access denied, please make sure your account is in good standing."
        raise Refusal(400, "Arrearage", message, fault="debt")


def _refuse(call: Call, refusal: Refusal) -> Response:
    word = compat_body if call.compat else native_body
    return JSONResponse(word(refusal, call.request_id), refusal.status)


def _entry(call: Call, arrived: float, status: int, refusal: Refusal | None) -> Entry:
    return Entry(
        at=arrived,
        method=call.request.method,
        kind=call.kind,
        model=call.model,
        status=status,
        task_id=call.task_id,
        code=refusal.code if refusal else None,
        fault=call.fault or (refusal.fault if refusal else None),
        over_limit=refusal.over_limit if refusal else False,
    )


def _hang_up(call: Call) -> None:
    client = call.request.client
    if client is not None:
        call.sandbox.hang_up((client.host, client.port))


async def disconnected(request: Request) -> None:
    """Wait until the client has gone."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
