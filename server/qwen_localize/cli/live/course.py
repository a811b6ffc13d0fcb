"""The course of a live session: it ends with the sound, at Ctrl-C, or where it cannot go on."""

from collections.abc import Iterator
from contextlib import contextmanager

import anyio

from qwen_localize_tools.interpret_speech import live

from ...errors import LocalizeError, TimedOut, leaves
from ...tool import cny
from ..interrupts import interrupts
from .ears import Ears
from .outputs import Outputs

# How long after Ctrl-C the service may take to say all that it has heard.
_GRACE_SECONDS = 20.0
_INTERRUPTED = 130


@contextmanager
def one_by_one() -> Iterator[None]:
    """What goes wrong in a group of tasks comes out as itself."""
    try:
        yield
    except BaseExceptionGroup as group:
        told = next((error for error in leaves(group) if isinstance(error, LocalizeError | OSError)), None)
        if not told:
            raise
        raise told from group


class Course:
    """One session.

    Args:
        session: interprets.
        heard: what.
        outputs: who wants to know.
    """

    def __init__(self, session: live.Live, heard: Ears, outputs: Outputs) -> None:
        self._session, self._heard, self._outputs = session, heard, outputs
        self._error: LocalizeError | None = None
        self._is_heard = self._is_done = self._is_left = False
        self._stops = 0
        self._scope = anyio.CancelScope()

    async def run(self) -> None:
        """Interpret until the end, whatever it is: see `status`."""
        session, outputs = self._session, self._outputs
        outputs.give_up = self._scope.cancel
        with interrupts(self._interrupted), self._scope:
            async with anyio.create_task_group() as group:
                group.start_soon(self._listen)
                await self._interpret()
                group.cancel_scope.cancel()
            await outputs.finish()
        if not session.sessions:
            return
        counts = f"{_counted(outputs.count, 'sentence')}, {_counted(session.sessions, 'session')}"
        outputs.screen.say(f"{counts}, {cny(session.receipt.cost)}.{outputs.places}")

    def status(self) -> int:
        """The exit status.

        Raises:
            LocalizeError: it came to no good end; what was confirmed is kept.
        """
        if error := self._outputs.error or self._error:
            raise error
        if self._is_left:
            return _INTERRUPTED
        if not self._is_done and not self._outputs.is_closed:
            words = f"The service did not say all that it had heard within {_GRACE_SECONDS:g} s"
            raise TimedOut(f"{words}. What was confirmed is kept.")
        return 0

    async def _listen(self) -> None:
        """Pass on what is heard, as fast as it is wanted."""
        session = self._session
        try:
            async for pcm in self._heard.sound():
                self._greet()
                session.add(pcm)
                if self._heard.can_wait:
                    await session.ready()
        except LocalizeError as error:
            self._error = error
        session.end()

    def _greet(self) -> None:
        if not self._is_heard:
            wish = self._session.wish
            names = f"From {self._heard.name} into {wish.target_name} by {wish.model}"
            self._outputs.screen.say(f"{names}. Ctrl-C ends.")
        self._is_heard = True

    async def _interpret(self) -> None:
        try:
            await self._session.run(self._outputs)
        except LocalizeError as error:
            self._error = error
        self._is_done = True

    def _interrupted(self) -> None:
        """End properly: what was said is still interpreted, within a bound; the second time, end at once."""
        self._stops += 1
        if self._stops > 1:
            self._is_left = True
            self._scope.cancel()
            return
        self._outputs.screen.say("Ending; what was said is still interpreted. Ctrl-C again ends at once.")
        self._session.end()
        self._scope.deadline = anyio.current_time() + _GRACE_SECONDS


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
