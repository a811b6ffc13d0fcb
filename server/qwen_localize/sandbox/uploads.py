"""Temporary uploads: the policy, the form, and `oss://` addresses (docs/model-studio.md 8)."""

import json
import uuid
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from .clock import Clock
from .errors import Refusal, unreadable
from .signing import ACCESS_KEY_ID, Signer

UPLOAD_PATH = "/sandbox/oss"
POLICY_SECONDS = 300.0
KEPT_SECONDS = 48 * 3600.0
MAX_MEGABYTES = 100


@dataclass(frozen=True)
class _Object:
    model: str
    content: bytes
    gone: float  # service time of expiry


class Uploads:
    """The sandbox's object store for inputs."""

    def __init__(self, clock: Clock, signer: Signer, origin: str) -> None:
        self._clock = clock
        self._signer = signer
        self._origin = origin
        self._objects: dict[str, _Object] = {}
        self._issued: dict[str, tuple[str, float]] = {}  # upload_dir -> model, service time of expiry

    def policy(self, model: str) -> dict[str, Any]:
        """A policy for one model, as the `data` of the answer (docs/model-studio.md 8.1).

        `expire_in_seconds` is in real seconds, the only ones a client can count.
        """
        now = self._clock.now()
        self._drop_expired(now)
        directory = f"dashscope-instant/sandbox/{uuid.uuid4()}"
        self._issued[directory] = (model, now + POLICY_SECONDS)
        expires = self._clock.wall(now + POLICY_SECONDS)
        text = _policy_text(directory, expires)
        return {
            "policy": text,
            "signature": self._signer.sign(text),
            "upload_dir": directory,
            "upload_host": self._origin + UPLOAD_PATH,
            "expire_in_seconds": max(1, int(expires - self._clock.wall(now))),
            "max_file_size_mb": MAX_MEGABYTES,
            "capacity_limit_mb": 999_999_999,
            "oss_access_key_id": ACCESS_KEY_ID,
            "x_oss_object_acl": "private",
            "x_oss_forbid_overwrite": "true",
        }

    def store(self, fields: Mapping[str, str], content: bytes) -> None:
        """Take one form upload.

        Raises:
            Refusal: the policy does not allow it, in the object store's words.
        """
        model = self._model_allowed(fields)
        key = fields["key"]
        if len(content) > MAX_MEGABYTES * 1024 * 1024:
            raise Refusal(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size.")
        if key in self._objects and fields.get("x-oss-forbid-overwrite") == "true":
            raise Refusal(409, "FileAlreadyExists", "The object you specified already exists.")
        self._objects[key] = _Object(model, content, self._clock.now() + KEPT_SECONDS)

    def read(self, url: str, model: str) -> bytes:
        """The bytes behind an `oss://` address.

        Raises:
            Refusal: there are none, not any more, or they were uploaded for another model.
        """
        found = self._objects.get(url.removeprefix("oss://"))
        if found is None or found.model != model or found.gone <= self._clock.now():
            raise unreadable()
        return found.content

    def _drop_expired(self, now: float) -> None:
        self._objects = {key: kept for key, kept in self._objects.items() if kept.gone > now}
        # A day's grace, so that a late form is told that its policy has expired.
        self._issued = {name: issue for name, issue in self._issued.items() if issue[1] + 86_400 > now}

    def _model_allowed(self, fields: Mapping[str, str]) -> str:
        policy, key = fields.get("policy", ""), fields.get("key", "")
        if fields.get("OSSAccessKeyId") != ACCESS_KEY_ID or not self._signer.verify(
            policy, fields.get("Signature", "")
        ):
            raise Refusal(403, "SignatureDoesNotMatch", "The request signature does not match.")
        directory = _directory_of(policy)
        model, expires = self._issued.get(directory, ("", 0.0))
        if expires <= self._clock.now():
            raise Refusal(403, "AccessDenied", "Invalid according to Policy: Policy expired.")
        acl, overwrite = fields.get("x-oss-object-acl"), fields.get("x-oss-forbid-overwrite")
        if not key.startswith(directory + "/") or (acl, overwrite) != ("private", "true"):
            raise Refusal(403, "AccessDenied", "Invalid according to Policy: Policy Condition failed.")
        return model


def _policy_text(directory: str, expires: float) -> str:
    conditions: list[Any] = [
        ["content-length-range", 0, MAX_MEGABYTES * 1024 * 1024],
        ["starts-with", "$key", directory],
        {"x-oss-object-acl": "private"},
        {"x-oss-forbid-overwrite": "true"},
    ]
    moment = datetime.fromtimestamp(expires, UTC)
    policy = {"expiration": f"{moment:%Y-%m-%dT%H:%M:%S}.000Z", "conditions": conditions}
    return b64encode(json.dumps(policy).encode()).decode()


def _directory_of(policy: str) -> str:
    try:
        conditions = json.loads(b64decode(policy, validate=True))["conditions"]
    except (NotBase64, ValueError) as error:
        raise Refusal(400, "InvalidPolicyDocument", "Invalid Policy: it cannot be read.") from error
    return str(conditions[1][2])
