"""One request on its way through the sandbox, and what every handler asks of it."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, TypeVar

from starlette.requests import Request

from .catalogue import MODELS, Model
from .errors import Refusal, invalid, no_such_model, throttled
from .service import Sandbox

Kind = TypeVar("Kind", bound=Model)


class Dialect(Enum):
    """How an address words its refusals; the object store also asks for no key (docs/model-studio.md 8)."""

    NATIVE = "native"
    COMPAT = "compat"
    STORE = "store"


@dataclass
class Call:
    """One request.

    Attributes:
        kind: chat, submit, generate, query, list, cancel, policy, upload or download.
        dialect: how its refusals are worded.
        model: the name of the model that it names, once known.
        task_id: the task that it makes or asks about, once known.
        fault: the fault that has struck it, if one has.
    """

    sandbox: Sandbox
    request: Request
    kind: str
    dialect: Dialect = Dialect.NATIVE
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

    def enables(self, header: str) -> bool:
        """Whether a request header says `enable`."""
        return self.request.headers.get(header, "").strip().lower() == "enable"

    @property
    def resolves_oss(self) -> bool:
        """Whether the request may name pictures by `oss://` (docs/model-studio.md 1.2)."""
        return self.enables("x-dashscope-ossresourceresolve")

    def named_model(self, body: Mapping[str, Any], *kinds: type[Kind]) -> Kind:
        """The model that the body names.

        Raises:
            Refusal: it is of none of these kinds, or has been asked as often as it may be.
        """
        name = body.get("model")
        if not isinstance(name, str) or not name:
            raise invalid("model is required.", "BadRequest.EmptyModel")
        self.model = name
        model = MODELS.get(name)
        if not isinstance(model, kinds):
            raise no_such_model(name)
        if not self.sandbox.limits.allow(f"requests {name}", model.rules):
            raise throttled()
        return model

    def synchronous_parts(self, body: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """`input` and `parameters` of a native request to a model that has no tasks.

        Raises:
            Refusal: a task is asked for, or one of the two is no object.
        """
        if self.enables("x-dashscope-async"):
            raise Refusal(403, "AccessDenied", "current user api does not support asynchronous calls")
        given, parameters = body.get("input"), body.get("parameters") or {}
        if not isinstance(given, dict) or not isinstance(parameters, dict):
            raise invalid("input and parameters must be objects.", "BadRequest.EmptyInput")
        return given, parameters

    def strikes(self, fault: str) -> bool:
        """Whether this fault strikes this call."""
        if self.sandbox.faults.take(fault, self.kind):
            self.fault = fault
            return True
        return False

    def hang_up(self) -> None:
        """Close the connection once what was written to it is on its way."""
        client = self.request.client
        if client is not None:
            self.sandbox.hang_up((client.host, client.port))
