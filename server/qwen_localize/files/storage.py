"""Storage that replicas share: each works on its own disk, and what others may need is put here as well.

What lies where:

    {tenant}/{job}/{name}               a finished file of a job; of no job, `saved` stands in its place
    inputs/{digest}, parts/{digest}     what is kept for jobs, named by its content
    uploads/{tenant}/{number}/{name}    what callers have sent
    incoming/{any}                      large files, until they have come whole
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ..errors import BadInput, BadSetting

INCOMING = "incoming"


class NotStored(BadInput):
    """There is nothing under a key."""


@dataclass(frozen=True)
class Stored:
    """What lies under a key; `modified` in Unix seconds, by the storage's clock."""

    key: str
    bytes: int
    modified: float


class Storage(Protocol):
    """Files under keys. All of it raises `StorageUnavailable` if the storage cannot be reached, or refuses."""

    async def put_new(self, key: str, path: Path) -> bool:
        """Put a file under a key unless something is there: whether it was put.

        False may also mean that it was, where the answer to an earlier try was lost: compare what is there.
        """

    async def put(self, key: str, path: Path) -> None:
        """Put a file under a key, whatever is there; it is as new then."""

    async def get(self, key: str, path: Path) -> None:
        """Bring what is under a key to a place on the disk, whole or not at all, with the time that it bears.

        Raises:
            NotStored: nothing is there.
            OSError: the disk refuses it.
        """

    async def found(self, key: str) -> Stored | None:
        """What is under a key; None if nothing is."""

    async def has(self, key: str) -> bool:
        """Whether something is under a key."""

    async def delete(self, key: str) -> None:
        """Let go of what is under a key, if anything is."""

    def listed(self, prefix: str) -> AsyncIterator[Stored]:
        """All that is below a prefix, which ends where a name does."""

    async def check(self) -> None:
        """Make sure that it can be used."""


def open_storage(url: str | None) -> Storage | None:
    """The storage that a setting names; None if there is none. Nothing is asked of it yet.

    Raises:
        BadSetting: what it needs is not installed, or the environment does not say how it is reached.
    """
    if url is None:
        return None
    try:
        from .object_storage import ObjectStorage
    except ImportError as error:
        raise BadSetting(
            f"QWEN_LOCALIZE_STORAGE_URL needs a package that is not installed ({error.name}). Install the extra: "
            "pip install 'qwen-localize[cluster]'."
        ) from error
    return ObjectStorage.at(url)
