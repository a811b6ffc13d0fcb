"""Subtitles in a terminal, whose provisional ending is replaced in place; over a plain pipe, only what stays."""

import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from types import TracebackType
from typing import Self, TextIO

from rich.console import Console, ConsoleOptions, RenderableType
from rich.live import Live
from rich.text import Text

from qwen_localize_tools.interpret_speech.live import Confirmed


class Screen:
    """The terminal, or a plain pipe.

    Args:
        out: where subtitles go; by default standard output.
        notes: where everything else goes; by default standard error.
    """

    def __init__(self, out: TextIO | None = None, notes: TextIO | None = None) -> None:
        self._out, self._notes = out or sys.stdout, notes or sys.stderr
        self._console = Console(file=self._out, highlight=False)
        self._live: Live | None = None
        if self._out is not None and self._out.isatty() and not self._console.is_dumb_terminal:
            self._live = Live(
                console=self._console,
                refresh_per_second=8,
                transient=True,
                redirect_stdout=False,
                redirect_stderr=False,
            )

    def __enter__(self) -> Self:
        if self._live:
            self._live.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        if self._live:
            self._show(Text(""))
            self._live.stop()

    def say(self, words: str) -> None:
        """Something that is no subtitle."""
        self._show(Text(""))
        if self._notes is not None:
            with suppress(OSError):
                self._notes.write(f"{words}\n")
                self._notes.flush()

    def provisional(self, source: str, translation: str) -> None:
        """How the present sentence looks; the next one replaces it."""
        if self._live:
            self._live.update(_Ending(Text(_clean(source), "dim italic"), Text(_clean(translation), "italic")))

    def confirm(self, said: Confirmed) -> None:
        """A sentence that stays, with how long it took after its last word.

        Raises:
            OSError: nobody can see it.
        """
        head, source, words = f"[{said.clock} +{said.latency:.1f} s]", _clean(said.source), _clean(said.words)
        if self._live:
            self._show(Text(""))
            text = Text.assemble((head, "cyan"), " ", (source, "dim"), "\n", (words, "bold"))
            self._console.print(text, soft_wrap=True)
        elif self._out is not None:
            self._write(f"{head} {source}\n{words}\n")

    def _show(self, ending: RenderableType) -> None:
        if self._live:
            self._live.update(ending, refresh=True)

    def _write(self, text: str) -> None:
        try:
            self._out.write(text)
            self._out.flush()
        except OSError:
            # What was not written would be tried again when the program ends, which then complains.
            with suppress(OSError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), self._out.fileno())
            raise


class _Ending:
    """What is said now, and what it means: of each its last lines, as many as the terminal has room for."""

    def __init__(self, *texts: Text) -> None:
        self._texts = texts

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        most = max((console.height - 1) // len(self._texts), 1)
        for text in self._texts:
            yield from text.wrap(console, options.max_width)[-most:]


def _clean(text: str) -> str:
    """On one line, and without what would move a terminal's cursor."""
    return "".join(char for char in " ".join(text.split()) if char.isprintable() or char in "\u200c\u200d")
