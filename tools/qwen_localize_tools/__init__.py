"""The capabilities: a module per tool, or a package where it has parts; and the registry."""

from qwen_localize.tool import Registry

from .prompts import PROMPTS

__all__ = ["PROMPTS", "TOOLS"]

TOOLS = Registry.within(
    __name__,
    "translate_text",
    "translate_image",
    "edit_image",
    "ocr",
    "analyze_conversation",
    "translate_media",
    "interpret_speech",
    "localize_files",
    "view_image",
    "get_job",
    "list_jobs",
    "cancel_job",
)
