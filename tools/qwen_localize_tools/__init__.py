"""The capabilities: a module per tool, or a package where it has parts; and the registry."""

from qwen_localize.tool import Tool

from . import (
    analyze_conversation,
    cancel_job,
    edit_image,
    get_job,
    interpret_speech,
    list_jobs,
    ocr,
    translate_image,
    translate_media,
    translate_text,
    view_image,
)
from .prompts import PROMPTS

__all__ = ["PROMPTS", "TOOLS"]

TOOLS: tuple[Tool, ...] = (
    translate_text.TOOL,
    translate_image.TOOL,
    edit_image.TOOL,
    ocr.TOOL,
    analyze_conversation.TOOL,
    translate_media.TOOL,
    interpret_speech.TOOL,
    view_image.TOOL,
    get_job.TOOL,
    list_jobs.TOOL,
    cancel_job.TOOL,
)
