"""Small projects to look for localization files in."""

from pathlib import Path

from qwen_localize_tools.localize_files.discovery import Found, Known, Resource, discover
from qwen_localize_tools.localize_files.formats import Format, Layout

ENDINGS = {
    Layout.APART: ".json .xml .strings .stringsdict .yml .yaml .ftl .properties .arb .resx .php .md .mdx .srt .vtt",
    Layout.PAIRS: ".po .pot .xlf .xliff .ts",
    Layout.TOGETHER: ".xcstrings .csv",
}
FORMATS = tuple(
    Format(layout.name, layout, tuple(endings.split()), lambda text: "not ours" not in text, *[lambda *_: None] * 3)  # type: ignore[arg-type]
    for layout, endings in ENDINGS.items()
)


def recognize(name: str, text: str) -> Format | None:
    """The format that a file seems to have."""
    return next((one for one in FORMATS if name.endswith(one.endings) and one.recognizes(text)), None)


class Project:
    """A folder with files."""

    def __init__(self, root: Path, *paths: str) -> None:
        self.root = root
        for path in paths:
            self.write(path, "text")

    def write(self, path: str, text: str) -> None:
        """A file with its folders."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")

    def found(self, path: str = "", **arguments: object) -> Found:
        """What is found in it."""
        return discover(self.root, self.root / path, recognize=recognize, **arguments)  # type: ignore[arg-type]

    def only(self, path: str = "", **arguments: object) -> Resource:
        """The one resource that is found in it."""
        found = self.found(path, **arguments)
        assert len(found.resources) == 1, found
        return found.resources[0]

    def lines(self, path: str = "", **arguments: object) -> list[str]:
        """What is found in it: sources, their languages and where translations lie."""
        return [f"{one.source} ({one.source_lang}) -> {one.pattern}" for one in self.found(path, **arguments).resources]


def known_of(found: Found) -> list[Known]:
    """What a lock file has of it afterwards."""
    return [Known(one.source, one.source_lang, one.pattern, one.format.name) for one in found.resources]
