"""The gate of the WebSockets: who is let in, and what befalls whom (docs/model-studio.md 1.3 and 1.5)."""

import uuid
from collections.abc import Awaitable, Callable

from starlette.responses import JSONResponse
from starlette.websockets import WebSocket, WebSocketDisconnect

from ..errors import Refusal, bad_key, bursting, in_debt, internal, native_body, no_such_model, throttled, unavailable
from ..faults import Fault
from ..ledger import Entry
from ..service import Sandbox
from .line import Line, Over
from .models import GUMMY, LIVE

STAGE = "session"
IN_SESSION = ("drop", "stall", "garbage", "fail", "expire")
USUAL_SECOND = 2.0  # of its sound, at which something befalls a session when nothing else is said

Talk = Callable[[Line], Awaitable[None]]
_REFUSALS: dict[str, Callable[[str], Refusal]] = {
    "throttle": throttled, "burst": bursting, "error": internal, "busy": unavailable, "debt": in_debt,
}  # fmt: skip


def endpoint(sandbox: Sandbox, talk: Talk, *, named: bool) -> Callable[[WebSocket], Awaitable[None]]:
    """A protocol as a route's endpoint.

    Args:
        sandbox: who answers.
        talk: the protocol.
        named: whether the address names the model; otherwise the first task does.
    """

    async def serve(socket: WebSocket) -> None:
        model = socket.query_params.get("model") if named else None
        at = sandbox.clock.now()
        try:
            _admit(sandbox, socket, model, named=named)
        except Refusal as refusal:
            sandbox.ledger.note(_refused(at, model, refusal))
            body = native_body(refusal, f"sandbox-{uuid.uuid4()}")
            await socket.send_denial_response(JSONResponse(body, refusal.status))
            return
        mishap = _mishap(sandbox)
        sandbox.ledger.note(Entry(at, "GET", STAGE, model, 101, fault=mishap.name if mishap else None))
        await socket.accept()
        await _talk(Line(sandbox, socket, model, mishap), talk)

    return serve


async def _talk(line: Line, talk: Talk) -> None:
    end = "closed"
    try:
        await talk(line)
        end = "finished"
    except Over as over:
        end = over.end
    except WebSocketDisconnect:
        pass
    finally:
        line.ended(end)


def _admit(sandbox: Sandbox, socket: WebSocket, model: str | None, *, named: bool) -> None:
    if sandbox.faults.take("nokey", STAGE):
        raise bad_key(fault="nokey")
    scheme, _, key = socket.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip().startswith("sk-"):
        raise bad_key()
    for name, refusal in _REFUSALS.items():
        if sandbox.faults.take(name, STAGE):
            raise refusal(name)
    found = LIVE.get(model or "") if named else next(iter(GUMMY.values()))
    if found is None:
        raise no_such_model(str(model))
    if not sandbox.limits.allow(f"requests {found.name}", found.rules):
        raise throttled()


def _mishap(sandbox: Sandbox) -> Fault | None:
    """What will befall the session that begins now."""
    if sandbox.session_faults:
        given = sandbox.session_faults.popleft()
        return given and Fault(given.name, stage=STAGE, after=USUAL_SECOND if given.after is None else given.after)
    for name in IN_SESSION:
        after = sandbox.faults.after(name, STAGE)
        if sandbox.faults.take(name, STAGE):
            return Fault(name, stage=STAGE, after=USUAL_SECOND if after is None else after)
    return None


def _refused(at: float, model: str | None, refusal: Refusal) -> Entry:
    return Entry(
        at, "GET", STAGE, model, refusal.status,
        code=refusal.code, fault=refusal.fault, over_limit=refusal.over_limit,
    )  # fmt: skip
