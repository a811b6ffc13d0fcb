"""Qwen Localize: Alibaba Model Studio's localization models as MCP tools."""

__version__ = "0.1.0"
