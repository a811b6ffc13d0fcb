"""`qwen-localize doctor`: what is set up here, what is not, and what to do about it. Nothing that it does is paid."""

import json
import os
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import asdict
from functools import partial

import anyio

from ...clock import Clock, RealClock
from ...errors import BadSetting, leaves, redact
from ...settings import Settings
from .findings import Finding, State, broken, warning

# No check takes longer; all of them run side by side.
_SECONDS = 14.0
_REPORT = "Please report it: https://github.com/qwen-localize/qwen-localize/issues"
_MARKS = {State.GOOD: "ok", State.NOTE: "note", State.WARNING: "WARNING", State.BROKEN: "BROKEN"}

Check = Callable[[], AsyncIterator[Finding]]


async def run(as_json: bool, environment: Mapping[str, str] = os.environ, clock: Clock | None = None) -> int:
    """Check everything and say what was found; the exit status, 0 if nothing is broken."""
    settings, refused = _settings(environment)
    checks = _checks(settings, environment, clock or RealClock())
    findings = refused + await _found(checks)
    _report(findings, settings.key, as_json=as_json)
    return int(any(finding.state is State.BROKEN for finding in findings))


def _settings(environment: Mapping[str, str]) -> tuple[Settings, list[Finding]]:
    """The settings; where one cannot be used, those without it, and what is wrong."""
    kept, refused = dict(environment), list[Finding]()
    while True:
        try:
            return Settings.load(kept), refused
        except BadSetting as error:
            name = str(error).partition(" ")[0]
            if name not in kept:  # a default that cannot be used
                raise
            refused.append(broken("settings", str(error), f"Correct {name}, or take it out of the environment."))
            del kept[name]


def _checks(settings: Settings, environment: Mapping[str, str], clock: Clock) -> dict[str, Check]:
    from . import machine, programs, service, shared

    return {
        "python": machine.python,
        "service": partial(service.way, settings, clock),
        "folders": partial(machine.folders, settings),
        "extras": machine.extras,
        "database": partial(shared.database, settings),
        "storage": partial(shared.storage, settings),
        "clients": partial(programs.clients, environment),
        "models": partial(service.models, clock),
    }


async def _found(checks: Mapping[str, Check]) -> list[Finding]:
    """What all checks find, in their order, however long one takes."""
    found: dict[str, list[Finding]] = {name: [] for name in checks}

    async def check(name: str) -> None:
        with anyio.move_on_after(_SECONDS) as scope:
            try:
                async with aclosing(checks[name]()) as findings:  # type: ignore[type-var]
                    async for finding in findings:
                        found[name].append(finding)
            except Exception as error:  # noqa: BLE001 - whoever asks a doctor is not sent away with a traceback
                kinds = ", ".join(sorted({type(leaf).__name__ for leaf in leaves(error)}))
                found[name].append(broken(name, f"This check failed by a fault of its own ({kinds}).", _REPORT))
        if scope.cancelled_caught:
            words = f"This check did not end within {_SECONDS:.0f} s."
            found[name].append(warning(name, words, "Run the doctor again when this machine is less busy."))

    async with anyio.create_task_group() as group:
        for name in checks:
            group.start_soon(check, name)
    return [finding for findings in found.values() for finding in findings]


def _report(findings: Sequence[Finding], key: str | None, *, as_json: bool) -> None:
    text = _as_json(findings) if as_json else _as_text(findings)
    sys.stdout.write(redact(text, key) + "\n")
    sys.stdout.flush()


def _as_json(findings: Sequence[Finding]) -> str:
    healthy = all(finding.state is not State.BROKEN for finding in findings)
    return json.dumps({"healthy": healthy, "findings": [asdict(finding) for finding in findings]}, indent=2)


def _as_text(findings: Sequence[Finding]) -> str:
    lines = []
    for finding in findings:
        lines.append(f"{_MARKS[finding.state]:<8} {finding.about}: {finding.words}")
        lines += [f"{'':<8} -> {finding.remedy}"] if finding.remedy else []
    bad = sum(finding.state is State.BROKEN for finding in findings)
    return "\n".join([*lines, "", f"{bad} broken." if bad else "Nothing is broken."])
