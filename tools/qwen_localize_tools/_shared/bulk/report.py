"""What became of many pictures: a few sentences, a bounded list of files, and a table with everything."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from qwen_localize.errors import OutputUnavailable
from qwen_localize.tool import Context, Ending, JobRecord, SavedFile, State, cny
from qwen_localize.wellformed import clipped

from ..spreadsheet import as_table
from .estimate import left_out_words

# How much an answer's words name: files, and of failures and doubts the first few; all in bytes.
_MOST_FILES, _MOST_PATHS = 8, 1500
_FEW, _MOST_NAME, _MOST_REASON, _MOST_CHECK = 5, 100, 280, 2000
# How much its structured data does.
_MOST_BYTES = 30_000
_MOST_FAILURES = 20
_HEADS = ["picture", "variant", "status", "file", "reason", "job_id", "cost_cny", "check"]


@dataclass(frozen=True)
class Row:
    """A part: its picture and variant, its job if it has one, and its files."""

    picture: str
    variant: str
    job: JobRecord | None
    error: str
    files: Sequence[SavedFile]
    check: Mapping[str, Any]

    @property
    def status(self) -> str:
        """What became of it, in a word or two."""
        if self.job and self.job.state is State.SUCCEEDED:
            return "done" if self.files else "no text found"
        return "failed"

    @property
    def cells(self) -> list[str]:
        """All of it, as the table has it."""
        paths = " | ".join(file.path for file in self.files)
        check = json.dumps(self.check, ensure_ascii=False) if self.check else ""
        job_id, cost = (self.job.id, self.job.cost) if self.job else ("", None)
        price = "" if cost is None else str(cost)
        return [self.picture, self.variant, self.status, paths, self.error, job_id, price, check]

    @property
    def failure(self) -> dict[str, str]:
        """Why it failed, for programs."""
        open_job = {"job_id": self.job.id} if self.job else {}
        shown = {"picture": clipped(self.picture, _MOST_NAME), "reason": clipped(self.error, _MOST_REASON)}
        return shown | {"variant": self.variant} | open_job

    @property
    def name(self) -> str:
        """The picture and its variant, for people."""
        return " ".join(filter(None, (clipped(self.picture, _MOST_NAME), self.variant)))


async def ending(context: Context, rows: Sequence[Row], cost: float | None, arguments: Mapping[str, Any]) -> Ending:
    """What the batch ends with."""
    failed = [row for row in rows if row.status == "failed"]
    left_out, count = arguments["left_out"], arguments["left_out_count"]
    files = [file for row in rows for file in row.files]
    checks = [row.check for row in rows if row.check]
    total = None if cost is None else round(cost + sum(check.get("cost") or 0.0 for check in checks), 6)
    report = await _report(context, rows) if len(rows) > 1 else []
    details: dict[str, Any] = {
        "done": len(rows) - len(failed),
        "failed": len(failed),
        "total": len(rows),
        "no_text": sum(row.status == "no text found" for row in rows),
        "failures": [row.failure for row in failed[:_MOST_FAILURES]],
        "left_out": left_out,
        "left_out_count": count,
    }
    words = [
        f"{details['done']} of {len(rows)} done{f', {len(failed)} failed' if failed else ''}, {cny(total)}.",
        f"No text was found in {details['no_text']}; looking is billed too." if details["no_text"] else "",
        _places(files, report),
        _check_words(rows),
        _failure_words(failed, len(rows)),
        left_out_words(left_out, count).strip(),
    ]
    if details["no_text"] == len(rows):
        details["no_text_found"] = True
    if checks:
        details["check"] = checks[0] if len(rows) == 1 else _summed(checks)
    return Ending(
        message=" ".join(filter(None, words)),
        details=details,
        artifacts=[file.model_dump() for file in _bounded([*report, *files])],
        usage={"image_count": len({row.job.id for row in rows if row.job and row.files})},
        cost=total,
        failed=len(failed) == len(rows),
    )


def _places(files: Sequence[SavedFile], report: Sequence[SavedFile]) -> str:
    table = f"All of it: {report[0].path}." if report else ""
    if len(files) <= _MOST_FILES and sum(len(file.path.encode()) for file in files) <= _MOST_PATHS:
        saved = f"Saved {', '.join(file.path for file in files)}." if files else ""
    else:
        saved = f"{len(files)} files in {PurePath(files[0].path).parent}."
    return " ".join(filter(None, (saved, table)))


def _failure_words(failed: Sequence[Row], total: int) -> str:
    shown = [f"{row.name}: {clipped(row.error, _MOST_REASON)}" for row in failed[:_FEW]]
    more = f" And {len(failed) - len(shown)} more." if len(failed) > len(shown) else ""
    again = " To try again, pass only these: a call with all pays for all." if 0 < len(failed) < total else ""
    return " ".join(shown) + more + again


def _check_words(rows: Sequence[Row]) -> str:
    checked = [row for row in rows if row.check]
    if not checked:
        return ""
    if len(rows) == 1:
        return clipped(str(checked[0].check["words"]), _MOST_CHECK)
    doubtful = [row for row in checked if not row.check["passed"]]
    shown = [f"{row.name}: {clipped(row.check['words'], _MOST_REASON)}" for row in doubtful[:_FEW]]
    more = f" And {len(doubtful) - len(shown)} more." if len(doubtful) > len(shown) else ""
    counts = f"Checked: {len(checked) - len(doubtful)} in order, {len(doubtful)} to look at."
    return " ".join([counts, *shown]) + more


def _summed(checks: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "passed": sum(bool(check["passed"]) for check in checks),
        "doubtful": sum(not check["passed"] for check in checks),
        "cost": round(sum(check.get("cost") or 0.0 for check in checks), 6),
    }


def _bounded(files: Sequence[SavedFile]) -> list[SavedFile]:
    """As many as an answer can hold; the report, which comes first, names all."""
    kept, room = [], _MOST_BYTES
    for file in files:
        room -= len(file.model_dump_json())
        if room < 0:
            break
        kept.append(file)
    return kept


async def _report(context: Context, rows: Sequence[Row]) -> list[SavedFile]:
    """A table of all parts as a file; none if the disk refuses it, which must not lose what is done."""
    table = as_table([_HEADS, *(row.cells for row in rows)])
    try:
        return [await context.files.save_text(f"{context.jobs.report_name}.csv", table, "text/csv", once=True)]
    except OutputUnavailable:
        return []
