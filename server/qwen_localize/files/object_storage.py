"""Storage in S3, or whatever speaks like it, or in a folder on a shared disk."""

import logging
import os
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeVar
from urllib.parse import unquote, urlsplit
from uuid import uuid4

import anyio
import anyio.to_thread
import obstore
from obstore import exceptions
from obstore.store import LocalStore, S3Store

from ..errors import BadSetting, StorageUnavailable, quote
from .storage import INCOMING, NotStored, Stored

if TYPE_CHECKING:
    from obstore.store import ClientConfig

logger = logging.getLogger(__name__)

T = TypeVar("T")
# How long one try may take, and how many there are; a large file has a second more for each megabyte.
TRY_SECONDS, TRIES = 60.0, 3
# Who asks whether it can be used does not wait so long.
CHECK_SECONDS = 10.0
_PAUSE_SECONDS = 1.0
_MEGABYTE = 2**20
# Up to here, a file is put by one request, which can say that nothing may be there yet; it is in memory meanwhile.
_MOST_AT_ONCE = 32 * _MEGABYTE
# What storage copies by one request; of what is larger, two may come under one name, but only in the same moment.
_MOST_COPIED = 5 * 1024 * _MEGABYTE
_PART = _PIECE = 16 * _MEGABYTE
_ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT")
_STATUS = re.compile(r"(?<=status code: )\d{3}[ \w]*")
_CREDENTIALS = (
    "Set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION and, for another S3 than Amazon's, AWS_ENDPOINT_URL."
)
_NO_BUCKET = "there is no such bucket"
_ADVICE = "Check QWEN_LOCALIZE_STORAGE_URL and the AWS_* variables, or try again when the storage can be reached."


async def within(seconds: float, call: Callable[[], Awaitable[T]]) -> T:
    """What a call returns.

    Raises:
        TimeoutError: it took longer.
    """
    with anyio.fail_after(seconds):
        return await call()


class _Replaced(Exception):
    """What is read has another version now, or is gone."""


