"""What replicas and workers share: their database and their storage, if any are named."""

from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import anyio
import anyio.to_thread

from ...errors import BadSetting, StateUnavailable
from ...files import Storage, open_storage
from ...files.storage import INCOMING
from ...settings import Settings
from ..sharing import DATABASE_MODULES, check_installed
from .findings import Finding, broken, good, note, warning

# How long each of them may take to answer.
_SECONDS = 6
_DATABASE = "See that it runs, can be reached from here and can be written, and correct QWEN_LOCALIZE_DATABASE_URL."
_STORAGE = (
    "See that the storage can be reached from here, and correct QWEN_LOCALIZE_STORAGE_URL and the AWS_* variables."
)


async def database(settings: Settings) -> AsyncIterator[Finding]:
    """Whether the shared database can be reached and written, and is at this version."""
    if not settings.database_url:
        return
    try:
        check_installed("QWEN_LOCALIZE_DATABASE_URL", DATABASE_MODULES)
        yield await _of_database(settings.database_url.get_secret_value())
    except BadSetting as error:
        yield broken("database", str(error), "Install it, or take QWEN_LOCALIZE_DATABASE_URL out of the environment.")
    except StateUnavailable as error:
        yield broken("database", str(error), _DATABASE)
    except TimeoutError:
        yield broken("database", f"It has said nothing for {_SECONDS} s.", _DATABASE)
    if not settings.link_secret:
        words = "Without QWEN_LOCALIZE_LINK_SECRET, no server over HTTP starts: replicas would make different links."
        yield warning("database", words, "Set it to the same 32 or more random characters for all replicas.")
    if not settings.storage_url:
        words = "Jobs are shared, and files lie on this machine's own disk."
        yield warning("database", words, "Set QWEN_LOCALIZE_STORAGE_URL, unless all processes run on this machine.")


async def _of_database(url: str) -> Finding:
    from ...state.postgres import PostgresLook

    with anyio.fail_after(_SECONDS):
        lacking = await anyio.to_thread.run_sync(PostgresLook(url, _SECONDS - 1).lacking, abandon_on_cancel=True)
    if not lacking:
        return good("database", "It can be reached and written, and is at this version.")
    words = f"It can be reached and written, and is {lacking} steps behind this version."
    return note("database", words, "The first server or worker that starts brings it to this version.")


async def storage(settings: Settings) -> AsyncIterator[Finding]:
    """Whether the shared storage can be written."""
    if not settings.storage_url:
        return
    try:
        opened = open_storage(settings.storage_url)
        if opened:
            with anyio.fail_after(_SECONDS), TemporaryDirectory() as folder:
                await _tried(opened, Path(folder))
        yield good("storage", f"{settings.storage_url} can be written and read.")
    except (BadSetting, StateUnavailable) as error:
        yield broken("storage", str(error), _STORAGE)
    except TimeoutError:
        yield broken("storage", f"{settings.storage_url} has said nothing for {_SECONDS} s.", _STORAGE)


async def _tried(opened: Storage, folder: Path) -> None:
    """Put something there where nobody looks, bring it back, and take it away."""
    key, sent, came = f"{INCOMING}/doctor-{uuid4().hex}", folder / "sent", folder / "came"
    await anyio.to_thread.run_sync(sent.write_bytes, b"doctor")
    await opened.put(key, sent)
    await opened.get(key, came)
    await opened.delete(key)
