"""Files that are no conversations: nothing of them is sent, and nothing of them is told."""

import json
from pathlib import Path
from typing import Any

import pytest
import respx

from support import Call, Connect, Refused

SECRET = "hunter2"


@pytest.fixture
def call(connect: Connect) -> Call:
    async def called(**arguments: Any) -> Any:
        async with connect() as client:
            return await client.call_tool("analyze_conversation", arguments)

    return called


FILES = {
    "a JSON list of codes": json.dumps([SECRET, "8831-2231"]),
    "a JSON list of fields": json.dumps([f"password: {SECRET}", "pin: 1234"]),
    "JSON with data": json.dumps({"data": [f"a: {SECRET}", "c: d"]}),
    "JSON with numbers": json.dumps({"data": [1, 2]}),
    "a password manager's JSON": json.dumps({"items": [{"id": "1", "notes": SECRET, "login": {"password": SECRET}}]}),
    "notes in JSON": json.dumps([{"id": 1, "text": f"password: {SECRET}"}, {"id": 2, "text": "pin: 99"}]),
    "one person's notes in JSON": json.dumps([{"id": key, "author": "me", "content": SECRET} for key in (1, 1)]),
    "turns with passwords": json.dumps([{"id": 1, "role": "user", "text": "a", "password": SECRET}]),
    "settings in JSON": json.dumps({"user": "a", "password": SECRET}),
    "one turn without an id": json.dumps({"role": "me", "text": SECRET}),
    "texts in JSON": json.dumps([{"text": SECRET}, {"text": "b"}]),
    "lists in lists": json.dumps([[f"a: {SECRET}", "b: c"], ["d"]]),
    "a JSON string": json.dumps(SECRET),
    "a log in JSONL": "\n".join(json.dumps({"level": "info", "message": SECRET, "id": key}) for key in range(3)),
    "an access log in JSONL": "\n".join(json.dumps({"user": f"bob{key}", "message": SECRET}) for key in range(3)),
    "backup codes": f"Backup codes: 1234 5678\nPassword: {SECRET}\nWifi: abc",
    "a list of words": f"Bank: {SECRET}\nGarage: 5678\nOffice: 9999",
    "notes": f"TODO: buy milk.\nNote: {SECRET}.\nTODO: pay.\nNote: done.",
    "credentials": f"user: admin\npassword: {SECRET}\nuser: root\npassword: y",
    "credentials of bots": f"bot: 123\nuser: a\nsign: {SECRET}\nbot: 3\nuser: b\nsign: y",
    "numbers of people": "Agent: 4829-1123\nCustomer: 8831-2231",
    ".env": f"DB_URL=postgres://u:{SECRET}@h\nKEY=abc",
    "YAML": f"version: 3\nservices:\n  db:\n    image: postgres\n    environment:\n      PASSWORD: {SECRET}",
    "YAML's lists": f"- name: a\n  port: 1\n- name: {SECRET}\n  port: 2",
    "settings with roles": f"user: me\nagent: {SECRET}\nmodel: opus",
    "a log": f"2024-05-01 10:30:15 INFO: {SECRET}\n2024-05-01 10:30:16 ERROR: failed\n2024-05-01 10:30:16 INFO: x",
    "a log of programs": f"2024-05-01T10:30:15Z x: {SECRET}\n2024-05-01T10:30:16Z y: up\n2024-05-01T10:30:17Z x: z",
    "a log in brackets": f"[2024-05-01 10:30:15] production.ERROR: {SECRET}\n[2024-05-01 10:30:16] production.INFO: ok",
    "a system's log": f"Mar 12 14:05:11 host sshd[123]: {SECRET} failed\nMar 12 14:05:12 host sshd[123]: Accepted x",
    "Python's log": f"INFO:root:message {SECRET}.\nWARNING:root:two.\nINFO:root:three.",
    "Python": f"def f(x):\n    if x: return '{SECRET}'\n    else: return 2",
    "TypeScript": f"interface A {{ // {SECRET}\n  user: string;\n  agent: string;\n}}",
    "CSS": "a {\n  color: red;\n  margin: 0;\n}\nb {\n  color: blue;\n  margin: 1;\n}",
    "a browser's passwords": f"name,url,username,password,note\nx,https://x,u,{SECRET},n\n",
    "texts in CSV": f"id,text\n1,{SECRET}\n2,other\n",
    "CSV without headings": f"from,{SECRET}\nx,y\n",
    "one author's CSV": f"conversation_id,author,text\n1,me,{SECRET}\n2,me,two\n",
    "addresses": f"Name: Anna Maria.\nAddress: {SECRET} Street.\nName: Ben.\nAddress: 13 Main Street.",
    "Chinese addresses": f"姓名: 张三\n电话: {SECRET}\n姓名: 李四\n电话: 139",
    "a diary": f"Monday: {SECRET}.\nTuesday: Rest.\nSunday: Work.\nMonday: Gym.\nTuesday: Rest.\nSunday: Work.",
    "a mail": f"From: a@b.c\nTo: d@e.f\nSubject: {SECRET}\n\nHello.",
    "questions of security": f"Q: What is your mother's name?\nA: {SECRET}.\nQ: First pet?\nA: Rex.",
    "a form": f"Client: ACME\nConsultant: {SECRET}\nBudget: 500",
    "a form of two lines": f"Client: ACME\nConsultant: {SECRET} Smith",
    "a Chinese form": f"客户: 阿里巴巴公司\n客服: {SECRET}",
    "accounts": f"admin: {SECRET}word\nsupport: letmein\nuser: guest",
    "YAML with roles": f"agent: {SECRET}\nuser: admin\noperator: none",
    "a changelog": f"Fixed: Crash of {SECRET}.\nAdded: Dark mode.\nFixed: Typo in menu.\nAdded: A test.",
    "minutes": f"Action: Anna sends {SECRET}.\nDecision: We go on.\nAction: Ben writes.\nDecision: Stop it.",
    "a log without times": f"Setup: Starting {SECRET}.\nDisk: Mounted.\nSetup: Done.\nDisk: Lost.",
    "passwords in sentences": f"Bank: {SECRET} is it.\nGarage: open sesame.\nBank: it was {SECRET}1.\nGarage: old.",
    "Chinese notes": f"银行：密码是{SECRET}。\n车库：五六七八。\n银行：旧的。\n车库：没有。",
    "questions and answers": f"Shipping: We ship {SECRET}.\nReturns: You can.\nShipping: Yes.\nReturns: Fine.",
    "texts of an app": f"greeting: Hello {SECRET}!\nfarewell: Thanks, bye!",
    "a day-first log": f"12/03/2024 14:05 Setup: Started with {SECRET}\n12/03/2024 14:06 Disk: Mounted the disk",
    "a bracketed log": f"[12/03/2024, 14:05:11] Setup: Started {SECRET}\n[12/03/2024, 14:06:11] Disk: Mounted the disk",
    "a dashed log": f"12/03/2024 14:05:11 - Setup: Started {SECRET}\n12/03/2024 14:06:11 - Disk: Mounted the disk",
    "a capitalised log": f"2024-03-12 14:05:11 Setup: Started {SECRET}\n2024-03-12 14:06:11 Disk: Mounted the disk",
    "a log in blocks": f"12/03/2024 14:05 Setup started\nwith {SECRET}\n12/03/2024 14:06 Setup ended\nall is well",
    "a log under names": f"Setup 12/03/2024 14:05:11\nstarted {SECRET}\nDisk 12/03/2024 14:06:11\nmounted the disk",
    "a journal": f"12.03.2024, 08:00 - Schlaf: {SECRET}\n12.03.2024, 09:00 - Arbeit: viel\n13.03.2024, 08:00 - Bad: ok",
    "a git log": f"2024-03-12 14:05 Anna: fix {SECRET}\n2024-03-12 14:06 Ben: add tests\n2024-03-12 14:07 Anna: tag",
    "commits in JSON": json.dumps(
        [{"author": "Anna", "message": f"fix {SECRET}"}, {"author": "Ben", "message": "add"}]
    ),
    "a log of services in JSON": json.dumps([{"sender": f"svc-{key}", "message": SECRET} for key in "ab"]),
    "a German table of passwords": f"id,role,text,Passwort\n1,user,a,{SECRET}\n1,agent,b,x\n",
    "a stamped ledger": "12/03/2024 14:05 Rent: 500\n12/03/2024 14:06 Food: 200\n12/03/2024 14:06 Rent: 20",
    "one side of a chat": f"[12.03.24, 14:05:11] Anna: {SECRET}\n[12.03.24, 14:06:11] Anna: two",
    "much before a chat": f"{f'{SECRET} ' * 200}\nCustomer: hi\nAgent: ho",
    "a key": f"-----BEGIN PRIVATE KEY-----\n{SECRET}\n-----END PRIVATE KEY-----",
    "a poem": f"Roses are red\n{SECRET} is blue",
}


