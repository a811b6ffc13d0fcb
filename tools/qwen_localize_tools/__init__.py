"""The capabilities: one module per tool, and the registry."""

from qwen_localize.contract import Tool

from . import translate_image, translate_text

TOOLS: tuple[Tool, ...] = (translate_text.TOOL, translate_image.TOOL)
