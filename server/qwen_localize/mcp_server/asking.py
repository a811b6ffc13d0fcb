"""The user is asked, where the client can: a clear yes goes on with a call that was refused; else it stays refused.

In the handshake's era, the client is asked while the call waits. Since 2026-07-28, the call is answered with the
question, and comes again with the answer and with what was decided here, sealed and bound by the SDK to that very call.
"""

import hashlib
import hmac
import json
from collections import OrderedDict
from dataclasses import asdict, dataclass, replace
from typing import Any
from uuid import uuid4

import anyio
from mcp import MCPError
from mcp.server.mcpserver import Context as McpContext
from mcp.server.mcpserver import RequestStateSecurity
from mcp.shared.message import ServerMessageMetadata
from mcp_types import ElicitRequest, ElicitRequestFormParams, ElicitResult, InputRequiredResult
from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from pydantic import ValidationError

from ..errors import LocalizeError, NeedsDecision, OverBudget, redact
from ..settings import Settings
from ..tool import NO_CONSENT, Consent
from ..wellformed import whole

# A user has at least so long for an answer, however early a client wants its own.
LEAST_SECONDS = 30.0
_MOST_KEPT = 1000
_KEY = "consent"
_FORM = {
    "type": "object",
    "properties": {"go_on": {"type": "boolean", "title": "Yes, go on", "description": "This may cost money."}},
    "required": ["go_on"],
}


@dataclass(frozen=True)
class Question:
    """What a user is asked about a call: `consent` is what a yes means, `refusal` what a no leaves it at."""

    words: str
    refusal: str
    consent: Consent
    name: str


class Answered:
    """The questions that were answered: an answer counts once, however often a client sends it."""

    def __init__(self) -> None:
        self._names: OrderedDict[str, None] = OrderedDict()

    def first(self, name: str) -> bool:
        """Whether a question is answered for the first time."""
        is_first = name not in self._names
        self._names[name] = None
        if len(self._names) > _MOST_KEPT:
            self._names.popitem(last=False)
        return is_first


def question(error: LocalizeError, key: str | None) -> Question | None:
    """What the user can decide about a refusal, in words without the API key; None for any other."""
    if isinstance(error, NeedsDecision):
        words, consent = error.question, Consent(pay_again=error.job_id)
    elif isinstance(error, OverBudget):
        words, consent = f"{error} Go past the budget for all of this one call?", Consent(past_budget=True)
    else:
        return None
    return Question(redact(whole(words), key), str(error), consent, uuid4().hex)


def can_ask(context: McpContext[Any, Any]) -> bool:
    """Whether the client shows forms to its user."""
    capabilities = context.client_capabilities
    elicitation = capabilities.elicitation if capabilities else None
    if elicitation is None or (elicitation.form is None and elicitation.url is not None):
        return False
    return _is_modern(context) or context.session.can_send_request


def as_result(asked: Question, context: McpContext[Any, Any]) -> InputRequiredResult | None:
    """The question as a call's answer; None where the client is asked while the call waits."""
    if not _is_modern(context):
        return None
    return InputRequiredResult(input_requests={_KEY: _request(asked)}, request_state=json.dumps(asdict(asked)))


async def says_yes(asked: Question, context: McpContext[Any, Any], seconds: float) -> bool:
    """Whether the user agrees while the call waits; no answer in time is none, and neither is one with a flaw."""
    related = ServerMessageMetadata(related_request_id=context.request_id)
    try:
        answer = await context.session.send_request(
            _request(asked), ElicitResult, max(seconds, LEAST_SECONDS), metadata=related
        )
    except (MCPError, ValidationError, anyio.ClosedResourceError, anyio.BrokenResourceError):
        return False
    return _is_yes(answer)


def answer_with_call(context: McpContext[Any, Any], answered: Answered) -> Question | None:
    """The question that a call brings the answer of; its consent is none unless that is a yes, given for once."""
    if context.request_state is None:
        return None
    state = json.loads(context.request_state)  # our own: the SDK lets no other through
    asked = Question(**state | {"consent": Consent(**state["consent"])})
    agreed = _is_yes((context.input_responses or {}).get(_KEY))
    return asked if answered.first(asked.name) and agreed else replace(asked, consent=NO_CONSENT)


def sealing(settings: Settings) -> RequestStateSecurity | None:
    """What seals questions, so that any replica can take the answer; None for a secret of this process alone."""
    if settings.link_secret is None:
        return None
    secret = settings.link_secret.get_secret_value().encode(errors="surrogateescape")
    return RequestStateSecurity(keys=[hmac.digest(secret, b"qwen-localize/questions", hashlib.sha256)])


def _request(asked: Question) -> ElicitRequest:
    return ElicitRequest(params=ElicitRequestFormParams(message=asked.words, requested_schema=_FORM))


def _is_yes(answer: object) -> bool:
    is_form = isinstance(answer, ElicitResult) and answer.action == "accept"
    return is_form and (answer.content or {}).get("go_on") is True  # type: ignore[attr-defined] # which mypy forgets


def _is_modern(context: McpContext[Any, Any]) -> bool:
    return context.protocol_version in MODERN_PROTOCOL_VERSIONS
