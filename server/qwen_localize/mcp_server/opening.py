"""What the server answers to whatever a client asks first, the same for everybody: `front` answers it from a file."""

import json
from functools import partial
from itertools import count
from typing import Any

import anyio
from mcp.server import MCPServer
from mcp.server.runner import serve_dual_era_loop
from mcp.shared.message import SessionMessage
from mcp_types import jsonrpc_message_adapter
from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS, MODERN_PROTOCOL_VERSIONS

METHODS = (
    "initialize",
    "server/discover",
    "ping",
    "tools/list",
    "resources/list",
    "resources/templates/list",
    "prompts/list",
)
_CLIENT = {"name": "client", "version": "0"}


async def opening_answers(server: MCPServer[Any]) -> dict[str, dict[str, Any]]:
    """The results of `METHODS` by protocol version and method, as far as the version has the method."""
    handshake = {version: await _answers(server, version) for version in HANDSHAKE_PROTOCOL_VERSIONS}
    return handshake | {version: await _modern_answers(server, version) for version in MODERN_PROTOCOL_VERSIONS}


def as_file(answers: dict[str, dict[str, Any]]) -> str:
    """The answers as `front` reads them: most versions have the same ones."""
    results: list[Any] = []
    which: dict[str, dict[str, int]] = {}
    for version, by_method in answers.items():
        for method, result in by_method.items():
            if result not in results:
                results.append(result)
            which.setdefault(version, {})[method] = results.index(result)
    lines = ",\n".join(_compact(result) for result in results)
    return f'{{"which": {_compact(which)},\n"results": [\n{lines}\n]}}\n'


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


async def _answers(server: MCPServer[Any], version: str) -> dict[str, Any]:
    introduction = {"protocolVersion": version, "capabilities": {}, "clientInfo": _CLIENT}
    requests: list[dict[str, Any]] = [{"method": "initialize", "params": introduction}]
    requests += [{"method": method} for method in METHODS[1:]]
    return await _results(server, requests)


async def _modern_answers(server: MCPServer[Any], version: str) -> dict[str, Any]:
    """The results with the envelope of this version; and what somebody is told who introduces himself with it."""
    facts = {"protocolVersion": version, "clientInfo": _CLIENT, "clientCapabilities": {}}
    meta = {"_meta": {f"io.modelcontextprotocol/{name}": value for name, value in facts.items()}}
    results = await _results(server, [{"method": method, "params": meta} for method in METHODS[1:]])
    return results | {"initialize": (await _answers(server, version))["initialize"]}


async def _results(server: MCPServer[Any], requests: list[dict[str, Any]]) -> dict[str, Any]:
    """What one connection answers to requests, one after the other, by method; without what it refuses."""
    to_server, heard = anyio.create_memory_object_stream[SessionMessage | Exception](0)
    said, from_server = anyio.create_memory_object_stream[SessionMessage](0)
    results: dict[str, Any] = {}
    async with to_server, from_server, anyio.create_task_group() as group:
        # The SDK's own loop over stdio would open the job store; `test_front` notices if this name goes.
        lowlevel: Any = server._lowlevel_server  # noqa: SLF001
        group.start_soon(partial(serve_dual_era_loop, lowlevel, heard, said, lifespan_state=None))
        for number, request in zip(count(1), requests, strict=False):
            message = {"jsonrpc": "2.0", "id": number, **request}
            await to_server.send(SessionMessage(jsonrpc_message_adapter.validate_python(message, by_name=False)))
            answer = (await from_server.receive()).message.model_dump(by_alias=True, mode="json", exclude_unset=True)
            if "result" in answer:
                results[request["method"]] = answer["result"]
        await to_server.aclose()
    return results
