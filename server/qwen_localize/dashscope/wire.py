"""One HTTP exchange with the service: the pooled connection, the key, limits, repeats and failures.

Knows no endpoint: those are in `client.py`, and what they mean lives in the tools.
"""

import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

import anyio
import httpx2

from .. import errors
from ..clock import Clock, RealClock
from ..errors import LocalizeError
from . import retry
from .bodies import Unreadable, read_body, read_json, shown
from .departure import Departure
from .hosts import Service
from .limits import Limit, RateLimiter
from .pool import open_pool
from .refusals import refusal
from .retry import Failure, Repeat

T = TypeVar("T")

# After what a paid request may have been carried out, although no answer says so.
_DOUBTFUL = {
    Repeat.ALWAYS: frozenset[Failure](),
    Repeat.IF_REFUSED: frozenset({Failure.UNKNOWN}),
    Repeat.IF_UNSENT: frozenset({Failure.UNKNOWN, Failure.FAILED}),
}
_UNSENT = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
    httpx2.UnsupportedProtocol,
)


@dataclass(frozen=True)
class Timeouts:
    """Seconds: to connect, for a paid answer to arrive whole, for a task to be accepted, for anything else."""

    connect: float = 10.0
    paid: float = 180.0
    submit: float = 30.0
    other: float = 60.0


@dataclass(frozen=True)
class Request:
    """One request, and what it allows.

    Attributes:
        repeat: whether a failure may be answered by sending it again.
        budget: the name of the rate limit it counts against, the limit, and the tokens it will use.
        strict: whether the budget's next gap is measured from the answer, where a limit leaves no play.
        departure: of a paid request: told before each try that it goes out.
    """

    method: str
    url: str
    json: dict[str, Any] | None = None
    params: dict[str, str] | None = None
    headers: dict[str, str] = field(default_factory=dict)
    repeat: Repeat = Repeat.ALWAYS
    budget: tuple[str, Limit, int] | None = None
    strict: bool = False
    departure: Departure | None = None

    @property
    def is_fenced(self) -> bool:
        """Whether it does not go out when another process may have taken over: it is paid, or has its limit's gap."""
        return self.departure is not None or self.strict


class TryFailed(Exception):
    """One try that failed: what to tell, what is known of it, what came, and how a further try should wait."""

    def __init__(
        self,
        error: LocalizeError,
        failure: Failure,
        *,
        retry: bool = True,
        hint: float | None = None,
        slow: float = 1.0,
        answer: str = "",
    ) -> None:
        super().__init__(str(error))
        self.error, self.failure, self.answer = error, failure, answer
        self.retry, self.hint, self.slow = retry, hint, slow


