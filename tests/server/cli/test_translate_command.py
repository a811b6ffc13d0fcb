"""`qwen-localize translate`, as somebody types it."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
import respx

from fakes_text import URL, content, moderated, refused, russian, translated
from terminal import Typed

STRINGS = [f"Some words for number {number}, and a few more of them." for number in range(1500)]


@pytest.fixture
def chat(httpx2_mock: respx.Router) -> respx.Route:
    """The model, which makes a kind of Russian."""
    httpx2_mock._assert_all_called = False
    return httpx2_mock.post(URL).mock(side_effect=translated)


def test_each_text_is_a_line_and_nothing_else_is_printed(typed: Typed, chat: respx.Route) -> None:
    said = typed("translate", "Save {name}", "a.json", "--to", "Russian")
    assert (said.status, said.err) == (0, "")
    assert said.out.splitlines() == [russian("Save {name}"), russian("a.json")]


def test_the_lines_of_standard_input_stay_lines(
    typed: Typed, chat: respx.Route, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("One\n\nTwo\u2028and\n"))
    said = typed("translate", "Zero", "-", "--to", "ru")
    assert said.out.split("\n") == [russian("Zero"), russian("One"), "", russian("Two\u2028and"), ""]


def test_so_many_texts_that_they_become_a_job_are_all_printed(
    typed: Typed, chat: respx.Route, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join(STRINGS)))
    said = typed("translate", "-", "--to", "ru")
    assert said.status == 0
    assert said.out.splitlines() == [russian(text) for text in STRINGS]


def test_what_fails_is_an_empty_line_and_is_said_beside_the_translations(typed: Typed, chat: respx.Route) -> None:
    chat.side_effect = moderated
    said = typed("translate", "Good", "poison", "--to", "ru")
    assert (said.status, said.out.splitlines()) == (1, [russian("Good"), ""])
    assert said.err.startswith("line 2: ")


def test_a_translation_that_no_attempt_got_right_is_said_beside_it(typed: Typed, chat: respx.Route) -> None:
    chat.side_effect = lambda request: translated(httpx.Request("POST", URL, content=_without_names(request)))
    said = typed("translate", "Hello {name}", "--to", "ru")
    assert (said.status, said.out.count("\n")) == (1, 1)
    assert "line 1: " in said.err
    assert "{name}" in said.err


def _without_names(request: httpx.Request) -> bytes:
    body = json.loads(request.content)
    body["messages"][0]["content"] = "Hello"
    return json.dumps(body).encode()


def test_the_result_alone_is_printed_for_scripts(typed: Typed, chat: respx.Route) -> None:
    said = typed("translate", "Save", "--to", "ru", "--from", "en", "--json")
    result = json.loads(said.out)
    assert (result["translations"], result["source_lang"]) == ([russian("Save")], "en")


def test_a_glossary_is_read_wherever_it_lies_and_what_was_not_kept_is_said(
    typed: Typed, chat: respx.Route, tmp_path: Path
) -> None:
    (tmp_path / "terms.csv").write_text("source,target\nSave,Сохранить\n", "utf-8")
    said = typed("translate", "Save", "--to", "ru", "--glossary", str(tmp_path / "terms.csv"))
    assert (said.status, said.err) == (0, "not found in this form: Save = Сохранить\n")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["x", "--to", "klingon"], "does not know the language"),
        (["x", "--to", "ru", "--model", "gpt"], "model"),
        ([" ", "--to", "ru"], "The text is empty"),
        (["x"], "required: --to"),
    ],
)
def test_wrong_use_is_said_and_nothing_is_sent(
    typed: Typed, chat: respx.Route, arguments: list[str], words: str
) -> None:
    said = typed("translate", *arguments)
    assert (said.status, said.out) == (2, "")
    assert words in said.err
    assert not chat.called


def test_a_missing_key_is_said_in_one_line(typed: Typed, chat: respx.Route, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DASHSCOPE_API_KEY")
    said = typed("translate", "Save", "--to", "ru")
    assert (said.status, said.out, said.err.count("\n")) == (2, "", 1)
    assert "DASHSCOPE_API_KEY" in said.err


def test_a_key_that_the_service_refuses_is_said(typed: Typed, chat: respx.Route) -> None:
    chat.side_effect = lambda _: refused(401, "invalid_api_key")
    said = typed("translate", "Save", "--to", "ru")
    assert said.status == 2
    assert "key" in said.err


@pytest.mark.process
def test_input_that_is_no_text_is_refused_in_one_line() -> None:
    command = [sys.executable, "-m", "qwen_localize", "translate", "-", "--to", "ru"]
    result = subprocess.run(command, input=b"\xff\xfe\x00", capture_output=True, env=os.environ, check=False)
    assert (result.returncode, result.stdout) == (2, b"")
    assert result.stderr.decode().splitlines() == [
        "qwen-localize: Standard input is not text in UTF-8. Convert it first."
    ]


@pytest.mark.process
def test_a_pipe_through_the_command_gives_lines_for_lines() -> None:
    command = [sys.executable, "-m", "qwen_localize", "translate", "-", "--to", "ru", "--sandbox"]
    result = subprocess.run(command, input=b"One\r\nTwo %s\n", capture_output=True, env=os.environ, check=False)
    lines = result.stdout.decode().splitlines()
    assert (result.returncode, result.stderr, len(lines)) == (0, b"", 2)
    assert "%s" in lines[1]


def test_what_was_sent_is_what_was_typed(typed: Typed, chat: respx.Route) -> None:
    typed("translate", "Save all", "--to", "ru")
    assert content(chat.calls[0].request) == "Save all"
