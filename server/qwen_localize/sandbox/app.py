"""Every path of the sandbox in one table."""

import uuid
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import ASGIApp

from . import routes_files, routes_images, routes_live, routes_multimodal, routes_tasks, routes_text, watching
from .call import Dialect
from .errors import Refusal, native_body
from .gate import Handler, endpoint
from .ledger import Entry
from .results import RESULT_PATH
from .service import Sandbox
from .uploads import UPLOAD_PATH

_AIGC = "/api/v1/services/aigc"


def build(sandbox: Sandbox) -> ASGIApp:
    """The ASGI application of one sandbox."""

    def route(path: str, method: str, kind: str, handler: Handler, **words: Any) -> Route:
        return Route(path, endpoint(sandbox, kind, handler, **words), methods=[method])

    routes: list[BaseRoute] = [
        route("/compatible-mode/v1/chat/completions", "POST", "chat", routes_text.chat, dialect=Dialect.COMPAT),
        route(f"{_AIGC}/text-generation/generation", "POST", "chat", routes_text.generate),
        route(f"{_AIGC}/multimodal-generation/generation", "POST", "generate", routes_multimodal.generate),
        route(f"{_AIGC}/image2image/image-synthesis", "POST", "submit", routes_images.synthesize),
        route("/api/v1/uploads", "GET", "policy", routes_files.policy),
        route("/api/v1/tasks", "GET", "list", routes_tasks.list_tasks),
        # With and without a slash: the SDK's asynchronous classes add one (docs/model-studio.md 11).
        *(route(f"/api/v1/tasks/{{task_id}}{end}", "GET", "query", routes_tasks.query) for end in ("", "/")),
        *(route(f"/api/v1/tasks/{{task_id}}/cancel{end}", "POST", "cancel", routes_tasks.cancel) for end in ("", "/")),
        route(UPLOAD_PATH, "POST", "upload", routes_files.upload, dialect=Dialect.STORE),
        route(RESULT_PATH + "/{name}", "GET", "download", routes_files.download, dialect=Dialect.STORE),
        *(WebSocketRoute(path, endpoint) for path, endpoint in routes_live.endpoints(sandbox).items()),
        *watching.routes(sandbox),
    ]

    async def refuse(request: Request, error: Exception) -> Response:
        return _not_served(sandbox, request, error)

    return Starlette(routes=routes, exception_handlers={HTTPException: refuse})


def _not_served(sandbox: Sandbox, request: Request, error: Exception) -> Response:
    """404 and 405 in the service's words."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    code = {404: "NotFound", 405: "MethodNotAllowed"}.get(status, "InvalidParameter")
    refusal = Refusal(status, code, f"{request.method} {request.url.path} is not served here.")
    if request.url.path not in watching.PATHS:
        sandbox.ledger.note(Entry(sandbox.clock.now(), request.method, "other", status=status, code=code))
    return JSONResponse(native_body(refusal, f"sandbox-{uuid.uuid4()}"), status)
