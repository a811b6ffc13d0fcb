"""The service's error codes, each with who can act on it (docs/model-studio.md 1.3 and 1.4).

Total by construction: a code that is not listed is judged by its family (the part before the dot),
then by its HTTP status.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .. import errors
from ..errors import LocalizeError, quote
from ..wellformed import word
from .hosts import REGIONS, Service


@dataclass(frozen=True)
class Meaning:
    """What a code says: the exception, the words, and whether trying again can help."""

    error: type[LocalizeError]
    words: str
    retry: bool = False
    slow: float = 1.0


_INPUT = Meaning(errors.Rejected, "The service refused an argument. Change the call as its message says.")
_FILE = Meaning(errors.Rejected, "The service cannot use this file. Convert it, or send another one.")
_URL = Meaning(errors.Rejected, "The service could not fetch the URL. Check that it is public, or pass a local file.")
_BLOCKED = Meaning(errors.Blocked, "The service's content rules refused this material. Leave the part in question out.")
_MONEY = Meaning(
    errors.OutOfFunds, "The account cannot pay for this call. Settle the bill or add funds in the console."
)
_KEY = Meaning(errors.KeyRefused, "The service refused the API key.")
_RIGHTS = Meaning(
    errors.NoAccess, "The key has no right to this model or workspace. Activate the model in the console."
)
_MODEL = Meaning(
    errors.NoAccess, "The service has no such model here. Choose another model, or the region that has it."
)
_RATE = Meaning(errors.Throttled, "The service's rate limit was reached. Try again in a minute.", True)
_BURST = Meaning(errors.Throttled, "The service's burst limit was reached. Try again in a minute.", True, 4)
_DOWN = Meaning(errors.ServiceFailed, "The service failed. Try again in a few minutes.", True)
_SLOW = Meaning(errors.TimedOut, "The service took too long and gave up. Try again, with less at once.", True)
_ELSEWHERE = Meaning(
    errors.Unreachable,
    "The request was sent elsewhere instead of answered, as proxies and login pages do. Check the network, the proxy "
    "variables and DASHSCOPE_BASE_URL.",
)
_SHAPE = Meaning(errors.InternalError, "The service refused the way it was asked, which is a fault of this server.")
_STATE = Meaning(errors.Rejected, "The task is no longer in a state that allows this.")

# Where two spellings stand, the second is the OpenAI-compatible twin of the first (docs/model-studio.md 1.3).
_CODES: dict[str, Meaning] = {
    "InvalidParameter": _INPUT,
    "invalid_parameter_error": _INPUT,
    "invalid_request_error": _INPUT,
    "invalid_value": _INPUT,
    "InvalidParameter.DataInspection": _FILE,
    "DataInspectionFailed": _BLOCKED,
    "data_inspection_failed": _BLOCKED,
    "IPInfringementSuspect": _BLOCKED,
    "CustomRoleBlocked": _BLOCKED,
    "FaqRuleBlocked": _BLOCKED,
    "Arrearage": _MONEY,
    "InvalidURL": _URL,
    "InvalidURL.Timeout": Meaning(errors.Rejected, _URL.words, retry=True),
    "InvalidImage": _FILE,
    "InvalidFile": _FILE,
    "BadRequest": _INPUT,
    "BadRequest.TooLarge": _FILE,
    "BadRequest.InputDownloadFailed": _URL,
    "BadRequest.UnsupportedFileFormat": _FILE,
    "UnsupportedOperation": _STATE,
    "ClientDisconnect": Meaning(errors.Unreachable, "The connection broke. Check the network, try again."),
    "InvalidApiKey": _KEY,
    "invalid_api_key": _KEY,
    "NOT AUTHORIZED": _KEY,
    "AccessDenied": _RIGHTS,
    "access_denied": _RIGHTS,
    "Model.AccessDenied": _RIGHTS,
    "App.AccessDenied": _RIGHTS,
    "Workspace.AccessDenied": _RIGHTS,
    "AllocationQuota.FreeTierOnly": _MONEY,
    "ModelNotFound": _MODEL,
    "model_not_found": _MODEL,
    "model_not_supported": _MODEL,
    "WorkSpaceNotFound": Meaning(
        errors.NoAccess, "The service does not know this workspace. Correct DASHSCOPE_WORKSPACE."
    ),
    "NotFound": _MODEL,
    "Conflict": _STATE,
    "Throttling": _RATE,
    "Throttling.RateQuota": _RATE,
    "LimitRequests": _RATE,
    "limit_requests": _RATE,
    "Throttling.BurstRate": _BURST,
    "limit_burst_rate": _BURST,
    "Throttling.AllocationQuota": _BURST,
    "insufficient_quota": _BURST,
    "CommodityNotPurchased": _MONEY,
    "PrepaidBillOverdue": _MONEY,
    "PostpaidBillOverdue": _MONEY,
    "Audio": _FILE,
    "InternalError": _DOWN,
    "internal_error": _DOWN,
    "InternalError.Timeout": _SLOW,
    "SystemError": _DOWN,
    "ModelServiceFailed": _DOWN,
    "RequestTimeOut": _SLOW,
    "ResponseTimeout": _SLOW,
    "ModelServingError": _DOWN,
    "ModelUnavailable": _DOWN,
}

_STATUSES: dict[int, Meaning] = {
    401: _KEY,
    403: _RIGHTS,
    404: _MODEL,
    408: _SLOW,
    409: _STATE,
    429: _RATE,
    430: _FILE,
}

# The codes that mean two things are told apart by these words in the message (docs/model-studio.md 1.4).
_MOST_WORDS = 2000
_FREE_QUOTA_WORDS = ("free quota", "free tier", "free allocated quota", "免费额度")
_ROLE_WORDS = ("role must be", "list index")


def meaning(status: int, code: str, message: str = "") -> Meaning:
    """What an error code says; `status` decides for codes nobody documented."""
    words = message.lower()
    if code in ("Throttling.AllocationQuota", "insufficient_quota") and _any(_FREE_QUOTA_WORDS, words):
        return _MONEY
    if code in ("InternalError.Algo", "internal_error") and _any(_ROLE_WORDS, words):
        return _SHAPE
    found = _CODES.get(code) or _CODES.get(code.partition(".")[0]) or _STATUSES.get(status)
    return found or (_DOWN if status >= 500 else _ELSEWHERE if 300 <= status < 400 else _INPUT)


def _any(words: tuple[str, ...], text: str) -> bool:
    return any(word in text for word in words)


def refusal(status: int, body: Mapping[str, Any], service: Service) -> tuple[LocalizeError, Meaning]:
    """The exception for an error body, native or OpenAI-compatible, and its meaning."""
    inner = body.get("error")
    flat: Mapping[str, Any] = inner if isinstance(inner, Mapping) else body
    code = word(flat.get("code")) or word(flat.get("type"))
    message = word(flat.get("message"), _MOST_WORDS) or word(flat.get("msg"), _MOST_WORDS)
    found = meaning(status, code, message)
    request_id = word(body.get("request_id")) or word(body.get("id"))
    return found.error(describe(found, service, code or f"HTTP {status}", message, request_id)), found


def describe(found: Meaning, service: Service, code: str, message: str, request_id: str = "") -> str:
    """The words for the model: ours first, then the service's own as quoted data."""
    words = _key_words(service) if found.error is errors.KeyRefused else found.words
    said = f"{quote(code, 60)[1:-1]}: {quote(message)}" if message else quote(code, 60)[1:-1]
    request = f", request {quote(request_id, 60)[1:-1]}" if request_id else ""
    return f"{words} (The service said {said}{request}.)"


def _key_words(service: Service) -> str:
    regions = ", ".join(REGIONS)
    return (
        f"The service refused the API key. A key belongs to one region, and {service} was asked. "
        f"Set DASHSCOPE_REGION to the key's own region ({regions}), or DASHSCOPE_API_KEY to a key of this one."
    )
