"""A recording interpreted by a job, which can be begun anew at any moment."""

from collections.abc import Mapping, Sequence
from typing import Any

from qwen_localize.errors import BadInput, LocalizeError, of_kind
from qwen_localize.files import Kept
from qwen_localize.tool import Context, Ending, Series, cny

from .._shared.times import clock
from .._shared.usage import usage
from . import transcript
from .events import Partial
from .interpreter import Interpreter
from .keeping import Keeper
from .models import ROWS
from .recording import decoded
from .session import Listener, Said
from .sounds import FileSound
from .wish import Wish

# Seconds between two reports, and characters of what was said last in one.
_REPORT_EVERY, _LAST_WORDS = 1.0, 60


async def work(context: Context, arguments: Mapping[str, Any], inputs: Sequence[Kept]) -> Ending:
    """Interpret a recording, from its beginning or from where it was broken off.

    Raises:
        LocalizeError: it could not be brought to its end; what is done with is kept.
    """
    wish, (kept,) = Wish(**arguments["wish"]), inputs
    async with context.files.folder() as folder:
        raw = folder / "sound"
        try:
            await decoded(context, await context.files.held(kept), kept.name, raw)
        except BadInput as error:
            return _failed(str(error))
        return await Work(context, wish, kept, FileSound(raw)).done()


def _failed(words: str) -> Ending:
    return Ending(f"{words} Nothing was paid.", {}, [], {}, 0.0, failed=True)


class Work:
    """One run of a job."""

    def __init__(self, context: Context, wish: Wish, kept: Kept, sound: FileSound) -> None:
        self._context, self._wish, self._kept, self._sound = context, wish, kept, sound
        self._length = sound.length or 0
        self._keeper = Keeper(context, wish, kept.digest)
        self._told = float("-inf")
        self._words = ""

    async def done(self) -> Ending:
        """All of it, with its files.

        Raises:
            LocalizeError: it could not be brought to its end.
        """
        await self._keeper.load()
        row, reused = ROWS[self._wish.model], len(self._keeper.lines)
        series = self._context.calls.series(row.model)
        series.receipt.reused += sum(line.has_text for line in self._keeper.lines)
        engine = Interpreter(row, self._wish, series, self._context.clock, Listener(self._hear, self._tell))
        try:
            await engine.run(self._sound, self._keeper.reached)
        except LocalizeError as error:
            raise of_kind(type(error).__name__, f"{self._position} is interpreted and kept. {error}") from error
        return await self._ending(series, engine.sessions, is_resumed=bool(reused))

    async def _hear(self, said: Said) -> None:
        await self._keeper.keep(said)
        self._words = said.translation or said.source or self._words
        await self._tell(said.end, Partial())

    async def _tell(self, at: int, partial: Partial) -> None:
        self._words = partial.translation or partial.source or self._words
        if (now := self._context.clock.now()) - self._told < _REPORT_EVERY:
            return
        self._told = now
        words = f"{clock(at / 1000)} of {clock(self._length / 1000)}"
        last = f", …{self._words[-_LAST_WORDS:]}" if self._words else ""
        await self._context.progress(at / 1000, self._length / 1000, words + last)

    @property
    def _position(self) -> str:
        return f"{clock(self._keeper.reached / 1000)} of {clock(self._length / 1000)}"

    async def _ending(self, series: Series, sessions: int, *, is_resumed: bool) -> Ending:
        lines = [line for line in self._keeper.lines if line.has_text or line.error]
        if not any(line.has_text for line in lines):
            return self._empty(series, sessions, [line.error for line in lines])
        wish, receipt = self._wish, series.receipt
        stem = self._kept.name.rpartition(".")[0] or self._kept.name
        files = await transcript.saved(self._context, stem, wish.target, lines, self._length)
        failed = sum(1 for line in lines if line.error)
        spoken = clock(self._length / 1000)
        facts = [f"{len(lines)} sentence(s) in {spoken} into {wish.target_name} by {wish.model}, {cny(receipt.cost)}."]
        facts += [f"{failed} could not be translated; the transcript says why."] if failed else []
        facts += [f"{receipt.reused} of them were paid for before."] if is_resumed and receipt.reused else []
        facts += [f"Saved {', '.join(file.path for file in files)}."]
        return Ending(
            message=" ".join([*facts, *receipt.remarks]),
            details=self._details(len(lines), failed, sessions) | {"transcript": transcript.shown(lines)},
            artifacts=[file.model_dump() for file in files],
            usage=usage(receipt),
            cost=receipt.cost,
        )

    def _empty(self, series: Series, sessions: int, errors: list[str]) -> Ending:
        name = f"{self._kept.name} ({clock(self._length / 1000)})"
        words = f"No speech was found in {name}. Check that it is the right recording."
        words = f"Nothing of {name} could be translated. {errors[0]}" if errors else words
        if not sessions:
            return _failed(words)
        receipt = series.receipt
        details = self._details(len(errors), len(errors), sessions)
        message = f"{words} Listening to it cost {cny(receipt.cost)}."
        return Ending(message, details, [], usage(receipt), receipt.cost, failed=True)

    def _details(self, sentences: int, failed: int, sessions: int) -> dict[str, Any]:
        seconds = round(self._length / 1000, 1)
        return {"sentences": sentences, "failed": failed, "duration": seconds, "sessions": sessions}
