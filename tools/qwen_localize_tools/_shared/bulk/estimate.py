"""What many pictures will take, said before anything is paid."""

from dataclasses import dataclass
from typing import Any

from qwen_localize.tool import JobResult, Model, cny

from .gathering import Gathered

# How long the service works on one picture, by its own words: 10 to 60 s.
_QUICK, _SLOW = 10.0, 60.0


@dataclass(frozen=True)
class Estimate:
    """What a call will take.

    Attributes:
        pictures: how many go in.
        results: how many come out.
        paid: how many of these are paid for, since equal pictures are so once.
        cost: in CNY; None where nobody published the price.
        requests: how many a minute.
        at_once: how many the service works on at the same time.
    """

    pictures: int
    results: int
    paid: int
    cost: float | None
    requests: float
    at_once: int

    @property
    def seconds(self) -> tuple[int, int]:
        """How long it takes, at the least and at the most."""
        apart = 60 / self.requests
        low, high = (round(max(each / self.at_once, apart) * (self.paid - 1) + each) for each in (_QUICK, _SLOW))
        return low, high

    @property
    def words(self) -> str:
        """All of it in a sentence."""
        low, high = (_time(seconds) for seconds in self.seconds)
        what = f"{self.pictures} pictures, {self.results} results"
        return f"{what}, {cny(self.cost)}, {low if low == high else f'{low} to {high}'}"


def _time(seconds: int) -> str:
    return f"{seconds} s" if seconds < 100 else f"{round(seconds / 60)} min"


def preview(tool: str, model: Model, gathered: Gathered, estimate: Estimate, result: type[JobResult]) -> JobResult:
    """What a call would do, with nothing sent."""
    low, high = estimate.seconds
    left = left_out_words(gathered.as_json, len(gathered.left_out))
    details = {
        "pictures": estimate.pictures,
        "total": estimate.results,
        "cost": estimate.cost,
        "seconds": [low, high],
        "left_out": gathered.as_json,
        "left_out_count": len(gathered.left_out),
    }
    return result.preview(tool, model, f"{estimate.words}.{left}", details)


def remarks(estimate: Estimate, gathered: Gathered) -> dict[str, Any]:
    """What a batch tells of its beginning."""
    left_out = {"left_out": gathered.as_json, "left_out_count": len(gathered.left_out)}
    return {"began": estimate.words} | left_out


def left_out_words(left_out: list[dict[str, str]], count: int) -> str:
    """What was left out, the first of it."""
    if not count:
        return ""
    shown = [_described(item) for item in left_out[:5]]
    more = f"; and {count - len(shown)} more" if count > len(shown) else ""
    return f" {count} left out: {'; '.join(shown)}{more}."


def _described(item: dict[str, str]) -> str:
    reason = item["reason"].rstrip(".")
    return reason if item["name"] in reason else f"{item['name']} ({reason})"
