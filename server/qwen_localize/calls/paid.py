"""The one path of a paid call.

A request that equals one under way waits for it. The others: the expected cost is written down (a budget may refuse
it), the model's rate limit gives the word, the request leaves, the answer is kept, and only then is the cost settled:
nothing that goes wrong with the bookkeeping loses an answer, and only a stated refusal is free.
"""

import hashlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import anyio

from ..clock import Clock
from ..dashscope import Client, Departure, Model, Price, Service, Tokens
from ..errors import BadArgument, OverBudget
from ..state import Answers, Cost, CostLedger, until_available
from ..wellformed import parsed, word
from .bookkeeping import Bookkeeping
from .connection import Connection
from .session_cache import SessionCache
from .single_flight import SingleFlight
from .usage import tokens_used

T = TypeVar("T")

Send = Callable[[Departure], Awaitable[dict[str, Any]]]


@dataclass(frozen=True)
class Answer:
    """A paid answer, with what it took.

    Attributes:
        body: as the service gave it, well-formed.
        remark: what is to be known of its cost.
        reused: whether it was paid for before, and not again.
    """

    body: dict[str, Any]
    tokens: Tokens
    remark: str = ""
    reused: bool = False

    @property
    def request_id(self) -> str:
        """As the service names the request."""
        return word(self.body.get("request_id")) or word(self.body.get("id"))

    @property
    def model(self) -> str:
        """The model that answered, where it says so."""
        return word(self.body.get("model"))


