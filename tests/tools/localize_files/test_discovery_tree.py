"""What discovery looks at: a project's own files, and no more of them than can be looked at quickly."""

import shutil
import subprocess
from pathlib import Path

import pytest

from fakes_projects import Project
from qwen_localize_tools.localize_files.discovery import tree


@pytest.mark.parametrize(
    "folder", ["node_modules", "vendor", "Pods", "build", "dist", ".git", ".venv", ".cache", "target"]
)
def test_what_is_installed_or_built_or_hidden_is_left_aside(folder: str, tmp_path: Path) -> None:
    assert not Project(tmp_path, f"{folder}/locales/en.json", f"a/{folder}/locales/en.json").lines()


def test_what_git_ignores_is_left_aside(tmp_path: Path) -> None:
    project = Project(tmp_path, "a/locales/en.json", "b/locales/en.json", "gen/locales/en.json", "b/locales/de.json")
    project.write(".gitignore", "# made\ngen/\n*.tmp\n")
    project.write("b/.gitignore", "de.json\n")
    assert [one.source for one in project.found().resources] == ["a/locales/en.json", "b/locales/en.json"]
    assert not project.found("b").resources[0].targets


RULES = """\
# a comment
/top.json
deep.json
folder/
a/*/c.json
**/any/x.json
tail/**
mid/**/m.json
*.min.json
!keep.min.json
q?.json
[ab]1.json
sp\\ ace.json
/neg/*
!/neg/yes.json
x/y.json
m*n*o*.json
two/*s/*t.json
trailing.json  \

"""
PATHS = """
top.json sub/top.json deep.json sub/deep.json folder/a.json sub/folder/a.json afolder/a.json a/b/c.json a/b/d/c.json
any/x.json s/any/x.json any/s/x.json tail/a.json tail/s/b.json s/tail/a.json mid/m.json mid/s/m.json mid/s/t/m.json
u.min.json keep.min.json s/keep.min.json q1.json q.json a1.json c1.json neg/no.json neg/yes.json neg/s/a.json
x/y.json s/x/y.json trailing.json plain.json mno.json mananoo.json mon.json s/mxnxo.json two/as/at.json two/as/b/at.json
"""


@pytest.mark.skipif(not shutil.which("git"), reason="git is the judge")
def test_gits_own_judgement_is_ours(tmp_path: Path) -> None:
    project = Project(tmp_path, *PATHS.split())
    project.write("sp ace.json", "text")
    project.write(".gitignore", RULES)
    project.write("sub/.gitignore", "!deep.json\n/folder\n")
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    listed = subprocess.run(
        ["git", "ls-files", "-o", "--exclude-standard", "*.json"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
    )
    assert list(tree.tree_of(tmp_path.resolve()).sizes) == sorted(listed.stdout.splitlines())


def test_a_link_that_leads_out_is_told_and_not_followed(tmp_path: Path) -> None:
    Project(tmp_path, "out/en.json")
    project = Project(tmp_path / "in", "locales/de.json")
    (tmp_path / "in/locales/en.json").symlink_to(tmp_path / "out/en.json")
    (tmp_path / "in/locales/more").symlink_to(tmp_path / "out")
    found = project.found()
    assert found.skipped == (("locales/en.json", "it is a link that leads out of the project"),)
    assert [one.source for one in found.resources] == ["locales/de.json"]


def test_of_too_many_files_the_outer_ones_are_looked_at_and_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tree, "MOST_FILES", 10)
    project = Project(tmp_path, *(f"deep/er/{number}.json" for number in range(20)), "locales/en.json")
    project.write("a/b/c/locales/en.json", "text")
    found = project.found()
    assert [one.source for one in found.resources] == ["locales/en.json"]
    assert found.skipped[0][1].startswith("only the first ")


def test_a_file_that_is_too_large_or_no_text_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree, "MOST_BYTES", 10)
    project = Project(tmp_path)
    project.write("locales/en.json", "x" * 11)
    (tmp_path / "lang").mkdir()
    (tmp_path / "lang/en.json").write_bytes(b"\xff\xfe\xfd")
    assert len(project.found().skipped) == 2


def test_a_file_that_is_not_of_its_format_is_no_localization_file(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.write("locales/en.json", "not ours")
    assert project.found() == project.found()
    assert (project.found().resources, project.found().skipped) == ((), ())
    assert project.found(files="locales/[locale].json").skipped[0][0] == "locales/en.json"


def test_rules_and_patterns_made_to_take_long_take_no_time(tmp_path: Path) -> None:
    project = Project(tmp_path, f"locales/{'a' * 200}.json", "locales/en.json")
    project.write(".gitignore", "*a" * 40 + "*b\n" + "**/a/" * 40 + "b\n" + " " * 5000 + "x\n")
    project.write("crowdin.yml", f"files:\n  - source: /locales/{'*a' * 40}b.json\n    translation: /%locale%.json\n")
    project.write("lingui.config.js", "/*\n" * 20_000)
    assert [one.source for one in project.found().resources] == ["locales/en.json"]
    assert "too many wildcards" in project.found(files="*a" * 40 + "b[locale].json").skipped[0][1]


def test_aliases_that_make_much_of_little_are_not_followed(tmp_path: Path) -> None:
    project = Project(tmp_path, "locales/en.json")
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 6)]
    project.write(
        "crowdin.yml", "\n".join([*lines, "base_path: *a5", "files: [{source: a.json, translation: b.json}]"])
    )
    assert project.found().skipped[0][0] == "crowdin.yml"
