"""Subtitles in a terminal, whose provisional ending is replaced in place; over a plain pipe, only what stays."""

import sys
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.text import Text

from qwen_localize_tools.interpret_speech.live import Confirmed


class Screen:
    """The terminal, or a plain pipe.

    Args:
        console: where subtitles go: standard output.
        notes: where everything else goes: standard error.
    """

    def __init__(self, console: Console | None = None, notes: Console | None = None) -> None:
        self._console = console or Console(file=sys.stdout, highlight=False)
        self._notes = notes or Console(file=sys.stderr, highlight=False)
        self._live = Live(console=self._console, refresh_per_second=8, transient=True)

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        if self._console.is_terminal:
            self._live.stop()

    def say(self, words: str) -> None:
        """Something that is no subtitle."""
        self._notes.print(Text(words, style="dim"), soft_wrap=True)

    def provisional(self, source: str, translation: str) -> None:
        """How the present sentence looks; the next one replaces it."""
        if self._console.is_terminal:
            self._live.update(Text.assemble((source, "dim italic"), "\n", (translation, "italic")))

    def confirm(self, said: Confirmed) -> None:
        """A sentence that stays, with how long it took after its last word."""
        if self._console.is_terminal:
            self._live.update(Text(""))
        head = f"[{said.clock} +{said.latency:.1f} s] "
        words = said.translation or f"({said.error})"
        self._console.print(Text.assemble((head, "cyan"), (said.source, "dim"), "\n", (words, "bold")), soft_wrap=True)
        self._console.file.flush()
