"""Who shares a server over HTTP, and what each of them has alone: a folder, perhaps a key, a region, and a budget.

    [alice]
    token_sha256 = "…"            # or token_env, the name of a variable; or subject, "https://issuer.example#alice"; or
                                  # none of these, where QWEN_LOCALIZE_TOKEN has alice=…
    api_key_env = "ALICE_KEY"     # the name of a variable: no key lies in the file
    region = "ap-southeast-1"
    workspace = "ws-1"
    daily_budget = 5.0

Whoever is not in the file has the server's own key, region and budget.
"""

import hashlib
import hmac
import logging
import os
import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from .dashscope import REGIONS
from .errors import BadSetting, quote
from .files import own_folder
from .settings import Settings

logger = logging.getLogger(__name__)

# Without the signs that stand in other callers' names, such as an issuer's: nobody else can come by a listed name.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class _Entry(BaseModel):
    """One principal as the file has them; the variables that it names are read at once."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    token_sha256: str | None = Field(None, pattern=r"^[0-9a-fA-F]{64}$")
    token_env: str | None = None
    subject: str | None = None
    api_key_env: str | None = None
    region: str | None = None
    workspace: str | None = Field(None, pattern=r"^[A-Za-z0-9-]+$")
    daily_budget: float | None = Field(None, ge=0)

    @field_validator("region")
    @classmethod
    def _known_region(cls, region: str | None) -> str | None:
        if region and region not in REGIONS:
            raise ValueError(f"it must be one of {', '.join(REGIONS)}")
        return region

    def variables(self) -> Iterator[str]:
        """The variables that it names."""
        yield from filter(None, (self.token_env, self.api_key_env))


_NOBODY = _Entry.model_validate({})


class Principals:
    """Who is known by name, and the settings of everybody.

    Args:
        own: the server's settings.
        entries: the principals in the file.
        environment: the variables that they name.
    """

    def __init__(
        self, own: Settings, entries: Mapping[str, _Entry] | None = None, environment: Mapping[str, str] | None = None
    ) -> None:
        self._own, self._entries, self._environment = own, entries or {}, environment or {}
        self._subjects = {entry.subject: name for name, entry in self._entries.items() if entry.subject}
        self._tokens = {name: digest for name, entry in self._entries.items() if (digest := self._digest(entry))}

    @classmethod
    def load(cls, own: Settings, environment: Mapping[str, str] | None = None) -> "Principals":
        """Those in the file that the settings name, with the variables of `environment`, by default this process's.

        Raises:
            BadSetting: one sentence on what cannot be used, without any value of it.
        """
        if own.principals is None:
            return cls(own)
        entries = _checked(own.principals)
        variables = os.environ if environment is None else environment
        for name, entry in entries.items():
            if lacking := [variable for variable in entry.variables() if not variables.get(variable, "").strip()]:
                raise _bad(own.principals, f"[{name}] names the variable {lacking[0]}, which is not set")
        found = cls(own, entries, variables)
        subjects = [entry.subject for entry in entries.values() if entry.subject]
        if len(set(subjects)) < len(subjects):
            raise _bad(own.principals, "two principals have the same subject")
        if len(set(found._tokens.values())) < len(found._tokens):
            raise _bad(own.principals, "two principals have the same token")
        return found

    def _digest(self, entry: _Entry) -> str:
        if entry.token_env:
            return hashlib.sha256(
                self._environment[entry.token_env].strip().encode(errors="surrogateescape")
            ).hexdigest()
        return (entry.token_sha256 or "").lower()

    def of_token(self, token: str) -> str | None:
        """Whose bearer token it is; None if nobody's. It takes as long whoever it is."""
        digest = hashlib.sha256(token.encode(errors="surrogateescape")).hexdigest()
        found = [name for name, own in self._tokens.items() if hmac.compare_digest(own, digest)]
        return found[0] if found else None

    @property
    def have_tokens(self) -> bool:
        """Whether anybody in the file is known by a token."""
        return bool(self._tokens)

    def named(self, caller: str) -> str:
        """The name of a caller: that in the file, where it has the caller's subject."""
        return self._subjects.get(caller, caller)

    def settings(self, name: str) -> Settings:
        """The settings under which a principal's calls are made; the server's own for the user of this machine."""
        if not name:
            return self._own
        entry = self._entries.get(name, _NOBODY)
        changes: dict[str, Any] = {"output_dir": own_folder(self._own.output_dir, name), "allowed_dirs": self._readable}
        if entry.api_key_env:  # a workspace belongs to an account, and so to its key
            key = SecretStr(self._environment[entry.api_key_env].strip())
            changes |= {"api_key": key, "workspace": entry.workspace}
        changes |= {"region": entry.region} if entry.region else {}
        changes |= {} if entry.daily_budget is None else {"daily_budget": entry.daily_budget}
        return self._own.model_copy(update=changes)

    @cached_property
    def _readable(self) -> tuple[Path, ...]:
        """The allowed folders, but for those through which one principal could read another's files."""
        private = [folder.resolve() for folder in (self._own.output_dir, self._own.state_dir)]
        found = tuple(
            folder
            for folder in self._own.allowed_dirs
            if not any(folder.is_relative_to(other) or other.is_relative_to(folder) for other in private)
        )
        for folder in sorted({*self._own.allowed_dirs} - {*found}):
            logger.warning("%s is not read for callers: through it, one could read another's files.", folder)
        return found

    def everybody(self) -> list[Settings]:
        """The settings of all who are known beforehand: with these keys, jobs go on from the start."""
        return [self._own, *map(self.settings, self._entries)]


def _checked(path: Path) -> dict[str, _Entry]:
    import tomllib

    try:
        tables = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise _bad(path, f"it cannot be read ({error.strerror})") from None
    except ValueError as error:  # not TOML, or not text
        raise _bad(path, f"it is no TOML ({quote(str(error))[1:-1]})") from None
    return {name: _entry(path, name, table) for name, table in tables.items()}


def _entry(path: Path, name: str, table: Any) -> _Entry:
    if not _NAME.fullmatch(name):
        raise _bad(path, f"{quote(name, 40)} is no name; take letters, digits, dots, hyphens and underscores")
    try:
        entry = _Entry.model_validate(table)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        reason = quote(first["msg"].removeprefix("Value error, "))[1:-1]
        raise _bad(path, f"[{name}] {place}: {reason}") from None
    if entry.token_sha256 and entry.token_env:
        raise _bad(path, f"[{name}] has both token_sha256 and token_env; keep one of them")
    if entry.workspace and not entry.api_key_env:
        raise _bad(path, f"[{name}] has a workspace, but no api_key_env to use it with")
    return entry


def _bad(path: Path, reason: str) -> BadSetting:
    return BadSetting(f"QWEN_LOCALIZE_PRINCIPALS ({path}) cannot be used: {reason}.")
