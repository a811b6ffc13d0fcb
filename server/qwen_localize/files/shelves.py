"""Finished files in the storage that replicas share, each where its place below the output directory says.

What lies below the output directory as `job-…/name` is there under `-/job-…/name`; what lies there by itself under
`-/saved/name`. A principal's folder has the tenant's name in the place of `-`.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import anyio.to_thread

from ..errors import OutputUnavailable
from .storage import NotStored, Storage

_TENANT, _JOB = re.compile(r"p-[0-9a-f]{20}"), re.compile(r"job-[0-9a-f]{10}")
_MOST_NAME = 255
# Whose files are told by no name, and what is of no job.
_NOBODY, _SAVED = "-", "saved"


def is_of_job(folder: str) -> bool:
    """Whether a folder's name is that of a job."""
    return bool(_JOB.fullmatch(folder))


@dataclass(frozen=True)
class Shelf:
    """Where the files of one folder are put as well.

    Attributes:
        prefix: begins their keys, without the last slash.
    """

    storage: Storage
    prefix: str

    async def take(self, file: Path, name: str) -> bool:
        """Put a file here under its name: whether it is there now. What is equal is this one, from an earlier try.

        Raises:
            StorageUnavailable: the storage cannot be used.
        """
        return await self.storage.put_new(f"{self.prefix}/{name}", file) or await self.holds(file, name)

    async def holds(self, file: Path, name: str) -> bool:
        """Whether an equal file is here under this name.

        Raises:
            StorageUnavailable: the storage cannot be used.
        """
        import filecmp

        found = await self.storage.found(f"{self.prefix}/{name}")
        if found is None or found.bytes != (await anyio.to_thread.run_sync(file.stat)).st_size:
            return False
        with TemporaryDirectory(prefix="qwen-localize-") as folder:
            other = Path(folder) / "other"
            try:
                await self.storage.get(found.key, other)
            except NotStored:
                return False
            return await anyio.to_thread.run_sync(lambda: filecmp.cmp(file, other, shallow=False))


@dataclass(frozen=True)
class Shelves:
    """The finished files of everybody.

    Attributes:
        root: the output directory, below which each file has its place on this disk.
    """

    storage: Storage
    root: Path

    def of(self, folder: Path) -> Shelf | None:
        """Where the files of a folder are put as well; None if it is no folder of ours."""
        try:
            parts = folder.relative_to(self.root).parts
        except ValueError:
            return None
        tenant, *rest = parts if parts and _TENANT.fullmatch(parts[0]) else (_NOBODY, *parts)
        if len(rest) > 1 or (rest and not is_of_job(rest[0])):
            return None
        return Shelf(self.storage, f"{tenant}/{rest[0] if rest else _SAVED}")

    async def bring(self, path: Path) -> bool:
        """See that a finished file is on this disk: whether it is.

        Raises:
            StorageUnavailable: the storage cannot be used.
            OutputUnavailable: the disk refuses it.
        """
        if await anyio.to_thread.run_sync(_is_there, path):
            return True
        shelf = self.of(path.parent) if _is_name(path.name) else None
        if shelf is None:
            return False
        try:
            await self.storage.get(f"{shelf.prefix}/{path.name}", path)
        except NotStored:
            return False
        except OSError as error:
            raise OutputUnavailable(
                f"{path.parent} cannot be written ({error.strerror}). Make it writable, or set "
                "QWEN_LOCALIZE_OUTPUT_DIR to a folder that is."
            ) from error
        return True


def _is_name(name: str) -> bool:
    """Whether a finished file can be called so; others have never been put anywhere."""
    return name not in ("", ".", "..") and name.isprintable() and len(name.encode()) <= _MOST_NAME


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # no path can be so long, or hold a zero byte
        return False
