"""What a caller reads who does not share this machine's disk: links in the place of paths."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from ..files import is_of_job

# With a type beside them, these are bytes in base64.
_BYTES = frozenset({"data", "blob"})
_MOST_NAME = 255
_ENDING = re.compile(r"\.\w{1,12}")


class Presenter:
    """Puts a link where the path of a file of one folder stands.

    Words of ours name no other place of the server either. In a result, where a translation may speak of folders that
    happen to have the same names, only what is surely meant is touched: files that are there, those that the result
    itself names as its own, and a folder whose name nobody comes by.

    Args:
        folder: where a principal's results are.
        link: the link to a result, by the file's name.
        hidden: what words of ours say in the place of other paths.
        is_private: whether the folder has a name that nobody else would write.
        of_jobs: whether jobs have folders in it, of which files may lie on other replicas' disks.
    """

    def __init__(
        self,
        folder: Path,
        link: Callable[[str], str],
        hidden: Mapping[Path, str],
        *,
        is_private: bool,
        of_jobs: bool = False,
    ) -> None:
        self._folder, self._link, self._is_private, self._of_jobs = folder, link, is_private, of_jobs
        roots = dict.fromkeys((folder, folder.resolve()))
        self._prefix = _pattern([each for root in roots for each in (f"{root.as_uri()}/", f"{root}/")])
        self._own = _Places(dict.fromkeys(roots, "your folder on the server"))
        self._hidden = _Places({place: words for root, words in hidden.items() for place in (root, root.resolve())})

    def presented(self, value: Any) -> Any:
        """A result as the caller may read it. It looks at the disk."""
        if isinstance(value, dict) and value.get("isError"):
            return _throughout(value, self.words)
        files = list(_files(value))
        named = _Places({place: unquote(Path(place).name) for file in files for place in file})
        known = {path for path, _ in files} if self._of_jobs else set[str]()
        return _throughout(value, lambda text: named.put(self._linked(text, known, strictly=self._is_private)))

    def words(self, text: str) -> str:
        """Words of ours as the caller may read them. It looks at the disk."""
        return self._hidden.put(self._linked(text, strictly=True))

    def _linked(self, text: str, known: Collection[str] = (), *, strictly: bool) -> str:
        """A text with links; `strictly` says whether other paths in the folder are taken out as well.

        Files of jobs that are `known` by their paths need not lie on this disk.
        """
        made, position = "", 0
        while match := self._prefix.search(text, position):
            rest = text[match.end() : match.end() + 3 * _MOST_NAME].partition("\n")[0]
            name, length = self._named(rest, known, is_uri=match[0].startswith("file:"))
            shown = self._link(name) if name else "" if strictly else match[0]
            made += text[position : match.start()] + shown
            position = match.end() + length
        made += text[position:]
        return self._own.put(made) if strictly else made

    def _named(self, rest: str, known: Collection[str], *, is_uri: bool) -> tuple[str, int]:
        """The name of the file that a text goes on with, and how much of the text that is; nothing if there is none.

        A name may hold blanks and commas, and so may be followed by what could be a part of it.
        """
        ends = [match.end() for match in _ENDING.finditer(rest)]
        for end in [len(rest), *reversed(ends)]:
            name = unquote(rest[:end]) if is_uri else rest[:end]
            if self._is_file(name, known):
                return name, end
        return "", 0

    def _is_file(self, place: str, known: Collection[str]) -> bool:
        job, _, name = place.rpartition("/") if self._of_jobs else ("", "", place)
        if not name or (job and not is_of_job(job)):
            return False
        try:
            path = self._folder / place
            return path.name == name and ((bool(job) and str(path) in known) or path.is_file())
        except (OSError, ValueError):
            return False


class _Places:
    """Paths, and what is said in the place of each."""

    def __init__(self, words: Mapping[Path | str, str]) -> None:
        self._words = {str(place): said for place, said in words.items()}
        self._pattern = _pattern(self._words, whole=True) if self._words else None

    def put(self, text: str) -> str:
        """A text without them."""
        return self._pattern.sub(lambda match: self._words[match[0]], text) if self._pattern else text


def _throughout(value: Any, said: Callable[[str], str]) -> Any:
    """JSON with what is said for each of its strings; bytes are passed on as they are."""
    if isinstance(value, str):
        return said(value)
    if isinstance(value, list):
        return [_throughout(item, said) for item in value]
    if isinstance(value, dict):
        kept = _BYTES if "mimeType" in value else ()
        return {key: item if key in kept else _throughout(item, said) for key, item in value.items()}
    return value


def _files(value: Any) -> Iterator[tuple[str, str]]:
    """The saved files that JSON names, each by its path and its URI."""
    if isinstance(value, list):
        for item in value:
            yield from _files(item)
    elif isinstance(value, dict):
        match value:
            case {"path": str(path), "uri": str(uri)} if Path(path).is_absolute() and Path(path).as_uri() == uri:
                yield path, uri
        for item in value.values():
            yield from _files(item)


def _pattern(places: Iterable[str], *, whole: bool = False) -> re.Pattern[str]:
    """Any of these, where it is not the end of a longer path, nor, if it must be `whole`, the beginning of a name."""
    longest = sorted(places, key=len, reverse=True)
    return re.compile(rf"(?<![\w.~-])(?:{'|'.join(map(re.escape, longest))})" + (r"(?![\w-])" if whole else ""))
