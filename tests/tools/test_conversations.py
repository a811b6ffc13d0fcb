"""The forms in which people have conversations, read without a client: nothing is sent or paid here."""

import csv
import json
from typing import Any

import pytest

from qwen_localize.errors import BadArgument, BadInput
from qwen_localize_tools.analyze_conversation.conversations import given, read
from qwen_localize_tools.analyze_conversation.turns import Conversation

SAID = [("a", "customer", "杯子坏了"), ("a", "agent", "换新的"), ("b", "customer", "谢谢")]
TWO = [("a", [("customer", "杯子坏了"), ("agent", "换新的")]), ("b", [("customer", "谢谢")])]
ROWS = [{"session_id": key, "role": role, "text": text} for key, role, text in SAID]
GOOD = {"id": "good", "turns": [{"role": "customer", "text": "坏了"}]}


def plain(found: list[Conversation]) -> list[tuple[str, list[tuple[str, str]]]]:
    return [(item.id, [(turn.role, turn.text) for turn in item.turns]) for item in found]


def table(head: str, separator: str = ",", end: str = "\n") -> str:
    return end.join([head.replace(",", separator), *(separator.join(row) for row in SAID), ""])


def as_lines(values: list[Any]) -> str:
    return "\n".join(json.dumps(value, ensure_ascii=False) for value in values)


@pytest.mark.parametrize(
    "head",
    [
        "conversation_id,role,text",
        "Session ID,Sender,Message",
        "ticket-id,author,body",
        "threadId,user_type,content",
        "会话ID,角色,内容",
        "对话编号,发送者,消息内容",
        "conversation,speaker,utterance",
        "ID,from,msg",
    ],
)
def test_a_table_is_read_by_the_headings_that_people_give_it(head: str) -> None:
    assert plain(read("a.csv", table(head))) == TWO


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_table_is_read_with_the_separators_and_line_ends_of_any_spreadsheet(separator: str, end: str) -> None:
    assert plain(read("a.csv", table("conversation_id,role,text", separator, end))) == TWO


def test_the_conversations_own_id_goes_before_the_messages() -> None:
    rows = [f"{number},{','.join(row)}" for number, row in enumerate(SAID, 1)]
    assert plain(read("a.csv", "\n".join(["id,session_id,role,text", *rows]))) == TWO


def test_a_table_whose_only_ids_are_the_messages_is_refused_and_told_what_it_needs() -> None:
    with pytest.raises(BadInput, match=r"headings found are “id, role, text”.*conversation_id"):
        read("a.csv", "id,role,text\n1,customer,坏了\n2,agent,换新的\n")


@pytest.mark.parametrize("head", ["conversation_id,who,text", "conversation_id,,text"])
def test_a_table_that_does_not_say_who_speaks_is_refused_and_told_what_it_needs(head: str) -> None:
    with pytest.raises(BadInput, match=r"Nothing tells customer from agent.*conversation_id.*role, speaker, sender"):
        read("a.csv", table(head))


def test_a_cell_may_hold_a_whole_dialogue() -> None:
    text = 'id,对话\na,"customer: 杯子坏了\nagent: 换新的"\nb,customer：谢谢\n'
    assert plain(read("a.csv", text)) == TWO


def test_a_cell_may_be_longer_than_the_librarys_limit_which_stays_as_it_is() -> None:
    before = csv.field_size_limit()
    (found,) = read("a.csv", "conversation_id,role,text\nx,customer," + "好" * 140_000)
    assert len(found.turns[0].text) == 140_000
    assert csv.field_size_limit() == before


def test_a_heading_that_is_no_conversations_is_not_quoted() -> None:
    with pytest.raises(BadInput) as caught:
        read("a.csv", "SECRET_KEY=abc,other\n1,2\n")
    assert "SECRET" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("flat.json", json.dumps(ROWS)),
        ("flat.jsonl", as_lines(ROWS)),
        ("wrapped.json", json.dumps({"conversations": ROWS})),
        ("repeated.json", json.dumps([{"id": key, "sender": role, "text": text} for key, role, text in SAID])),
        ("lines.json", json.dumps([{"id": "a", "transcript": "customer: 杯子坏了\nagent: 换新的"},
                                   {"id": "b", "text": "customer: 谢谢"}])),
        ("nested.json", json.dumps({"data": [
            {"id": "a", "messages": [{"author": {"role": "customer"}, "content": "杯子坏了"},
                                     {"author": {"role": "agent"}, "content": "换新的"}]},
            {"id": "b", "turns": ["customer: 谢谢"]}]})),
        ("parts.jsonl", as_lines([
            {"id": "a", "messages": [
                {"role": "customer", "content": [{"type": "text", "text": "杯子坏了"}, {"type": "image_url"}]},
                {"role": "agent", "content": None, "tool_calls": []},
                {"role": "agent", "content": [{"type": "text", "text": {"value": "换新的"}}]}]},
            {"id": "b", "messages": [{"role": "customer", "content": "谢谢"}]}])),
    ],
)  # fmt: skip
def test_the_turns_of_json_go_to_their_conversations(name: str, text: str) -> None:
    assert plain(read(name, text)) == TWO


