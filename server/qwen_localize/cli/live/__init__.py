"""`qwen-localize live`: what somebody says now, as bilingual subtitles in a terminal, and as a voice."""

import argparse
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from qwen_localize_tools.interpret_speech import live

from ...clock import RealClock
from ...errors import MissingKey
from ...settings import Settings
from ...tool import Context
from ...tool.runtime import Runtime
from ..serving import chosen_settings
from .course import Course, one_by_one
from .ears import ears
from .growing import SubtitleFile
from .outputs import PLAY, Outputs, player
from .screen import Screen

_SOURCES = ("mic", "-")
_NO_KEY = "No API key is set. Set DASHSCOPE_API_KEY to one of Alibaba Cloud Model Studio, or try it with --sandbox."


@dataclass(frozen=True)
class Options:
    """What was asked for on the command line.

    Attributes:
        source: `mic`, or `-` for standard input.
        rate: of raw sound on standard input, samples a second.
        speech: a file for the voice, or `play`; None for no voice.
        srt: a file for subtitles.
    """

    target_lang: str
    source_lang: str
    model: str
    source: str
    rate: int
    speech: str | None
    voice: str
    srt: Path | None
    with_sandbox: bool
    faults: tuple[str, ...]

    @classmethod
    def of(cls, options: argparse.Namespace) -> "Options":
        """The command line's words; `--speech -` is no file of that name, but plays, and where the sound comes from."""
        source, speech = options.source, options.speech
        if speech in _SOURCES:
            source, speech = speech, PLAY
        return cls(
            target_lang=options.to,
            source_lang=options.source_lang,
            model=options.model or live.DEFAULT_MODEL,
            source=source,
            rate=options.rate,
            speech=speech,
            voice=options.voice,
            srt=options.srt,
            with_sandbox=options.sandbox,
            faults=tuple(options.fault),
        )


async def run(options: Options) -> int:
    """Interpret until the sound ends, or Ctrl-C does; the exit status.

    Raises:
        LocalizeError: it cannot begin, or cannot go on; what was confirmed by then is kept.
    """
    wish = live.wanted(
        options.model, options.source_lang, options.target_lang, speech=options.speech is not None, voice=options.voice
    )
    if not options.with_sandbox and not Settings.load().key:
        raise MissingKey(_NO_KEY)
    with one_by_one(), ExitStack() as stack:
        screen = stack.enter_context(Screen())
        heard = stack.enter_context(ears(options.source, options.rate))
        subtitles = stack.enter_context(SubtitleFile(options.srt)) if options.srt else None
        voice = stack.enter_context(player(options.speech, screen)) if options.speech else None
        outputs = Outputs(screen, subtitles, voice)
        async with chosen_settings(options.with_sandbox, options.faults) as settings, _context(settings) as context:
            course = Course(live.Live(context, wish), heard, outputs)
            await course.run()
        return course.status()


@asynccontextmanager
async def _context(settings: Settings) -> AsyncIterator[Context]:
    """What a live session may ask for; jobs of other tools are left to the servers."""

    async def quiet(_done: float, _total: float, _words: str) -> None:
        pass

    async with Runtime(settings, (), RealClock()).running() as runtime:
        yield await runtime.context("live", quiet, 0.0, lambda: False)
