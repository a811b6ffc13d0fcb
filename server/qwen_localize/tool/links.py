"""Finished files by the links in results: `qwen-localize://files/{job}/{n}`, and `qwen-localize://saved/{name}`."""

import logging
import mimetypes
import re
from dataclasses import dataclass
from pathlib import Path, PurePath
from urllib.parse import unquote

import anyio.to_thread

from ..errors import BadArgument, BadInput, LocalizeError, quote
from ..files import Shelves, is_of_job
from ..jobs import JobRecord, Runner

logger = logging.getLogger(__name__)

SCHEME = "qwen-localize://"
# Python's own, whatever this machine says besides; and what it does not know.
_TYPES = mimetypes.MimeTypes()
_OTHERS = {
    ".jsonl": "application/jsonl",
    ".md": "text/markdown",
    ".srt": "application/x-subrip",
    ".webp": "image/webp",
}
_MARK = ":"  # stands in no file's name; see `files.safe_name`
# How many of a job's files its caller is likely to look for.
_MOST_AT_HAND = 50
_LINK = re.compile(rf"{SCHEME}(?:files/([^/?#]+)/([1-9]\d{{0,5}})|saved/([^/?#]+))")


@dataclass(frozen=True)
class FinishedFile:
    """A file that a tool has saved."""

    path: Path
    mime_type: str


@dataclass(frozen=True)
class FinishedFiles:
    """The files that tools have saved: a job's by their number, and whatever lies in the output directory by its name.

    Attributes:
        runner: knows the jobs.
        directory: where files go that no job has.
        shelves: where replicas share them; what is not on this disk is brought from there.
    """

    runner: Runner
    directory: Path
    shelves: Shelves | None = None

    async def at_hand(self, job: JobRecord) -> None:
        """Have a job's first files on this disk, as many as a result names, if another replica has made them.

        What cannot be brought now is in the storage still, and is brought when it is needed.
        """
        for artifact in job.artifacts[:_MOST_AT_HAND]:
            try:
                await self.brought(Path(str(artifact["path"])))
            except LocalizeError as error:
                logger.info("A file of %s is brought later: %s", job.id, error)
                return

    async def find(self, link: str) -> FinishedFile:
        """The file that a link stands for.

        Raises:
            BadInput: there is none, or it is not where it was saved any more.
            StateUnavailable: where it is cannot be found out now.
        """
        match = _LINK.fullmatch(link)
        if not match:
            raise BadInput(f"{quote(link)} is no link of a result. Pass one as a result has it, or the file's path.")
        job_id, number, name = match.groups()
        if name:
            path = self._saved(unquote(name))
            found = FinishedFile(path, _type(path))
            folders: tuple[Path, ...] = (path.parent if self._is_of_job(path) else self.directory,)
        else:
            folders, found = await self._of_job(unquote(job_id), int(number), link)
        await self.brought(found.path)
        place = await anyio.to_thread.run_sync(_place, found.path, folders)
        if place is None:
            raise _missing(link)
        return FinishedFile(place, found.mime_type)

    def _saved(self, name: str) -> Path:
        """Where a file is that is linked by its name; see `saved_name`."""
        job, mark, rest = name.partition(_MARK)
        return self.directory / job / rest if mark and self.shelves and is_of_job(job) else self.directory / name

    def _is_of_job(self, path: Path) -> bool:
        """Whether a file lies in the folder that a job has of its own, where replicas share what is finished."""
        folder = path.parent
        return self.shelves is not None and folder.parent == self.directory and is_of_job(folder.name)

    async def brought(self, path: Path) -> None:
        """See that a finished file is on this disk, if it is one, and replicas share what is finished.

        Raises:
            StorageUnavailable: the storage cannot be used.
            OutputUnavailable: the disk refuses it.
        """
        if self.shelves and path.is_relative_to(self.directory):
            await self.shelves.bring(path)

    async def _of_job(self, job_id: str, number: int, link: str) -> tuple[tuple[Path, ...], FinishedFile]:
        try:
            job = await self.runner.get(job_id)
        except BadArgument:
            raise _missing(link) from None
        if number > len(job.artifacts):
            raise _missing(link)
        artifact = job.artifacts[number - 1]
        file = FinishedFile(Path(str(artifact["path"])), str(artifact["mime_type"]))
        # A batch may have begun before the output directory was changed.
        folders = (Path(job.directory), self.directory)
        # What a batch names may be in the folder of another job, which it has joined.
        return ((*folders, file.path.parent) if self._is_of_job(file.path) else folders), file


def saved_name(path: PurePath) -> str:
    """What a file is linked by that has no number: its name, and before it the job's in whose folder it lies."""
    job = path.parent.name
    return f"{job}{_MARK}{path.name}" if is_of_job(job) else path.name


def _type(path: Path) -> str:
    return _OTHERS.get(path.suffix) or _TYPES.guess_type(path.name)[0] or "application/octet-stream"


def _place(path: Path, folders: tuple[Path, ...]) -> Path | None:
    """Where a file really lies, if that is in one of these folders: a link may have taken its place."""
    try:
        real = path.resolve()
        is_there = any(real.parent == folder.resolve() for folder in folders) and real.is_file()
    except (OSError, ValueError, RuntimeError):  # a link that leads to itself is a RuntimeError
        return None
    return real if is_there else None


def _missing(link: str) -> BadInput:
    return BadInput(f"There is no finished file at {quote(link)}. list_jobs shows the recent ones.")
