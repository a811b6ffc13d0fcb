"""The command line of `qwen-localize live`."""

from pathlib import Path

import pytest

from qwen_localize.cli import main


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--model", "nope"], "there is no realtime model “nope”"),
        (["--to", "xx"], "xx"),
        (["--model", "gummy-realtime-v1", "--speech", "x.wav"], "does not speak"),
        (["--speech", "x.wav", "--voice", "Nobody"], "Nobody"),
        (["--voice", "Cindy"], "without speech"),
        (["--fault", "drop"], "No API key is set"),
        ([], "No API key is set"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line_before_anything_is_made(
    arguments: list[str],
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DASHSCOPE_API_KEY", raising=False)
    assert main(["live", "--to", "ru", "--srt", "x.srt", *arguments, "-"]) == 2
    captured = capsys.readouterr()
    assert words in captured.err
    assert (captured.err.count("\n"), captured.out) == (1, "")
    assert not list(tmp_path.iterdir())


def test_the_ways_to_misbehave_can_be_asked_for_here_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["live", "--to", "ru", "--fault", "help"]) == 0
    assert "wrongtype" in capsys.readouterr().out


@pytest.mark.parametrize("rate", ["0", "-1", "fast"])
def test_a_rate_that_is_none_is_refused(rate: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["live", "--to", "ru", f"--rate={rate}", "-"])
    assert "a rate is a number" in capsys.readouterr().err
