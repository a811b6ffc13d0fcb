"""Files as input of `translate_text`: whatever they hold, texts and translations stay together, and nothing is lost."""

import json
import os
from pathlib import Path
from typing import Any

import anyio
import pytest
import respx

from fakes_text import URL, options, russian, translated
from support import Connect, words


@pytest.fixture
def service(httpx2_mock: respx.Router) -> respx.Route:
    httpx2_mock._assert_all_called = False
    return httpx2_mock.post(URL).mock(side_effect=translated)


async def of_file(connect: Connect, path: Path, **arguments: Any) -> Any:
    async with connect() as client:
        return await client.call_tool("translate_text", {"text": str(path), "target_lang": "ru"} | arguments)


def written(result: Any) -> str:
    assert result.structured_content, words(result)
    return Path(result.structured_content["artifacts"][0]["path"]).read_bytes().decode("utf-8-sig")


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("a.csv", "id;source;note\n1;Save;x\n", "id;source;note;ru\r\n1;Save;x;{Save}\r\n"),
        ("a.csv", "source,RU,note\nSave,old,x\n", "source,RU,note\r\nSave,{Save},x\r\n"),
        ("a.csv", "source,source\nSave,kept\n", "source,source,ru\r\nSave,kept,{Save}\r\n"),
        (
            "a.csv",
            " Source ,id\n\nSave,1\n,2\nOpen\n",
            " Source ,id,ru\r\n\r\nSave,1,{Save}\r\n,2,\r\nOpen,,{Open}\r\n",
        ),
        ("a.csv", 'source\n"Open, ""now"""\n', 'source,ru\r\n"Open, ""now""","{Open}, ""{now}"""\r\n'),
        ("a.csv", 'source\n"Save\nOpen"\n', 'source,ru\r\n"Save\nOpen","{Save}\n{Open}"\r\n'),
        ("a.csv", "Save", "source,ru\r\nSave,{Save}\r\n"),
        ("a.tsv", "Save, now\nOpen\n", "source\tru\r\nSave, now\t{Save}, {now}\r\nOpen\t{Open}\r\n"),
        ("a.csv", "source,id,,\nSave,1,,\n", "source,id,,,ru\r\nSave,1,,,{Save}\r\n"),
    ],
)
async def test_a_table_comes_back_as_it_was_with_translations_beside_their_strings(
    service: respx.Route, connect: Connect, tmp_path: Path, name: str, text: str, expected: str
) -> None:
    (tmp_path / name).write_bytes(text.encode())
    result = await of_file(connect, tmp_path / name)
    for word in ("Save", "Open", "now"):
        expected = expected.replace(f"{{{word}}}", russian(word))
    assert written(result) == expected


@pytest.mark.parametrize("text", ["source\nSave\nOpen, now\n", "Save\nOpen, now\n", "id,source\n1,Save,now\n"])
async def test_a_table_whose_texts_were_cut_at_a_comma_is_refused(
    service: respx.Route, connect: Connect, tmp_path: Path, text: str
) -> None:
    (tmp_path / "a.csv").write_text(text)
    result = await of_file(connect, tmp_path / "a.csv")
    assert result.is_error
    assert "has more cells than the first" in words(result)
    assert not service.calls


@pytest.mark.parametrize(
    "text",
    [
        "[" * 150 + '"Save"' + "]" * 150,
        "[" * 100_000,
        '{"a": "Save", "size": 1e999}',
        '{"a": "Save", "size": NaN}',
        '{"a": "Save"} {"b": "Open"}',
    ],
)
async def test_json_that_could_not_be_written_as_it_was_is_refused(
    service: respx.Route, connect: Connect, tmp_path: Path, text: str
) -> None:
    (tmp_path / "a.json").write_text(text)
    result = await of_file(connect, tmp_path / "a.json")
    assert result.is_error
    assert "is no JSON that can be" in words(result)
    assert not service.calls


async def test_json_keeps_all_that_is_no_text(service: respx.Route, connect: Connect, tmp_path: Path) -> None:
    value = {"": "Save", " ": " ", "big": 10**60, "none": None, "yes": True, "part": 1.5, "in": [[], {}, ["Open"]]}
    (tmp_path / "a.json").write_text(json.dumps(value))
    result = await of_file(connect, tmp_path / "a.json")
    assert json.loads(written(result)) == value | {"": russian("Save"), "in": [[], {}, [russian("Open")]]}


async def test_halves_of_characters_in_a_file_break_nothing(
    service: respx.Route, connect: Connect, tmp_path: Path
) -> None:
    (tmp_path / "a.json").write_text('["Save \\ud83d it", "Open"]')
    result = await of_file(connect, tmp_path / "a.json")
    assert not result.is_error, words(result)


