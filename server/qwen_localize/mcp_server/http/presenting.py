"""What a caller reads who does not share this machine's disk: links in the place of paths."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

# Bytes, and what is known by its own URI, are passed on as they are.
_AS_THEY_ARE = frozenset({"data", "blob"})
_MOST_NAME = 255
_ENDING = re.compile(r"\.\w{1,12}")


class Presenter:
    """Puts a link where the path of a file of one folder stands, and takes other places of the server out of words.

    Args:
        folder: where a principal's results are.
        link: the link to a result, by the file's name.
        hidden: what is said in the place of other paths.
    """

    def __init__(self, folder: Path, link: Callable[[str], str], hidden: Mapping[Path, str]) -> None:
        self._folder, self._link = folder, link
        prefixes = [each for place in (folder, folder.resolve()) for each in (f"{place.as_uri()}/", f"{place}/")]
        self._prefix = _pattern(dict.fromkeys(prefixes))
        places = {str(place): words for place, words in hidden.items()} | {str(folder): "your folder on the server"}
        places |= {str(Path(place).resolve()): words for place, words in places.items()}
        self._places = dict(sorted(places.items(), key=lambda item: -len(item[0])))
        self._place = _pattern(self._places)

    def presented(self, value: Any) -> Any:
        """JSON as the caller may read it. It looks at the disk.

        Files that it names, and that lie elsewhere since the folder was another one before, are told by their names.
        """
        places = sorted({place for file in _files(value) for place in file}, key=len, reverse=True)
        return self._throughout(value, _pattern(places) if places else None)

    def _throughout(self, value: Any, elsewhere: re.Pattern[str] | None) -> Any:
        if isinstance(value, str):
            text = self.words(value)
            return elsewhere.sub(lambda match: unquote(Path(match[0]).name), text) if elsewhere else text
        if isinstance(value, list):
            return [self._throughout(item, elsewhere) for item in value]
        if isinstance(value, dict):
            passed = (
                (key, item if key in _AS_THEY_ARE else self._throughout(item, elsewhere)) for key, item in value.items()
            )
            return dict(passed)
        return value

    def words(self, text: str) -> str:
        """A text as the caller may read it. It looks at the disk."""
        return self._place.sub(lambda match: self._places[match[0]], self._linked(text))

    def _linked(self, text: str) -> str:
        made, position = "", 0
        while match := self._prefix.search(text, position):
            rest = text[match.end() : match.end() + 3 * _MOST_NAME].partition("\n")[0]
            name, length = self._named(rest, is_uri=match[0].startswith("file:"))
            made += text[position : match.start()] + (self._link(name) if name else "")
            position = match.end() + length
        return made + text[position:]

    def _named(self, rest: str, *, is_uri: bool) -> tuple[str, int]:
        """The name of the file that a text goes on with, and how much of the text that is; nothing if there is none.

        A name may hold blanks and commas, and so may be followed by what could be a part of it.
        """
        ends = [match.end() for match in _ENDING.finditer(rest)]
        for end in [len(rest), *reversed(ends)]:
            name = unquote(rest[:end]) if is_uri else rest[:end]
            if self._is_file(name):
                return name, end
        return "", 0

    def _is_file(self, name: str) -> bool:
        try:
            return bool(name) and Path(name).name == name and (self._folder / name).is_file()
        except (OSError, ValueError):
            return False


def _files(value: Any) -> Iterator[tuple[str, str]]:
    """The files that JSON names, each by its path and its URI."""
    if isinstance(value, list):
        for item in value:
            yield from _files(item)
    elif isinstance(value, dict):
        match value:
            case {"path": str(path), "uri": str(uri)} if path:
                yield path, uri
        for item in value.values():
            yield from _files(item)


def _pattern(places: Iterable[str]) -> re.Pattern[str]:
    """Any of these, where it is not the end of a longer path."""
    return re.compile(rf"(?<![\w.~-])(?:{'|'.join(map(re.escape, places))})")
