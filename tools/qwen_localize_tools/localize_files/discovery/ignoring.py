"""What is no part of a project's own files: what git ignores, what is installed or built, and what is hidden."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_NAMES = (
    "node_modules bower_components vendor Pods Carthage build _build dist out target coverage site-packages "
    "__pycache__ venv DerivedData"
)
_NOT_OURS = frozenset(_NAMES.split())
_MOST_RULES = 2_000
_MOST_LETTERS = 2**20
_MOST_DEPTHS = 3
_LONGEST = 1_000


@dataclass(frozen=True)
class Rule:
    """One line of a .gitignore."""

    form: re.Pattern[str]
    ignores: bool
    folders_only: bool


@dataclass(frozen=True)
class Rules:
    """The lines of one .gitignore, which speak of what lies under its folder."""

    base: str
    rules: tuple[Rule, ...]
    any: re.Pattern[str]

    def verdict(self, path: str, folder: bool) -> bool | None:
        """Whether a path is ignored; None if nothing is said of it. The last line that speaks of it counts."""
        inner = path[len(self.base) :]
        if not self.any.fullmatch(inner):
            return None
        for rule in reversed(self.rules):
            if (folder or not rule.folders_only) and rule.form.fullmatch(inner):
                return rule.ignores
        return None


def is_foreign(name: str) -> bool:
    """Whether a folder of this name is left aside whatever git says."""
    return name in _NOT_OURS or (name.startswith(".") and name != ".tx")


def is_ignored(path: str, folder: bool, files: Sequence[Rules]) -> bool:
    """Whether git ignores a path, by the .gitignore files above it, the outermost first."""
    verdicts = (rules.verdict(path, folder) for rules in reversed(files))
    return next((verdict for verdict in verdicts if verdict is not None), False)


def rules_of(file: Path, base: str) -> Rules | None:
    """What a .gitignore says; `base` is its folder, empty or with a slash at the end."""
    try:
        with file.open(encoding="utf-8", errors="replace") as opened:
            lines = opened.read(_MOST_LETTERS).splitlines()[:_MOST_RULES]
    except OSError:
        return None
    rules = tuple(rule for line in lines if (rule := _rule(line)))
    return Rules(base, rules, re.compile("|".join(rule.form.pattern for rule in rules))) if rules else None


def _rule(line: str) -> Rule | None:
    text = line.rstrip()
    text = text + " " if text.endswith("\\") and text != line else text
    if not text or text.startswith("#") or text.count("**") > _MOST_DEPTHS or len(text) > _LONGEST:
        return None
    ignores = not text.startswith("!")
    text = text if ignores else text[1:]
    folders_only, text = text.endswith("/"), text.rstrip("/")
    anchored = "/" in text
    try:
        form = re.compile(("" if anchored else "(?:.*/)?") + _form(_PART.findall(text.removeprefix("/"))))
    except re.error:
        return None
    return Rule(form, ignores, folders_only)


_PART = re.compile(r"(?:^|(?<=/))\*\*/|/\*\*$|\*+|\?|\[!?\]?[^\]]*\]|\\.|.", re.DOTALL)


def _form(parts: list[str]) -> str:
    """The expression for a rule's parts. What follows a star is looked for once: no later place fits better."""
    form, opened = "", ""
    for part in parts:
        if part.strip("*") == "":
            form += f"(?>[^/]*?{opened[1:]})" if opened else ""
            opened = "*"
        elif "**" in part:
            form += _last(opened) + ("(?:.*/)?" if part[-1] == "/" else "/.*")
            opened = ""
        elif opened:
            opened += _one(part)
        else:
            form += _one(part)
    return form + _last(opened)


def _last(opened: str) -> str:
    return f"[^/]*{opened[1:]}" if opened else ""


def _one(part: str) -> str:
    if part == "?":
        return "[^/]"
    if part[0] == "[" and len(part) > 2:
        inner = part[1:-1].replace("\\", r"\\").replace("[", r"\[")
        return f"[{'^' + inner[1:] if inner[0] == '!' else inner}]"
    return re.escape(part[-1])
