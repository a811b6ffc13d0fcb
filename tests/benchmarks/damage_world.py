"""What a damage may draw on."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.catalogues import Pair


@dataclass(frozen=True)
class World:
    """What a damage may draw on: chance, and what else was translated."""

    chance: random.Random
    elsewhere: dict[tuple[str, str], list[Pair]]


Damage = Callable[[Pair, World], str | None]
