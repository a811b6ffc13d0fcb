"""Faults: the ways the sandbox can be told to misbehave, and at which stage of the work."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_TEXT = ("chat", "generate")
_PAID = ("chat", "submit", "generate")
_API = (*_PAID, "query", "list", "cancel", "policy")
_LIVE = "session"  # a WebSocket
STAGES = (*_API, "upload", "download", _LIVE)
_SERVED = (*_API, "upload", "download")
_BODIED = (*_API, "download")  # an upload is answered without a body


@dataclass(frozen=True)
class Kind:
    """One way to misbehave.

    Attributes:
        words: what happens.
        usual: the stages that it strikes when none is named.
        possible: the stages at which it makes sense.
    """

    words: str
    usual: tuple[str, ...]
    possible: tuple[str, ...]


KNOWN: dict[str, Kind] = {
    "throttle": Kind("429 Throttling.RateQuota", _PAID, (*_API, _LIVE)),
    "query-throttle": Kind("the older name of throttle@query", ("query",), ("query",)),
    "burst": Kind("429 Throttling.BurstRate", _PAID, (*_API, _LIVE)),
    "error": Kind("500 InternalError", _PAID, STAGES),
    "busy": Kind("503", _PAID, STAGES),
    "stall": Kind("never answered, and nothing is carried out; a session goes silent and stays open", _API, STAGES),
    "drop": Kind("carried out, then the connection closes without an answer", ("submit",), STAGES),
    "refuse": Kind("the connection closes, and nothing is carried out", _PAID, _SERVED),
    "garbage": Kind(
        "carried out, and answered with 200 and a body that is not JSON; a session, with one such frame",
        _API,
        (*_API, _LIVE),
    ),
    "cut": Kind("the body ends after half of the announced bytes", ("download",), _BODIED),
    "slow": Kind("the body trickles over ten service seconds", ("download",), _BODIED),
    "empty": Kind("200 with no bytes", ("download",), ("download",)),
    "wrongtype": Kind("200 with a page of HTML", ("download",), ("download",)),
    "expire": Kind(
        "a result's address answers 403 until its task is queried again; a session ends as too long",
        ("download",),
        ("download", _LIVE),
    ),
    "mangle": Kind("a text comes back without its placeholders and tags", _TEXT, _TEXT),
    "garble": Kind(
        "a text comes back with damage that reads well, of one kind after another: a placeholder renamed, dropped or"
        " doubled, tags crossed, a keyword translated, a number or a line break changed",
        _TEXT,
        _TEXT,
    ),
    "fail": Kind(
        "the image task ends FAILED; a session is told of an error and goes on", ("submit",), ("submit", _LIVE)
    ),
    "forget": Kind("the task is UNKNOWN from then on", ("query",), ("query",)),
    "debt": Kind("400 Arrearage", _PAID, (*_PAID, "policy", _LIVE)),
    "nokey": Kind("401 InvalidApiKey", _API, (*_API, _LIVE)),
}

_FORM = re.compile(
    r"(?P<name>[^@:]*)(?:@(?P<stage>[^@:+]*)(?:\+(?P<after>[0-9]{1,6}(?:\.[0-9]{1,3})?))?)?(?::(?P<times>[0-9]{1,9}))?",
    re.ASCII,
)
FORMS = (
    f"write name, name@stage, name:N or name@stage:N with one of {', '.join(KNOWN)}, and with one of the stages "
    f"{', '.join(STAGES)}; name@session+SECONDS strikes at that second of a session's sound"
)


@dataclass(frozen=True)
class Fault:
    """One way to misbehave, the next `times` times, or always if `times` is None.

    Attributes:
        name: one of KNOWN.
        times: how often.
        stage: where, one of STAGES; None for where this fault usually strikes.
        after: at which second of its sound it strikes a session; None for the usual one.
    """

    name: str
    times: int | None = None
    stage: str | None = None
    after: float | None = None

    def __post_init__(self) -> None:
        known = KNOWN.get(self.name)
        if known is None:
            raise ValueError(f"There is no fault {self.name!r}: {FORMS}.")
        if self.stage is not None and self.stage not in known.possible:
            raise ValueError(
                f"The fault {self.name!r} makes no sense at {self.stage!r}, only at {', '.join(known.possible)}."
            )
        if self.after is not None and self.stage != _LIVE:
            raise ValueError(f"Only a session has seconds, so {self} means nothing.")
        if self.times is not None and self.times < 1:
            raise ValueError(f"A fault happens at least once, so {self} means nothing.")

    def __str__(self) -> str:
        stage = "" if self.stage is None else f"@{self.stage}"
        stage += "" if self.after is None else f"+{self.after:g}"
        return f"{self.name}{stage}" + ("" if self.times is None else f":{self.times}")

    @classmethod
    def parse(cls, text: str) -> "Fault":
        """Read `name`, `name@stage`, `name:N` or `name@stage:N`; ValueError with one sentence that lists them."""
        form = _FORM.fullmatch(text.strip())
        if form is None:
            raise ValueError(f"{text!r} is not a fault: {FORMS}.")
        times, after = form["times"], form["after"]
        return cls(
            form["name"], None if times is None else int(times), form["stage"], None if after is None else float(after)
        )


class Faults:
    """The faults that are switched on now. One that is added again replaces that of the same name and stage."""

    def __init__(self, faults: Iterable[Fault] = ()) -> None:
        self._on: dict[tuple[str, str | None], int | None] = {}
        self._after: dict[tuple[str, str | None], float | None] = {}
        self._struck: Counter[str] = Counter()
        self.replace(faults)

    def __iter__(self) -> Iterator[Fault]:
        return iter([Fault(name, times, stage, self.after(name, stage)) for (name, stage), times in self._on.items()])

    def add(self, fault: Fault) -> None:
        """Switch a fault on, replacing what was said about it before."""
        self._on[fault.name, fault.stage] = fault.times
        self._after[fault.name, fault.stage] = fault.after

    def replace(self, faults: Iterable[Fault]) -> None:
        """Switch on these and no others."""
        self.clear()
        for fault in faults:
            self.add(fault)

    def after(self, name: str, stage: str | None) -> float | None:
        """At which second a fault strikes a session, if anybody has said."""
        return self._after.get((name, stage))

    def struck(self, name: str) -> int:
        """How often a fault has struck, at whatever stage."""
        return self._struck[name]

    def clear(self) -> None:
        """Switch every fault off."""
        self._on.clear()

    def take(self, name: str, stage: str) -> bool:
        """Whether this fault strikes now at this stage; a counted one is used up by one."""
        places = [(name, stage), (name, None)] if stage in KNOWN[name].usual else [(name, stage)]
        place = next((place for place in places if place in self._on), None)
        if place is None:
            return False
        left = self._on[place]
        if left == 1:
            del self._on[place]
        elif left is not None:
            self._on[place] = left - 1
        self._struck[name] += 1
        return True
