"""Many strings through Qwen-MT: cut or batched, side by side, each failure kept to its own string."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import anyio
import anyio.to_thread
from pydantic import BaseModel, ConfigDict, ValidationError

from qwen_localize.contract import Api, Model
from qwen_localize.errors import Bug, CallError, LocalizeError, Rejected, quote

from . import _numbered
from ._glossary import Memory
from ._outlook import Outlook
from ._params import Term
from ._segments import cut, tokens
from ._terms import Lexicon

# The window takes 8,192 tokens each way (contract section 3). A translation may be more than twice as long as its
# source, and glossary and memory count as input: this leaves room for both.
SEGMENT_TOKENS = 3500
_SIDE_BY_SIDE = 8


class Usage(BaseModel):
    """Tokens billed."""

    input_tokens: int = 0
    output_tokens: int = 0


@dataclass(frozen=True)
class Order:
    """What is the same for every request of a call."""

    model: Model
    source_lang: str
    target_lang: str
    glossary: list[Term]
    translation_memory: list[Term]
    domain_hint: str

    @cached_property
    def lexicon(self) -> Lexicon:
        """The glossary, ready to be looked for."""
        return Lexicon(self.glossary)

    @cached_property
    def memory(self) -> Memory:
        """The translation memory, ready to be chosen from."""
        return Memory(self.translation_memory)

    def keys(self, texts: Sequence[str]) -> dict[str, str]:
        """Each text's key; slow with a large glossary."""
        return {text: self.key(text) for text in texts}

    def key(self, text: str) -> str:
        """The same for the same text with the same options: what is paid for once is not paid for again."""
        plain = json.dumps([self.model.name, self.body(text)], sort_keys=True)
        return hashlib.sha256(plain.encode()).hexdigest()

    def body(self, text: str) -> dict[str, Any]:
        """The request for one text (contract section 3), with the helpers that concern it."""
        options: dict[str, Any] = {"source_lang": self.source_lang, "target_lang": self.target_lang}
        if entries := self.lexicon.occurring(text):
            options["terms"] = [entry.term.model_dump() for entry in entries]
        if memory := self.memory.relevant(text):
            options["tm_list"] = [entry.model_dump() for entry in memory]
        if self.domain_hint:
            options["domains"] = self.domain_hint
        return {"messages": [{"role": "user", "content": text}], "translation_options": options}


@dataclass
class Receipt:
    """What the requests of a call used, whatever became of their answers."""

    usage: Usage = field(default_factory=Usage)
    request_ids: list[str] = field(default_factory=list)
    models: set[str] = field(default_factory=set)
    reused: int = 0


