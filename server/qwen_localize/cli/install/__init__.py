"""`qwen-localize install CLIENT`: tell an AI client of this server, in the client's own file."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from getpass import getpass
from pathlib import Path
from types import ModuleType
from typing import Any

from ...errors import LocalizeError, MissingKey, redact
from ..clients import KEY, NAME, Client, Entry, named
from . import launch
from .diffs import diff
from .jsonc import Broken
from .writing import read, replace

# What a client's user may have set for the server stays; these say how it is started, and are ours.
_OURS = ("type", "command", "args", "env", "env_vars", "environment")
_ENVIRONMENTS = ("env", "environment")
# What is set where this command runs is meant for the server too. Nothing that is secret stands here.
_SETTINGS = (
    "DASHSCOPE_REGION",
    "DASHSCOPE_WORKSPACE",
    "DASHSCOPE_BASE_URL",
    "QWEN_LOCALIZE_OUTPUT_DIR",
    "QWEN_LOCALIZE_ALLOWED_DIRS",
    "QWEN_LOCALIZE_STATE_DIR",
    "QWEN_LOCALIZE_DAILY_BUDGET",
)


@dataclass(frozen=True)
class Options:
    """What was asked for.

    Attributes:
        project: whether the file of the project in the working directory is meant, not the user's own.
        remove: whether the server is to be taken out.
        dry_run: whether nothing is to be written.
        yes: whether it is to be written without asking.
    """

    client: str
    project: bool = False
    remove: bool = False
    dry_run: bool = False
    yes: bool = False


def run(options: Options, environment: Mapping[str, str] = os.environ) -> int:
    """Change a client's file after its user has agreed; the exit status."""
    client = named(options.client)
    path = _path(client, options.project, environment)
    before = read(path)
    key = None if options.remove else _key(client, _entry_in(client, path, before), options, environment)
    after = _removed(client, path, before) if options.remove else _added(client, path, before, key, environment)
    _require_nothing_else(client, path, before, after)
    if after == before:
        _say(f"Nothing to change: {path} {'has no' if options.remove else 'has this'} {NAME} already.")
        return 0
    secret = key is not None and key != client.reference
    _say(redact(diff(path, before, after), key if secret else None))
    if options.dry_run or not (options.yes or _agreed(path)):
        _say("Nothing was written.")
        return 0 if options.dry_run else 1
    replace(path, before, after, secret=secret)
    _say(f"Wrote {path}." if options.remove else f"Wrote {path}. {client.after}")
    if key and key == client.reference and not client.asks and not environment.get(KEY):
        _say(f"The key is not in it: {client.title} reads {KEY} from the environment that it is started in.")
    return 0


def entry_in(client: Client, path: Path) -> Entry | None:
    """What a client's file says of this server; None if nothing.

    Raises:
        LocalizeError: the file cannot be read or understood.
    """
    return _entry_in(client, path, read(path))


def _path(client: Client, project: bool, environment: Mapping[str, str]) -> Path:
    if not project:
        return client.path(environment)
    if client.project is None:
        raise LocalizeError(f"{client.title} has no file for servers in a project. Leave --project out.")
    return Path.cwd() / client.project


def _syntax(client: Client) -> ModuleType:
    from . import jsonc, tables

    return tables if client.syntax == "toml" else jsonc


def _edited(client: Client, path: Path, text: str, action: str, *arguments: Any) -> Any:
    """What a function of the file's language makes of it."""
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    text = text.removeprefix(mark)
    if not text.strip() and client.syntax == "json":
        text = "{}\n"
    try:
        made = getattr(_syntax(client), action)(text, *arguments)
    except Broken as error:
        language = client.syntax.upper()
        raise LocalizeError(
            f"{path} cannot be understood as {language} ({error}), so it was left as it is. Mend it, then try again."
        ) from error
    return mark + made if isinstance(made, str) else made


def _entry_in(client: Client, path: Path, text: str) -> Entry | None:
    node = _edited(client, path, text, "plain")
    for name in (*client.at, NAME):
        node = node.get(name) if isinstance(node, dict) else None
    return node if isinstance(node, dict) else None


