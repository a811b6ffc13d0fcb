"""What the user decides, read from the environment once. Nothing else reads the environment."""

import hashlib
import logging
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, ValidationInfo, field_validator

from .dashscope import REGIONS, Service
from .errors import BadSetting, quote
from .waiting_jobs import state_folder

logger = logging.getLogger(__name__)

# The official SDK reads the same variable, and takes it with one of these paths.
_BASE_URL = re.compile(
    r"(https?://(?:[^]\[/?#@:\s]+|\[[0-9a-f:.]+\])(?::\d+)?)(?:/api/v1|/compatible-mode/v1)?/?", re.IGNORECASE
)
# Tokens and keys that decide who may call are fetched by these: never in the clear over a network.
_SECURE_URL = re.compile(
    r"(?:https://(?:[^]\[/?#@:\s]+|\[[0-9a-f:.]+\])|http://(?:localhost|127\.0\.0\.1|\[::1\]))(?::\d+)?(?:/[^?#\s]*)?",
    re.IGNORECASE,
)
_PUBLIC_URL = re.compile(r"https?://[^/?#@\s]+(?:/[^?#\s]*)?", re.IGNORECASE)
_DATABASE_URL = re.compile(r"postgres(?:ql)?://\S+")
_STORAGE_URL = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:/[^?#\s]*)?|file:///[^?#]+")
_SHORTEST_SECRET = 32
# What a client leaves of a reference to a variable that is not set, or of a field that its user left empty.
_REFERENCE = re.compile(r"\$\w+|\$\{[^{}]*\}|\{env:\w+\}")

Links = Literal["auto", "on", "off"]


class Settings(BaseModel):
    """All settings; everything has a default but the key, and a server without a key still lists its tools."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    api_key: SecretStr | None = Field(None, validation_alias="DASHSCOPE_API_KEY", description="Model Studio API key")
    region: str = Field(
        "cn-beijing", validation_alias="DASHSCOPE_REGION", description=f"the key's region: {', '.join(REGIONS)}"
    )
    workspace: str | None = Field(
        None,
        validation_alias="DASHSCOPE_WORKSPACE",
        description="workspace id; uses that workspace's own host",
        pattern=r"^[A-Za-z0-9-]+$",
    )
    base_url: str | None = Field(
        None,
        validation_alias="DASHSCOPE_BASE_URL",
        description="an origin such as `http://127.0.0.1:8123` that overrides workspace and region; if it is no "
        "region's own host, prices are still those of DASHSCOPE_REGION",
    )
    output_dir: Path = Field(
        Path("~/qwen-localize"),
        validation_alias="QWEN_LOCALIZE_OUTPUT_DIR",
        description="where finished files go",
        validate_default=True,
    )
    allowed_dirs: tuple[Path, ...] = Field(
        (),
        validation_alias="QWEN_LOCALIZE_ALLOWED_DIRS",
        description="local files are read only below these (separated by `:`, on Windows `;`); "
        "default: the working directory and the output directory",
        validate_default=True,
    )
    state_dir: Path = Field(
        default_factory=lambda: Path(state_folder()),
        validation_alias="QWEN_LOCALIZE_STATE_DIR",
        description="where jobs and costs are written down; default: the platform's folder for state",
    )
    wait: float | None = Field(
        None,
        validation_alias="QWEN_LOCALIZE_WAIT",
        description="seconds a call waits for a job before it answers with a job_id; default: by client, mostly 45",
        ge=0,
        le=3600,
    )
    daily_budget: float | None = Field(
        None,
        validation_alias="QWEN_LOCALIZE_DAILY_BUDGET",
        description="CNY; a call that would pass the day's sum of estimates is refused before it is sent",
        ge=0,
    )
    task_qps: float = Field(
        1.0, validation_alias="QWEN_LOCALIZE_TASK_QPS", description="task queries per second", gt=0, le=20
    )

    links: Links = Field(
        "auto",
        validation_alias="QWEN_LOCALIZE_LINKS",
        description="resource links to files in results: `on`, `off`, or `auto`: not for clients that break on them",
    )
    token: SecretStr | None = Field(
        None,
        validation_alias="QWEN_LOCALIZE_TOKEN",
        description="bearer tokens that `serve --http` takes, separated by commas or spaces; `name=token` names one",
    )
    allowed_hosts: tuple[str, ...] = Field(
        (),
        validation_alias="QWEN_LOCALIZE_ALLOWED_HOSTS",
        description="names that `serve --http` answers to besides its own address, such as `mcp.example.com`; "
        "`*` for any",
    )
    allowed_origins: tuple[str, ...] = Field(
        (),
        validation_alias="QWEN_LOCALIZE_ALLOWED_ORIGINS",
        description="origins of web pages that may call `serve --http`, such as `https://app.example.com`; "
        "default: those of this machine",
    )
    oauth_issuer: str | None = Field(
        None,
        validation_alias="QWEN_LOCALIZE_OAUTH_ISSUER",
        description="the OAuth issuer whose access tokens `serve --http` takes, as its tokens name it",
    )
    oauth_resource: str | None = Field(
        None,
        validation_alias="QWEN_LOCALIZE_OAUTH_RESOURCE",
        description="with an issuer: the URL at which clients reach `/mcp`, such as `https://mcp.example.com/mcp`",
    )
    oauth_audience: str | None = Field(
        None,
        validation_alias="QWEN_LOCALIZE_OAUTH_AUDIENCE",
        description="the audience that the issuer's tokens must be for; default: QWEN_LOCALIZE_OAUTH_RESOURCE",
    )
    oauth_jwks: str | None = Field(
        None,
        validation_alias="QWEN_LOCALIZE_OAUTH_JWKS",
        description="where the issuer's keys are; default: what the issuer's metadata says",
    )
    principals: Path | None = Field(
        None,
        validation_alias="QWEN_LOCALIZE_PRINCIPALS",
        description="over HTTP: a TOML file that says who may have a key, a region and a budget of their own",
    )
    public_url: str | None = Field(
        None,
        validation_alias="QWEN_LOCALIZE_PUBLIC_URL",
        description="over HTTP: how links to files begin, such as `https://mcp.example.com`; default: as the request's",
    )
    link_secret: SecretStr | None = Field(
        None,
        validation_alias="QWEN_LOCALIZE_LINK_SECRET",
        description="over HTTP: signs links to files, at least 32 characters, the same for all replicas; default: one "
        "that is kept in the state directory",
    )
    database_url: SecretStr | None = Field(
        None,
        validation_alias="QWEN_LOCALIZE_DATABASE_URL",
        description="`postgresql://…`: jobs, costs and limits that replicas and workers share (extra `cluster`); "
        "default: SQLite in the state directory",
    )
    storage_url: str | None = Field(
        None,
        validation_alias="QWEN_LOCALIZE_STORAGE_URL",
        description="`s3://bucket/prefix`, or `file:///folder` on a shared disk: inputs and finished files that "
        "replicas share (extra `cluster`); S3 is reached as the usual `AWS_*` variables say",
    )

    @field_validator("region")
    @classmethod
    def _known_region(cls, region: str) -> str:
        if region not in REGIONS:
            raise ValueError(f"it must be one of {', '.join(REGIONS)}")
        return region

    @field_validator("base_url")
    @classmethod
    def _origin(cls, url: str | None) -> str | None:
        if url is None:
            return None
        match = _BASE_URL.fullmatch(url.strip())
        if not match:
            raise ValueError("write only scheme and host, without a path: https://dashscope.aliyuncs.com")
        return match[1]

    @field_validator("oauth_issuer", "oauth_resource", "oauth_jwks")
    @classmethod
    def _secure(cls, url: str | None) -> str | None:
        if url is not None and not _SECURE_URL.fullmatch(url := url.strip()):
            raise ValueError("write a URL that begins with https:// (http:// only on this machine), without ? and #")
        return url

    @field_validator("allowed_hosts", "allowed_origins", mode="before")
    @classmethod
    def _split_names(cls, value: Any) -> Any:
        return tuple(re.split(r"[\s,]+", value.strip().strip(",").lower())) if isinstance(value, str) else value

    @field_validator("public_url")
    @classmethod
    def _base(cls, url: str | None) -> str | None:
        if url is None:
            return None
        if not _PUBLIC_URL.fullmatch(url.strip()):
            raise ValueError("write scheme and host, and a path if there is one: https://mcp.example.com")
        return url.strip().rstrip("/")

    @field_validator("link_secret")
    @classmethod
    def _long(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret and len(secret.get_secret_value()) < _SHORTEST_SECRET:
            raise ValueError(f"it must have at least {_SHORTEST_SECRET} characters")
        return secret

    @field_validator("database_url")
    @classmethod
    def _postgres(cls, url: SecretStr | None) -> SecretStr | None:
        if url and not _DATABASE_URL.fullmatch(url.get_secret_value().strip()):
            raise ValueError("write a URL that begins with postgresql://, such as postgresql://user@host:5432/name")
        return SecretStr(url.get_secret_value().strip()) if url else None

    @field_validator("storage_url")
    @classmethod
    def _storage(cls, url: str | None) -> str | None:
        if url is not None and not _STORAGE_URL.fullmatch(url := url.strip()):
            raise ValueError("write s3://bucket/prefix, or file:///folder for a disk that all replicas share")
        return url.rstrip("/") if url else None

    @field_validator("output_dir", "state_dir")
    @classmethod
    def _from_here(cls, path: Path) -> Path:
        return _absolute(path)

    @field_validator("allowed_dirs", mode="before")
    @classmethod
    def _split_paths(cls, value: Any) -> Any:
        return tuple(part for part in value.split(os.pathsep) if part) if isinstance(value, str) else value

    @field_validator("allowed_dirs")
    @classmethod
    def _resolved(cls, paths: tuple[Path, ...], info: ValidationInfo) -> tuple[Path, ...]:
        """Links resolved. By default the working directory and the output directory.

        A working directory that is a file system's root (as hosts on macOS start servers) would allow everything, so
        it allows nothing; one that was deleted allows nothing either.
        """
        here = _working_directory()
        usual = (here if here and here != Path(here.anchor) else None, info.data.get("output_dir"))
        return tuple(_absolute(path).resolve() for path in paths or usual if path)

    @classmethod
    def load(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """The settings in `environment`, by default this process's; an empty variable counts as not set.

        So does one that holds a reference that a client has not resolved, such as `$DASHSCOPE_API_KEY`.

        Raises:
            BadSetting: one sentence that names the variable, never its value.
        """
        variables = os.environ if environment is None else environment
        found = {name: value for name, value in variables.items() if _is_set(value)}
        try:
            return cls.model_validate(found)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            reason = quote(first["msg"].removeprefix("Value error, "))[1:-1]
            raise BadSetting(f"{first['loc'][0]} cannot be used: {reason}.") from None

    def at_sandbox(self, origin: str, state_dir: Path) -> "Settings":
        """These settings, but at a sandbox, with the key that it takes, and with a store that is shared with nobody."""
        alone = {"database_url": None, "storage_url": None, "state_dir": state_dir}
        return self.model_copy(update={"base_url": origin, "api_key": SecretStr("sk-sandbox"), **alone})

    def allowing(self, folders: Iterable[Path]) -> "Settings":
        """These settings, with more folders that may be read; a reference that a client has not resolved is none.

        One that is not there may be on a disk that comes later; the server says so, and starts.

        Raises:
            BadSetting: one is no folder.
        """
        added = [_folder(path) for path in folders if _is_set(str(path))]
        if not added:
            return self  # nothing was named, which `over_http` has to know
        return self.model_copy(update={"allowed_dirs": tuple(dict.fromkeys((*self.allowed_dirs, *added)))})

    def over_http(self) -> "Settings":
        """These settings, for callers elsewhere: no local file is read, unless folders were named for it."""
        return self if "allowed_dirs" in self.model_fields_set else self.model_copy(update={"allowed_dirs": ()})

    @property
    def service(self) -> Service:
        """The service these settings name."""
        return Service.at(self.region, self.workspace, self.base_url)

    @property
    def key(self) -> str | None:
        """The API key in the clear, for the wire alone."""
        return self.api_key.get_secret_value().strip() if self.api_key else None

    @property
    def scope(self) -> str:
        """A name for this service with this key, from which neither can be read."""
        # A key that was pasted with bytes of another encoding must not keep the server from starting.
        text = f"{self.service.origin}\n{self.key}".encode(errors="surrogateescape")
        return hashlib.blake2b(text, digest_size=6).hexdigest()


def _folder(path: Path) -> Path:
    try:
        folder = _absolute(path).resolve()
    except (OSError, ValueError, RuntimeError):
        raise BadSetting(f"--allow {path} cannot be used: it is no path. Give the path of a folder.") from None
    if folder.exists() and not folder.is_dir():
        raise BadSetting(f"--allow {path} cannot be used: it is a file. Give the path of a folder.")
    if not folder.exists():
        logger.warning("--allow %s: there is no such folder now.", path)
    return folder


def _is_set(value: str) -> bool:
    text = value.strip()
    return bool(text) and not _REFERENCE.fullmatch(text)


def _absolute(path: Path) -> Path:
    try:
        path = path.expanduser()
    except RuntimeError:
        raise ValueError("there is no home directory, so give an absolute path") from None
    here = _working_directory()
    if here is None and not path.is_absolute():
        raise ValueError("this server's working directory was deleted, so give an absolute path")
    return path if here is None else here / path


def _working_directory() -> Path | None:
    """The working directory; None if it was deleted."""
    try:
        return Path.cwd()
    except OSError:
        return None
