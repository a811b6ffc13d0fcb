"""Callers of one server: each call is made as somebody."""

import re
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx
from mcp import Client
from mcp.server.auth.middleware.auth_context import auth_context_var
from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken
from mcp_types import CallToolResult

from fakes import API, RESULT_URL, Service, task

BASE = "https://mcp.example"


@contextmanager
def calling_as(name: str) -> Iterator[None]:
    """Whatever is called inside is called by somebody of that name, as the gate before /mcp would say."""
    user = AuthenticatedUser(AccessToken(token="", client_id=name, scopes=[])) if name else None
    token = auth_context_var.set(user)
    try:
        yield
    finally:
        auth_context_var.reset(token)


class Callers:
    """A client through which several call."""

    def __init__(self, client: Client) -> None:
        self.client = client

    async def call(self, who: str, tool: str, **arguments: Any) -> CallToolResult:
        with calling_as(who):
            return await self.client.call_tool(tool, arguments)

    async def read(self, who: str, uri: str) -> str:
        with calling_as(who):
            [content] = (await self.client.read_resource(uri)).contents
        return str(content.model_dump().get("text"))


def data_uri(path: Path) -> str:
    """A picture as an argument that needs no disk."""
    return f"data:image/png;base64,{b64encode(path.read_bytes()).decode()}"


class Tasks:
    """A service that takes as many pictures as it is sent, each for some seconds.

    Attributes:
        keys: the key that each was sent with.
        lists: how often the task list was read.
    """

    def __init__(self, service: Service, seconds: float = 5.0) -> None:
        self.keys: list[str] = []
        self.lists = 0
        self._due: list[float] = []
        self._seconds = seconds
        service.submit.mock(side_effect=self._submitted)
        service.list.mock(side_effect=self._listed)
        service.router.get(url__regex=rf"{re.escape(API)}/tasks/t-\d+").mock(side_effect=self._queried)

    def _submitted(self, request: httpx.Request) -> httpx.Response:
        self.keys.append(request.headers["authorization"].removeprefix("Bearer "))
        self._due.append(anyio.current_time() + self._seconds)
        return task("PENDING", task_id=f"t-{len(self.keys)}")

    def _status(self, number: int) -> str:
        return "SUCCEEDED" if anyio.current_time() >= self._due[number - 1] else "RUNNING"

    def _listed(self, _: httpx.Request) -> httpx.Response:
        self.lists += 1
        numbers = range(1, len(self.keys) + 1)
        rows = [{"task_id": f"t-{number}", "status": self._status(number), "gmt_create": 0} for number in numbers]
        return httpx.Response(200, json={"data": rows, "page_no": 1, "total_page": 1})

    def _queried(self, request: httpx.Request) -> httpx.Response:
        name = str(request.url).rpartition("/")[2]
        return task(self._status(int(name[2:])), task_id=name, image_url=RESULT_URL)
