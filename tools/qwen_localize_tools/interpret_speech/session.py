"""One connection: sound goes out at its pace, sentences come in, and what was begun is always brought to an end."""

from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass

import anyio

from qwen_localize.clock import Clock, first
from qwen_localize.errors import LocalizeError, ServiceFailed, TimedOut
from qwen_localize.tool import Connection

from .events import Event, Failed, Finished, Partial, Sentence, Started, Used
from .hearing import BYTES_PER_MS, STEP, Ear, Heard, Sound, worth_sending
from .models import Row
from .timeline import Timeline
from .wish import Wish

# Seconds without a word of the service, although it has something to say: a last translation can take twenty.
_PATIENCE = 30.0
# Milliseconds of loud sound after which it has something to say.
_OWED = 10_000
# Seconds for the answer to an utterance, and for a silence of who speaks, after which a session is ended.
_ANSWER, _IDLE = 60.0, 20.0
# From this share of its length on, a session ends in the next pause; a pause is so many milliseconds long.
_LATE, _PAUSE = 0.85, 300
# Where it is we who cut: a pause that ends an utterance, a short one that ends a long one, and how long one can be.
_LONG_PAUSE, _LONG, _LONGEST = 700, 15_000, 30_000
_TOLD_EVERY = 1000
# Seconds in which nothing comes that says anything, of a session that is to begin or to end, or cannot go on.
_IN_VAIN = 300.0


@dataclass(frozen=True)
class Said:
    """A sentence of the recording that is done with; without any text, a stretch in which nothing was said.

    Attributes:
        start: milliseconds from the recording's beginning.
        end: the same.
        voice: the translation as sound: 16 bits, one channel, 24 kHz.
        error: why it is not translated.
    """

    start: int
    end: int
    source: str = ""
    translation: str = ""
    voice: tuple[bytes, ...] = ()
    error: str = ""


# Takes what is done with, in its order; when it returns, that will not be asked for again.
Hear = Callable[[Said], Awaitable[None]]
# Told now and then up to where the recording was sent, in milliseconds, and how the present sentence looks.
Tell = Callable[[int, Partial], Awaitable[None]]


@dataclass(frozen=True)
class Listener:
    """Who wants to know what is said."""

    hear: Hear
    tell: Tell


