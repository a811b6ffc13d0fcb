"""An order for a job: data alone, so that any process can carry it out."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ..dashscope import Model
from ..files import Kept, Media


@dataclass(frozen=True)
class Order:
    """What a tool orders.

    Attributes:
        label: what is done to what, in a few words.
        model: the model that is asked.
        arguments: JSON; with the inputs, all that the tool's work needs.
        remarks: JSON, for the tool's work as well; two orders that differ in these alone are equal.
        inputs: what it works on; what is kept already is named only.
        stem: the artifacts' name, without ending.
        cost: estimate in CNY for all `pieces` of results; None where nobody published the price, and for a batch,
            of which each call is booked by itself.
        many: whether it is a batch, where a tool has work for one and work for many.
        past_budget: whether each call of a batch may pass the daily budget, since the user has agreed to that.
    """

    label: str
    model: Model
    arguments: dict[str, Any]
    inputs: Sequence[Media | Kept] = ()
    stem: str = ""
    cost: float | None = None
    pieces: int = 1
    many: bool = False
    past_budget: bool = False
    remarks: dict[str, Any] = field(default_factory=dict)

    def digest(self, tool: str) -> str:
        """Equal for equal requests to a tool: names and places of local files do not matter, their content does."""
        marks = [media.mark for media in self.inputs]
        text = json.dumps([tool, self.model.name, self.arguments, marks], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()
