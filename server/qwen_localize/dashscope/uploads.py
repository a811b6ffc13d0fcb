"""Temporary storage for local files (docs/model-studio.md 8)."""

import re
from typing import Any
from uuid import uuid4

from ..errors import BadAnswer, BadInput, ServiceFailed, quote
from .bodies import read_body
from .guard import guarded, parsed
from .retry import Failure, Repeat
from .wire import Request, TryFailed, Wire

_MEGABYTE = 1024 * 1024
# What a slow line carries in a second: an upload may take that much longer than other requests.
_SLOW_LINE = 50_000
_MOST_ANSWER = 1024 * 1024
_FIELDS = {
    "OSSAccessKeyId": "oss_access_key_id",
    "Signature": "signature",
    "policy": "policy",
    "x-oss-object-acl": "x_oss_object_acl",
    "x-oss-forbid-overwrite": "x_oss_forbid_overwrite",
}


async def upload(wire: Wire, model: str, name: str, data: bytes) -> str:
    """Upload `data` for `model`; returns an `oss://` URL that only this model and account can use, for 48 h.

    A refused form is tried again under a fresh policy, since policies expire after minutes.

    Raises:
        BadInput: more than the model's storage takes.
        LocalizeError: see `Wire.send`.
    """

    async def once() -> str:
        policy = await _policy(wire, model)
        most = policy.get("max_file_size_mb")
        if isinstance(most, int | float) and len(data) > most * _MEGABYTE:
            raise BadInput(f"The file has {len(data) / _MEGABYTE:.1f} MB; {model} takes at most {most:g} MB.")
        return await _post(wire, policy, _safe(name), data)

    return await wire.repeating(once, Repeat.ALWAYS)


async def _policy(wire: Wire, model: str) -> dict[str, Any]:
    request = Request("GET", f"{wire.service.native}/uploads", params={"action": "getPolicy", "model": model})
    policy = (await wire.send(request)).get("data")
    wanted = {*_FIELDS.values(), "upload_dir", "upload_host"}
    if not isinstance(policy, dict) or not wanted <= policy.keys():
        raise BadAnswer("The service's upload policy lacks fields that this version needs. Pass a public URL instead.")
    return policy


async def _post(wire: Wire, policy: dict[str, Any], name: str, data: bytes) -> str:
    key = f"{policy['upload_dir']}/{name}"
    form = {field: str(policy[source]) for field, source in _FIELDS.items()}
    form |= {"key": key, "success_action_status": "200"}
    host = str(policy["upload_host"])
    refusal = BadAnswer(f"The service named {quote(host)} for uploads, where no upload can go. Nothing was sent there.")
    extensions = guarded(wire.service, parsed(host, refusal), refusal)
    seconds = wire.timeouts.other + len(data) / _SLOW_LINE
    parts: dict[str, Any] = {"data": form, "files": {"file": (name, data)}}
    async with wire.exchange(Request("POST", host), seconds=seconds, extensions=extensions, **parts) as response:
        if response.status_code == 200:
            return f"oss://{key}"
        said = quote((await read_body(response, _MOST_ANSWER)).decode("utf-8", "replace"))
        words = f"The upload was refused with HTTP {response.status_code}: {said}. Try again."
        raise TryFailed(ServiceFailed(words), Failure.ANSWERED)


def _safe(name: str) -> str:
    """An ASCII name that is new each time: it goes into the key unchanged, and overwriting is forbidden."""
    stem = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.")[-60:] or "file"
    return f"{uuid4().hex[:12]}-{stem}"