class Session:
    """One connection's worth of a recording.

    Args:
        row: the model.
        wish: what is wanted.
        sound: the recording.
        ear: tells its silences.
        clock: what time it is.
        listener: who wants to know what is said.
        begin: where in the recording it begins.

    Attributes:
        sound: the recording.
        reached: where the last sentence ended.
        is_started: whether the service took the settings.
        is_closed: whether all that was to be sent is answered.
    """

    def __init__(
        self, row: Row, wish: Wish, sound: Sound, ear: Ear, clock: Clock, listener: Listener, begin: int
    ) -> None:
        self._row, self.sound, self._ear, self._clock, self._listener = row, sound, ear, clock, listener
        self._dialect = row.dialect(wish)
        self._speech = wish.speech
        self.timeline = Timeline(begin)
        self.reached = begin
        self.is_started = self.is_closed = False
        self._closing = self._counted = self._is_asked = False
        self._started, self._changed = anyio.Event(), anyio.Event()
        self._error: LocalizeError | None = None
        self._lost: LocalizeError | None = None
        self._owed = self._cuts = self._told = 0
        self._owed_since = self._told_at = clock.now()
        self._answered = 0
        self._utterance: int | None = None

    @property
    def doubtful(self) -> int:
        """Where in the recording what is not answered ends, as far as the service has said; else all that was sent."""
        pending = self._dialect.pending_end
        return self.timeline.end if pending is None else self.timeline.finish(pending)

    async def run(self, connection: Connection) -> None:
        """Send the recording from where it begins, as much as one session takes.

        Raises:
            LocalizeError: it broke; what was heard by then stands.
        """
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(self._sending, connection)
                await self._listening(connection)
                group.cancel_scope.cancel()
        finally:
            connection.count(self._row.tokens(self._uncounted / 1000, speech=self._speech))
        if self._error:
            raise self._error

    @property
    def _uncounted(self) -> int:
        """How much of what was sent the service has not counted, in milliseconds: of a session that broke, the end."""
        if not self._counted:
            return self.timeline.sent
        return 0 if self.is_closed else max(0, self.timeline.sent - self._answered)

    # What goes out.

    async def _sending(self, connection: Connection) -> None:
        try:
            for message in self._dialect.opening():
                await connection.send(message)
            await self._started.wait()
            await self._send(connection)
            self._closing, self._owed_since = True, self._clock.now()
            self._told_at = self._owed_since
            for message in self._dialect.closing():
                await connection.send(message)
        except LocalizeError as error:  # what is still on its way in says more
            self._lost = error

    async def _send(self, connection: Connection) -> None:
        began = sent_at = self._clock.now()
        pace = self._row.pace * (1.5 if self.sound.is_live else 1.0)
        async with aclosing(worth_sending(self.sound, self.timeline.end, self._ear)) as pieces:
            async for heard in pieces:
                if self._is_enough(heard, self._clock.now() - sent_at):
                    break
                if not heard.pcm:
                    continue
                if (early := began + self.timeline.sent / 1000 / pace - self._clock.now()) > 0:
                    await self._clock.sleep(early)
                await self._send_piece(connection, heard)
                sent_at = self._clock.now()
        await self._cut(connection, 0)

    def _is_enough(self, heard: Heard, idle: float) -> bool:
        """Whether the session ends before this piece."""
        row, sent = self._row, self.timeline.sent
        late = sent >= row.longest * _LATE and heard.quiet >= _PAUSE
        is_long = bool(row.longest) and (late or sent >= row.longest)
        is_full = bool(row.turns) and self._cuts >= row.turns
        return self._is_asked or is_long or is_full or (not heard.pcm and idle > _IDLE)

    async def _send_piece(self, connection: Connection, heard: Heard) -> None:
        before = self.timeline.sent
        await connection.send(self._dialect.sound(heard.pcm))
        self.timeline.add(heard.at, len(heard.pcm) // BYTES_PER_MS)
        if not self._owed:
            self._owed_since = self._clock.now()
        self._owed += 0 if heard.quiet else STEP
        if self.timeline.sent - self._told >= _TOLD_EVERY:
            self._told = self.timeline.sent
            await self._listener.tell(self.timeline.end, Partial())
        if self._row.turns and not heard.quiet and self._utterance is None:
            self._utterance = before
        if self._ends_utterance(heard.quiet):
            await self._cut(connection, heard.quiet)

    def _ends_utterance(self, quiet: int) -> bool:
        if self._utterance is None:
            return False
        length = self.timeline.sent - self._utterance
        return quiet >= (_LONG_PAUSE if length < _LONG else _PAUSE) or length >= _LONGEST

    async def _cut(self, connection: Connection, quiet: int) -> None:
        """End an utterance, if there is one, and wait for its answer."""
        if self._utterance is None:
            return
        start, self._utterance = self._utterance, None
        self._cuts += 1
        for message in self._dialect.cut(start, max(self.timeline.sent - quiet + STEP, start + STEP)):
            await connection.send(message)
        answered = False

        async def until_answered() -> None:
            nonlocal answered
            while self._dialect.is_answering:
                await self._changed.wait()
            answered = True

        await first(self._clock, _ANSWER, until_answered)
        if not answered:
            raise TimedOut(f"The service did not answer within {_ANSWER:g} s. Try again in a few minutes.")

    # What comes in.

    async def _listening(self, connection: Connection) -> None:
        try:
            while not self.is_closed:
                await self._receive(connection)
        except LocalizeError as error:
            self._error = error

    async def _receive(self, connection: Connection) -> None:
        try:
            message = await connection.receive(_PATIENCE)
        except TimedOut as error:
            if self._is_owed and self._clock.now() - self._owed_since >= _PATIENCE:
                self._ask_or_raise(error)
            return
        self._owed, self._owed_since = 0, self._clock.now()
        events = self._dialect.received(message)
        self._check_not_in_vain(events)
        for event in events:
            await self._take(connection, event)
        self._changed.set()
        self._changed = anyio.Event()

    def _ask_or_raise(self, error: TimedOut) -> None:
        """Music has no words: whether the service is mute, or has nothing to say, it tells when the session is ended.

        Raises:
            LocalizeError: it is mute.
        """
        if self._is_asked or self._closing or self._lost or not self.is_started or self._row.turns:
            raise self._lost or error
        self._is_asked, self._owed_since = True, self._clock.now()

    def _check_not_in_vain(self, events: list[Event]) -> None:
        now = self._clock.now()
        if events:
            self._told_at = now
        elif (self._closing or self._lost or not self.is_started) and now - self._told_at >= _IN_VAIN:
            raise self._lost or TimedOut(
                f"The service said nothing of use for {_IN_VAIN:g} s. Try again in a few minutes."
            )

    @property
    def _is_owed(self) -> bool:
        """Whether the service has something to say: long silences of a recording are none of its."""
        is_slow = self._dialect.is_answering if self._row.turns else self._owed >= _OWED
        return is_slow or self._closing or not self.is_started or self._lost is not None

    async def _take(self, connection: Connection, event: Event) -> None:
        match event:
            case Started():
                self.is_started = True
                self._started.set()
            case Partial():
                await self._listener.tell(self.timeline.end, event)
            case Sentence():
                await self._listener.hear(self._placed(event))
            case Used():
                self._counted = True
                connection.count(event.tokens)
            case Finished():
                self._finished()
            case Failed():
                raise connection.failure(event.code, event.message)

    def _finished(self) -> None:
        if not self._closing and not self._row.ends_itself:
            raise ServiceFailed("The service ended the session too early. Try again.")
        self.is_closed = True

    def _placed(self, sentence: Sentence) -> Said:
        """A sentence where it is in the recording, behind the one before."""
        line = self.timeline
        self._answered = line.sent if sentence.end is None else min(max(sentence.end, self._answered), line.sent)
        start = self.reached if sentence.start is None else line.start(sentence.start)
        end = line.end if sentence.end is None else line.finish(sentence.end)
        start = max(start, self.reached)
        self.reached = max(end, start)
        return Said(start, self.reached, sentence.source, sentence.translation, sentence.voice, sentence.error)
