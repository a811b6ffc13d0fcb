"""What people made of strings of real programs, kept in this repository: one line for each text of a file."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.catalogues import Pair
from qwen_localize_tools._shared.gates import Finding
from qwen_localize_tools.localize_files.formats import Format, Layout
from qwen_localize_tools.localize_files.gating import judged

FOLDER = Path(__file__).resolve().parents[1] / "tools" / "localize_files" / "human"
# Sets whose formats hold a line break as a sign.
_BREAKING = frozenset({"thunderbird-android", "wikipedia-android"})


@dataclass(frozen=True)
class FilePair:
    """A text of a file, and which form of its unit it is.

    Attributes:
        pair: the text with its source; its kit is the set.
        form: what the form is called; empty for the only one.
        sample: the smallest number that takes it, where the file says so.
        wrong: whether it was found by eye to be wrong.
    """

    pair: Pair
    form: str = ""
    sample: int | None = None
    wrong: bool = False

    @property
    def breaks(self) -> bool:
        """Whether its file holds a line break as a sign."""
        return self.pair.kit in _BREAKING

    def judged(self, text: str, most: int = 0) -> list[Finding]:
        """What the gates say of a text in its place."""
        return judged(
            self.pair.source,
            text,
            format=_BREAKS if self.breaks else _PLAIN,
            form=self.form,
            sample=self.sample,
            most=most,
            source_lang="en",
            target_lang=self.pair.lang,
        )


def _format(*, breaks: bool) -> Format:
    return Format("any", Layout.APART, (), lambda _: True, lambda *_: [], lambda *_: "", lambda *_: "", breaks=breaks)


_PLAIN, _BREAKS = _format(breaks=False), _format(breaks=True)


def sets(folder: Path = FOLDER) -> dict[str, list[FilePair]]:
    """Every set of a folder by its name."""
    return {path.stem: list(_read(path)) for path in sorted(folder.glob("*.jsonl"))}


def _read(path: Path) -> Iterator[FilePair]:
    for line in path.read_text("utf-8").split("\n"):
        if line:
            lang, form, sample, source, text, *wrong = json.loads(line)
            yield FilePair(Pair(path.stem, lang, source, text), form, sample, bool(wrong))
