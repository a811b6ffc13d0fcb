"""A model that misbehaves as models do: it damages what it translates, always, once, or in batches only."""

import json
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from fakes_text import completion, content, russian

_LINE = re.compile(r"\[\[(\d+)\]\] (.*)")
_TOKEN = re.compile(r"\{[^{}]*\}|%[a-z]|</?[a-z][^<>]*>|<x id=\"\d+\"/>|https?://\S+|\\n|&\w+;")
# Half of them with what a program fills in or reads, and of different lengths, as an app's strings are.
STRINGS = [
    "Hello {name}, your order %s has shipped",
    "Press <b>Save</b> to keep the {count} changes",
    "Settings",
    "Delete the account",
    "See https://shop.example/help for more",
    "First line\\nsecond line of the message",
    "Photos &copy; the shop",
    "The mug holds 350 ml and costs 12 euros",
    "Free delivery",
    "Please choose a payment method before you go on",
]


# Without anything that a program fills in or reads: only their lengths tell that they have moved.
WORDS = [
    "Settings",
    "Please choose a payment method before you go on",
    "Delete the account",
    "Yes",
    "Your parcel will be handed over to the courier tomorrow morning",
    "Free delivery",
    "The page that you are looking for has been moved or removed",
    "Search",
]


def words_only(count: int) -> list[str]:
    """So many different strings of words alone."""
    return [f"{WORDS[index % len(WORDS)]} {_word(index)}" for index in range(count)]


def strings(count: int) -> list[str]:
    """So many different strings of that kind."""
    return [f"{STRINGS[index % len(STRINGS)]} {_word(index)}" for index in range(count)]


