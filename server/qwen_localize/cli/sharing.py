"""What must hold where processes share a database or storage, said before anything begins."""

import logging
from collections.abc import Sequence
from importlib.util import find_spec

from ..errors import BadSetting
from ..settings import Settings

logger = logging.getLogger(__name__)

# What is imported where the settings are used; all of it is of one extra.
DATABASE_MODULES = ("psycopg", "psycopg_pool", "procrastinate")
STORAGE_MODULES = ("obstore",)


def check_sharing(settings: Settings) -> None:
    """Make sure that what is shared can be used, as far as that is known without asking it.

    Raises:
        BadSetting: the extra is not installed.
    """
    if settings.database_url:
        check_installed("QWEN_LOCALIZE_DATABASE_URL", DATABASE_MODULES)
    if settings.storage_url:
        check_installed("QWEN_LOCALIZE_STORAGE_URL", STORAGE_MODULES)
    if settings.database_url and not settings.storage_url:
        logger.warning(
            "Jobs are shared by QWEN_LOCALIZE_DATABASE_URL, and files lie on this machine's own disk, where no other "
            "machine finds them. Set QWEN_LOCALIZE_STORAGE_URL, unless all processes run on this machine."
        )


def check_replica(settings: Settings) -> None:
    """The same for a server over HTTP, whose links and forms come back to any of the replicas.

    Raises:
        BadSetting: the extra is not installed, or what signs links is not the same everywhere.
    """
    check_sharing(settings)
    if settings.database_url and not settings.link_secret:
        raise BadSetting(
            "Replicas share QWEN_LOCALIZE_DATABASE_URL, and would not know each other's links to files. Set "
            "QWEN_LOCALIZE_LINK_SECRET to the same 32 or more random characters for all of them, such as from: "
            "openssl rand -hex 32"
        )


def check_worker(settings: Settings) -> None:
    """The same for a worker, which finds its work nowhere else.

    Raises:
        BadSetting: there is no shared database, or the extra is not installed.
    """
    if not settings.database_url:
        raise BadSetting(
            "A worker does the jobs of a shared database, and none is named. Set QWEN_LOCALIZE_DATABASE_URL to that of "
            "the servers whose jobs it is to do; a server alone does its own, and needs no worker."
        )
    check_sharing(settings)


def check_installed(name: str, modules: Sequence[str]) -> None:
    """Make sure that what a setting needs is there; nothing is imported.

    Raises:
        BadSetting: it is not.
    """
    missing = [module for module in modules if not find_spec(module)]
    if missing:
        raise BadSetting(
            f"{name} needs a package that is not installed ({missing[0]}). Install the extra: "
            "pip install 'qwen-localize[cluster]'."
        )
