"""Conversations by the megabyte, workbooks, and what a result has of long answers."""

import json
import sys
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape
from zipfile import ZipFile

import httpx
import pytest
import respx
from jsonschema import Draft202012Validator

from fakes_analysis import CHAT, URL, asked, completion, judge, message
from qwen_localize.errors import OutputUnavailable
from qwen_localize.mcp_server import describe_tools
from qwen_localize.tool.context import Files
from qwen_localize_tools import TOOLS
from support import Call, Connect, Refused, words

MEGABYTE = 400_000


@pytest.fixture
def service(httpx2_mock: respx.Router) -> respx.Route:
    return httpx2_mock.post(URL).mock(side_effect=judge)


@pytest.fixture
def call(connect: Connect) -> Call:
    async def called(**arguments: Any) -> Any:
        async with connect() as client:
            return await client.call_tool("analyze_conversation", arguments)

    return called


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Customer: hi\n" + "a\n" * (5 * MEGABYTE // 2), "Only one speaker"),
        ("Customer: hi\nAgent: ho\n" + "so it went on: and on at 10:30 and on\n" * (5 * MEGABYTE // 38), "too long"),
        (" " * 3 * MEGABYTE, "is empty"),
        ("a" + " " * 3 * MEGABYTE + "" + "b" * 2000, "Only one speaker"),
        ("\n" * 3 * MEGABYTE, "is empty"),
        (":" * 5 * MEGABYTE, "Only one speaker"),
        ("[" * 3 * MEGABYTE, "Only one speaker"),
        ("12.03.24 " * (5 * MEGABYTE // 9), "Only one speaker"),
        ("Customer: " + "<p " * (5 * MEGABYTE // 3), "."),
        ("Customer: " + "\u200e<" * 2 * MEGABYTE, "."),
        ("a:b\nc:d\n" * (3 * MEGABYTE // 8), "too long for the model"),
        ('id,role,text\n"' + 'a"' * 2 * MEGABYTE, "is empty"),
    ],
    ids=range(12),
)
async def test_megabytes_of_anything_are_read_in_linear_time_and_refused(call: Call, text: str, expected: str) -> None:
    result = await call(conversation=text)
    assert result.is_error
    assert expected in words(result)


async def test_a_messengers_export_of_megabytes_is_read_whole(refused: Refused, call: Call, tmp_path: Path) -> None:
    lines = (f"[12.03.24, 14:05:11] {('Anna', '客服')[number % 2]}: 你好，第{number}\n" for number in range(40_000))
    (tmp_path / "chat.txt").write_text("".join(lines), "utf-8")
    assert "too long for the model" in await refused(call(file=str(tmp_path / "chat.txt")))


async def test_a_pasted_file_is_read_as_the_file_would_be(service: respx.Route, call: Call) -> None:
    table = "conversation_id,role,text\na,customer,坏了\na,agent,抱歉\nb,customer,你好\nb,agent,在\n"
    result = await call(conversation=table)
    assert [item["id"] for item in result.structured_content["conversations"]] == ["a", "b"]
    assert "[1] customer: 坏了\n[2] agent: 抱歉" in message(service.calls[0].request)


async def test_a_short_text_with_one_speaker_is_analysed_with_a_warning(service: respx.Route, call: Call) -> None:
    assert "1 of 1 have one speaker only" in words(await call(conversation="杯子坏了"))
    assert "one speaker" not in words(await call(conversation=CHAT))


def workbook(rows: dict[str, str]) -> bytes:
    """A spreadsheet of these cells, in rows by the digits of their names."""
    numbers = sorted({int("".join(filter(str.isdigit, cell))) for cell in rows})
    space = "http://schemas.openxmlformats.org/"
    cells = {
        number: "".join(
            f'<c r="{cell}" t="inlineStr"><is><t>{escape(text)}</t></is></c>'
            for cell, text in rows.items()
            if "".join(filter(str.isdigit, cell)) == str(number)
        )
        for number in numbers
    }
    data = "".join(f'<row r="{number}">{row}</row>' for number, row in cells.items())
    link = (
        f'<Relationships xmlns="{space}package/2006/relationships"><Relationship Id="r1" Target="%s" Type="{space}%s"/>'
    )
    parts = {
        "_rels/.rels": link % ("xl/workbook.xml", "officeDocument/2006/relationships/officeDocument"),
        "xl/_rels/workbook.xml.rels": link % ("worksheets/s.xml", "officeDocument/2006/relationships/worksheet"),
        "[Content_Types].xml": f'<Types xmlns="{space}package/2006/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/></Types>',
        "xl/workbook.xml": f'<workbook xmlns="{space}spreadsheetml/2006/main" '
        f'xmlns:r="{space}officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets>'
        "</workbook>",
        "xl/worksheets/s.xml": f'<worksheet xmlns="{space}spreadsheetml/2006/main"><sheetData>{data}</sheetData>'
        "</worksheet>",
    }
    buffer = BytesIO()
    with ZipFile(buffer, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text + ("</Relationships>" if name.endswith(".rels") else ""))
    return buffer.getvalue()


CELLS = {"A1": "Chats of May", "A3": "Case", "B3": "Who", "C3": "Said", "A4": "7", "B4": "客户", "C4": "坏了, \n真的"}
CELLS |= {"A5": "7", "B5": "客服", "C5": '=1+1 "抱歉"'}
NAMES = {"id": "Case", "role": "Who", "text": "Said"}


async def test_a_workbook_is_read_by_the_columns_that_the_user_names(
    service: respx.Route, call: Call, tmp_path: Path
) -> None:
    (tmp_path / "chats.xlsx").write_bytes(workbook(CELLS))
    result = await call(file=str(tmp_path / "chats.xlsx"), columns=NAMES)
    assert result.structured_content["conversations"][0]["id"] == "7"
    assert '[1] 客户: 坏了, 真的\n[2] 客服: =1+1 "抱歉"' in message(service.calls[0].request)


async def test_a_workbook_that_claims_billions_of_cells_ends_only_its_own_process(
    refused: Refused, call: Call, tmp_path: Path
) -> None:
    (tmp_path / "chats.xlsx").write_bytes(workbook({"A1": "x", "XFD1048576": "y"}))
    assert "too large" in await refused(call(file=str(tmp_path / "chats.xlsx")))


@pytest.mark.skipif(sys.platform == "win32", reason="a script in the library's place")
async def test_the_process_that_reads_a_workbook_knows_no_key(
    refused: Refused, call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DASHSCOPE_API_KEY", "sk-secret")
    told = tmp_path / "told"
    (tmp_path / "python_calamine.py").write_text(f"import os; open({str(told)!r}, 'w').write(str(os.environ))")
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "chats.xlsx").write_bytes(workbook(CELLS))
    await refused(call(file=str(tmp_path / "chats.xlsx")))
    assert "PATH" in told.read_text()
    assert "sk-secret" not in told.read_text()


async def test_without_the_library_a_workbook_is_refused_and_told_what_to_install(
    refused: Refused, call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    (tmp_path / "chats.xlsx").write_bytes(workbook(CELLS))
    found = await refused(call(file=str(tmp_path / "chats.xlsx")))
    assert 'pip install "qwen-localize[sheets]"' in found
    assert "save it as CSV" in found


def talkative(request: httpx.Request) -> httpx.Response:
    rows = [
        {"id": q["id"], "label": "satisfied", "reason": "因为" * 4000, "turns": []} for q in asked(message(request))
    ]
    return completion(json.dumps(rows, ensure_ascii=False))


async def test_long_answers_are_shown_as_far_as_they_fit_and_saved_whole(service: respx.Route, call: Call) -> None:
    service.side_effect = talkative
    result = await call(conversation=[f"客户：第{number}" for number in range(10)], analysis=["satisfaction"])
    data = result.structured_content
    texts = words(result)
    assert len(texts.encode()) <= 8_000
    assert len(json.dumps(data, ensure_ascii=False).encode()) <= 60_000
    assert [item["id"] for item in data["conversations"]] == ["1"]
    saved = next(Path(file["path"]) for file in data["artifacts"] if file["path"].endswith(".jsonl"))
    assert [len(json.loads(line)["answers"][0]["reason"]) for line in saved.read_text("utf-8").splitlines()] == [
        8000
    ] * 10
    assert str(saved) in texts


async def test_answers_that_the_disk_refuses_are_shown_as_far_as_they_fit_and_not_paid_for_again(
    service: respx.Route, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.side_effect = talkative
    arguments = {"conversation": [f"客户：第{number}" for number in range(10)], "analysis": ["satisfaction"]}
    write = Files.save_text

    async def refuse(*_: Any, **__: Any) -> None:
        raise OutputUnavailable("The disk is full. Free some space.")

    async with connect() as client:
        monkeypatch.setattr(Files, "save_text", refuse)
        result = await client.call_tool("analyze_conversation", arguments)
        monkeypatch.setattr(Files, "save_text", write)
        again = await client.call_tool("analyze_conversation", arguments)
    assert "was not saved: The disk is full. Free some space. Then repeat the call" in words(result)
    assert len(words(result).encode()) <= 8_000
    assert len(again.structured_content["artifacts"]) == 2
    assert service.call_count == 10


async def test_questions_that_leave_no_room_for_a_dialogue_are_refused_as_such(refused: Refused, call: Call) -> None:
    own = [{"id": f"q{number}", "instruction": "因为" * 500} for number in range(30)]
    assert "questions: together they fill the model's window" in await refused(call(conversation=CHAT, questions=own))


async def test_what_fits_is_shown_whole_and_saved_nowhere(service: respx.Route, call: Call) -> None:
    result = await call(conversation=[f"客户：第{number}" for number in range(10)])
    assert len(result.structured_content["conversations"]) == 10
    assert result.structured_content.get("artifacts") is None


async def test_counts_are_told_in_words(service: respx.Route, call: Call) -> None:
    service.side_effect = lambda request: (
        completion(json.dumps([{"id": "satisfaction", "label": "dissatisfied", "reason": "r", "turns": []}]))
        if "第7个" in message(request)
        else judge(request)
    )
    result = await call(conversation=[f"客户：第{number}个" for number in range(30)], analysis=["satisfaction"])
    assert "satisfaction: satisfied 29, dissatisfied 1." in words(result)
    assert "{" not in words(result)


async def test_the_schema_of_conversations_says_what_an_item_is() -> None:
    schema = next(tool for tool in await describe_tools(TOOLS) if tool["name"] == "analyze_conversation")["inputSchema"]
    judge_of = Draft202012Validator(schema)
    assert "{}" not in json.dumps(schema)
    for conversation in ("a text", CHAT, [turn | {"conversation_id": "c"} for turn in CHAT]):
        assert judge_of.is_valid({"conversation": conversation, "columns": {"role": "Who"}})


@pytest.mark.parametrize(
    "conversation",
    [[CHAT, CHAT], [{"id": "a", "turns": CHAT}] * 2, {"conversations": [CHAT, CHAT]}, json.dumps([CHAT] * 2)],
)
async def test_other_forms_than_the_schemas_are_taken_as_well(
    service: respx.Route, call: Call, conversation: Any
) -> None:
    result = await call(conversation=conversation, columns=None)
    assert len(result.structured_content["conversations"]) == 2
