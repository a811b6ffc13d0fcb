"""`qwen-localize live`: what somebody says now, as bilingual subtitles in a terminal, and as a voice."""

import argparse
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import anyio
from anyio.abc import TaskGroup

from qwen_localize_tools.interpret_speech import live

from ...clock import RealClock
from ...errors import LocalizeError
from ...settings import Settings
from ...tool import Context, cny
from ...tool.runtime import Runtime
from ..serving import chosen_settings
from .ears import Ears, ears
from .interrupts import on_interrupt
from .outputs import Outputs, SubtitleFile, player
from .screen import Screen

# How long after Ctrl-C the service may take to say all that it has heard.
_GRACE_SECONDS = 20.0


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
        """The command line's words as they are."""
        return cls(
            target_lang=options.to,
            source_lang=options.source_lang,
            model=options.model or live.DEFAULT_MODEL,
            source=options.source,
            rate=options.rate,
            speech=options.speech,
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
    with ExitStack() as stack:
        heard = stack.enter_context(ears(options.source, options.rate))
        outputs = Outputs(
            stack.enter_context(Screen()),
            stack.enter_context(SubtitleFile(options.srt)) if options.srt else None,
            stack.enter_context(player(options.speech)) if options.speech else None,
        )
        async with chosen_settings(options.with_sandbox, options.faults) as settings, _context(settings) as context:
            error = await _interpreted(live.Live(context, wish), heard, outputs)
    if error:
        raise error
    return 0


@asynccontextmanager
async def _context(settings: Settings) -> AsyncIterator[Context]:
    """What a live session may ask for; jobs of other tools are left to the servers."""

    async def quiet(_done: float, _total: float, _words: str) -> None:
        pass

    async with Runtime(settings, (), RealClock()).running() as runtime:
        yield await runtime.context("live", quiet, 0.0, lambda: False)


async def _interpreted(session: live.Live, heard: Ears, outputs: Outputs) -> LocalizeError | None:
    """Interpret until the end; why it ended before, if it did."""
    outputs.screen.say(f"{heard.name}, into {session.wish.target_name} by {session.wish.model}. Ctrl-C ends.")
    error: LocalizeError | None = None
    async with anyio.create_task_group() as group:
        group.start_soon(_listen, heard, session)
        group.start_soon(on_interrupt, lambda: _stop(group, session, outputs))
        try:
            await session.run(outputs)
        except LocalizeError as failure:
            error = failure
        group.cancel_scope.cancel()
    counts = f"{outputs.count} sentences, {session.sessions} session(s)"
    outputs.screen.say(f"{counts}, {cny(session.receipt.cost)}.{outputs.places}")
    return error


async def _listen(heard: Ears, session: live.Live) -> None:
    """Pass on what is heard, as fast as it is wanted."""
    async for pcm in heard.sound():
        session.add(pcm)
        if heard.can_wait:
            await session.ready()
    session.end()


def _stop(group: TaskGroup, session: live.Live, outputs: Outputs) -> None:
    """End properly: what was said is still interpreted, within a bound."""
    outputs.screen.say("Ending; what was said is still interpreted. Ctrl-C again ends at once.")
    session.end()
    group.cancel_scope.deadline = anyio.current_time() + _GRACE_SECONDS
