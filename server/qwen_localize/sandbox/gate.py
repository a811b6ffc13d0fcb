"""The gate of every address: who is let in, what goes wrong, and what is written down about it."""

from collections.abc import Awaitable, Callable

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from .bodies import cut, slow
from .call import Call, Dialect
from .errors import (
    Refusal,
    bad_key,
    bursting,
    compat_body,
    in_debt,
    internal,
    native_body,
    store_body,
    throttled,
    unavailable,
)
from .ledger import Entry
from .service import Sandbox

_HTML = "<html>sandbox: not what you asked for</html>"

Handler = Callable[[Call], Awaitable[Response]]
Endpoint = Callable[[Request], Awaitable[Response]]


def endpoint(sandbox: Sandbox, kind: str, handler: Handler, dialect: Dialect = Dialect.NATIVE) -> Endpoint:
    """The handler as a route's endpoint: admitted, misbehaving if told to, and noted down."""

    async def serve(request: Request) -> Response:
        call = Call(sandbox, request, kind, dialect)
        arrived = sandbox.clock.now()
        refusal: Refusal | None = None
        try:
            response = await _serve(call, handler)
        except Refusal as refused:
            refusal = refused
            response = _refuse(call, refused)
        except ClientDisconnect:  # in the middle of its request
            response = None
        status = 0 if response is None else response.status_code
        sandbox.ledger.note(_entry(call, arrived, status, refusal))
        if response is None:
            await _disconnected(request)
            return Response()
        response.headers["x-request-id"] = call.request_id
        return response

    return serve


async def _serve(call: Call, handler: Handler) -> Response | None:
    """The answer; None if the client gets none."""
    if call.dialect is not Dialect.STORE:
        _admit(call)
    if call.strikes("stall"):
        return None
    if call.strikes("refuse"):
        await call.request.body()  # closing on unread bytes would reset the connection instead
        call.hang_up()
        return None
    _break(call)
    response = await handler(call)
    if call.strikes("drop"):
        call.hang_up()
        return None
    return _spoil(call, response)


def _admit(call: Call) -> None:
    if call.strikes("nokey"):
        raise bad_key(fault="nokey")
    scheme, _, key = call.request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip().startswith("sk-"):
        raise bad_key()


_BREAKS: dict[str, Callable[[str], Refusal]] = {
    "query-throttle": throttled,
    "throttle": throttled,
    "burst": bursting,
    "error": internal,
    "busy": unavailable,
    "debt": in_debt,
}


def _break(call: Call) -> None:
    """Misbehave before anything was done."""
    for name, refusal in _BREAKS.items():
        if call.strikes(name):
            raise refusal(name)


def _spoil(call: Call, response: Response) -> Response:
    """Misbehave after all was done, with the body of the answer."""
    if call.strikes("empty"):
        return Response(media_type=response.media_type)
    if call.strikes("garbage") or call.strikes("wrongtype"):
        return Response(_HTML, media_type="text/html")
    if call.strikes("cut"):
        return cut(response, call.hang_up)
    if call.strikes("slow"):
        return slow(response, call.sandbox.clock)
    return response


def _refuse(call: Call, refusal: Refusal) -> Response:
    if call.dialect is Dialect.STORE:
        body = store_body(refusal, call.request_id)
        return Response(body, refusal.status, media_type="application/xml")
    word = compat_body if call.dialect is Dialect.COMPAT else native_body
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


async def _disconnected(request: Request) -> None:
    """Wait until the client has gone."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
