"""Refusals, and the three ways in which the service words them (docs/model-studio.md 1.3 and 1.4)."""

from typing import Any

# Native code -> its twin on the OpenAI-compatible endpoint (docs/model-studio.md 1.3).
_COMPAT_CODES = {
    "AccessDenied": "access_denied",
    "Arrearage": "Arrearage",
    "DataInspectionFailed": "data_inspection_failed",
    "InternalError": "internal_error",
    "InternalError.Algo": "internal_error",
    "InvalidApiKey": "invalid_api_key",
    "ModelNotFound": "model_not_found",
    "ModelNotSupported": "model_not_supported",
    "ModelUnavailable": "ModelUnavailable",
    "NotFound": "not_found",
    "Throttling.AllocationQuota": "insufficient_quota",
    "Throttling.BurstRate": "limit_burst_rate",
    "Throttling.RateQuota": "limit_requests",
}


class Refusal(Exception):
    """The service says no.

    Attributes:
        status: the HTTP status.
        code: the native error code.
        fault: the fault that made it up, if one did.
        over_limit: whether the client went over a documented limit.
    """

    def __init__(
        self, status: int, code: str, message: str, *, fault: str | None = None, over_limit: bool = False
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.fault = fault
        self.over_limit = over_limit


def invalid(message: str, code: str = "InvalidParameter") -> Refusal:
    """400: the request itself is wrong."""
    return Refusal(400, code, message)


BLOCKED = "sandbox:blocked"


def check_moderation(text: str) -> None:
    """Refuse a text with `sandbox:blocked` in it, as moderation would."""
    if BLOCKED in text:
        raise invalid("Input data may contain inappropriate content.", "DataInspectionFailed")


def unreadable() -> Refusal:
    """400: a picture that cannot be had."""
    message = "The media format is not supported or incorrect for the data inspection."
    return invalid(message, "InvalidParameter.DataInspection")


def no_such_model(name: str) -> Refusal:
    """404: no such model, at least not at this address."""
    return Refusal(404, "ModelNotFound", f"The model `{name}` does not exist or you do not have access to it.")


def throttled(fault: str | None = None) -> Refusal:
    """429: too many requests."""
    message = "Requests rate limit exceeded, please try again later."
    return Refusal(429, "Throttling.RateQuota", message, fault=fault, over_limit=fault is None)


def out_of_tokens() -> Refusal:
    """429: too many tokens per minute."""
    message = "Allocated quota exceeded, please increase your quota limit."
    return Refusal(429, "Throttling.AllocationQuota", message, over_limit=True)


def bursting(fault: str) -> Refusal:
    """429: requests grow too fast (docs/model-studio.md 1.4); only a fault says so."""
    message = "Request rate increased too quickly, please try again later."
    return Refusal(429, "Throttling.BurstRate", message, fault=fault)


def internal(fault: str | None = None) -> Refusal:
    """500: the service's own mistake."""
    return Refusal(500, "InternalError", "An internal error has occured, please try again later.", fault=fault)


def unavailable(fault: str) -> Refusal:
    """503: overloaded."""
    return Refusal(503, "ModelUnavailable", "Model is unavailable, please try again later.", fault=fault)


def in_debt(fault: str) -> Refusal:
    """400: the account has not paid."""
    message = "Access denied, please make sure your account is in good standing."
    return Refusal(400, "Arrearage", message, fault=fault)


def bad_key(*, fault: str | None = None) -> Refusal:
    """401: no key, or one that is not admitted."""
    return Refusal(401, "InvalidApiKey", "Invalid API-key provided.", fault=fault)


def native_body(refusal: Refusal, request_id: str) -> dict[str, Any]:
    """The flat body of the native endpoints."""
    return {"code": refusal.code, "message": refusal.message, "request_id": request_id}


def compat_body(refusal: Refusal, request_id: str) -> dict[str, Any]:
    """The nested body of the OpenAI-compatible endpoints."""
    code = _COMPAT_CODES.get(refusal.code, "invalid_parameter_error")
    kind = "invalid_request_error" if refusal.status in (400, 401, 403, 404) else code
    message = refusal.message
    if refusal.code == "InternalError.Algo":
        message = f"<{refusal.status}> {refusal.code}: {message}"
    error = {"message": message, "type": kind, "param": None, "code": code}
    return {"error": error, "request_id": request_id}


def store_body(refusal: Refusal, request_id: str) -> str:
    """The XML of the object store."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>{refusal.code}</Code><Message>{refusal.message}</Message><RequestId>{request_id}</RequestId></Error>"
    )
