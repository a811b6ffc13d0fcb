"""The capabilities: one module per tool, and the registry."""

from qwen_localize.contract import Tool

from . import cancel_job, get_job, list_jobs, translate_image, translate_text

TOOLS: tuple[Tool, ...] = (
    translate_text.TOOL,
    translate_image.TOOL,
    get_job.TOOL,
    list_jobs.TOOL,
    cancel_job.TOOL,
)
