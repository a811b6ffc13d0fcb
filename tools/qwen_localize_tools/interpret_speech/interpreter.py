"""The engine: as many sessions as a recording takes, each going on where the last sentence ended that is done with."""

import logging

from qwen_localize.clock import Clock
from qwen_localize.errors import CallError, LocalizeError, ServiceFailed, SetupError
from qwen_localize.tool import Series

from .hearing import Ear, Sound, next_sound
from .models import Row
from .session import Listener, Said, Session
from .wish import Wish

logger = logging.getLogger(__name__)

# So many sessions in a row may come to nothing, with longer and longer pauses between them, in seconds.
_MOST_FAILURES, _MOST_PAUSE = 5, 30.0
# A sentence that the service refuses so often is left out.
_MOST_REFUSALS = 2
# What a session of live sound is reckoned to take, since nobody knows how long it will be, in seconds.
_LIVE_SECONDS = 600.0


class Interpreter:
    """Interprets one recording, or somebody who speaks.

    Args:
        row: the model.
        wish: what is wanted.
        series: the paid calls to the model.
        clock: what time it is.
        listener: who wants to know what is said.

    Attributes:
        sessions: how many were begun.
        reached: up to where in the recording everything is done with, in milliseconds.
    """

    def __init__(self, row: Row, wish: Wish, series: Series, clock: Clock, listener: Listener) -> None:
        self._row, self._wish, self._series, self._clock = row, wish, series, clock
        self._listener = listener
        self._ear = Ear()
        self.sessions = 0
        self.reached = 0
        self._failures = 0

    async def run(self, sound: Sound, begin: int = 0) -> None:
        """Interpret all of it that is not silence; `listener.hear` is awaited with each sentence in its order.

        Args:
            sound: what is heard.
            begin: up to where it was done with before, in milliseconds.

        Raises:
            LocalizeError: it cannot go on; what was heard by then stands.
        """
        self.reached = begin
        while (at := await next_sound(sound, self.reached, self._ear)) is not None:
            before = self.reached
            session = self._session(sound, at)
            try:
                await self._connected(session, sound, at)
            except SetupError:
                raise
            except LocalizeError as error:
                await self._failed(session, error, before)
            else:
                self._failures = 0
        if sound.length and sound.length > self.reached:
            await self._hear(sound, Said(self.reached, sound.length))

    def _session(self, sound: Sound, at: int) -> Session:
        async def hear(said: Said) -> None:
            await self._hear(sound, said)

        self.sessions += 1
        listener = Listener(hear, self._listener.tell)
        return Session(self._row, self._wish, sound, self._ear, self._clock, listener, at)

    async def _hear(self, sound: Sound, said: Said) -> None:
        await self._listener.hear(said)
        self.reached = said.end
        sound.forget(said.end)

    async def _connected(self, session: Session, sound: Sound, at: int) -> None:
        seconds = _LIVE_SECONDS if sound.length is None else (sound.length - at) / 1000
        seconds = min(seconds, self._row.longest / 1000 or seconds)
        expected = self._row.tokens(seconds, speech=self._wish.speech)
        async with self._series.connected(self._row.path, self._row.params, expected) as connection:
            await session.run(connection)
        done = session.timeline.end
        has_sentences = self.reached > at
        if done <= at and not has_sentences:
            raise ServiceFailed("The service ended the session before anything was sent. Try again.")
        if done > self.reached and not (self._row.ends_itself and has_sentences):
            await self._hear(sound, Said(self.reached, done))  # nothing more was said there

    async def _failed(self, session: Session, error: LocalizeError, before: int) -> None:
        """Decide what comes after a session that broke.

        Raises:
            LocalizeError: nothing does.
        """
        logger.info("Session %d broke at %d ms: %s", self.sessions, self.reached, error)
        self._failures = 0 if self.reached > before else self._failures + 1
        if isinstance(error, CallError) and not session.is_started:
            raise error
        if isinstance(error, CallError) and self._failures >= _MOST_REFUSALS and session.doubtful > self.reached:
            await self._hear(session.sound, Said(self.reached, session.doubtful, error=str(error)))
            self._failures = 0
        if self._failures >= _MOST_FAILURES:
            raise error
        if self._failures:
            await self._clock.sleep(min(2.0 ** (self._failures - 1), _MOST_PAUSE))
