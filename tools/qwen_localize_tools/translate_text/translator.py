"""Many strings through Qwen-MT: cut or batched, side by side, each failure kept to its own string."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import anyio
import anyio.to_thread

from qwen_localize.errors import CallError, LocalizeError, Rejected
from qwen_localize.tool import CircuitBreaker, Context, Model, Receipt, Tokens

from .._shared.arguments import Term
from .._shared.completion import Completion
from .._shared.tokens import tokens
from . import numbered
from .glossary import Memory
from .segments import cut
from .termbase import Termbase

# The window takes 8,192 tokens each way (docs/model-studio.md 3). A translation may be more than twice as long as its
# source, and glossary and memory count as input: this leaves room for both.
SEGMENT_TOKENS = 3500
_SIDE_BY_SIDE = 8


@dataclass(frozen=True)
class Assignment:
    """What is the same for every request of a call."""

    model: Model
    source_lang: str
    target_lang: str
    glossary: list[Term]
    translation_memory: list[Term]
    domain_hint: str

    @cached_property
    def termbase(self) -> Termbase:
        """The glossary, ready to be looked for."""
        return Termbase(self.glossary)

    @cached_property
    def memory(self) -> Memory:
        """The translation memory, ready to be chosen from."""
        return Memory(self.translation_memory)

    def body(self, text: str) -> dict[str, Any]:
        """The request for one text (docs/model-studio.md 3), with the helpers that concern it."""
        options: dict[str, Any] = {"source_lang": self.source_lang, "target_lang": self.target_lang}
        if entries := self.termbase.occurring(text):
            options["terms"] = [entry.term.model_dump() for entry in entries]
        if memory := self.memory.relevant(text):
            options["tm_list"] = [entry.model_dump() for entry in memory]
        if self.domain_hint:
            options["domains"] = self.domain_hint
        return {"messages": [{"role": "user", "content": text}], "translation_options": options}


class Translator:
    """The strings of one call on their way. `done` has a translation or an error for each."""

    def __init__(self, context: Context, assignment: Assignment, total: int) -> None:
        self.done: dict[str, str | LocalizeError] = {}
        # A string may be refused for what it says; five different ones, and nothing taken yet, point at the call
        # itself. A first request that fails, or two in a row, say the same of the service.
        self._breaker = CircuitBreaker(failures=2, unproven=1, refusals=5)
        self._series = context.calls.series(assignment.model, self._breaker)
        self._progress = context.progress
        self._assignment = assignment
        self._total = total
        self._keys: dict[str, str] = {}
        self._seats = anyio.CapacityLimiter(_SIDE_BY_SIDE)
        self._probing = anyio.Lock()

    @property
    def receipt(self) -> Receipt:
        """What the requests came to."""
        return self._series.receipt

    async def translate(self, strings: list[str]) -> None:
        """Translate strings that differ from each other and are not blank."""
        self._keys = await anyio.to_thread.run_sync(self._all_keys, strings)
        sized = [(string, tokens(string)) for string in strings if not self._remembered(string)]
        short = [(string, size) for string, size in sized if numbered.fits(string, size)]
        alone = [[string] for string, size in sized if not numbered.fits(string, size)]
        async with anyio.create_task_group() as group:
            for batch in [*alone, *numbered.batches(short)]:
                group.start_soon(self._seated, batch)

    def _all_keys(self, strings: Sequence[str]) -> dict[str, str]:
        """Each string's key, the same for the same text with the same options; slow with a large glossary."""
        return {string: self._series.key(self._assignment.body(string)) for string in strings}

    def _remembered(self, string: str) -> bool:
        """Whether an earlier call of this session, perhaps one that was cut off, has paid for it."""
        text = self._series.remembered(self._keys[string])
        if text is None:
            return False
        self.done[string] = text
        return True

    async def _seated(self, batch: list[str]) -> None:
        async with self._seats:
            await self._request(batch)

    async def _request(self, batch: list[str]) -> None:
        """One request; what it cannot bring is asked for in smaller parts, down to the string that is at fault."""
        try:
            translations = await self._ask(batch)
        except CallError as error:
            await (self._finish(batch, [error] * len(batch)) if self._breaker.opened else self._refused(batch, error))
        except LocalizeError as error:
            await self._finish(batch, [error] * len(batch))
        else:
            await (self._finish(batch, translations) if translations else self._halves(batch))

    async def _refused(self, batch: list[str], error: CallError) -> None:
        if len(batch) == 1:
            self._breaker.refused(error)
            await self._finish(batch, [error])
            return
        async with self._probing:
            await self._probe(batch)
        await self._halves(batch)

    async def _probe(self, batch: list[str]) -> None:
        """Ask for strings of a refused batch alone until one is taken: it may not be for the strings at all."""
        while batch and not self._breaker.proven and not self._breaker.opened:
            # From both ends in turn, since bad strings often stand together.
            await self._request([batch.pop(-(self._breaker.refusals % 2))])

    async def _halves(self, batch: list[str]) -> None:
        middle = len(batch) // 2
        for half in filter(None, (batch[:middle], batch[middle:])):
            await self._request(half)

    async def _ask(self, batch: list[str]) -> list[str] | None:
        """The translations, or None if the answer does not tell which line is whose."""
        text = batch[0] if len(batch) == 1 else numbered.encode(batch)
        answer = await self._send(text)
        if len(batch) > 1:
            return None if answer.is_cut else numbered.decode(answer.text, len(batch))
        return [await self._whole(text) if answer.is_cut else answer.text.strip()]

    async def _whole(self, text: str) -> str:
        """A text whose translation ran out of room, in two parts; what was cut off is never handed out."""
        parts = cut(text, tokens(text) // 2 + 1)
        if len(parts) == 1:
            raise Rejected("The translation is longer than the model can write. Pass the text in shorter parts.")
        answers = [await self._ask([part.core]) if part.core else [""] for part in parts]
        return "".join(part.around((answer or [""])[0]) for part, answer in zip(parts, answers, strict=True))

    async def _send(self, text: str) -> Completion:
        body = self._assignment.body(text)
        expected = Tokens(tokens(text) + tokens(str(body["translation_options"])), 2 * tokens(text))
        answer = await self._series.chat(body, expected, Completion.of)
        if not answer.text.strip():
            raise Rejected("The service returned an empty translation. Reword the text, or choose another model.")
        return answer

    async def _finish(self, batch: list[str], outcomes: Sequence[str | LocalizeError]) -> None:
        for string, outcome in zip(batch, outcomes, strict=True):
            self.done[string] = outcome
            if isinstance(outcome, str):
                self._series.remember(self._keys[string], outcome)
        await self._progress(len(self.done), self._total, f"{len(self.done)} of {self._total} strings")
