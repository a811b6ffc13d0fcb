"""What a prompt of unknown wording asks: its dialogue, its questions, the form of the answer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from qwen_localize.sandbox.analysis.asking import Question, questions_in
from qwen_localize.sandbox.analysis.form import Form, form_in

_TURN = re.compile(r"\s*\[(?P<number>\d{1,6})\]\s*(?P<role>[^:：,\s][^:：]{0,59})[:：]\s*(?P<text>.*)")
_BARE_TURN = re.compile(
    r"\s*(?P<role>customer|client|user|buyer|agent|assistant|seller|客户|顾客|用户|买家|客服|坐席|卖家)\s*[:：]\s*(?P<text>.+)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Turn:
    """Something that somebody says."""

    number: int
    role: str
    text: str


@dataclass(frozen=True)
class Prompt:
    """A prompt, taken apart. Nothing that is asked for inside the dialogue is in any other part.

    Attributes:
        turns: The dialogue.
        instructions: Everything else.
    """

    turns: tuple[Turn, ...]
    instructions: str

    @classmethod
    def parse(cls, text: str) -> Prompt:
        """Find the dialogue: lines of the form `[turn] role: text`, or `role: text` if there are none."""
        lines = text.split("\n")
        found = [(at, match) for at, line in enumerate(lines) if (match := _TURN.match(line))]
        if not found:
            found = [(at, match) for at, line in enumerate(lines) if (match := _BARE_TURN.match(line))]
        blocks = _blocks(found)
        turns = [_turn(match, order) for order, (_, match) in enumerate(blocks[-1] if blocks else [], 1)]
        inside = {at for block in blocks for at in range(block[0][0], block[-1][0] + 1)}
        rest = "\n".join(line for at, line in enumerate(lines) if at not in inside)
        return cls(tuple(turns), rest)

    @cached_property
    def said(self) -> str:
        """The whole dialogue."""
        return "\n".join(turn.text for turn in self.turns)

    @cached_property
    def form(self) -> Form | None:
        """The JSON that is demanded, if any is."""
        return form_in(self.instructions)

    @cached_property
    def questions(self) -> list[Question]:
        """What is asked, at least one question."""
        return questions_in(self.instructions, self.form)

    @property
    def is_repair(self) -> bool:
        """Whether an earlier answer is to be mended."""
        return re.search(r"repair|修复|修正", self.instructions, re.IGNORECASE) is not None


Found = tuple[int, re.Match[str]]


def _blocks(found: Sequence[Found]) -> list[list[Found]]:
    """Runs of lines with rising numbers; the last is the dialogue, those before are examples of one.

    What stands between two lines of a run was said in the dialogue too.
    """
    blocks: list[list[Found]] = []
    for place in found:
        if blocks and _number(place, len(blocks[-1]) + 1) > _number(blocks[-1][-1], len(blocks[-1])):
            blocks[-1].append(place)
        else:
            blocks.append([place])
    return blocks


def _number(place: Found, order: int) -> int:
    number = place[1].groupdict().get("number")
    return order if number is None else int(number)


def _turn(match: re.Match[str], order: int) -> Turn:
    return Turn(int(match.groupdict().get("number") or order), match["role"].strip(), match["text"])
