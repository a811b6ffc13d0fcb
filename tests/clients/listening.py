"""The real server over HTTP on a free port of loopback: its address is the one line on standard output."""

import socket
import sys
from typing import Any

import uvicorn
from mcp.server import MCPServer

from qwen_localize.mcp_server import build_server
from qwen_localize.settings import Settings
from qwen_localize_tools import TOOLS


def serve(server: MCPServer[Any]) -> None:
    """Say where it is, and serve until killed."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        sys.stdout.write(f"http://127.0.0.1:{listener.getsockname()[1]}/mcp\n")
        sys.stdout.flush()
        app = server.streamable_http_app()
        uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False)).run([listener])


if __name__ == "__main__":
    serve(build_server(Settings.load(), TOOLS))
