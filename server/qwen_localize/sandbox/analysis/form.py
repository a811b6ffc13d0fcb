"""The JSON skeleton of an answer that a prompt shows."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

_GROUP = re.compile(r"\{[^{}]*\}")
_MEMBER = re.compile(r"[\"'“](?P<key>[^\"'“”:：{}\[\]]{1,40})[\"'”]\s*[:：]\s*(?P<value>\[|-?\d|[\"'“][^\"'“”]*)?")
_KEY = re.compile(r"[\"']([^\"']{1,40})[\"']\s*:\Z")
_ID = re.compile(r"[\w.-]{1,40}")
_NO_ID = frozenset({"id", "string", "str", "number", "int", "integer", "question_id", "...", "xxx", "x"})

# What each part of an answer is called.
_NAMES = {
    "id": {"id", "question", "question_id", "qid", "item", "编号", "问题"},
    "label": {
        "label", "answer", "result", "category", "class", "value", "conclusion", "sentiment", "satisfaction", "intent",
        "标签", "结果", "结论", "答案", "分类", "情绪", "满意度", "意图",
    },
    "reason": {"reason", "reasoning", "explanation", "rationale", "why", "理由", "原因", "依据", "说明"},
    "turns": {"turns", "turn", "evidence", "evidence_turns", "lines", "轮次", "轮", "证据"},
    "quote": {"quote", "quotes", "原文", "引用"},
    "confidence": {"confidence", "score", "probability", "置信度", "分数"},
}  # fmt: skip
_PARTS = {name: part for part, names in _NAMES.items() for name in names}


class Shape(Enum):
    """How the objects of an answer stand together."""

    ALONE = "one object"
    LIST = "an array"
    MAP = "an object of objects, by id"


@dataclass(frozen=True)
class Member:
    """One key of the demanded objects.

    Attributes:
        part: What belongs under it: id, label, reason, turns, quote, confidence; none of them if it is empty.
        is_list: Whether a list is demanded.
        is_number: Whether a number is.
        example: The text that the skeleton shows.
    """

    key: str
    part: str
    is_list: bool
    is_number: bool
    example: str


@dataclass(frozen=True)
class Form:
    """The demanded JSON.

    Attributes:
        members: The keys of each object, in order.
        ids: The ids that the skeleton names itself.
        under: The key of the outermost object that the array stands under, if any.
    """

    members: tuple[Member, ...]
    shape: Shape
    ids: tuple[str, ...]
    under: str

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels, where the skeleton shows `a | b` for one."""
        shown = next((member.example for member in self.members if member.part == "label"), "")
        labels = tuple(label.strip(" <>") for label in shown.split("|"))
        return labels if len(labels) > 1 else ()


def form_in(instructions: str) -> Form | None:
    """The last skeleton in a text, None if it shows none."""
    found = [match for match in _GROUP.finditer(instructions) if is_skeleton(match.group())]
    if not found:
        return None
    members = _members(found[-1].group())
    shape, under = _surroundings(instructions[: found[0].start()].rstrip())
    ids = [_id_of(match, shape) for match in found]
    named = tuple(dict.fromkeys(name for name in ids if _ID.fullmatch(name) and name.lower() not in _NO_ID))
    return Form(tuple(members), shape, named, under)


def _id_of(match: re.Match[str], shape: Shape) -> str:
    """What a skeleton shows as its id: the key that it stands under, or its own member."""
    if shape is Shape.MAP:
        key = _KEY.search(match.string[: match.start()].rstrip())
        return key[1] if key else ""
    return next((member.example for member in _members(match.group()) if member.part == "id"), "")


def is_skeleton(group: str) -> bool:
    """Whether a `{...}` shows an answer."""
    return is_answer([member.key for member in _members(group)])


def is_answer(keys: Iterable[str]) -> bool:
    """Whether an object with these keys is an answer: it has a label, alone or beside another known part."""
    parts = [_PARTS.get(key.lower(), "") for key in keys]
    return "label" in parts and (len(parts) == 1 or len([part for part in parts if part]) > 1)


def _members(group: str) -> list[Member]:
    members: dict[str, Member] = {}
    for match in _MEMBER.finditer(group):
        key, value = match["key"].strip(), match["value"] or ""
        is_number = value[:1].isdigit() or value[:1] == "-"
        example = value[1:] if value[:1] in "\"'“" else ""
        members.setdefault(key, Member(key, _PARTS.get(key.lower(), ""), value == "[", is_number, example))
    return list(members.values())


def _surroundings(before: str) -> tuple[Shape, str]:
    """What stands before the first object: `[`, `{"answers": [` or `{"id": `."""
    if match := re.search(r"\{\s*[\"']([^\"']{1,40})[\"']\s*:\s*\[\Z", before):
        return Shape.LIST, match[1]
    if before.endswith("["):
        return Shape.LIST, ""
    return (Shape.MAP, "") if _KEY.search(before) else (Shape.ALONE, "")
