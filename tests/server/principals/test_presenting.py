"""What a caller reads who does not share the disk: a link for each file, and no place of the server."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from qwen_localize.mcp_server.presenting import Presenter

NAMES = [
    "poster.ru.jpg",
    "poster.ru.jpg, 2.jpg",
    "Tür 100%25 海报.txt",
    "a b (1).ru-2.png",
    "v1.2.ru.jpg",
    "x.tar.gz",
]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "out" / "p-0"
    folder.mkdir(parents=True)
    for name in NAMES:
        (folder / name).write_text("x")
    return folder


@pytest.fixture
def presenter(out: Path, tmp_path: Path) -> Presenter:
    hidden = {tmp_path / "state": "the state folder", tmp_path / "out": "the output folder"}
    return Presenter(out, lambda name: f"<{name}>", hidden, is_private=True)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "sentence", ["{}", "Saved {}.", "Saved {} (64×48). Done.", "{}, {}", '["{}"]', "All of it:\n{}\n"]
)
def test_each_path_becomes_its_link_wherever_it_stands(
    presenter: Presenter, out: Path, name: str, sentence: str
) -> None:
    places = sentence.count("{}")
    assert presenter.words(sentence.format(*[out / name] * places)) == sentence.format(*[f"<{name}>"] * places)
    uris = [f"{out.as_uri()}/{quote(name)}"] * places
    assert presenter.words(sentence.format(*uris)) == sentence.format(*[f"<{name}>"] * places)


def test_a_file_that_is_gone_is_told_by_its_name_alone(presenter: Presenter, out: Path) -> None:
    assert presenter.words(f"Saved {out}/gone.jpg, {out}/poster.ru.jpg.") == "Saved gone.jpg, <poster.ru.jpg>."


def test_a_folder_is_told_in_words(presenter: Presenter, out: Path, tmp_path: Path) -> None:
    told = presenter.words(f"200 files in {out}. {tmp_path}/state/jobs.sqlite3 and {out.parent}/p-1/x.jpg are locked.")
    assert str(tmp_path) not in told
    assert told.startswith(
        "200 files in your folder on the server. the state folder/jobs.sqlite3 and the output folder/"
    )


def test_what_is_no_place_of_the_server_is_left_as_it_is(presenter: Presenter, out: Path) -> None:
    text = f"/elsewhere{out}/poster.ru.jpg and C:\\out\\poster.ru.jpg and 海报 {{name}} %s"
    assert presenter.words(text) == text


def test_a_path_through_a_link_is_the_same_place(out: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(out)
    presenter = Presenter(link, lambda name: f"<{name}>", {}, is_private=False)
    assert presenter.words(f"{out}/poster.ru.jpg {link}/poster.ru.jpg") == "<poster.ru.jpg> <poster.ru.jpg>"


def test_only_what_lies_in_the_folder_itself_is_linked(presenter: Presenter, out: Path, tmp_path: Path) -> None:
    (out / "deep").mkdir()
    (out / "deep" / "x.jpg").write_text("x")
    (tmp_path / "secret.txt").write_text("x")
    told = presenter.words(f"{out}/deep/x.jpg {out}/../../secret.txt {out}/%2e%2e/secret.txt")
    assert "<" not in told


def test_json_is_presented_throughout_but_for_bytes(presenter: Presenter, out: Path) -> None:
    path = f"{out}/poster.ru.jpg"
    kept = {"mimeType": "x/y", "data": path, "blob": path}
    value: dict[str, Any] = {"a": [path, 1, None, {"b": path}], "data": path, "kept": kept}
    assert presenter.presented(value) == {
        "a": ["<poster.ru.jpg>", 1, None, {"b": "<poster.ru.jpg>"}],
        "data": "<poster.ru.jpg>",
        "kept": kept,
    }


def test_a_long_text_without_an_end_of_names_takes_no_time(presenter: Presenter, out: Path) -> None:
    text = f"{out}/{'a.b' * 20_000} " * 20
    assert str(out) not in presenter.words(text)


def test_files_that_lie_where_the_folder_was_before_are_told_by_their_names(presenter: Presenter) -> None:
    file = {"path": "/before/out/Tür x.jpg", "uri": "file:///before/out/T%C3%BCr%20x.jpg"}
    value = {"message": "Saved /before/out/Tür x.jpg, /before/out/Tür x.jpg.", "artifacts": [file]}
    assert presenter.presented(value) == {
        "message": "Saved Tür x.jpg, Tür x.jpg.",
        "artifacts": [{"path": "Tür x.jpg", "uri": "Tür x.jpg"}],
    }


def test_a_translation_that_speaks_of_folders_is_left_as_it_is(out: Path, tmp_path: Path) -> None:
    """Where the folder has a usual name, such as that of a volume in a container."""
    presenter = Presenter(out, lambda name: f"<{name}>", {tmp_path: "x", tmp_path / "state": "y"}, is_private=False)
    text = f"Mount {tmp_path} at {out}, see {out}/notes.txt, {tmp_path}/state and {tmp_path}base."
    fields = {"path": str(tmp_path), "uri": "https://example.com"}
    assert presenter.presented({"translations": [text], "fields": fields}) == {"translations": [text], "fields": fields}
    told = presenter.presented({"isError": True, "content": [{"type": "text", "text": text}]})["content"][0]["text"]
    assert told == f"Mount x at your folder on the server, see notes.txt, y and {tmp_path}base."


def test_a_job_s_file_that_another_replica_has_made_is_linked_where_a_result_names_it(out: Path) -> None:
    presenter = Presenter(out, lambda name: f"<{name}>", {}, is_private=True, of_jobs=True)
    path = out / "job-0123456789" / "Tür x.jpg"
    value = {"message": f"Saved {path}, {path}.", "artifacts": [{"path": str(path), "uri": path.as_uri()}]}
    link = "<job-0123456789/Tür x.jpg>"
    assert presenter.presented(value) == {
        "message": f"Saved {link}, {link}.",
        "artifacts": [{"path": link, "uri": link}],
    }
    assert presenter.words(f"Saved {path}.") == "Saved job-0123456789/Tür x.jpg."
    path.parent.mkdir()
    path.write_text("x")
    assert presenter.words(f"Saved {path}.") == f"Saved {link}."


def test_no_other_folder_is_taken_for_a_job_s(out: Path) -> None:
    presenter = Presenter(out, lambda name: f"<{name}>", {}, is_private=True, of_jobs=True)
    for place in ("photos/x.jpg", "job-0123456789/more/x.jpg", "job-0123456789/../x.jpg"):
        file = {"path": str(out / place), "uri": (out / place).as_uri()}
        assert "<" not in str(presenter.presented({"artifacts": [file]}))
