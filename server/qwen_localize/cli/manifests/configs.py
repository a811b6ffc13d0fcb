"""What each client is told of this server, to be copied, clicked or typed."""

import base64
import json
from urllib.parse import quote

from ..clients import CLIENTS, KEY, NAME, Client, named
from ..install import jsonc, launch, tables

# Where a clone lies is the reader's to fill in, and the key where a client cannot find it.
CLONE = "/path/to/qwen-localize"
_YOURS = "sk-your-key"
_ONLINE = "https://github.com/qwen-localize/qwen-localize/blob/main/manifests/clients"
# What needs no clone, for links that cannot know of one.
_INDEX = ("uvx", NAME)


def config(client: Client) -> str:
    """A client's file with this server alone in it."""
    entry = client.entry(("uv", *launch.in_clone(CLONE)), {KEY: client.reference or _YOURS})
    if client.syntax == "toml":
        return tables.put("", (*client.at, NAME), entry)
    text = "{}\n"
    for name, value in client.head:
        text = jsonc.put(text, (name,), value)
    if client.extra:
        text = jsonc.put(text, *client.extra)
    return jsonc.put(text, (*client.at, NAME), entry)


def client_table() -> str:
    """The README's table of clients, and the commands of their own that some have."""
    rows = ["| client | `install` | its file | the same by hand |", "|---|---|---|---|"]
    for client in CLIENTS:
        name = f"{client.name}.{client.syntax}"
        files = [f"`{client.shown}`", *([f"`{client.project}` (`--project`)"] if client.project else [])]
        links = {"cursor": cursor_link, "vscode": vscode_link}
        link = f"; [install link]({links[client.name]()})" if client.name in links else ""
        file, copy = ", ".join(files), f"[{name}]({_ONLINE}/{name}){link}"
        rows.append(f"| {client.title} | `{NAME} install {client.name}` | {file} | {copy} |")
    commands = [command(client) for client in CLIENTS if client.command]
    return "\n".join([*rows, "", "```sh", *commands, "```"])


def command(client: Client) -> str:
    """What somebody types to have a client add this server itself, with the key in the environment."""
    passed = client.reference is not None and KEY in client.reference
    env = f"'{KEY}={client.reference}'" if passed else f'"{KEY}=${KEY}"'
    return str(client.command).format(env=env, program="uv", rest=" ".join(launch.in_clone(CLONE)))


def cursor_link() -> str:
    """A link that has Cursor add this server."""
    client = named("cursor")
    entry = json.dumps(client.entry(_INDEX, {KEY: str(client.reference)}))
    coded = quote(base64.b64encode(entry.encode()).decode(), safe="")
    return f"https://cursor.com/install-mcp?name={NAME}&config={coded}"


def vscode_link() -> str:
    """A link that has VS Code add this server, which asks for the key."""
    client = named("vscode")
    inputs = [client.extra[1]] if client.extra else []
    told = {"name": NAME, **client.entry(_INDEX, {KEY: str(client.reference)}), "inputs": inputs}
    return f"https://insiders.vscode.dev/redirect?url={quote(f'vscode:mcp/install?{quote(json.dumps(told))}', safe='')}"