@dataclass(frozen=True)
class PaidCalls:
    """The paid calls of one principal in this process, at one service with one key.

    Attributes:
        scope: whose costs and answers they are; equal requests are one only within it.
        cap: CNY that a day may cost; None for no limit.
        answers: keeps those of batches on disk.
    """

    scope: str
    client: Client
    service: Service
    clock: Clock
    ledger: CostLedger
    cap: float | None
    single_flight: SingleFlight[Answer]
    cache: SessionCache
    answers: Answers
    bookkeeping: Bookkeeping

    def require_key(self) -> None:
        """Refuse to begin without an API key.

        Raises:
            MissingKey: there is none.
        """
        self.client.require_key()

    def check_model(self, model: Model, family: Iterable[Model] = ()) -> None:
        """Refuse a model that the region lacks.

        Args:
            model: the model that was asked for.
            family: the models that the tool could use in its place.

        Raises:
            BadArgument: the region lacks it; names the regions that have it, and the family's models here.
        """
        region = self.service.region
        if region and region not in model.regions:
            here = " or ".join([other.name for other in family if region in other.regions][:3])
            raise BadArgument(
                f"{model.name} is not offered in {region}. It is in {', '.join(model.regions)}: "
                f"{f'use {here} here' if here else 'choose another model'}, "
                "or ask the user to set DASHSCOPE_REGION and that region's key."
            )

    def price(self, model: Model) -> Price | None:
        """The model's list price here; where no region is known, that of the one that is set, or its first."""
        assumed = self.service.assumed if self.service.assumed in model.regions else model.regions[0]
        return model.prices.get(self.service.region or assumed)

    def known_cost(self, model: Model, cost: float | None) -> float:
        """The cost, which a daily budget must know.

        Raises:
            OverBudget: there is a budget, and nobody published the price.
        """
        if cost is None and self.cap is not None:
            raise OverBudget(
                f"The price of {model.name} here is not known, so the daily budget (QWEN_LOCALIZE_DAILY_BUDGET) cannot "
                "be kept. Choose another model."
            )
        return cost or 0.0

    async def check_budget(self, model: Model, cost: float | None) -> None:
        """Refuse what would pass the daily budget, before its parts are sent.

        Raises:
            OverBudget: it would, or nobody published its price.
        """
        await self.ledger.check(self.scope, self.known_cost(model, cost), self.clock.wall(), self.cap)

    async def ask(
        self, tool: str, model: Model, request: Any, expected: Tokens, send: Send, *, durable: bool, anew: bool = False
    ) -> Answer:
        """The answer to a request, paid for once.

        Args:
            tool: whose cost it is.
            model: the model that is asked.
            request: JSON; equal requests are one.
            expected: tokens that it will probably take.
            send: makes the request, leaving by the departure that it is given.
            durable: whether an answer is kept on disk, for a batch that is begun anew.
            anew: whether an answer that is kept is of no use.

        Raises:
            OverBudget: it would pass the daily budget; nothing was sent.
            LocalizeError: whatever went wrong.
        """
        self.check_model(model)
        self.require_key()
        key = self._key(request)
        if anew:
            self.single_flight.forget(key)
        elif durable and (kept := await self._stored(partial(self.answers.get, key), durable=True)):
            return Answer(parsed(kept.encode()), Tokens(), reused=True)
        work = partial(self._pay, tool, model, expected, send, key if durable else "")
        return await self.single_flight.answer(key, work, finish=durable)

    async def forget(self, request: Any) -> None:
        """Let go of a kept answer that is of no use: an equal request is paid for anew."""
        await self.bookkeeping.write(partial(self.answers.forget, self._key(request)))

    async def keep(self, request: Any, text: str) -> None:
        """Remember what was made of paid answers, as long as these are; waits until the store takes it."""
        key, now = self._key(["made", request]), self.clock.wall()
        await until_available(self.clock, partial(self.answers.keep, key, text, now), "A part of a result")

    async def kept(self, request: Any) -> str | None:
        """What was remembered with `keep`."""
        return await until_available(
            self.clock, partial(self.answers.get, self._key(["made", request])), "A part of a result"
        )

    def _key(self, request: Any) -> str:
        return hashlib.sha256(json.dumps([self.scope, request], sort_keys=True).encode()).hexdigest()

    async def _stored(self, work: Callable[[], Awaitable[T]], *, durable: bool) -> T:
        """What `work` returns. A batch waits until the store can be used again: much of it may be paid already.

        Raises:
            StateUnavailable: the store cannot be used now, for a call that somebody waits for.
        """
        return await (until_available(self.clock, work, "A batch") if durable else work())

    async def _pay(
        self, tool: str, model: Model, expected: Tokens, send: Send, key: str, departure: Departure
    ) -> Answer:
        entry = await self._booked(tool, model, expected, durable=bool(key))
        try:
            reserved = await self._turn(model, expected.total, durable=bool(key))
            body = await send(departure)
        except BaseException:
            if not departure.gone:
                with anyio.CancelScope(shield=True):
                    await self.bookkeeping.write(partial(self.ledger.settle, entry, 0.0))
            raise
        tokens, remark = tokens_used(body, expected)
        await self.bookkeeping.write(
            *self._kept(key, body),
            partial(self.ledger.settle, entry, self._cost(model, tokens) or 0.0),
            partial(self.client.correct, model.name, reserved, expected.total, tokens.total),
        )
        return Answer(body, tokens, remark)

    @asynccontextmanager
    async def connected(
        self, tool: str, model: Model, path: str, params: dict[str, str], expected: Tokens, *, durable: bool
    ) -> AsyncIterator[Connection]:
        """A connection to a model, until the block ends; what it came to is settled then.

        Args:
            tool: whose cost it is.
            model: the model that is asked.
            path: the endpoint.
            params: of its URL.
            expected: tokens that will probably be used; they stand if this process dies meanwhile.
            durable: whether it waits for a store that cannot be used now.

        Raises:
            OverBudget: it would pass the daily budget; nothing was sent.
            LocalizeError: whatever went wrong.
        """
        self.check_model(model)
        self.require_key()
        entry, used = await self._booked(tool, model, expected, durable=durable), Tokens()
        try:
            await self._turn(model, 0, durable=durable)
            async with self.client.connect(path, params) as socket:
                connection = Connection(socket)
                try:
                    yield connection
                finally:
                    used = connection.used
        finally:
            with anyio.CancelScope(shield=True):
                await self.bookkeeping.write(partial(self.ledger.settle, entry, self._cost(model, used) or 0.0))

    def _cost(self, model: Model, tokens: Tokens) -> float | None:
        """What tokens of a model cost here, in CNY; None where nobody published it."""
        price = self.price(model)
        return price.of(tokens) if price else None

    async def _booked(self, tool: str, model: Model, expected: Tokens, *, durable: bool) -> int:
        """Write down what is expected to be paid: the entry to be settled.

        Raises:
            OverBudget: it would pass the daily budget.
        """
        cost = Cost(self.scope, tool, model.name, self.known_cost(model, self._cost(model, expected)))
        return await self._stored(partial(self.ledger.expect, cost, self.clock.wall(), self.cap), durable=durable)

    async def _turn(self, model: Model, tokens: int, *, durable: bool) -> float:
        """Return when the model's limit here allows it, with the moment by which the reservation is known."""
        limit = model.limit_at(self.service.region)
        return await self._stored(partial(self.client.acquire, model.name, limit, tokens), durable=durable)

    def _kept(self, key: str, body: dict[str, Any]) -> list[Callable[[], Awaitable[None]]]:
        text = json.dumps(body, ensure_ascii=False)
        return [partial(self.answers.keep, key, text, self.clock.wall())] if key else []
