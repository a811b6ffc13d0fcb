"""The paid calls of one tool call to one model, with what they share: a receipt, a circuit breaker, what is kept."""

import hashlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from ..dashscope import Consume, Departure, Model, Tokens
from ..errors import BadAnswer, SetupError, TryLater
from .circuit_breaker import CircuitBreaker
from .connection import Connection
from .paid import Answer, PaidCalls, Send
from .purse import Purse
from .receipt import Receipt

T = TypeVar("T")
# Under this name the facts of a request that was made late stand in its answer's body, and are kept with it.
PREPARED = "prepared"


@dataclass(frozen=True)
class Prepared:
    """A request that is made only when it is about to be sent.

    Attributes:
        body: without the model.
        uploads: whether the body names uploads.
        facts: JSON; what is known of it and matters to whoever reads the answer, who finds it under `PREPARED`.
    """

    body: dict[str, Any]
    uploads: bool = False
    facts: dict[str, Any] = field(default_factory=dict)


class Series:
    """Paid calls that belong together.

    Args:
        calls: the paid calls of this process.
        tool: whose costs they are.
        model: the model that is asked.
        durable: keep answers on disk, so that a batch that is cut off can be taken up.
        breaker: when the rest is not asked for.
        purse: what they may cost, together with all others that have it.

    Attributes:
        receipt: what they came to.
    """

    def __init__(
        self,
        calls: PaidCalls,
        tool: str,
        model: Model,
        *,
        durable: bool = False,
        breaker: CircuitBreaker | None = None,
        purse: Purse | None = None,
    ) -> None:
        self._calls, self._tool, self._durable, self._purse = calls, tool, durable, purse
        self.model = model
        self.breaker = breaker or CircuitBreaker()
        self.receipt = Receipt(calls.price(model))

    async def chat(self, body: dict[str, Any], expected: Tokens, read: Callable[[dict[str, Any]], T]) -> T:
        """What `read` makes of the answer to a chat completion.

        Args:
            body: without the model.
            expected: tokens that it will probably take.
            read: takes the answer's body; raises `BadAnswer` if it is not understood.

        Raises:
            OverBudget: it would pass the daily budget; nothing was sent.
            LocalizeError: whatever went wrong, or the breaker is open.
        """
        body = {"model": self.model.name} | body
        return await self._ask(["chat", body], expected, partial(self._calls.client.chat, body), read)

    async def call(
        self,
        path: str,
        body: dict[str, Any],
        expected: Tokens,
        read: Callable[[dict[str, Any]], T],
        *,
        uploads: bool = False,
    ) -> T:
        """As `chat`, at a native endpoint that answers at once; `uploads` says whether the body names uploads."""
        body = {"model": self.model.name} | body
        send = partial(self._calls.client.call, path, body, uploads=uploads)
        return await self._ask([path, body], expected, send, read)

    async def prepared(
        self,
        path: str,
        request: dict[str, Any],
        prepare: Callable[[], Awaitable[Prepared]],
        expected: Tokens,
        read: Callable[[dict[str, Any]], T],
    ) -> T:
        """As `call`, of a request whose body is made late: not at all, if its answer is kept.

        Args:
            path: the endpoint.
            request: JSON with all that matters to the answer; equal ones are one request, whatever their bodies are.
            prepare: makes the body.
            expected: tokens that it will probably take.
            read: takes the answer's body; raises `BadAnswer` if it is not understood.

        Raises:
            LocalizeError: whatever went wrong, in `prepare` too.
        """

        async def send(departure: Departure) -> dict[str, Any]:
            made = await prepare()
            body = {"model": self.model.name} | made.body
            answer = await self._calls.client.call(path, body, departure, uploads=made.uploads)
            return answer | {PREPARED: made.facts}

        return await self._ask([path, self.model.name, request], expected, send, read)

    async def streamed(
        self,
        request: dict[str, Any],
        prepare: Callable[[], Awaitable[Prepared]],
        consume: Consume,
        expected: Tokens,
        read: Callable[[dict[str, Any]], T],
    ) -> T:
        """As `prepared`, of a chat completion that comes in pieces.

        Args:
            request: JSON with all that matters to the answer; equal ones are one request, whatever their bodies are.
            prepare: makes the body.
            consume: makes an answer's body of its pieces; that is kept, so what is too long for JSON goes elsewhere.
            expected: tokens that it will probably take.
            read: takes the answer's body; raises `BadAnswer` if it is not understood.

        Raises:
            LocalizeError: whatever went wrong, in `prepare` and `consume` too.
        """

        async def send(departure: Departure) -> dict[str, Any]:
            made = await prepare()
            body = {"model": self.model.name, "stream": True} | made.body
            answer = await self._calls.client.stream(body, consume, departure, uploads=made.uploads)
            return answer | {PREPARED: made.facts}

        return await self._ask(["stream", self.model.name, request], expected, send, read)

    @asynccontextmanager
    async def connected(self, path: str, params: dict[str, str], expected: Tokens) -> AsyncIterator[Connection]:
        """A connection to the model, until the block ends.

        Args:
            path: the endpoint.
            params: of its URL.
            expected: tokens that will probably be used.

        Raises:
            OverBudget: it would pass the daily budget; nothing was sent.
            LocalizeError: whatever went wrong.
        """
        made = self._calls.connected(self._tool, self.model, path, params, expected, durable=self._durable)
        async with made as connection:
            try:
                yield connection
            finally:  # what was used is paid, however it ended
                self.receipt.add(connection.used)

    async def _ask(self, request: Any, expected: Tokens, send: Send, read: Callable[[dict[str, Any]], T]) -> T:
        self.breaker.check()
        if self._purse and (price := self._calls.price(self.model)):
            send = partial(self._purse.pay, price, expected, send)
        ask = partial(self._calls.ask, self._tool, self.model, request, expected, send, durable=self._durable)
        try:
            found = await self._understood(ask, read)
        except (SetupError, TryLater) as error:
            self.breaker.failed(error)
            raise
        self.breaker.succeeded()
        return found

    async def _understood(self, ask: Callable[..., Awaitable[Answer]], read: Callable[[dict[str, Any]], T]) -> T:
        answer = await ask()
        self._note(answer)
        try:
            return read(answer.body)
        except BadAnswer:
            if not answer.reused:
                raise
        answer = await ask(anew=True)  # what was kept makes no sense, and would not the next time either
        self._note(answer)
        return read(answer.body)

    async def forget_chat(self, body: dict[str, Any]) -> None:
        """Let go of what is kept of a chat completion, since it is of no use; the same body is then paid for anew."""
        if self._durable:
            await self._calls.forget(["chat", {"model": self.model.name} | body])

    def _note(self, answer: Answer) -> None:
        if answer.reused:
            self.receipt.reused += 1
        else:
            self.receipt.add(answer.tokens, answer.request_id, answer.model, answer.remark)

    def key(self, request: Any) -> str:
        """A key under which what comes of a request is remembered: JSON, with all that matters to its answer."""
        text = json.dumps([self._calls.scope, self.model.name, request], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def remembered(self, key: str) -> str | None:
        """What an earlier call of this session has made of a paid answer; it is then not paid again."""
        text = self._calls.cache.get(key)
        self.receipt.reused += text is not None
        return text

    def remember(self, key: str, text: str) -> None:
        """Keep what was made of a paid answer, for the session."""
        self._calls.cache.keep(key, text)

    async def once(self, key: str, ask: Callable[[], Awaitable[str]]) -> str:
        """What is remembered under a key; else what `ask` returns, which then is."""
        text = self.remembered(key)
        if text is None:
            text = await ask()
            self.remember(key, text)
        return text
