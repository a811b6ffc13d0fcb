"""`qwen-localize image`, as somebody types it."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from fakes import RESULT_URL, Service, listed, task
from support import picture
from terminal import Typed

pytestmark = pytest.mark.usefixtures("service")
COMMAND = [sys.executable, "-m", "qwen_localize", "image"]


@pytest.fixture
def poster(tmp_path: Path) -> Path:
    """A picture beside the project, where the settings allow nothing."""
    path = tmp_path / "elsewhere" / "poster.png"
    path.parent.mkdir()
    path.write_bytes(picture())
    return path


def test_the_path_of_the_translated_picture_is_printed_and_nothing_else(
    typed: Typed, poster: Path, tmp_path: Path
) -> None:
    said = typed("image", str(poster), "--to", "ru", "--output", str(tmp_path / "new"))
    assert (said.status, said.out) == (0, f"{tmp_path / 'new' / 'poster.ru.jpg'}\n")
    assert Path(said.out.strip()).stat().st_size
    assert "about 0.003 CNY" in said.err


def test_a_job_that_takes_its_time_is_followed_to_its_end(typed: Typed, poster: Path, service: Service) -> None:
    service.list.side_effect = [*[listed("RUNNING")] * 60, *[listed("SUCCEEDED")] * 9]
    said = typed("image", str(poster), "--to", "ru", "--json")
    result = json.loads(said.out)
    assert (said.status, said.err, result["status"]) == (0, "", "succeeded")
    assert Path(result["artifacts"][0]["path"]).is_file()


@pytest.mark.parametrize("named", [["."], ["*.png"], ["a.png", "b.png"], ["../elsewhere/*.png"], ["../elsewhere"]])
def test_folders_patterns_and_several_pictures_are_taken(
    typed: Typed, poster: Path, named: list[str], service: Service
) -> None:
    for name in ("a.png", "b.png"):
        Path(name).write_bytes(picture(80 + ord(name[0])))
    said = typed("image", *named, "--to", "ru,en", "--from", "zh", "--preview", "--json")
    assert said.status == 0, said.err
    assert json.loads(said.out)["details"]["total"] == (2 if "elsewhere" in named[0] else 4)
    assert not service.submit.called


def test_a_preview_says_what_it_would_cost(typed: Typed, poster: Path) -> None:
    said = typed("image", str(poster), "--to", "ru", "--preview")
    assert (said.status, said.err) == (0, "")
    assert said.out.startswith("Preview: ")
    assert "0.003 CNY" in said.out


@pytest.mark.parametrize("queries", [0, 60])
def test_a_picture_that_fails_soon_or_late_is_an_error(
    typed: Typed, poster: Path, service: Service, queries: int
) -> None:
    service.list.side_effect = [*[listed("RUNNING")] * queries, *[listed("FAILED")] * 99]
    service.query.return_value = task("FAILED", code="InvalidImage.Format", message="cannot decode")
    said = typed("image", str(poster), "--to", "ru")
    assert (said.status, said.out, said.err.count("\n")) == (2, "", 1)
    assert "cannot decode" in said.err


def test_one_picture_of_several_that_fails_is_a_finding(typed: Typed, poster: Path, service: Service) -> None:
    (poster.parent / "other.png").write_bytes(picture(90))
    sent = iter([task("PENDING"), httpx.Response(400, json={"code": "InvalidParameter", "message": "no"})])
    service.submit.side_effect = lambda _: next(sent)
    said = typed("image", str(poster.parent), "--to", "ru")
    assert said.status == 1
    assert "1 of 2 done, 1 failed" in said.err
    assert [line.endswith(".jpg") for line in said.out.splitlines()] == [True]


def test_a_picture_without_text_is_no_failure(typed: Typed, poster: Path, service: Service) -> None:
    service.query.return_value = task("SUCCEEDED", image_url=RESULT_URL, message="No text detected for translation")
    said = typed("image", str(poster), "--to", "ru")
    assert (said.status, said.out) == (0, "")
    assert "No text was found" in said.err


def test_what_was_left_out_of_a_folder_is_a_finding(typed: Typed, poster: Path) -> None:
    (poster.parent / "notes.txt").write_text("no picture")
    said = typed("image", str(poster.parent), "--to", "ru", "--preview")
    assert said.status == 1
    assert "notes.txt" in said.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere.png", "--to", "ru"], "There is no file or folder “nowhere.png”"),
        (["nowhere/*.png", "--to", "ru"], "There is no file or folder"),
        (["*.png", "--to", "ru"], "There is no file behind"),
        ([".", "--to", "klingon"], "does not know the language"),
    ],
)
def test_wrong_use_is_said_and_nothing_is_sent(
    typed: Typed, service: Service, arguments: list[str], words: str
) -> None:
    said = typed("image", *arguments)
    assert (said.status, said.out) == (2, "")
    assert words in said.err
    assert not service.submit.called


def test_ctrl_c_names_the_job_which_the_same_command_goes_on_with(typed: Typed, poster: Path, service: Service) -> None:
    def stopped(_: httpx.Request) -> httpx.Response:
        if service.list.call_count == 9:
            signal.raise_signal(signal.SIGINT)
        return listed("RUNNING")

    service.list.side_effect = stopped
    said = typed("image", str(poster), "--to", "ru")
    assert (said.status, said.out) == (130, "")
    assert re.match(r"Stopped\. job-\w+ is kept", said.err)
    service.list.side_effect = lambda _: listed("SUCCEEDED")
    assert typed("image", str(poster), "--to", "ru").status == 0
    assert service.submit.call_count == 1


@pytest.mark.process
@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent differently there")
def test_ctrl_c_says_what_becomes_of_the_job(poster: Path, tmp_path: Path) -> None:
    import pty

    ours, theirs = pty.openpty()
    env = os.environ | {"QWEN_LOCALIZE_OUTPUT_DIR": str(tmp_path), "TERM": "xterm", "COLUMNS": "120"}
    command = [*COMMAND, str(poster), "--to", "ru", "--sandbox", "--fault", "stall@query"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=theirs, env=env) as process:
        os.close(theirs)
        look = read = _read(ours)
        while read and b"poster.png" not in look:  # as the progress bar says once the job has begun
            look += (read := _read(ours))
        process.send_signal(signal.SIGINT)
        look += b"".join(iter(lambda: _read(ours), b""))
        assert process.wait(20) == 130
    assert b"Stopped." in look
    assert b"Traceback" not in look


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65_536)
    except OSError:  # nobody writes there any more
        return b""
