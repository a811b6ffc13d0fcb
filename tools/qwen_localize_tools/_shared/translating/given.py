"""Texts and pairs that a call gives as such, or as the path of a file."""

from pathlib import Path, PurePath

import anyio.to_thread

from qwen_localize.errors import BadArgument
from qwen_localize.tool import Context

from ..arguments import Term
from ..pairs import ENDINGS, MOST_BYTES, read_pairs


async def given_pairs(context: Context, given: list[Term] | str, source: str, target: str) -> list[Term]:
    """The pairs of a glossary or a translation memory.

    Args:
        context: for reading their file.
        given: the pairs, or the path of a file with them.
        source: the source language's code, or auto.
        target: the target language's code.

    Raises:
        CallError: there are none.
    """
    if not isinstance(given, str):
        return given
    if not given.strip():
        return []
    if not names_file(given, ENDINGS, looks=context.files.shares_disk):
        raise BadArgument(
            'Pass pairs as [{"source": "…", "target": "…"}], or the path of a JSON, CSV, TSV or TMX file.'
        )
    name, content = await context.files.text(given, MOST_BYTES)
    return await anyio.to_thread.run_sync(read_pairs, name, content, source, target)


def names_file(text: str, endings: frozenset[str], *, looks: bool) -> bool:
    """Whether a text is meant as the path of a file: one line, with a known ending, and no word beside it.

    Some scripts have no spaces between words: in them, only what has a folder or is there counts as a path. Unless it
    `looks`, nothing that is on the disk makes a difference.
    """
    text = text.strip()
    if len(text) > 4096 or "\n" in text or PurePath(text).suffix.casefold() not in endings:
        return False
    try:
        if len(text.split()) == 1 and (text.isascii() or PurePath(text).name != text):
            return True
        path = Path(text).expanduser() if looks else Path(text)
        return path.is_absolute() or (looks and Path(text).is_file())
    except (OSError, RuntimeError, ValueError):
        return False