def _word(index: int) -> str:
    return "abcdefghijklmnopqrstuvwxyz"[index % 26] * (2 + index // 26)


Damage = Callable[[str], str]


def _first(pattern: re.Pattern[str], change: Callable[[str], str]) -> Damage:
    return lambda text: pattern.sub(lambda found: change(found[0]), text, count=1)


# What happens to the translation of one string.
DAMAGES: dict[str, Damage] = {
    "a placeholder is lost": _first(_TOKEN, lambda _: ""),
    "a placeholder is translated": _first(re.compile(r"\{(\w+)\}"), lambda _: "{имя}"),
    "a placeholder is doubled": _first(_TOKEN, lambda token: f"{token} {token}"),
    "a placeholder is made up": lambda text: f"{text} {{extra}}",
    "a tag is left open": lambda text: text.replace("</b>", ""),
    "an escape becomes a line break": lambda text: text.replace("\\n", "\n"),
    "a number is another": _first(re.compile(r"\d+"), lambda digits: str(int(digits) + 7)),
    "a number is lost": _first(re.compile(r"\d{2,} "), lambda _: ""),
    "an address is another": lambda text: text.replace("shop.example", "shop.ru"),
    "braces are full-width": lambda text: text.replace("{", "｛").replace("}", "｝"),
    "a placeholder is spaced": lambda text: text.replace("%s", "% s"),
    "a preface stands before it": lambda text: f"Вот перевод вашего текста:\n{text}",
    "a note is added": lambda text: f"Перевод: {text}",
    "it stands in a fence": lambda text: f"```\n{text}\n```",
    "it is said again and again": lambda text: " ".join([text] * 6),
    "it is the source": lambda text: text,  # see `Misbehaving`
    "it is another language": lambda _: "これは別の言語で書かれた文です",
}


def _shifted(texts: Sequence[str]) -> list[str]:
    return [*texts[1:], texts[0]]


def _swapped(texts: Sequence[str]) -> list[str]:
    return [texts[1], texts[0], *texts[2:]]


def _merged(texts: Sequence[str]) -> list[str]:
    return [f"{texts[0]} {texts[1]}", *texts[2:], texts[-1]]


def _repeated(texts: Sequence[str]) -> list[str]:
    return [texts[0], texts[0], *texts[2:]]


def _dropped(texts: Sequence[str]) -> list[str]:
    middle = len(texts) // 2
    return [*texts[:middle], *texts[middle + 1 :], f"{texts[-1]}А"]


# What happens to the lines of a batch whose numbers stay in order.
MIXES: dict[str, Callable[[Sequence[str]], list[str]]] = {
    "texts move by one": _shifted,
    "two texts are swapped": _swapped,
    "two texts are merged": _merged,
    "a text is repeated": _repeated,
    "a text is left out, and the last one said twice": _dropped,
}


def _renumbered(answer: str) -> str:
    return re.sub(r"\[\[(\d+)\]\]", lambda mark: f"[[{int(mark[1]) - 1}]]", answer)


def _split(answer: str) -> str:
    first, *rest = answer.split("\n")
    return "\n".join([first.replace(" ", "\n", 2), *rest])


def _half(answer: str) -> str:
    lines = answer.split("\n")
    return "\n".join(lines[: len(lines) // 2])


# What happens to the answer to a batch as a whole.
ANSWERS: dict[str, Damage] = {
    "marks are numbered from 0": _renumbered,
    "marks are spaced": lambda answer: answer.replace("[[", "[ [").replace("]]", "] ]"),
    "marks are full-width": lambda answer: answer.translate(str.maketrans("[]", "［］")),
    "marks are translated": lambda answer: re.sub(r"\[\[\d+\]\]", "[[строка]]", answer),
    "marks lose a bracket": lambda answer: answer.replace("[[", "[").replace("]]", "]"),
    "marks are missing at the end": lambda answer: re.sub(r" \[\[\d+\]\]$", "", answer, flags=re.MULTILINE),
    "marks are numbers of a list": lambda answer: re.sub(r"^\[\[(\d+)\]\](.*) \[\[.*$", r"\1.\2", answer, flags=re.M),
    "a line is split in two": _split,
    "a preface stands before the lines": lambda answer: f"Вот перевод:\n{answer}",
    "a remark stands behind the lines": lambda answer: f"{answer}\nПримечание: всё переведено.",
    "only half of the lines come": _half,
    "a line comes twice": lambda answer: f"{answer}\n{answer.splitlines()[-1]}",
    "lines come in reverse": lambda answer: "\n".join(reversed(answer.split("\n"))),
    "lines stand on one": lambda answer: answer.replace("\n", " "),
    "nothing comes but marks": lambda answer: re.sub(r"\]\] .* \[\[", "]] [[", answer),
}


@dataclass
class Misbehaving:
    """The model.

    Attributes:
        damage: what it does to a text, to the texts of a batch, or to the answer to one.
        times: how often it does it to the same text; None for always.
        only: the kind of request that it does it to: `batch`, `alone`, `masked` or `plus`; empty for all.
        keeps_marks: whether the texts of a batch move without the marks behind them.
        asked: how often each request came.
    """

    damage: str
    times: int | None = None
    only: str = ""
    keeps_marks: bool = False
    requests: int = 0
    asked: Counter[str] = field(default_factory=Counter)

    def answer(self, request: httpx.Request) -> httpx.Response:
        """The answer to a request."""
        self.requests += 1
        text = content(request)
        lines = [_LINE.fullmatch(line) for line in text.split("\n")]
        kind = "batch" if all(lines) else "plus" if b"qwen-mt-plus" in request.content else "alone"
        kind = "masked" if '<x id="' in text else kind
        if self.only not in ("", kind):
            return completion(russian(text))
        if kind == "batch":
            return completion(self._lines([(int(line[1]), line[2]) for line in lines if line]))
        return completion(self._one(text))

    def _lines(self, lines: Sequence[tuple[int, str]]) -> str:
        if self.damage in MIXES:
            texts = self._mixed([text for _, text in lines])
        else:
            texts = [self._one(text) for _, text in lines]
        answer = "\n".join(f"[[{number}]] {text}" for (number, _), text in zip(lines, texts, strict=False))
        change = ANSWERS.get(self.damage)
        return change(answer) if change and self._strikes(str(lines)) else answer

    def _mixed(self, lines: Sequence[str]) -> list[str]:
        """The texts with the marks behind them, moved: each with its own, as what is taken for one thing, or not."""
        parted = [_parted(russian(line)) for line in lines]
        if not self._strikes(str(lines)):
            return [text + mark for text, mark in parted]
        mix = MIXES[self.damage]
        if not self.keeps_marks:
            return mix([text + mark for text, mark in parted])
        return [text + mark for text, (_, mark) in zip(mix([text for text, _ in parted]), parted, strict=True)]

    def _one(self, text: str) -> str:
        body, mark = _parted(text)
        if self.damage not in DAMAGES or not self._strikes(body):
            return russian(text)
        return DAMAGES[self.damage](body if self.damage == "it is the source" else russian(body)) + mark

    def _strikes(self, text: str) -> bool:
        self.asked[text] += 1
        return self.times is None or self.asked[text] <= self.times


def _parted(line: str) -> tuple[str, str]:
    """A line of a batch without the mark behind it, and that mark; a text alone has none."""
    return (line[: line.rindex(" [[")], line[line.rindex(" [[") :]) if line.endswith("]]") else (line, "")


@dataclass(frozen=True)
class Verdict:
    """What came of a call, string by string.

    Attributes:
        wrong: translations that are not what they should be.
        unreported: of those, how many no warning names.
        alarms: warnings of translations that are right.
    """

    wrong: int
    unreported: int
    alarms: int


def _warnings(result: dict[str, Any]) -> list[dict[str, Any]]:
    """All warnings: those of the answer, or of their file."""
    paths = [Path(file["path"]) for file in result.get("artifacts", ()) if file["path"].endswith(".warnings.json")]
    return list(json.loads(paths[0].read_text("utf-8"))) if paths else list(result["warnings"])


def verdict(sources: Sequence[str], result: dict[str, Any]) -> Verdict:
    """Compare a structured result with what a sound model returns."""
    places = list(result["translations"])
    warned = {item["index"] for item in _warnings(result)}
    wrong = {index for index, place in enumerate(places) if place != russian(sources[index])}
    failed = {index for index, place in enumerate(places) if isinstance(place, dict)}
    return Verdict(len(wrong), len(wrong - warned - failed), len(warned - wrong))
