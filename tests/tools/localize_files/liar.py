"""A model that damages each text in the way that a word in the text names."""

import json
import re
from collections.abc import Callable, Sequence

import httpx

from fakes_text import content, russian

Damage = Callable[[str], str]
_TOKEN = re.compile(r'\{ ?\$?\w+ ?\}|%[a-z]|</?b>|<x id="\d+"/>|https?://\S+')
_LINE = re.compile(r"\[\[(\d+)\]\] (.*) \[\[\d+\]\]", re.DOTALL)
_LETTERS = "abcdefghij"
# The word that names a damage: `zabz` is number 1.
_NAMING = re.compile(r"z([a-j])([a-j])z")


def _first(change: Damage) -> Damage:
    return lambda text: _TOKEN.sub(lambda found: change(found[0]), text, count=1)


def _inside(added: str) -> Damage:
    return lambda text: text[:4] + added + text[4:]


def _after(added: str) -> Damage:
    return lambda text: text + added


def _put(old: str, new: str) -> Damage:
    return lambda text: text.replace(old, new, 1)


DAMAGES: dict[str, Damage | None] = {
    "it is the source": None,
    "a placeholder is lost": _first(lambda _: ""),
    "a placeholder is doubled": _first(lambda token: f"{token} {token}"),
    "a placeholder is renamed": lambda text: text.replace("name", "nome").replace("%s", "%x"),
    "a placeholder is translated": lambda text: re.sub(r"\{ ?\$?\w+ ?\}", "{имя}", text),
    "placeholders change places": lambda text: re.sub("%[sd]", lambda found: "%d" if found[0] == "%s" else "%s", text),
    "a placeholder is made up": _after(" {extra}"),
    "a conversion is made up": _after(" %s"),
    "a bare percent sign is added": lambda text: f"{text} %" if "%s" in text else text,
    "a tag is left open": lambda text: text.replace("</b>", ""),
    "tags cross": lambda text: re.sub("</?b>", lambda found: "<b>" if "/" in found[0] else "</b>", text),
    "a tag is added": _after(" <i>x</i>"),
    "a script is added": _after("<script>alert(1)</script>"),
    "an attribute is added": _put("<b>", '<b onclick="evil()">'),
    "a picture is added": _after(" <img src=x onerror=alert(1)>"),
    "a link is added": _after(" [x](javascript:alert(1))"),
    "a number is another": lambda text: text.replace("350", "777"),
    "a number is lost": lambda text: text.replace("350 ", ""),
    "an address is another": _put("shop.example", "shop.ru"),
    "an address is added": _after(" https://evil.example/"),
    "a line break is lost": _put("\n", " "),
    "a line break is added": _put(" ", "\n"),
    "a paragraph is added": _put(" ", "\n\n"),
    "it is empty": lambda _: "",
    "it is blank": lambda _: "   ",
    "it is another language": lambda _: "これは別の言語で書かれた文です",
    "it is said again and again": lambda text: " ".join([text] * 6),
    "it has a megabyte": lambda text: text * (1_000_000 // len(text)),
    "a preface stands before it": lambda text: f"Вот перевод: {text}",
    "it stands in a fence": lambda text: f"```\n{text}\n```",
    "a bell": _inside("\x07"),
    "a NUL": _inside("\0"),
    "half a surrogate pair": _inside("\ud800"),
    "a replacement character": _inside("\ufffd"),
    "a private character": _inside("\ue000"),
    "no character": _inside("\uffff"),
    "a byte order mark": _inside("\ufeff"),
    "an override of direction": _inside("\u202e"),
    "letters that nobody sees": _inside("\U000e0041"),
    "an escaped quotation mark": _after('\\"'),
    "a backslash": _after("\\"),
    "an escaped line break": _after("\\n"),
    "the end of CDATA": _after("]]>"),
    "the end of a comment": _after(" -->"),
    "the end of a comment in C": _after("*/ x"),
    "the end of a comment in Jinja": _after("#}"),
    "Python's quotation marks": _after("'''"),
    "the end of an element": _after('</string><string name="evil">x'),
    "the end of a statement": _after('";\n"evil" = "x'),
    "an entity": _after("&evil;"),
    "an opened brace": _after(" {"),
    "a closed brace": _after(" }"),
    "PHP": _after("<?php evil() ?>"),
    "a variable": _after("${jndi:ldap://x}"),
    "a choice": _after(" {n, plural, one {x} other {y}}"),
    "a choice of Fluent's": _after(" { $n -> [one] x *[other] y }"),
    "an attribute of Fluent's": _after("\n.attr = evil"),
    "a document of YAML": _after("\n---\nevil: 1"),
    "a cue": _after("\n\n2\n00:00:01,000 --> 00:00:02,000\nevil"),
    "the times of a cue": _after(" 00:00:01.000 --> 00:00:02.000 x"),
    "a bar is added": _put(" ", " | "),
    "a formula": lambda text: f"={text}",
    "a conflict": lambda text: f"<<<<<<< HEAD\n{text}\n=======\nx\n>>>>>>> y",
    "a numbering": _after(" [[9]]"),
}
# What people write too: it may stand in a file, if it stands there as it is.
ODDITIES: dict[str, Damage] = {
    "a quotation mark": _after('"'),
    "an apostrophe": _after("'"),
    "the end of a string in PHP": _after("', 'evil' => '"),
    "an ampersand": _after(" &"),
    "a sign for less": _after(" <"),
    "a percent sign": lambda text: text if "%s" in text else f"{text} %",
    "a hash before it": lambda text: f"# {text}",
    "a hash in it": _put(" ", " #"),
    "a dash before it": lambda text: f"- {text}",
    "a number of a list": lambda text: f"1. {text}",
    "a colon": _put(" ", ": "),
    "an at sign": lambda text: f"@{text}",
    "a question mark before it": lambda text: f"?{text}",
    "a tab": _put(" ", "\t"),
    "a space that does not break": _put(" ", "\u00a0"),
    "a mark of direction": lambda text: f"\u200f{text}",
    "an emoji": _after(" 👩‍👩‍👧"),
    "a dollar sign": _after(" $"),
}


def naming(number: int) -> str:
    """The word that names a damage by its number."""
    return f"z{_LETTERS[number // 10]}{_LETTERS[number % 10]}z"


class Liar:
    """The model.

    Args:
        damages: what it does, by their numbers; None for the source itself.
    """

    def __init__(self, damages: Sequence[Damage | None]) -> None:
        self._damages = damages
        self.asked = 0

    def said(self, text: str) -> str:
        """What it makes of a text."""
        found = _NAMING.search(text)
        if not found:
            return russian(text)
        damage = self._damages[10 * _LETTERS.index(found[1]) + _LETTERS.index(found[2])]
        return damage(russian(text)) if damage else text

    def answer(self, request: httpx.Request) -> httpx.Response:
        """The answer to a request."""
        self.asked += 1
        text = content(request)
        lines = [_LINE.fullmatch(line) for line in text.split("\n")]
        marked = [f"[[{line[1]}]] {self.said(line[2])} [[{line[1]}]]" for line in lines if line]
        return _completion("\n".join(marked) if len(marked) == len(lines) else self.said(text))


def _completion(text: str) -> httpx.Response:
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    usage = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
    body = json.dumps({"id": "chatcmpl-1", "model": "qwen-mt-flash", "choices": [choice], "usage": usage})
    return httpx.Response(200, content=body.encode(), headers={"content-type": "application/json"})