def _added(client: Client, path: Path, text: str, key: str | None, environment: Mapping[str, str]) -> str:
    """The file with this server in it."""
    settings = {name: environment[name] for name in _SETTINGS if environment.get(name)}
    env = settings | ({KEY: key} if key else {})
    entry = _merged(_entry_in(client, path, text), client.entry(launch.command(), env))
    if not text.strip():
        for name, value in client.head:
            text = _edited(client, path, text, "put", (name,), value)
    if client.extra and not _edited(client, path, text, "has", client.extra[0]):
        text = _edited(client, path, text, "put", *client.extra)
    return str(_edited(client, path, text, "put", (*client.at, NAME), entry))


def _require_nothing_else(client: Client, path: Path, before: str, after: str) -> None:
    """Make sure that a file says what it said, but for this server: editors of files have faults, too.

    Raises:
        LocalizeError: it would say something else.
    """
    if before != after and _others(client, path, before) != _others(client, path, after):
        raise LocalizeError(
            f"{path} is written in a way in which {NAME} alone cannot be added or removed, so it was left as it is. "
            "Change it by hand."
        )


def _others(client: Client, path: Path, text: str) -> Any:
    """What a file says of everything but this server."""
    value = _edited(client, path, text, "plain")
    servers = value.get(client.at[0])
    if isinstance(servers, dict):
        servers.pop(NAME, None)
    for name in [client.at[0]] if servers == {} else []:
        del value[name]
    for key, _ in client.head:
        value.pop(key, None)
    if client.extra:
        (where, (mark, own)), _ = client.extra
        rest = [item for item in value.pop(where, []) if not isinstance(item, dict) or item.get(mark) != own]
        value |= {where: rest} if rest else {}
    return value


def _merged(old: Entry | None, new: Entry) -> Entry:
    """What is to be said of the server, where `old` is said of it: what its user has set stays."""
    if not old or "command" not in old:
        return new
    kept = {name: value for name, value in old.items() if name not in _OURS}
    merged = {**new, **kept}
    for name in _ENVIRONMENTS:
        if isinstance(old.get(name), dict):
            passed = new.get("env_vars", ())
            others = {key: value for key, value in old[name].items() if key not in passed}
            merged |= {name: {**others, **new.get(name, {})}} if others or name in new else {}
    if "env_vars" in old:
        merged["env_vars"] = list(dict.fromkeys([*old["env_vars"], *new.get("env_vars", ())]))
    return {name: merged[name] for name in [*(n for n in old if n in merged), *(n for n in merged if n not in old)]}


def _removed(client: Client, path: Path, text: str) -> str:
    """The file without this server."""
    if not text.strip() or _entry_in(client, path, text) is None:
        return text
    text = _edited(client, path, text, "drop", (*client.at, NAME))
    if client.extra and client.reference and client.reference not in text:
        text = _edited(client, path, text, "drop", client.extra[0])
    return text


def _key(client: Client, old: Entry | None, options: Options, environment: Mapping[str, str]) -> str | None:
    """What the file is to say in the place of the key: how the client finds it, or else the key itself."""
    found = environment.get(KEY, "").strip()
    if client.reference and (found or client.asks or options.project):
        return client.reference
    kept = next((old[name].get(KEY) for name in _ENVIRONMENTS if old and isinstance(old.get(name), dict)), None)
    if found or kept:
        return found or str(kept)
    if old and client.reference and KEY in old.get("env_vars", ()):
        return client.reference
    return _asked(client, options)


def _asked(client: Client, options: Options) -> str | None:
    """The key, from somebody at the terminal."""
    if options.dry_run or not _is_terminal():
        if client.reference or options.dry_run:
            return client.reference or "sk-your-key"
        raise MissingKey(
            f"{client.title} cannot read the key from the environment, so it has to be written into its file. "
            f"Set {KEY} for this command, or run it in a terminal, which asks for it."
        )
    without = f"; empty: {client.title} reads {KEY} by itself" if client.reference else ""
    key = getpass(f"Model Studio API key (not shown{without}): ").strip()
    if not key and not client.reference:
        raise MissingKey("No key was given, so nothing was changed.")
    return key or client.reference


def _is_terminal() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()


def _agreed(path: Path) -> bool:
    if not _is_terminal():
        raise LocalizeError(f"Nobody is here to agree to a change of {path}. Add --yes, or --dry-run to see it only.")
    _say(f"Write this to {path}? [y/N] ", end="")
    return input().strip().lower() in ("y", "yes")


def _say(words: str, end: str = "\n") -> None:
    sys.stdout.write(words + end)
    sys.stdout.flush()
