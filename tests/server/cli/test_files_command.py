"""`qwen-localize files`, as somebody types it, with a tool of the same shape in the place of the real one."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest

from qwen_localize.cli.terminal import calling
from qwen_localize.errors import BadInput, MissingKey
from qwen_localize.tool import Context, JobResult, Registry, Tool
from qwen_localize_tools.get_job import TOOL as GET_JOB
from terminal import Typed

COUNTS = {"new": 3, "changed": 1, "kept": 40, "stale": 2, "left": 0, "doubts": 1, "files": 1}
FINDING = {
    "file": "locales/ru.json",
    "lang": "ru",
    "key": "menu.open",
    "check": "placeholders",
    "message": "{name} is missing.",
    "hard": True,
}
FOUND = {"files": 2, "formats": ["ARB", "JSON"], "how": "l10n.yaml"}
DETAILS = {"found": FOUND, "root": "/app", "languages": {"ru": COUNTS}, "findings": [], "more_findings": 0}
DETAILS |= {"estimated_cost_cny": 0.125, "seconds": 90}


@dataclass
class Fake:
    """A tool that returns what it is told to, and what it was called with."""

    details: dict[str, Any] = field(default_factory=lambda: dict(DETAILS))
    status: str = "succeeded"
    artifacts: list[str] = field(default_factory=list)
    error: Exception | None = None
    called: dict[str, Any] = field(default_factory=dict)
    looks_into: str = ""
    could_look: bool = False

    async def look(self, context: Context, called: dict[str, Any]) -> JobResult:
        self.called = called
        if self.error:
            raise self.error
        if self.looks_into:
            await context.files.find([self.looks_into])
        self.could_look = True
        files = [{"path": path, "uri": "", "mime_type": "text/csv", "bytes": 1} for path in self.artifacts]
        return JobResult.model_validate(
            {
                "job_id": "",
                "status": self.status,
                "message": "Said by the tool.",
                "tool": "localize_files",
                "model": "qwen-mt-flash",
                "artifacts": files,
                "details": {"mode": called["mode"]} | self.details,
                "usage": {},
                "estimated_cost": 0.25,
            }
        )


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Fake:
    """The tool of its shape; the project's folder has a file to be found."""
    made = Fake()

    async def localize_files(
        context: Context,
        path: str,
        target_langs: str | list[str],
        mode: Literal["preview", "apply", "check"] = "preview",
        source_lang: str = "auto",
        files: str = "",
        glossary: list[dict[str, str]] | str = [],  # noqa: B006 - as tools have it
        max_cost: float = 0,
        model: str = "qwen-mt-flash",
    ) -> JobResult:
        """As the real one."""
        return await made.look(
            context, {name: value for name, value in locals().items() if name not in ("context", "made")}
        )

    tool = Tool(localize_files, title="Localize files")
    monkeypatch.setattr(calling, "TOOLS", Registry.of([tool, GET_JOB]))
    return made


@pytest.fixture(autouse=True)
def _project(typed: Typed) -> None:
    Path("en.json").write_text("{}")


def test_a_preview_shows_counts_and_cost_and_says_how_to_go_on(typed: Typed, fake: Fake) -> None:
    fake.details |= {"questions": ["Is en.json the source?"]}
    said = typed("files", ".", "--to", "ru,de")
    assert (said.status, said.err) == (0, "")
    assert fake.called["mode"] == "preview"
    assert fake.called["target_langs"] == ["ru", "de"]
    first, *table, question, last = said.out.splitlines()
    assert first == "2 source files (ARB, JSON) in /app, by l10n.yaml:"
    assert [line.split() for line in table] == [
        ["language", "new", "changed", "kept", "stale", "left", "doubts", "files"],
        ["ru", "3", "1", "40", "2", "0", "1", "1"],
    ]
    assert question == "? Is en.json the source?"
    assert last == "It would cost about 0.125 CNY and take about 90 s. Nothing is written yet: --apply does it."


def test_a_preview_of_what_is_done_says_so(typed: Typed, fake: Fake) -> None:
    fake.details |= {"languages": {"ru": COUNTS | {"files": 0}}}
    assert typed("files", ".", "--to", "ru").out.splitlines()[-1] == "There is nothing to translate."
    fake.details |= {"languages": {"ru": COUNTS | {"files": 0, "left": 1}}}
    assert typed("files", ".", "--to", "ru").out.splitlines()[-1] == "Nothing can be translated as it is."


