"""The service: the key, the way there, its clock, and the models that it has switched off."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import anyio

from ...clock import Clock
from ...dashscope import Client, Timeouts, Wire
from ...errors import BadSetting, KeyRefused, LocalizeError, MissingKey, NoAccess, SetupError
from ...settings import Settings
from .findings import Finding, broken, good, note, warning

_SECONDS = 6.0
# Signed addresses last minutes, and certificates are judged by our clock.
_MOST_SKEW = 60.0
_MODEL = "qwen-mt-image"


@dataclass(frozen=True)
class Retired:
    """A model that the service has switched off, or may have.

    Attributes:
        since: the day.
        instead: what to use.
        certain: whether the vendor's own documents say so.
    """

    model: str
    since: date
    instead: str
    certain: bool = False


# A field note of autumn 2026 has these days from the catalogue; no page of the vendor confirms them.
RETIRED = (
    Retired("qwen-mt-turbo", date(2026, 10, 10), "qwen-mt-flash"),
    Retired("gummy-realtime-v1", date(2026, 10, 10), "qwen3.5-livetranslate-flash-realtime"),
    Retired("gummy-chat-v1", date(2026, 10, 10), "qwen3.5-livetranslate-flash-realtime"),
)


async def way(settings: Settings, clock: Clock) -> AsyncIterator[Finding]:
    """Whether the service can be reached, whether its clock and ours agree, and whether it takes the key."""
    reached, date = await _reached(settings, clock)
    yield reached
    if date is not None:
        yield _of_clock(date, clock.wall())
    if date is not None or not settings.key:
        yield await _asked(settings, clock)
    else:
        yield _untold("The service cannot be reached.")


async def _reached(settings: Settings, clock: Clock) -> tuple[Finding, str | None]:
    """Whether the service answers, and what time it says it is."""
    origin = settings.service.origin
    began = clock.now()
    wire = Wire(settings.service, None, clock=clock, timeouts=Timeouts(connect=_SECONDS))
    try:
        with anyio.fail_after(_SECONDS):
            answer = await wire.http.get(origin, follow_redirects=False)
    except TimeoutError:
        words = f"{origin} did not answer within {_SECONDS:.0f} s{_through(origin)}."
        return broken("service", words, _remedy(origin)), None
    except BadSetting as error:
        return broken("service", str(error), "Correct the variable that it names."), None
    except Exception as error:  # noqa: BLE001 - whatever the way there raises is a finding
        words = f"{origin} cannot be reached{_through(origin)}: {_reason(error)}."
        return broken("service", words, _remedy(origin)), None
    finally:
        await wire.close()
    took = clock.now() - began
    words = f"{settings.service} answers{_through(origin)}, after {took:.1f} s."
    return good("service", words), answer.headers.get("date", "")


async def _asked(settings: Settings, clock: Clock) -> Finding:
    """Whether the service takes the key, asked with its list of recent tasks, which is free."""
    wire = Wire(settings.service, settings.key, clock=clock, timeouts=Timeouts(connect=_SECONDS, other=_SECONDS))
    try:
        with anyio.fail_after(_SECONDS):
            await Client(wire).list_tasks(_MODEL)
    except TimeoutError:
        return _untold("The service did not answer.")
    except LocalizeError as error:
        return _of_key(error)
    finally:
        await wire.close()
    shape = "" if str(settings.key).startswith(("sk-", "st-")) else " It does not begin with sk-, as keys do."
    return good("key", f"{settings.service} accepts it.{shape}")


def _untold(why: str) -> Finding:
    return warning("key", f"Whether it is good cannot be told. {why}", "See what is said of the service.")


def _of_key(error: LocalizeError) -> Finding:
    if isinstance(error, MissingKey):
        remedy = "qwen-localize install CLIENT asks for it; a terminal needs it in its environment."
        return broken("key", str(error), remedy)
    if isinstance(error, KeyRefused | NoAccess):
        remedy = "A key belongs to one region: compare DASHSCOPE_REGION with the console where the key was made."
        return broken("key", str(error), remedy)
    if isinstance(error, BadSetting):
        return broken("key", str(error), "Correct the variable that it names.")
    if isinstance(error, SetupError):
        return broken("key", str(error), "See the account in the Model Studio console.")
    return _untold(str(error))


def _reason(error: Exception) -> str:
    """What went wrong on the way, in the words of its first cause, which are the clearest."""
    cause: BaseException = error
    while inner := cause.__cause__ or cause.__context__:
        cause = inner
    words = " ".join(str(cause).split()) or type(cause).__name__
    return words[:200].rstrip(".")


def _through(origin: str) -> str:
    """The proxy on the way to a host, if there is one, without its user and password."""
    address = urlsplit(origin)
    proxies = getproxies()
    proxy = proxies.get(address.scheme) or proxies.get("all")
    if not proxy or proxy_bypass(address.hostname or "") or address.hostname in ("localhost", "127.0.0.1", "::1"):
        return ""
    host = proxy.rpartition("@")[2].rpartition("/")[2] or "?"
    return f" through the proxy {host}"


def _remedy(origin: str) -> str:
    if _through(origin):
        return "Check that the proxy runs and lets this host through; NO_PROXY names hosts that need none."
    return "Check the network, DASHSCOPE_REGION and DASHSCOPE_BASE_URL; behind a proxy, set HTTPS_PROXY."


def _of_clock(header: str, now: float) -> Finding:
    try:
        skew = now - parsedate_to_datetime(header).timestamp()
    except ValueError:
        return note("clock", "The service told no time to compare with this machine's clock.")
    if abs(skew) <= _MOST_SKEW:
        return good("clock", f"It agrees with the service's, within {abs(skew):.0f} s.")
    words = f"It is {abs(skew):.0f} s {'ahead of' if skew > 0 else 'behind'} the service's."
    return warning("clock", words, "Set this machine's clock by the network; signed addresses fail otherwise.")


async def models(clock: Clock) -> AsyncIterator[Finding]:
    """Which models are switched off by now."""
    today = datetime.fromtimestamp(clock.wall(), UTC).date()
    for model in RETIRED:
        if today >= model.since:
            said = "is" if model.certain else "may be"
            words = f"{model.model} {said} off since {model.since}."
            yield note("models", words, f"Calls that name it should name {model.instead} instead.")