async def test_a_file_that_changes_after_the_call_does_not_change_what_is_translated(
    service: respx.Route, connect: Connect, tmp_path: Path
) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps([f"string number {index}" for index in range(600)]))
    async with connect(wait=3.0) as client:
        begun = await client.call_tool("translate_text", {"text": str(path), "target_lang": "ru"})
        path.write_text('["Other"]')
        result = await client.call_tool("get_job", {"job_id": begun.structured_content["job_id"], "wait": 300})
    assert json.loads(written(result)) == [russian(f"string number {index}") for index in range(600)]


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda path: path.symlink_to("/etc/hostname"), "outside the folders"),
        (lambda path: os.mkfifo(path), "not a file"),
        (lambda path: path.mkdir(), "not a file"),
        (lambda path: path.write_bytes(b"\x89PNG\r\n\x1a\n\0\0\xff"), "is not text"),
        (lambda path: path.write_bytes(b""), "is no JSON"),
    ],
)
async def test_a_path_that_is_not_what_it_says_is_refused(
    service: respx.Route, connect: Connect, tmp_path: Path, make: Any, expected: str
) -> None:
    make(tmp_path / "a.json")
    with anyio.fail_after(60):
        result = await of_file(connect, tmp_path / "a.json")
    assert result.is_error
    assert expected in words(result)
    assert not service.calls


async def test_a_sentence_without_spaces_that_ends_like_a_file_is_a_text(
    service: respx.Route, connect: Connect
) -> None:
    text = "请先打开设置文件config.json"
    async with connect() as client:
        result = await client.call_tool("translate_text", {"text": text, "target_lang": "ru"})
    assert result.structured_content, words(result)
    assert result.structured_content["translations"] == [russian(text)]


async def test_what_looks_like_a_path_is_translated_when_it_is_passed_in_a_list(
    service: respx.Route, connect: Connect
) -> None:
    async with connect() as client:
        refused = await client.call_tool("translate_text", {"text": "settings.json", "target_lang": "ru"})
        result = await client.call_tool("translate_text", {"text": ["settings.json"], "target_lang": "ru"})
    assert "if it is passed in a list" in words(refused)
    assert result.structured_content, words(result)
    assert result.structured_content["translations"] == [russian("settings.json")]


@pytest.mark.parametrize(
    ("name", "text", "target_lang", "target"),
    [
        ("g.csv", "en,zh-TW,zh-CN\nmug,馬克杯,马克杯\n", "zh", "马克杯"),
        ("g.csv", "en,zh-CN,zh_Hant\nmug,马克杯,馬克杯\n", "zh_tw", "馬克杯"),
        ("g.csv", "English;Russian\nmug;кружка\n", "ru", "кружка"),
        ("g.json", '{"source": "mug", "target": "кружка"}', "ru", "кружка"),
        (
            "g.tmx",
            '<tmx><body><tu><tuv xml:lang="en"><seg>mug</seg></tuv><tuv xml:lang="zh-Hant"><seg>馬克杯</seg></tuv>'
            '<tuv xml:lang="zh-CN"><seg>马克杯</seg></tuv></tu></body></tmx>',
            "zh",
            "马克杯",
        ),
    ],
)
async def test_pairs_are_those_of_the_language_and_its_script(
    service: respx.Route, connect: Connect, tmp_path: Path, name: str, text: str, target_lang: str, target: str
) -> None:
    (tmp_path / name).write_text(text)
    arguments = {"text": "A mug", "target_lang": target_lang, "source_lang": "en", "glossary": str(tmp_path / name)}
    async with connect() as client:
        result = await client.call_tool("translate_text", arguments)
    assert not result.is_error, words(result)
    assert options(service.calls[0].request)["terms"] == [{"source": "mug", "target": target}]


async def test_a_memory_in_utf_16_with_inline_tags_nested_without_end_is_read(
    service: respx.Route, connect: Connect, tmp_path: Path
) -> None:
    nested = "<hi>" * 50_000 + "mug" + "</hi>" * 50_000
    text = (
        '<?xml version="1.0" encoding="UTF-16"?><tmx><header srclang="en-US"/><body><tu><tuv xml:lang="en-US">'
        f'<seg>{nested}</seg></tuv><tuv xml:lang="ru"><seg>круж<ph x="1"/>ка</seg></tuv></tu></body></tmx>'
    )
    (tmp_path / "g.tmx").write_bytes(text.encode("utf-16"))
    arguments = {"text": "A mug", "target_lang": "ru", "glossary": str(tmp_path / "g.tmx")}
    async with connect() as client:
        result = await client.call_tool("translate_text", arguments)
    assert not result.is_error, words(result)
    assert options(service.calls[0].request)["terms"] == [{"source": "mug", "target": "кружка"}]