def test_turns_with_numbers_of_their_own_are_one_conversation() -> None:
    turns = [{"id": 1, "role": "customer", "text": "坏了"}, {"id": 2, "role": "agent", "text": "换"}]
    assert plain(given(turns)) == [("1", [("customer", "坏了"), ("agent", "换")])]


def test_a_line_separator_inside_a_text_does_not_end_a_line_of_jsonl() -> None:
    found = read("a.jsonl", as_lines([GOOD | {"turns": [{"role": "customer", "text": "一\u2028二"}]}, GOOD]))
    assert [item.error for item in found] == ["", ""]


@pytest.mark.parametrize(
    "bad",
    [
        {"id": "bad", "turns": []},
        {"id": "bad", "turns": None},
        {"id": "bad", "turns": [{"role": "customer"}]},
        {"id": "bad", "turns": [5]},
        {"id": "bad", "turns": [{"who": "customer", "text": "坏了"}]},
        {"id": "bad", "subject": "x"},
    ],
)
@pytest.mark.parametrize("written", [json.dumps, as_lines])
def test_a_conversation_that_cannot_be_read_costs_only_itself(bad: dict[str, Any], written: Any) -> None:
    found = read("a.json", written([bad, GOOD]))
    assert [(item.id, bool(item.turns), bool(item.error)) for item in found] == [
        ("bad", False, True),
        ("good", True, False),
    ]


def test_a_damaged_line_costs_only_itself() -> None:
    flat = read("a.jsonl", as_lines(ROWS) + '\n{"session_id": "c", "ro')
    assert plain(flat) == [*TWO, ("4", [])]
    whole = read("a.jsonl", as_lines([GOOD, GOOD]) + '\n{"id": "c", "tu')
    assert [bool(item.error) for item in whole] == [False, False, True]


def test_a_row_without_an_id_is_put_into_no_conversation() -> None:
    found = read("a.csv", table("session_id,role,text") + ",agent,谁\n,,\n")
    assert plain(found) == [*TWO, ("row 4", [])]
    assert "does not say which conversation" in found[-1].error


def test_only_if_all_are_bad_is_the_file_refused() -> None:
    with pytest.raises(BadInput, match="The conversation is empty"):
        read("a.json", json.dumps([{"id": 1, "turns": []}, {"id": 2, "turns": None}]))


@pytest.mark.parametrize("text", ["[" * 100_000, '{"turns":' * 100_000, "[" * 900 + "]" * 900])
def test_json_nested_without_end_is_refused_in_words(text: str) -> None:
    with pytest.raises(BadInput):
        read("deep.json", text)


def test_an_id_can_always_be_written_down() -> None:
    (found,) = read("a.json", json.dumps(GOOD | {"id": "\ud800x"}))
    assert found.id.encode() == b"?x"


@pytest.mark.parametrize(
    "text",
    [
        "2024-05-01 10:30:15 客户：坏了\n2024-05-01 10:31:00 客服：抱歉",
        "[10:30] 客户: 坏了\n[10:31] 客服: 抱歉",
        "(10:30:15) 客户: 坏了\n(10:30:17) 客服：抱歉",
        "【2024年5月1日 10:30】客户: 坏了\n【2024年5月1日 10:31】客服: 抱歉",
        "05-01 10:30 - 客户: 坏了\n05-01 10:31 - 客服: 抱歉",
        "2024-05-01T10:30:15Z 客户: 坏了\n2024-05-01T10:30:15.123+08:00 客服: 抱歉",
        "客户 2024-05-01 10:30:15\n坏了\n客服 2024-05-01 10:31:00\n抱歉",
        "客户 (2024-05-01 10:30:15): 坏了\n客服 (2024-05-01 10:31:00):\n抱歉",
        '[{"role": "客户", "text": "坏了"}, {"role": "客服", "text": "抱歉"}]',
        '{"messages": [{"role": "客户", "content": "坏了"}, {"role": "客服", "content": "抱歉"}]}',
    ],
)
def test_a_time_before_a_speaker_is_no_speaker_and_json_is_no_text(text: str) -> None:
    assert plain(given(text)) == [("1", [("客户", "坏了"), ("客服", "抱歉")])]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("客户: 看\nhttps://a.example/x", [("客户", "看 https://a.example/x")]),
        ("客服01:3天内到", [("客服01", "3天内到")]),
        ("客服: 明天\n10:30 到", [("客服", "明天 10:30 到")]),
        ("坏了", [("speaker", "坏了")]),
        ("[坏了", [("speaker", "[坏了")]),
    ],
)
def test_a_colon_in_a_url_or_a_time_makes_no_speaker(text: str, expected: list[tuple[str, str]]) -> None:
    assert plain(given(text)) == [("1", expected)]


def test_nothing_in_an_argument_is_refused_in_words() -> None:
    with pytest.raises(BadArgument, match="The conversation is empty"):
        given("[]")
