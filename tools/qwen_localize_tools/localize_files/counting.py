"""What became of each language, in numbers, and what is to be said of single texts."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from .composing import source_form
from .lock import Id
from .merging import Merged, Remark
from .planning import Plan, State
from .report import Row

NAMES = ("new", "changed", "kept", "stale", "left", "doubts", "files")


@dataclass
class Tally:
    """A language.

    Attributes:
        counts: units by what becomes of them, and the files that are changed; by `NAMES`.
        rows: what is told of single texts in the report.
    """

    counts: Counter[str] = field(default_factory=Counter)
    rows: list[Row] = field(default_factory=list)

    @property
    def as_json(self) -> dict[str, int]:
        """The numbers."""
        return {name: self.counts[name] for name in NAMES}

    def add_plan(self, plan: Plan, lang: str) -> None:
        """Count a file as it would be done."""
        self.counts.update(plan.states.values())
        left = {task.id[0] for task in plan.tasks if task.node is None and not task.given}
        self.counts.subtract(plan.states[key] for key in left)
        self.counts["left"] += len(left)
        self.counts["files"] += any(task.node or task.given for task in plan.tasks)
        remarks = [Remark(task.id, "plural", task.reason, hard=True) for task in plan.tasks if task.reason]
        self._tell(plan, lang, remarks, {})

    def add_merged(self, plan: Plan, done: Merged, lang: str) -> None:
        """Count a file that was done.

        Args:
            plan: what had to be done.
            done: what became of it.
            lang: the language, as the project spells it.
        """
        left = {remark.id[0] for remark in done.remarks if remark.hard}
        doubts = {remark.id[0] for remark in done.remarks if not remark.hard} - left
        self.counts.update(state for key, state in plan.states.items() if key not in left)
        self.counts["left"] += len(left)
        self.counts["doubts"] += len(doubts)
        self.counts["files"] += bool(done.texts)
        self._tell(plan, lang, done.remarks, done.texts)

    def add_edited(self, plan: Plan, done: Merged, lang: str) -> None:
        """Count a file into which people's edits were put."""
        there = {pair.key for pair in plan.paired.pairs if pair.target}
        touched = {key for key, _ in done.texts} | {remark.id[0] for remark in done.remarks}
        plan.states = {key: "changed" if key in there else "new" for key in touched}
        self.add_merged(plan, done, lang)

    def lose(self, row: Row, reason: str) -> None:
        """Count a row of a table that cannot be put into any file."""
        self.counts["left"] += 1
        self.rows.append(replace(row, state="left", check="table", message=reason, hard=True))

    def refuse(self, path: str, lang: str, reason: str) -> None:
        """Count a file that cannot be used."""
        self.counts["left"] += 1
        self.rows.append(Row(path, lang, "", "", "", "", "", "left", "file", reason, True))

    def _tell(self, plan: Plan, lang: str, remarks: Sequence[Remark], texts: Mapping[Id, str]) -> None:
        said: dict[Id, Remark] = {}
        for remark in remarks:
            known = said.get(remark.id)
            said[remark.id] = remark if known is None or (remark.hard and not known.hard) else known
        self.rows += _rows(plan, lang, said, texts)


def _rows(plan: Plan, lang: str, said: Mapping[Id, Remark], texts: Mapping[Id, str]) -> Iterator[Row]:
    now = plan.paired
    for pair in now.pairs:
        for form, number in pair.needed.items():
            remark = said.get((pair.key, form))
            state: State = plan.states.get(pair.key, "kept")
            if remark is None and state == "kept":
                continue
            source = pair.source[source_form(pair.source, form, number, now.direction.source)] if pair.source else ""
            new = texts.get((pair.key, form), remark.text if remark else "")
            yield Row(
                file=now.place.path,
                language=lang,
                key=pair.key,
                form=form,
                source=source,
                old=pair.target.get(form, ""),
                new=new,
                state="left" if remark and remark.hard else state,
                check=remark.check if remark else "",
                message=remark.message if remark else "",
                hard=bool(remark and remark.hard),
            )
    if plan.remark:
        yield Row(now.place.path, lang, "", "", "", "", "", "stale", "file", plan.remark, False)


def findings(tallies: Mapping[str, Tally]) -> Iterator[Row]:
    """All that is to be said of single texts, the gravest first."""
    rows = [row for tally in tallies.values() for row in tally.rows if row.message]
    return iter(sorted(rows, key=lambda row: not row.hard))


def total(tallies: Iterable[Tally], name: str) -> int:
    """A number of all languages together."""
    return sum(tally.counts[name] for tally in tallies)
