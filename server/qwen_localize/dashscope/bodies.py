"""Answers of the service as they come in: bounded, without the key, well-formed.

A few hundred kilobytes of compressed nonsense can be gigabytes when unpacked, so answers are unpacked here, a piece at
a time, and given up when they grow too large.
"""

import zlib
from collections.abc import AsyncIterator
from typing import Any

import httpx2

from ..wellformed import Malformed, parsed

# The largest answers are readings of pages, some hundred kilobytes of JSON.
MOST_BYTES = 8 * 1024 * 1024
# Each value takes fifty bytes or more once it is read, however short it is written.
MOST_VALUES = 500_000
# What is asked for; a server that sends anything else is not understood.
ACCEPTED = "gzip"
_GZIP_OR_DEFLATE = 47  # zlib's number for "either, by the header"
_PIECE = 1024 * 1024
# Characters of an answer that nobody understands; enough to see what it was.
_SHOWN = 20_000


class Unreadable(Exception):
    """A body that is too large, damaged, or packed in a way that was not asked for; says which."""


async def read_body(response: httpx2.Response, most: int = MOST_BYTES) -> bytes:
    """The whole body, unpacked.

    Raises:
        Unreadable: it has more than `most` bytes, or cannot be unpacked.
    """
    whole = bytearray()
    async for piece in _unpacked(response):
        whole += piece
        if len(whole) > most:
            raise Unreadable(f"it has more than {most // 2**20} MB")
    return bytes(whole)


async def _unpacked(response: httpx2.Response) -> AsyncIterator[bytes]:
    """The body in pieces of bounded size, whatever its packing makes of a small one."""
    packing = response.headers.get("content-encoding", "identity").strip().lower()
    if packing in ("", "identity"):
        async for piece in response.aiter_raw():
            yield piece
        return
    if packing not in ("gzip", "x-gzip", "deflate"):
        raise Unreadable("it is packed in a way that was not asked for")
    unpacker = zlib.decompressobj(_GZIP_OR_DEFLATE)
    try:
        async for piece in response.aiter_raw():
            # What follows the end of the packed body is nobody's, and zlib would keep it as "unconsumed" for ever.
            while piece and not unpacker.eof:
                yield unpacker.decompress(piece, _PIECE)
                piece = unpacker.unconsumed_tail
    except zlib.error:
        raise Unreadable("it is damaged") from None


def shown(body: bytes, key: str) -> str:
    """A body as text that can be kept and shown, without the key, and cut."""
    text = body[: 8 * _SHOWN].replace(key.encode(errors="surrogateescape"), b"[key]").decode("utf-8", "replace")
    return text[:_SHOWN]


def read_json(body: bytes, key: str) -> Any:
    """The JSON value, with the key taken out: some errors repeat it, and what comes in is logged, kept and shown.

    Returns None for what is not JSON.

    Raises:
        Unreadable: it has more than `MOST_VALUES` values.
    """
    if sum(map(body.count, (b",", b"[", b"{"))) > MOST_VALUES:
        raise Unreadable(f"it has more than {MOST_VALUES} values")
    try:
        value = parsed(body.replace(key.encode(errors="surrogateescape"), b"[key]"))
    except Malformed:
        return None
    return _without(key, value) if rb"\u00" in body else value


def _without(key: str, value: Any) -> Any:
    """The value without a key that was written in escapes."""
    if isinstance(value, str):
        return value.replace(key, "[key]")
    if isinstance(value, dict):
        return {_without(key, name): _without(key, item) for name, item in value.items()}
    return [_without(key, item) for item in value] if isinstance(value, list) else value
