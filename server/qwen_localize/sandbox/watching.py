"""How a test or a benchmark in another process looks at a sandbox and switches its faults.

No part of the service's contract: needs no key, serves this machine alone, and is not in the ledger.
"""

import json
from collections.abc import Awaitable, Callable
from ipaddress import ip_address

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .faults import Fault
from .service import Sandbox

LEDGER_PATH = "/sandbox/ledger"
FAULTS_PATH = "/sandbox/faults"
PATHS = (LEDGER_PATH, FAULTS_PATH)


def routes(sandbox: Sandbox) -> list[Route]:
    """`GET /sandbox/ledger` and `PUT /sandbox/faults`."""

    async def ledger(_: Request) -> Response:
        return JSONResponse(sandbox.ledger.report())

    async def faults(request: Request) -> Response:
        try:
            sandbox.faults.replace(_read(await request.body()))
        except ValueError as error:
            return JSONResponse({"error": str(error)}, 400)
        return JSONResponse([str(fault) for fault in sandbox.faults])

    return [
        Route(LEDGER_PATH, _local(ledger), methods=["GET"]),
        Route(FAULTS_PATH, _local(faults), methods=["PUT"]),
    ]


def _read(body: bytes) -> list[Fault]:
    try:
        texts = json.loads(body)
    except ValueError as error:
        raise ValueError("The body is not JSON: send a list of fault texts.") from error
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise ValueError('Send a list of fault texts, such as ["throttle@query:2", "cut"].')
    return [Fault.parse(text) for text in texts]


def _local(handler: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    async def serve(request: Request) -> Response:
        # The host name is checked too: a web page can let a name of its own point at this machine.
        client = request.client.host if request.client else None
        if not (_is_loopback(client) and _is_loopback(request.url.hostname)):
            return JSONResponse({"error": "Only this machine may look here."}, 403)
        return await handler(request)

    return serve


def _is_loopback(host: str | None) -> bool:
    try:
        return host == "localhost" or ip_address(host or "").is_loopback
    except ValueError:
        return False
