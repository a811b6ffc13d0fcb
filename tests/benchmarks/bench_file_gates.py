"""The gates of localization files on what people wrote: how often they blame it, and how much damage they catch.

Runs on the texts in tests/tools/localize_files/human, or on a folder of files of the same shape.

    uv run python tests/benchmarks/bench_file_gates.py
"""

import argparse
import random
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

if not __package__:  # run as a file: its neighbours are found beside it
    sys.path.append(str(Path(__file__).resolve().parents[1]))

from benchmarks.damage_files import DAMAGES, Kind
from benchmarks.damage_world import World
from benchmarks.human_files import FOLDER, FilePair, sets
from qwen_localize_tools._shared.gates import Finding


@dataclass(frozen=True)
class Caught:
    """How much of a kind of damage was noticed.

    Attributes:
        tried: how many texts were damaged so.
        noticed: how many of them had a finding.
        hard: how many had a hard one.
        missed: those that did not have what their kind asks for.
    """

    tried: int
    noticed: int
    hard: int
    missed: Sequence[tuple[FilePair, str]]


def alarms(pairs: Iterable[FilePair]) -> list[tuple[FilePair, list[Finding]]]:
    """The texts with a hard finding."""
    found = ((pair, pair.judged(pair.pair.translation)) for pair in pairs)
    return [(pair, findings) for pair, findings in found if any(finding.hard for finding in findings)]


def caught(kind: Kind, pairs: Sequence[FilePair], most: int, seed: int) -> Caught:
    """What the gates say of texts that were damaged in one way."""
    chance = random.Random(f"{seed} {kind.name}")
    world = World(chance, {})
    rows: list[tuple[FilePair, str, list[Finding]]] = []
    for pair in chance.sample(pairs, len(pairs)):
        text = kind.damage(pair, world)
        if text is not None and text != pair.pair.translation:
            rows.append((pair, text, pair.judged(text, kind.most(pair))))
        if len(rows) == most:
            break
    wanted = [(pair, text) for pair, text, found in rows if not any(item.hard or not kind.hard for item in found)]
    hard = sum(any(item.hard for item in found) for _, _, found in rows)
    return Caught(len(rows), sum(bool(found) for _, _, found in rows), hard, wanted)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run it all; the tables are on stdout."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the texts are")
    parser.add_argument("--damaged", type=int, default=400, help="most texts for each kind of damage")
    parser.add_argument("--seed", type=int, default=1, help="chooses what is damaged, and how")
    parser.add_argument("--show", action="store_true", help="print the alarms and what was missed")
    options = parser.parse_args(arguments)
    human = sets(options.folder)
    sys.stdout.write(f"{_alarm_table(human, show=options.show)}\n\n{_damage_table(human, options)}\n")


def _alarm_table(human: Mapping[str, Sequence[FilePair]], *, show: bool) -> str:
    lines = [
        "| set | languages | texts | known to be wrong | of these found | false alarms |",
        "|---|---|---|---|---|---|",
    ]
    shown: list[str] = []
    everything = [pair for pairs in human.values() for pair in pairs]
    for name, pairs in (*human.items(), ("all", everything)):
        found = alarms(pairs)
        langs = len({pair.pair.lang for pair in pairs})
        right = sum(pair.wrong for pair, _ in found)
        wrong = sum(pair.wrong for pair in pairs)
        share = 100 * (len(found) - right) / len(pairs)
        lines.append(
            f"| {name} | {langs} | {len(pairs):,} | {wrong} | {right} | {len(found) - right} ({share:.2f} %) |"
        )
        if name == "all" and show:
            shown = [_line(pair, pair.pair.translation, findings) for pair, findings in found if not pair.wrong]
    return "\n".join([*lines, *shown])


def _damage_table(human: Mapping[str, Sequence[FilePair]], options: argparse.Namespace) -> str:
    clean = undamaged(human)
    lines = ["| damage | level | texts | noticed | hard |", "|---|---|---|---|---|"]
    shown: list[str] = []
    tried = hard = 0
    for kind in DAMAGES:
        result = caught(kind, clean, options.damaged, options.seed)
        level = "hard" if kind.hard else "soft"
        shares = " | ".join(f"{100 * part / max(1, result.tried):.1f} %" for part in (result.noticed, result.hard))
        lines.append(f"| {kind.name} | {level} | {result.tried} | {shares} |")
        tried, hard = tried + kind.hard * result.tried, hard + kind.hard * result.hard
        shown += [_line(pair, text, []) for pair, text in result.missed[:8]] if options.show else []
    return "\n".join([*lines, f"| all hard ones | | {tried:,} | | {100 * hard / tried:.1f} % |", *shown])


def undamaged(human: Mapping[str, Iterable[FilePair]]) -> list[FilePair]:
    """The texts that have no hard finding as they are."""
    everything = [pair for pairs in human.values() for pair in pairs]
    blamed = {pair for pair, _ in alarms(everything)}
    return [pair for pair in everything if pair not in blamed]


def _line(pair: FilePair, text: str, found: Sequence[Finding]) -> str:
    told = " ".join(f"{finding.check}: {finding.message}" for finding in found if finding.hard) or "missed"
    return f"{pair.pair.kit} {pair.pair.lang} {pair.form!r} {pair.pair.source[:160]!r} -> {text[:160]!r}: {told}"


if __name__ == "__main__":
    main()
