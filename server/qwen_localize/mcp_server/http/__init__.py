"""MCP over HTTP: who may call, what else is served beside /mcp, and how the process begins and ends."""
