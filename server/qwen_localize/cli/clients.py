"""The AI clients that are known here: where each keeps its servers, and in what shape. `CLIENTS` is the whole list."""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

NAME = "qwen-localize"
KEY = "DASHSCOPE_API_KEY"

Entry = dict[str, Any]
Shape = Callable[[Sequence[str], Mapping[str, str]], Entry]
# A step into an object by its key, or into a list of objects to the one that has a member of this value.
Step = str | tuple[str, str]

# Clients that list tools slowly are waited for; a dubbed video takes minutes.
_STARTING = 60
_CALLING = 600


def _plain(argv: Sequence[str], env: Mapping[str, str]) -> Entry:
    return {"command": argv[0], "args": list(argv[1:]), "env": dict(env)}


def _stdio(argv: Sequence[str], env: Mapping[str, str]) -> Entry:
    return {"type": "stdio", **_plain(argv, env)}


def _patient(argv: Sequence[str], env: Mapping[str, str]) -> Entry:
    return {**_plain(argv, env), "timeout": _CALLING * 1000}


def _copilot(argv: Sequence[str], env: Mapping[str, str]) -> Entry:
    return {"type": "local", **_plain(argv, env), "tools": ["*"]}


def _opencode(argv: Sequence[str], env: Mapping[str, str]) -> Entry:
    own = {"type": "local", "command": list(argv), "environment": dict(env), "enabled": True}
    return {**own, "timeout": _STARTING * 1000}


def _codex(argv: Sequence[str], env: Mapping[str, str]) -> Entry:
    passed = [name for name, value in env.items() if value == _PASSED]
    written = {name: value for name, value in env.items() if name not in passed}
    own: Entry = {"command": argv[0], "args": list(argv[1:])}
    own |= {"env_vars": passed} if passed else {}
    own |= {"env": written} if written else {}
    return {**own, "startup_timeout_sec": _STARTING, "tool_timeout_sec": _CALLING, "required": True}


# Codex has no notation for a variable of its own environment, but a list of names that it passes on.
_PASSED = "passed on"