def test_a_check_names_what_a_chat_would_not_be_told(typed: Typed, fake: Fake, tmp_path: Path) -> None:
    table = tmp_path / "a.review.csv"
    rows = [["file", "language", "key", "form", "check", "message", "hard"], ["f", "ru", "a", "", "", "", ""]]
    rows += [["f", "ru", f"key{number}", "few", "number", "Lost.", "yes" if number else ""] for number in range(50)]
    table.write_text("\ufeff" + "".join(",".join(row) + "\r\n" for row in rows), "utf-8")
    fake.details |= {"findings": [FINDING] * 40, "more_findings": 10}
    fake.artifacts = [str(table)]
    said = typed("files", ".", "--to", "ru", "--check")
    assert "f:key49 [few]: ru: Lost. [number]" in said.out
    assert sum("Lost." in line for line in said.out.splitlines()) == 50
    found = json.loads(typed("files", ".", "--to", "ru", "--check", "--json").out)["details"]["findings"]
    assert [one["hard"] for one in found] == [True] * 49 + [False]


@pytest.mark.parametrize("mode", ["apply", "check"])
@pytest.mark.parametrize(("left", "status"), [(0, 0), (1, 1)])
def test_what_is_left_in_any_language_is_a_finding(typed: Typed, fake: Fake, mode: str, left: int, status: int) -> None:
    fake.details |= {"languages": {"de": COUNTS, "ru": COUNTS | {"left": left}}, "findings": [FINDING]}
    said = typed("files", ".", "--to", "ru,de", f"--{mode}")
    assert (said.status, fake.called["mode"]) == (status, mode)
    assert "locales/ru.json:menu.open: ru: {name} is missing. [placeholders]" in said.out


def test_what_is_left_by_a_preview_is_none(typed: Typed, fake: Fake) -> None:
    fake.details |= {"languages": {"ru": COUNTS | {"left": 2}}}
    assert typed("files", ".", "--to", "ru").status == 0


def test_nothing_looked_at_for_want_of_an_answer_is_no_success(typed: Typed, fake: Fake) -> None:
    fake.details = {"questions": ["Which is the source, en or en-GB?"]}
    assert typed("files", ".", "--to", "ru", "--check").status == 1


def test_the_result_alone_is_printed_for_scripts(typed: Typed, fake: Fake) -> None:
    fake.details |= {"findings": [FINDING]}
    said = typed("files", ".", "--to", "ru", "--check", "--json")
    assert json.loads(said.out)["details"] == {"mode": "check"} | fake.details
    assert said.err == ""


def test_the_cost_and_the_report_are_shown_where_they_can_be_copied(typed: Typed, fake: Fake) -> None:
    fake.artifacts = [f"/reports/{'long' * 40}.html", "/reports/a.csv"]
    said = typed("files", ".", "--to", "ru", "--apply")
    assert said.out.count("Cost: about 0.25 CNY.") == 1
    assert "Said by the tool." not in said.out
    assert said.out.splitlines()[-2:] == [f"  {path}" for path in fake.artifacts]


def test_everything_that_was_asked_for_reaches_the_tool(typed: Typed, fake: Fake, tmp_path: Path) -> None:
    (tmp_path / "terms.csv").write_text("a,b")
    asked = ["--files", "l/[locale].json", "--from", "en", "--glossary", "../terms.csv", "--max-cost", "1.5"]
    assert typed("files", "en.json", "--to", "ru", *asked, "--model", "qwen-mt-plus").status == 0
    assert fake.called == {
        "path": str(Path("en.json").absolute()),
        "target_langs": ["ru"],
        "mode": "preview",
        "source_lang": "en",
        "files": "l/[locale].json",
        "glossary": str(Path("../terms.csv").absolute()),
        "max_cost": 1.5,
        "model": "qwen-mt-plus",
    }


