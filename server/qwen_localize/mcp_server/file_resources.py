"""The links in results as resources: a client that shares no disk with this server reads the files through it."""

from pathlib import Path
from urllib.parse import quote
from urllib.request import url2pathname

import anyio.to_thread
from mcp.server.mcpserver.exceptions import ResourceError, ResourceNotFoundError

TEMPLATE = "file://{+path}"
# Over stdio, 20 MB take ten seconds, in which nothing else gets through.
MOST_BYTES = 10 * 1024 * 1024


async def read_file(path: str, output_dir: Path) -> bytes:
    """The bytes of a finished file.

    Args:
        path: as in a link to it, decoded.
        output_dir: the only folder that is read.

    Raises:
        ResourceNotFoundError: there is no such file in that folder.
        ResourceError: it is too large to be sent.
    """
    return await anyio.to_thread.run_sync(_read, path, output_dir)


def _read(path: str, output_dir: Path) -> bytes:
    try:
        file = Path(url2pathname(quote(path))).resolve()
        if not file.is_relative_to(output_dir.resolve()) or not file.is_file():
            raise ResourceNotFoundError("There is no such file in the output folder.")
        if file.stat().st_size > MOST_BYTES:
            raise ResourceError(f"{file.name} is too large to be sent. Open it by its path.")
        return file.read_bytes()
    except (OSError, ValueError, RuntimeError) as error:  # a link that leads to itself is a RuntimeError
        raise ResourceNotFoundError("The file cannot be read.") from error
