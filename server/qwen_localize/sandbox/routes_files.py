"""Upload policy, the upload host, and result downloads (contract 8 and 2.1)."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from qwen_localize.sandbox.catalogue import MODELS
from qwen_localize.sandbox.errors import Refusal, invalid, throttled
from qwen_localize.sandbox.gate import Call
from qwen_localize.sandbox.ledger import Entry
from qwen_localize.sandbox.limits import POLICY
from qwen_localize.sandbox.service import Sandbox
from qwen_localize.sandbox.signing import oss_error


async def policy(call: Call) -> Response:
    """`GET /api/v1/uploads?action=getPolicy&model=`."""
    given = call.request.query_params
    if given.get("action") != "getPolicy":
        raise invalid("action must be getPolicy.")
    name = call.model = given.get("model", "")
    if name not in MODELS:
        raise Refusal(404, "ModelNotFound", f"Model {name} does not exist.")
    if not call.sandbox.limits.allow(f"policy {name}", POLICY):
        raise throttled()
    return JSONResponse({"request_id": call.request_id, "data": call.sandbox.uploads.policy(name)})


def upload(sandbox: Sandbox) -> Callable[[Request], Awaitable[Response]]:
    """The object store's form POST: no key, XML errors, an empty body when all is well."""

    async def store(request: Request) -> Response:
        async with request.form() as form:
            fields = {name: value for name, value in form.items() if isinstance(value, str)}
            file = form.get("file")
            if not isinstance(file, UploadFile):
                raise Refusal(400, "InvalidArgument", "POST requires exactly one file upload per request.")
            sandbox.uploads.store(fields, await file.read())
        return Response(status_code=200)

    return _object_store(sandbox, "upload", store)


def download(sandbox: Sandbox) -> Callable[[Request], Awaitable[Response]]:
    """A result picture behind its signed address."""

    async def send(request: Request) -> Response:
        name = request.path_params["name"]
        picture = sandbox.results.read(name, request.query_params)
        if request.method == "GET" and sandbox.faults.take("cut"):
            return _Cut(sandbox, picture)
        return Response(picture, media_type="image/jpeg")

    return _object_store(sandbox, "download", send)


def _object_store(
    sandbox: Sandbox, kind: str, handler: Callable[[Request], Awaitable[Response]]
) -> Callable[[Request], Awaitable[Response]]:
    async def serve(request: Request) -> Response:
        arrived, refusal = sandbox.clock.now(), None
        try:
            response = await handler(request)
        except Refusal as refused:
            refusal = refused
            body = oss_error(refused.code, refused.message, f"sandbox-{uuid.uuid4()}")
            response = Response(body, refused.status, media_type="application/xml")
        sandbox.ledger.note(
            Entry(
                arrived,
                request.method,
                kind,
                status=response.status_code,
                code=refusal.code if refusal else None,
                fault="cut" if isinstance(response, _Cut) else None,
            )
        )
        return response

    return serve


class _Cut(Response):
    """Announces the whole picture, sends half of it, and hangs up."""

    def __init__(self, sandbox: Sandbox, picture: bytes) -> None:
        super().__init__(picture, media_type="image/jpeg")
        self._sandbox = sandbox

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        half = bytes(self.body[: len(self.body) // 2])
        await send({"type": "http.response.body", "body": half, "more_body": True})
        host, port = scope["client"]
        self._sandbox.hang_up((host, port))
        while (await receive())["type"] != "http.disconnect":
            pass
