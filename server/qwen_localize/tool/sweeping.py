"""What lies in the storage that replicas share, and that nobody needs any more: it is let go of by its age."""

import logging
from collections.abc import Collection

from ..errors import LocalizeError
from ..files import Storage
from ..files.storage import INCOMING
from ..files.uploads import KEPT_SECONDS
from ..jobs import JobStore
from ..state import KEPT_DAYS

logger = logging.getLogger(__name__)

_DAY = 24 * 3600.0
# Inputs that no open job names: a replica may just be writing down a job for what it has put there.
INPUTS_SECONDS = 3 * _DAY
# How many of them are asked about in one transaction, which nobody else can write in.
_MOST_ASKED = 200


async def swept(storage: Storage, store: JobStore, now: float) -> None:
    """Remove what is old and of no use: finished files never are; `now` in Unix seconds. What fails is left."""
    try:
        inputs = await _old(storage, "inputs", now - INPUTS_SECONDS)
        for start in range(0, len(inputs), _MOST_ASKED):
            asked = inputs[start : start + _MOST_ASKED]
            await _removed(storage, await _unneeded(store, asked), now - INPUTS_SECONDS)
        for prefix, seconds in (("parts", KEPT_DAYS * _DAY), ("uploads", KEPT_SECONDS), (INCOMING, _DAY)):
            await _removed(storage, await _old(storage, prefix, now - seconds), now - seconds)
    except LocalizeError as error:
        logger.info("Old files in the storage are removed later: %s", error)


async def _old(storage: Storage, prefix: str, before: float) -> list[str]:
    return [each.key async for each in storage.listed(prefix) if each.modified < before]


async def _unneeded(store: JobStore, keys: Collection[str]) -> list[str]:
    """Those of these inputs that no open job names."""
    digests: list[str] = []
    await store.release([key.rpartition("/")[2] for key in keys], digests.append)
    return [f"inputs/{digest}" for digest in digests]


async def _removed(storage: Storage, keys: Collection[str], before: float) -> None:
    for key in keys:
        found = await storage.found(key)  # somebody may have put it there anew, and need it
        if found and found.modified < before:
            await storage.delete(key)
