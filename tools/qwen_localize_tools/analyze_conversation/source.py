"""Where conversations come from: what was written into the call, or a file."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import PurePath
from typing import Annotated, Any

import anyio.to_thread
from pydantic import Field, WithJsonSchema

from qwen_localize.errors import BadArgument, BadInput, quote
from qwen_localize.files import LocalMedia, keyless_environment
from qwen_localize.tool import Context

from . import sheets
from .conversations import given, read
from .turns import Conversation

_MOST_FILE_BYTES = 100 * 1024 * 1024
_WORD = {"type": "string"}
_TURN = {"type": "object", "properties": {"role": _WORD, "text": _WORD, "conversation_id": _WORD}}

# More is taken than is published, whatever people have; strict hosts understand only what has one form.
Given = Annotated[
    str | list[Any] | dict[str, Any] | None,
    WithJsonSchema({"anyOf": [_WORD, {"type": "array", "items": _TURN}]}),
    Field(description="A transcript, or turns"),
]
ColumnNames = Annotated[dict[str, str] | None, Field(description="Your headings for role, text, id")]


@dataclass(frozen=True)
class _Workbook:
    """Any spreadsheet, made into CSV."""

    noun: str = "workbook"
    most_bytes: int = sheets.MOST_BYTES

    def checked(self, name: str, data: bytes) -> LocalMedia:
        """
        Raises:
            BadInput: it cannot be read here.
        """
        try:
            return LocalMedia(name, sheets.as_csv(data, keyless_environment()).encode(), "text/csv")
        except sheets.Unreadable as error:
            raise BadInput(f"{quote(name)} cannot be read: {error}") from None


async def conversations(
    context: Context, conversation: str | list[Any] | dict[str, Any] | None, file: str, columns: Mapping[str, str]
) -> list[Conversation]:
    """The conversations of a call; they are read in a thread, since they may be megabytes.

    Raises:
        BadArgument: there are none, or both are given.
        BadInput: the file cannot be used, or is no conversation. Nothing of it is quoted.
    """
    if bool(conversation) == bool(file):
        raise BadArgument("Pass either conversation or file: one of them, not both or none.")
    if conversation:
        return await anyio.to_thread.run_sync(partial(given, conversation, columns))
    name, text = await _text(context, file)
    return await anyio.to_thread.run_sync(partial(read, name, text, columns))


async def _text(context: Context, file: str) -> tuple[str, str]:
    if PurePath(file.strip()).suffix.lower() not in sheets.ENDINGS:
        return await context.files.text(file, _MOST_FILE_BYTES)
    book = await context.files.read(file, _Workbook())
    if not isinstance(book, LocalMedia):
        raise BadInput("Only a local file can be read here. Save it, and pass its path.")
    return book.name, book.data.decode()