class Translator:
    """The strings of one call on their way. `done` has a translation or an error for each."""

    def __init__(self, api: Api, order: Order, total: int) -> None:
        self.done: dict[str, str | LocalizeError] = {}
        self.receipt = Receipt()
        self._api = api
        self._order = order
        self._total = total
        self._keys: dict[str, str] = {}
        self._outlook = Outlook()
        self._seats = anyio.CapacityLimiter(_SIDE_BY_SIDE)
        self._probing = anyio.Lock()

    async def translate(self, strings: list[str]) -> None:
        """Translate strings that differ from each other and are not blank."""
        self._keys = await anyio.to_thread.run_sync(self._order.keys, strings)
        sized = [(string, tokens(string)) for string in strings if not self._recalled(string)]
        short = [(string, size) for string, size in sized if _numbered.fits(string, size)]
        alone = [[string] for string, size in sized if not _numbered.fits(string, size)]
        async with anyio.create_task_group() as group:
            for batch in [*alone, *_numbered.batches(short)]:
                group.start_soon(self._seated, batch)

    def _recalled(self, string: str) -> bool:
        """Whether an earlier call of this session, perhaps one that was cut off, has paid for it."""
        text = self._api.recall.get(self._keys[string])
        if text is None:
            return False
        self.done[string] = text
        self.receipt.reused += 1
        return True

    async def _seated(self, batch: list[str]) -> None:
        async with self._seats:
            await self._request(batch)

    async def _request(self, batch: list[str]) -> None:
        """One request; what it cannot bring is asked for in smaller parts, down to the string that is at fault."""
        if self._outlook.stopped:
            await self._finish(batch, [self._outlook.stopped] * len(batch))
            return
        try:
            translations = await self._ask(batch)
        except CallError as error:
            await self._refused(batch, error)
        except LocalizeError as error:
            self._outlook.failed(error)
            await self._finish(batch, [error] * len(batch))
        else:
            await (self._finish(batch, translations) if translations else self._halves(batch))

    async def _refused(self, batch: list[str], error: CallError) -> None:
        if len(batch) == 1:
            self._outlook.refused(error)
            await self._finish(batch, [error])
            return
        async with self._probing:
            await self._probe(batch)
        await self._halves(batch)

    async def _probe(self, batch: list[str]) -> None:
        """Ask for strings of a refused batch alone until one is taken: it may not be for the strings at all."""
        while batch and not self._outlook.proven and not self._outlook.stopped:
            # From both ends in turn, since bad strings often stand together.
            await self._request([batch.pop(-(self._outlook.refusals % 2))])

    async def _halves(self, batch: list[str]) -> None:
        middle = len(batch) // 2
        for half in filter(None, (batch[:middle], batch[middle:])):
            await self._request(half)

    async def _ask(self, batch: list[str]) -> list[str] | None:
        """The translations, or None if the answer does not tell which line is whose."""
        text = batch[0] if len(batch) == 1 else _numbered.encode(batch)
        answer = await self._send(text)
        if len(batch) > 1:
            return None if answer.is_cut else _numbered.decode(answer.text, len(batch))
        return [await self._whole(text) if answer.is_cut else answer.text.strip()]

    async def _whole(self, text: str) -> str:
        """A text whose translation ran out of room, in two parts; what was cut off is never handed out."""
        parts = cut(text, tokens(text) // 2 + 1)
        if len(parts) == 1:
            raise Rejected("The translation is longer than the model can write. Pass the text in shorter parts.")
        answers = [await self._ask([part.core]) if part.core else [""] for part in parts]
        return "".join(part.around((answer or [""])[0]) for part, answer in zip(parts, answers, strict=True))

    async def _send(self, text: str) -> "Answer":
        body = self._order.body(text)
        size = tokens(text) + tokens(str(body["translation_options"]))
        answer = Answer.of(await self._api.chat(self._order.model, body, size, 2 * tokens(text)))
        self.receipt.usage.input_tokens += answer.usage.prompt_tokens
        self.receipt.usage.output_tokens += answer.usage.completion_tokens
        self.receipt.request_ids.append(answer.id)
        self.receipt.models.add(answer.model)
        if not answer.text.strip():
            raise Rejected("The service returned an empty translation. Reword the text, or choose another model.")
        self._outlook.succeeded()
        return answer

    async def _finish(self, batch: list[str], outcomes: Sequence[str | LocalizeError]) -> None:
        for string, outcome in zip(batch, outcomes, strict=True):
            self.done[string] = outcome
            if isinstance(outcome, str):
                self._api.recall.keep(self._keys[string], outcome)
        await self._api.progress(len(self.done), self._total, f"{len(self.done)} of {self._total} strings")


class _Lenient(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Tokens(_Lenient):
    prompt_tokens: int = 0
    completion_tokens: int = 0


class _Message(_Lenient):
    content: str | None = None


class _Choice(_Lenient):
    message: _Message
    finish_reason: str | None = None


class Answer(_Lenient):
    """A chat completion, as far as it concerns us."""

    id: str = ""
    model: str = ""
    choices: list[_Choice]
    usage: _Tokens = _Tokens()

    @classmethod
    def of(cls, body: dict[str, Any]) -> "Answer":
        """The answer in a body.

        Raises:
            Bug: it is not a chat completion.
        """
        try:
            answer = cls.model_validate(body)
        except ValidationError:
            answer = None
        if answer is None or not answer.choices:
            raise Bug(
                f"The service's answer is not a translation: {quote(str(body))}. Try again; report it if it stays."
            )
        return answer

    @property
    def text(self) -> str:
        """The translation."""
        return self.choices[0].message.content or ""

    @property
    def is_cut(self) -> bool:
        """Whether the model ran out of room."""
        return self.choices[0].finish_reason == "length"
