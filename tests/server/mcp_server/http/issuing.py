"""An OAuth issuer on loopback: metadata, keys, and tokens of every kind, good and bad."""

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import jwt
from anyio.abc import SocketStream
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from support import listening

RESOURCE = "https://mcp.example.com/mcp"
_LATER, _EARLIER = 4_000_000_000, 1_000_000_000


class Issuer:
    """One issuer. Its keys can change, and it can be away.

    Attributes:
        asked: the paths that it was asked for, in their order.
        keys: the secret keys by id, the newest last.
        names_itself: what its metadata says that it is.
        is_away: whether it takes connections and answers nothing.
    """

    def __init__(self) -> None:
        self.origin = ""
        self.asked: list[str] = []
        self.keys: dict[str, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey] = {"first": rsa_key()}
        self.names_itself: str | None = None
        self.metadata = "/.well-known/openid-configuration"
        self.is_away = False

    async def serve(self, stream: SocketStream) -> None:
        async with stream:
            line = (await stream.receive()).split(b"\r\n")[0].decode()
            path = line.split()[1]
            self.asked.append(path)
            if self.is_away:
                await anyio.sleep_forever()
            body = {self.metadata: self._metadata(), "/keys": self._keys()}.get(path)
            text = json.dumps(body).encode()
            head = f"HTTP/1.1 {200 if body else 404} OK\r\nContent-Length: {len(text)}\r\nConnection: close\r\n\r\n"
            await stream.send(head.encode() + text)

    def _metadata(self) -> dict[str, Any]:
        return {"issuer": self.names_itself or self.origin, "jwks_uri": f"{self.origin}/keys"}

    def _keys(self) -> dict[str, Any]:
        secret = {"kty": "oct", "kid": "shared", "k": base64.urlsafe_b64encode(b"s" * 32).decode(), "alg": "HS256"}
        return {"keys": [*(public(kid, key) for kid, key in self.keys.items()), secret]}

    def token(self, kid: str | None = "first", key: Any = None, **changes: Any) -> str:
        """A good token, but for what is changed; a claim that is None is left out."""
        claims = {"iss": self.origin, "aud": RESOURCE, "sub": "alice", "exp": _LATER} | changes
        key = key or self.keys[kid or "first"]
        return jwt.encode(
            {name: value for name, value in claims.items() if value is not None},
            key,
            algorithm="ES256" if isinstance(key, ec.EllipticCurvePrivateKey) else "RS256",
            headers={"kid": kid} if kid else {},
        )

    def bad_tokens(self) -> dict[str, str]:
        """What must not be believed, each with a reason."""
        good = self.token()
        head, body, signature = good.split(".")
        pem = self.keys["first"].public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        return {
            "another's signature": self.token(key=rsa_key()),
            "no signature": f"{head}.{body}.",
            "a changed claim": f"{head}.{_part(dict(_claims(good), sub='mallory'))}.{signature}",
            "alg none": f"{_part({'alg': 'none', 'kid': 'first'})}.{body}.",
            "HS256 with the public key": _hmac({"alg": "HS256", "kid": "first"}, body, pem),
            "HS256 with a published secret": _hmac({"alg": "HS256", "kid": "shared"}, body, b"s" * 32),
            "RS256 with a secret's id": good.replace(head, _part({"alg": "RS256", "kid": "shared"})),
            "expired": self.token(exp=_EARLIER),
            "without an end": self.token(exp=None),
            "not yet valid": self.token(nbf=_LATER - 1),
            "for another": self.token(aud="https://other.example/mcp"),
            "for nobody": self.token(aud=None),
            "of another issuer": self.token(iss="https://evil.example"),
            "of no issuer": self.token(iss=None),
            "without a subject": self.token(sub=None),
            "with a key inside": jwt.encode(
                _claims(good), key := rsa_key(), algorithm="RS256", headers={"jwk": public("first", key)}
            ),
            "of an unknown key": self.token(kid="unknown", key=self.keys["first"]),
            "no token": "a.b.c",
        }


def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def public(kid: str, key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> dict[str, Any]:
    if isinstance(key, ec.EllipticCurvePrivateKey):
        found = jwt.algorithms.ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
        return {**found, "kid": kid, "alg": "ES256", "use": "sig"}
    found = jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return {**found, "kid": kid, "alg": "RS256", "use": "sig"}


def _claims(token: str) -> dict[str, Any]:
    return dict(jwt.decode(token, options={"verify_signature": False}))


def _part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def _hmac(head: dict[str, Any], body: str, secret: bytes) -> str:
    signed = f"{_part(head)}.{body}"
    signature = hmac.new(secret, signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


@asynccontextmanager
async def issuing() -> AsyncIterator[Issuer]:
    """An issuer that listens on loopback."""
    issuer = Issuer()
    async with listening(issuer.serve) as origin:
        issuer.origin = origin
        yield issuer