@pytest.mark.parametrize("named", ["folder", "folder/en.json", "folder/deep"])
def test_the_project_of_what_was_named_may_be_looked_into_for_this_run(
    typed: Typed, fake: Fake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    (tmp_path / "folder" / "deep").mkdir(parents=True)
    (tmp_path / "folder" / ".git").mkdir()
    for name in ("en.json", "deep/en.json"):
        (tmp_path / "folder" / name).write_text("{}")
    monkeypatch.setenv("QWEN_LOCALIZE_ALLOWED_DIRS", str(tmp_path / "project"))
    fake.looks_into = str(tmp_path / "folder")
    assert typed("files", str(tmp_path / named), "--to", "ru").status == 0
    assert fake.could_look


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--apply", "--check"], "not allowed with argument"),
        (["--to", ","], "name a language"),
        (["--max-cost", "0"], "a number above 0"),
        (["--max-cost", "nan"], "a number above 0"),
        (["--glossary", "nowhere.csv"], "There is no file or folder “nowhere.csv”"),
        (["--fault", "cut"], "does nothing without --sandbox"),
    ],
)
def test_wrong_use_is_refused_and_calls_nobody(typed: Typed, fake: Fake, arguments: list[str], words: str) -> None:
    said = typed("files", ".", "--to", "ru", *arguments)
    assert (said.status, said.out, fake.called) == (2, "", {})
    assert words in said.err


def test_a_path_that_is_not_there_is_wrong_use(typed: Typed, fake: Fake) -> None:
    said = typed("files", "nowhere", "--to", "ru")
    assert (said.status, said.err) == (2, "qwen-localize: There is no file or folder “nowhere”. Check the path.\n")


@pytest.mark.parametrize("error", [BadInput("Nothing found. Say where with files."), MissingKey("No API key is set.")])
@pytest.mark.parametrize("how", [[], ["--json"]])
def test_what_the_tool_refuses_is_said_in_its_words(typed: Typed, fake: Fake, error: Exception, how: list[str]) -> None:
    fake.error = error
    said = typed("files", ".", "--to", "ru", "--apply", *how)
    assert (said.status, said.out, said.err) == (2, "", f"qwen-localize: {error}\n")


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Pass source_lang.", "Pass --from."),
        ('Say with `files` where: files="a/[locale].json".', 'Say with --files where: --files "a/[locale].json".'),
        (
            "In locales/my files/ are 3 files, more than max_cost.",
            "In locales/my files/ are 3 files, more than --max-cost.",
        ),
    ],
)
def test_arguments_are_called_as_they_are_typed(typed: Typed, fake: Fake, said: str, shown: str) -> None:
    fake.details |= {"questions": [said]}
    assert f"? {shown}\n" in typed("files", ".", "--to", "ru").out
    fake.error = BadInput(said)
    assert typed("files", ".", "--to", "ru").err == f"qwen-localize: {shown}\n"


@pytest.mark.parametrize("how", [[], ["--json"]])
def test_a_job_that_failed_is_an_error(typed: Typed, fake: Fake, how: list[str]) -> None:
    fake.status = "failed"
    said = typed("files", ".", "--to", "ru", "--apply", *how)
    assert (said.status, said.out, said.err) == (2, "", "qwen-localize: Said by the tool.\n")


def test_what_is_said_of_a_whole_file_names_no_key(typed: Typed, fake: Fake) -> None:
    fake.details |= {"findings": [FINDING | {"key": "", "message": "It breaks off."}]}
    assert "\nlocales/ru.json: ru: It breaks off. [placeholders]\n" in typed("files", ".", "--to", "ru", "--check").out


def test_names_from_files_cannot_steer_the_terminal_nor_its_markup(typed: Typed, fake: Fake) -> None:
    key = "\x1b[2J[red]:smile:\n\x07"
    fake.details |= {"findings": [FINDING | {"key": key, "hard": False}]}
    said = typed("files", ".", "--to", "ru", "--check")
    assert "locales/ru.json: [2J[red]:smile:  : doubt: ru:" in said.out


@pytest.mark.parametrize("how", [["--check"], []])
def test_what_is_free_needs_neither_a_key_nor_a_place_for_jobs(
    typed: Typed, fake: Fake, monkeypatch: pytest.MonkeyPatch, how: list[str]
) -> None:
    monkeypatch.delenv("DASHSCOPE_API_KEY")
    monkeypatch.setenv("QWEN_LOCALIZE_STATE_DIR", "/dev/null/state")
    said = typed("files", ".", "--to", "ru", *how)
    assert (said.status, said.err) == (0, "")
    assert typed("files", ".", "--to", "ru", "--apply").status == 2


@pytest.mark.process
def test_both_modes_at_once_tell_the_shell_that_they_are_wrong() -> None:
    command = [sys.executable, "-m", "qwen_localize", "files", ".", "--to", "ru", "--apply", "--check"]
    result = subprocess.run(command, capture_output=True, text=True, env=os.environ, check=False)
    assert (result.returncode, result.stdout) == (2, "")
    assert "Traceback" not in result.stderr