class ObjectStorage:
    """See `Storage`.

    Args:
        store: a bucket, or a folder.
        folder: where it is, if it lies on a disk.
    """

    def __init__(self, store: S3Store | LocalStore, folder: Path | None = None) -> None:
        self._store, self._folder = store, folder

    @classmethod
    def at(cls, url: str, environment: Mapping[str, str] = os.environ) -> "ObjectStorage":
        """The storage at a URL.

        Raises:
            BadSetting: the environment does not say how it is reached.
        """
        parts = urlsplit(url)
        is_folder, folder = parts.scheme == "file", Path(unquote(parts.path))
        advice = "Give a folder that can be written." if is_folder else _CREDENTIALS
        try:
            if is_folder:
                return cls(LocalStore(folder, mkdir=True), folder)
            return cls(_bucket(parts.netloc, parts.path.strip("/"), environment))
        except (exceptions.BaseError, ValueError, OSError) as error:
            # Of an unknown error only the first line: what follows tells how the client was set up.
            reason = quote(str(error).partition("\n")[0].removeprefix("Generic S3 error: "), 100)
            raise BadSetting(f"QWEN_LOCALIZE_STORAGE_URL cannot be used: {reason}. {advice}") from None

    async def put_new(self, key: str, path: Path) -> bool:
        """See `Storage`."""
        size = await _size(path)
        try:
            if size <= _MOST_AT_ONCE:
                await self._tried(
                    lambda: obstore.put_async(self._store, key, path, mode="create"), seconds=_seconds(size)
                )
            elif await self.has(key):
                return False
            elif size > _MOST_COPIED:
                await self.put(key, path)
            else:
                await self._put_large(key, path, size)
        except exceptions.AlreadyExistsError:
            return False
        await self._settled(key)
        return True

    async def _put_large(self, key: str, path: Path, size: int) -> None:
        """What goes in pieces cannot say that nothing may be there; what the storage then copies itself can."""
        incoming = f"{INCOMING}/{uuid4().hex}"
        try:
            await self.put(incoming, path)
            await self._tried(
                lambda: obstore.copy_async(self._store, incoming, key, overwrite=False), seconds=_seconds(size)
            )
        finally:
            with anyio.move_on_after(CHECK_SECONDS, shield=True):
                await self._forgotten(incoming)

    async def _forgotten(self, key: str) -> None:
        try:
            await self.delete(key)
        except StorageUnavailable as error:
            logger.info("%s is removed later: %s", key, error)

    async def put(self, key: str, path: Path) -> None:
        """See `Storage`."""
        size = await _size(path)
        await self._tried(
            lambda: obstore.put_async(self._store, key, path, chunk_size=_PART, max_concurrency=4),
            seconds=_seconds(size),
        )
        await self._settled(key)

    async def _settled(self, key: str) -> None:
        """On a disk, what was put survives a power cut from now on."""
        if self._folder:
            await anyio.to_thread.run_sync(_sync, self._folder / key)

    async def get(self, key: str, path: Path) -> None:
        """See `Storage`."""
        temporary = path.with_name(f".partial-{uuid4().hex[:12]}")
        for _ in range(TRIES):
            if (found := await self._head(key)) is None:
                raise NotStored(f"There is nothing under {quote(key)} in the storage any more.")
            try:
                await anyio.to_thread.run_sync(lambda: path.parent.mkdir(parents=True, exist_ok=True))
                await self._copied(key, found, temporary)
                await anyio.to_thread.run_sync(_placed, temporary, path, found["last_modified"].timestamp())
            except _Replaced:
                continue
            else:
                return
            finally:
                temporary.unlink(missing_ok=True)
        raise self._unavailable(f"what is under {quote(key)} is replaced again and again while it is read")

    async def _copied(self, key: str, found: Any, path: Path) -> None:
        """All of it on the disk, piece by piece, all of the same version."""
        with path.open("xb") as file:
            for start in range(0, found["size"], _PIECE):
                end = min(start + _PIECE, found["size"])
                data = await self._piece(key, found["e_tag"], start, end)
                await anyio.to_thread.run_sync(file.write, data)
            await anyio.to_thread.run_sync(_flushed, file)

    async def _piece(self, key: str, tag: str | None, start: int, end: int) -> Any:
        async def read() -> Any:
            options: Any = {"range": (start, end)} | ({"if_match": tag} if tag else {})
            return await (await obstore.get_async(self._store, key, options=options)).bytes_async()

        try:
            return await self._tried(read)
        except (FileNotFoundError, exceptions.PreconditionError):
            raise _Replaced from None

    async def found(self, key: str) -> Stored | None:
        """See `Storage`."""
        head = await self._head(key)
        return _stored(head) if head else None

    async def _head(self, key: str) -> Any | None:
        try:
            return await self._tried(lambda: obstore.head_async(self._store, key))
        except FileNotFoundError:
            return None

    async def has(self, key: str) -> bool:
        """See `Storage`."""
        return await self._head(key) is not None

    async def delete(self, key: str) -> None:
        """See `Storage`."""
        try:
            await self._tried(lambda: obstore.delete_async(self._store, key))
        except FileNotFoundError:
            return

    async def listed(self, prefix: str) -> AsyncIterator[Stored]:
        """See `Storage`."""
        rows = aiter(obstore.list(self._store, prefix))
        while True:
            try:
                batch = await self._tried(lambda: anext(rows), tries=1)
            except StopAsyncIteration:
                return
            for row in batch:
                yield _stored(row)

    async def check(self) -> None:
        """See `Storage`."""
        if self._folder and not await anyio.to_thread.run_sync(os.access, self._folder, os.W_OK):
            raise self._unavailable("the folder cannot be written")
        # Nothing is there: that it says so is enough.
        await self._tried(lambda: obstore.list_with_delimiter_async(self._store, ".check"), 1, CHECK_SECONDS)

    async def _tried(self, call: Callable[[], Awaitable[T]], tries: int = TRIES, seconds: float = TRY_SECONDS) -> T:
        """What a call returns, made again if it fails, or takes more than `seconds`, for a reason that may pass.

        Raises:
            StorageUnavailable: it fails still.
            FileNotFoundError: there is no such key; `AlreadyExistsError`, `PreconditionError`: as it says.
        """
        for number in range(1, tries + 1):
            try:
                return await within(seconds, call)
            except (exceptions.AlreadyExistsError, exceptions.PreconditionError, StopAsyncIteration):
                raise
            except FileNotFoundError as error:
                if "NoSuchBucket" in str(error):
                    raise self._unavailable(_NO_BUCKET) from None
                raise
            except (exceptions.PermissionDeniedError, exceptions.UnauthenticatedError):
                raise self._unavailable("it refuses the credentials") from None
            except (exceptions.BaseError, OSError, ValueError) as error:
                logger.info("The storage failed, try %d of %d: %s", number, tries, _reason(error, seconds))
                if number == tries:
                    raise self._unavailable(_reason(error, seconds)) from None
            await anyio.sleep(number * _PAUSE_SECONDS)
        raise AssertionError("the last try returns or raises")

    @staticmethod
    def _unavailable(reason: str) -> StorageUnavailable:
        # Where it is, the operator knows, and callers need not.
        return StorageUnavailable(f"The storage of this server cannot be used: {reason}. {_ADVICE}")


def _bucket(name: str, prefix: str, environment: Mapping[str, str]) -> S3Store:
    endpoint = next((environment[each] for each in _ENDPOINTS if environment.get(each)), "")
    client: ClientConfig = {"timeout": timedelta(seconds=TRY_SECONDS)}
    if endpoint.lower().startswith("http://"):
        client["allow_http"] = True
    return S3Store(
        name,
        prefix=prefix or None,
        client_options=client,
        retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=TRY_SECONDS)},
        copy_if_not_exists="multipart",
    )


def _seconds(size: int) -> float:
    return TRY_SECONDS + size / _MEGABYTE


def _reason(error: Exception, seconds: float) -> str:
    """Why a call failed, in words that hold nothing of how the client was set up."""
    if isinstance(error, TimeoutError):
        return f"it does not answer within {seconds:.0f} s"
    if "NoSuchBucket" in str(error):
        return _NO_BUCKET
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    if match := _STATUS.search(str(error)):
        return f"it answered {match[0]}"
    return "it cannot be reached" if "error sending request" in str(error) else "it failed"


def _stored(row: Any) -> Stored:
    return Stored(row["path"], row["size"], row["last_modified"].timestamp())


async def _size(path: Path) -> int:
    return (await anyio.to_thread.run_sync(path.stat)).st_size


def _placed(temporary: Path, path: Path, modified: float) -> None:
    os.utime(temporary, (modified, modified))
    temporary.replace(path)


def _flushed(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())


def _sync(path: Path) -> None:
    for each in (path, path.parent):
        if each.is_dir() and os.name != "posix":
            continue
        descriptor = os.open(each, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