@pytest.mark.parametrize("content", FILES.values(), ids=FILES)
async def test_a_file_that_is_no_conversation_is_neither_sent_nor_quoted(
    refused: Refused, call: Call, tmp_path: Path, content: str
) -> None:
    (tmp_path / "x.txt").write_text(content, "utf-8")
    words = await refused(call(file=str(tmp_path / "x.txt")))
    assert SECRET not in words
    assert "role" in words


@pytest.mark.parametrize(
    "content", [f"user: admin\npassword: {SECRET}\nport: 5", f"password: {SECRET}", json.dumps({"password": SECRET})]
)
async def test_fields_written_into_the_call_are_not_sent_either(refused: Refused, call: Call, content: str) -> None:
    assert SECRET not in await refused(call(conversation=content))


@pytest.mark.parametrize(
    "content",
    [
        "We talked about a cup that had broken, and agreed to meet again on Monday.\n" * 20,
        "Customer: it broke\n" + "and then it went on and on\n" * 20,
        f"Anna: {'the cup is broken ' * 100}",
    ],
)
async def test_a_long_text_with_one_speaker_is_refused_and_told_how_turns_are_written(
    refused: Refused, call: Call, content: str
) -> None:
    words = await refused(call(conversation=content))
    assert "Only one speaker" in words
    assert '"Customer: …", or pass turns of role and text' in words


@pytest.mark.parametrize("damage", [b"PK\3\4 no workbook", b"", b"hello"])
async def test_a_workbook_that_cannot_be_read_is_refused(
    httpx2_mock: respx.Router, refused: Refused, call: Call, tmp_path: Path, damage: bytes
) -> None:
    (tmp_path / "x.xlsx").write_bytes(damage)
    assert "Save it as CSV" in await refused(call(file=str(tmp_path / "x.xlsx")))