@dataclass(frozen=True)
class Client:
    """A client, and how it is told of a server.

    Attributes:
        files: its user's own file, below a folder that `place` knows; of several, the first that exists.
        at: where in it servers stand.
        shape: what it is told of one, from the command and the environment.
        reference: how its file names the key in the client's own environment; None if only the key itself will do.
        asks: whether the client asks for the key by itself, for which `extra` is.
        project: its file in a project.
        moved: an environment variable that names another folder for the file.
        extra: what else the file needs, and where.
        head: what a new file begins with.
        command: its own command that adds a server; `{env}` stands for the key, `{program}` and `{rest}` for what
            starts the server (Claude Code's `--env` takes all that follows it, Gemini's all but its own options).
        after: what its user does next.
    """

    name: str
    title: str
    files: tuple[str, ...]
    at: tuple[str, ...] = ("mcpServers",)
    shape: Shape = _plain
    reference: str | None = None
    asks: bool = False
    project: str | None = None
    moved: str | None = None
    extra: tuple[tuple[str, tuple[str, str]], Any] | None = None
    head: tuple[tuple[str, Any], ...] = ()
    command: str | None = None
    after: str = "Start a new session."

    @property
    def syntax(self) -> Literal["json", "toml"]:
        """The language of its file."""
        return "toml" if self.files[0].endswith(".toml") else "json"

    @property
    def shown(self) -> str:
        """Where its file is, in words for all systems."""
        known = {"{support}/": "", "{config}": "~/.config", "{xdg}": "~/.config"}
        file = self.files[0]
        for folder, words in known.items():
            file = file.replace(folder, words)
        return file

    def path(self, environment: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Path:
        """The user's file of this client, whether it exists or not."""
        paths = [self._moved(file, environment) or place(file, environment, platform) for file in self.files]
        return next((path for path in paths if path.exists()), paths[0])

    def _moved(self, file: str, environment: Mapping[str, str]) -> Path | None:
        folder = environment.get(self.moved or "")
        return Path(folder) / file.rpartition("/")[2] if folder else None

    def entry(self, argv: Sequence[str], env: Mapping[str, str]) -> Entry:
        """What its file says of a server that is started by `argv`."""
        return self.shape(argv, env)


def place(file: str, environment: Mapping[str, str], platform: str) -> Path:
    """A path on this system that begins with `~`, or with a folder for settings by one of three conventions."""
    home = Path.home()
    xdg = Path(environment.get("XDG_CONFIG_HOME") or home / ".config")
    support = config = xdg
    if platform == "win32":
        support = config = Path(environment.get("APPDATA") or home / "AppData" / "Roaming")
    elif platform == "darwin":
        support = home / "Library" / "Application Support"
    root, _, rest = file.partition("/")
    return {"~": home, "{support}": support, "{config}": config, "{xdg}": xdg}[root] / rest


_INPUT = {"type": "promptString", "id": "dashscope-key", "description": "Model Studio API key", "password": True}

CLIENTS = (
    Client(
        "claude-desktop",
        "Claude Desktop",
        files=("{support}/Claude/claude_desktop_config.json",),
        after="Quit Claude Desktop and open it again.",
    ),
    Client(
        "claude-code",
        "Claude Code",
        files=("~/.claude.json",),
        shape=_stdio,
        # Without a default, a variable that is not set is complained of at each start.
        reference=f"${{{KEY}:-}}",
        project=".mcp.json",
        moved="CLAUDE_CONFIG_DIR",
        command=f"claude mcp add {NAME} --scope user --env {{env}} -- {{program}} {{rest}}",
    ),
    Client(
        "cursor",
        "Cursor",
        files=("~/.cursor/mcp.json",),
        reference=f"${{env:{KEY}}}",
        project=".cursor/mcp.json",
        after="Cursor asks whether to enable it, or shows it under Settings, MCP.",
    ),
    Client(
        "vscode",
        "VS Code",
        files=("{support}/Code/User/mcp.json",),
        at=("servers",),
        shape=_stdio,
        reference=f"${{input:{_INPUT['id']}}}",
        asks=True,
        project=".vscode/mcp.json",
        extra=(("inputs", ("id", "dashscope-key")), _INPUT),
        after="VS Code asks for the key when it first starts the server, and keeps it.",
    ),
    Client(
        "windsurf",
        "Windsurf",
        files=("~/.codeium/windsurf/mcp_config.json",),
        reference=f"${{env:{KEY}}}",
        after="Press Refresh in Windsurf's list of MCP servers.",
    ),
    Client(
        "zed",
        "Zed",
        files=("{config}/zed/settings.json",),
        at=("context_servers",),
        after="Zed starts it by itself.",
    ),
    Client(
        "gemini",
        "Gemini CLI",
        files=("~/.gemini/settings.json",),
        shape=_patient,
        reference=f"${KEY}",
        project=".gemini/settings.json",
        command=f"gemini mcp add --scope user --env {{env}} --timeout {_CALLING * 1000} {NAME} {{program}} -- {{rest}}",
    ),
    Client(
        "qwen-code",
        "Qwen Code",
        files=("~/.qwen/settings.json",),
        shape=_patient,
        reference=f"${KEY}",
        project=".qwen/settings.json",
        command=f"qwen mcp add --scope user --env {{env}} --timeout {_CALLING * 1000} {NAME} {{program}} -- {{rest}}",
    ),
    Client(
        "codex",
        "Codex",
        files=("~/.codex/config.toml",),
        at=("mcp_servers",),
        shape=_codex,
        reference=_PASSED,
        project=".codex/config.toml",
        moved="CODEX_HOME",
        command=f"codex mcp add {NAME} --env {{env}} -- {{program}} {{rest}}",
    ),
    Client(
        "opencode",
        "opencode",
        files=("{xdg}/opencode/opencode.jsonc", "{xdg}/opencode/opencode.json"),
        at=("mcp",),
        shape=_opencode,
        reference=f"{{env:{KEY}}}",
        project="opencode.json",
        head=(("$schema", "https://opencode.ai/config.json"),),
        command=f"opencode mcp add {NAME} --env {{env}} -- {{program}} {{rest}}",
    ),
    Client(
        "copilot",
        "Copilot CLI",
        files=("~/.copilot/mcp-config.json",),
        shape=_copilot,
        reference=f"${{{KEY}}}",
        project=".github/mcp.json",
        command=f"copilot mcp add {NAME} --env {{env}} -- {{program}} {{rest}}",
    ),
)


def named(name: str) -> Client:
    """The client of this name."""
    return next(client for client in CLIENTS if client.name == name)