class Wire:
    """A pooled connection to one service with one key.

    Args:
        service: where to.
        key: the API key; None lets the server start without one, and a call say so.
        clock: time, for limits and pauses.
        limiter: the rate limits, by default of this process alone.
        fence: called when a fenced request is about to be written; what it raises keeps it from going out.
        chance: random numbers in [0, 1) that spread retries.

    Attributes:
        skew: seconds by which the service's clock was ahead of ours at the last answer; None before one.
    """

    def __init__(
        self,
        service: Service,
        key: str | None,
        *,
        clock: Clock | None = None,
        timeouts: Timeouts | None = None,
        limiter: RateLimiter | None = None,
        fence: Callable[[], None] = lambda: None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.service = service
        self.clock = clock or RealClock()
        self.timeouts = timeouts or Timeouts()
        self._key = key
        self._chance, self._fence = chance, fence
        self.limiter = limiter or RateLimiter(self.clock)
        self._http: httpx2.AsyncClient | None = None
        self.skew: float | None = None

    @property
    def http(self) -> httpx2.AsyncClient:
        """The pool, opened by the first call that needs it: loading certificates takes time.

        Raises:
            BadSetting: see `open_pool`.
        """
        if self._http is None:
            timeout = httpx2.Timeout(self.timeouts.paid, connect=self.timeouts.connect)
            self._http = open_pool(self.service, self._key, timeout)
        return self._http

    async def close(self) -> None:
        """Close the pool, if it was opened."""
        if self._http is not None:
            await self._http.aclose()

    def require_key(self) -> str:
        """The API key.

        Raises:
            MissingKey: there is none.
        """
        if not self._key:
            raise errors.MissingKey(
                "No API key is set. Create one in Alibaba Cloud Model Studio (console, API keys) and put it in "
                "this server's environment as DASHSCOPE_API_KEY. To try without a key, start the server "
                "with --sandbox."
            )
        return self._key

    async def send(self, request: Request) -> dict[str, Any]:
        """The JSON object that the service answers.

        Raises:
            LocalizeError: whatever went wrong, after the repeats that the request allows.
        """

        async def read(response: httpx2.Response, key: str) -> dict[str, Any]:
            return judged(response, await read_body(response), self.service, key)

        return await self.answered(request, read)

    async def answered(
        self,
        request: Request,
        read: Callable[[httpx2.Response, str], Awaitable[T]],
        seconds: float | None = None,
    ) -> T:
        """What `read` makes of the answer to a request.

        Args:
            request: what is sent.
            read: reads the open response; it is given the key, which must not come out with what it returns.
            seconds: how long it may take, if not as long as usual.

        Raises:
            LocalizeError: whatever went wrong, after the repeats that the request allows.
        """
        key = self.require_key()

        async def once() -> T:
            exchange = self.exchange(request, headers=bearer(key), seconds=seconds)
            async with self._allowed(request), departing(request), exchange as response:
                self.skew = _skew(response, self.clock.wall())
                return await read(response, key)

        return await self.repeating(once, request.repeat)

    @asynccontextmanager
    async def _allowed(self, request: Request) -> AsyncIterator[None]:
        """One try of a request, when its budget allows it."""
        if not request.budget:
            yield
        elif not request.strict:
            await self.limiter.acquire(*request.budget)
            yield
        else:
            async with self.limiter.alone(request.budget[0]):
                await self.limiter.acquire(*request.budget)
                try:
                    yield
                finally:
                    await self.limiter.restart_gap(request.budget[0])

    async def repeating(self, once: Callable[[], Awaitable[T]], repeat: Repeat) -> T:
        """What `once` returns, tried again as long as `repeat` and the arithmetic of `retry` allow."""
        began, attempt = self.clock.now(), 0
        while True:
            attempt += 1
            try:
                return await once()
            except TryFailed as failed:
                wait = self._pause(repeat, failed, attempt, self.clock.now() - began)
                if wait is None:
                    raise _verdict(repeat, failed) from failed
            await self.clock.sleep(wait)

    def _pause(self, repeat: Repeat, failed: TryFailed, attempt: int, elapsed: float) -> float | None:
        if not (failed.retry and retry.allowed(repeat, failed.failure)):
            return None
        return retry.pause(attempt, elapsed, failed.hint, self._chance(), failed.slow)

    @asynccontextmanager
    async def exchange(
        self,
        request: Request,
        *,
        headers: Mapping[str, str] | None = None,
        seconds: float | None = None,
        extensions: Mapping[str, Any] | None = None,
        **body: Any,
    ) -> AsyncIterator[httpx2.Response]:
        """One try, with every way a connection can fail turned into a `TryFailed`; no limits, no key."""
        seconds = seconds or self._seconds(request.repeat)
        with self.explained(seconds), anyio.fail_after(seconds):
            async with self.http.stream(
                request.method,
                request.url,
                json=request.json,
                params=request.params,
                headers=request.headers | dict(headers or {}),
                extensions={**(extensions or {}), **({"trace": self._watch} if request.is_fenced else {})},
                **body,
            ) as response:
                yield response

    def _seconds(self, repeat: Repeat) -> float:
        match repeat:
            case Repeat.ALWAYS:
                return self.timeouts.other
            case Repeat.IF_UNSENT:
                return self.timeouts.submit
            case Repeat.IF_REFUSED:
                return self.timeouts.paid

    async def _watch(self, event: str, _: Any) -> None:
        """The connection stands, which may have taken long, and the request is about to be written."""
        if event.endswith("send_request_headers.started"):
            self._fence()

    @contextmanager
    def explained(self, seconds: float) -> Iterator[None]:
        """Every way a connection can fail turned into a `TryFailed`; `seconds` is how long it had."""
        try:
            yield
        except _UNSENT as error:
            raise TryFailed(_unreachable(self.service, error), Failure.UNSENT) from error
        except (TimeoutError, httpx2.TimeoutException) as error:
            raise TryFailed(_silent(self.service, seconds), Failure.UNKNOWN) from error
        except httpx2.HTTPError as error:
            raise TryFailed(_broken(self.service, error), Failure.UNKNOWN) from error
        except Unreadable as error:
            words = f"The answer of {self.service} cannot be read: {error}. Try again; report it if it stays."
            raise TryFailed(errors.BadAnswer(words), Failure.UNKNOWN, retry=False) from error


def bearer(key: str) -> dict[str, str]:
    """The header that says whose request it is."""
    return {"Authorization": f"Bearer {key}"}


@asynccontextmanager
async def departing(request: Request) -> AsyncIterator[None]:
    """One try of a request: it leaves now, and is free again if it is turned away."""
    if request.departure:
        await request.departure.leave()
    try:
        yield
    except TryFailed as failed:
        if request.departure and failed.failure not in _DOUBTFUL[request.repeat]:
            request.departure.turned_away()
        raise
    except errors.StateUnavailable:
        if request.departure:  # the fence has kept it from going out
            request.departure.turned_away()
        raise


def _verdict(repeat: Repeat, failed: TryFailed) -> LocalizeError:
    """What to tell once no further try is made: for a paid request whose answer was lost, that it may be billed."""
    if failed.failure in _DOUBTFUL[repeat]:
        return errors.Unconfirmed(
            f"{failed.error} The request had gone out, so it may have been carried out and billed; it was not sent "
            "again. Calling again may pay a second time.",
            reason=str(failed.error),
            answer=failed.answer,
        )
    return failed.error


def judged(response: httpx2.Response, data: bytes, service: Service, key: str) -> dict[str, Any]:
    """The JSON object in a body.

    Raises:
        TryFailed: it is none, or says why the request is refused.
    """
    body = read_json(data, key)
    if response.is_success and isinstance(body, dict) and _is_content(body):
        return body
    if response.is_success and not isinstance(body, dict):
        words = "The service's answer was not JSON. Something between here and there may have changed it; try again."
        raise TryFailed(errors.BadAnswer(words), Failure.UNKNOWN, answer=shown(data, key))
    raise refused(response, body, service)


def refused(response: httpx2.Response, body: Any, service: Service) -> TryFailed:
    """What a body means that says why the request is refused."""
    error, meaning = refusal(response.status_code, body if isinstance(body, dict) else {}, service)
    hint = retry.retry_after(response.headers)
    failure = _failure(response.status_code, spoken=_is_spoken(body), passing=meaning.retry)
    return TryFailed(error, failure, retry=meaning.retry, hint=hint, slow=meaning.slow)


def _is_content(body: dict[str, Any]) -> bool:
    """Whether there is an answer in a body, whatever code stands beside it."""
    return not body.get("code") or "output" in body or bool(body.get("choices") or body.get("data"))


def _is_spoken(body: Any) -> bool:
    """Whether an error's body has the service's own words, native or compatible (docs/model-studio.md 1.4)."""
    return isinstance(body, dict) and bool(body.get("code") or isinstance(body.get("error"), dict))


def _skew(response: httpx2.Response, now: float) -> float | None:
    try:
        return parsedate_to_datetime(response.headers["date"]).timestamp() - now
    except (KeyError, ValueError, OverflowError, OSError):
        return None


def _failure(status: int, *, spoken: bool, passing: bool) -> Failure:
    """A throttled request was turned away; a 5xx without the service's own words may come from a gateway.

    Args:
        spoken: whether the answer has the service's own words.
        passing: whether these say that trying again can help: some 5xx are the caller's fault
            (docs/model-studio.md 1.4).
    """
    if status == 429:
        return Failure.UNSENT
    if (status >= 500 or status == 408) and not spoken:
        return Failure.UNKNOWN
    return Failure.FAILED if passing and (status >= 500 or status == 408) else Failure.ANSWERED


def _unreachable(service: Service, error: Exception) -> LocalizeError:
    return errors.Unreachable(
        f"{service} cannot be reached ({type(error).__name__}); nothing was sent. Check the network, the proxy "
        "variables (HTTPS_PROXY, NO_PROXY) and DASHSCOPE_REGION, then try again."
    )


def _silent(service: Service, seconds: float) -> LocalizeError:
    return errors.TimedOut(f"{service} did not answer within {seconds:g} s. Try again in a few minutes.")


def _broken(service: Service, error: Exception) -> LocalizeError:
    return errors.ServiceFailed(
        f"The connection to {service} broke ({type(error).__name__}). Check the network, then try again."
    )
