"""What messengers and help desks export, as people have it, and the turns that are in it."""

import json
from typing import Any

import pytest

from qwen_localize.errors import BadInput, CallError
from qwen_localize_tools.analyze_conversation.conversations import given, read

Said = list[tuple[str, str]]
TWO: Said = [("Anna", "hi"), ("Ben", "hello")]

TEXTS: list[tuple[str, str, Said]] = [
    (
        "WhatsApp, iOS, German",
        "\u200e[12.03.24, 14:05:11] Shop: \u200eNachrichten und Anrufe sind Ende-zu-Ende-verschlüsselt.\n"
        "[12.03.24, 14:05:11] Anna: Hallo, wo ist mein Paket?\nBestellung: 4711\n"
        "[12.03.24, 14:06:00] Shop: Moment: ich schaue\n"
        "\u200e[12.03.24, 14:07:00] Anna: \u200eBild weggelassen\n"
        "[12.03.24, 14:08:00] ~\u202fAnna: Danke \u200e<Diese Nachricht wurde bearbeitet>",
        [("Anna", "Hallo, wo ist mein Paket? Bestellung: 4711"), ("Shop", "Moment: ich schaue"), ("Anna", "Danke")],
    ),
    (
        "WhatsApp, Android, American",
        "3/12/24, 2:05\u202fPM - Messages and calls are end-to-end encrypted. Only people in this chat can read them.\n"
        '3/12/24, 2:05\u202fPM - Anna created group "Help"\n3/12/24, 2:05\u202fPM - Anna added Ben\n'
        "3/12/24, 2:06\u202fPM - Anna: hi\n3/12/24, 2:07\u202fPM - Ben: hello\n"
        "3/12/24, 2:08\u202fPM - Ben: <Media omitted>\n3/12/24, 2:08\u202fPM - Ben: This message was deleted",
        TWO,
    ),
    ("WhatsApp, British", "12/03/2024, 2:05 pm - Anna: hi\n12/03/2024, 2:06 pm - Ben: hello", TWO),
    ("WhatsApp, Spanish", "12/3/24, 2:05 p. m. - Anna: hi\n12/3/24, 2:06 p. m. - Ben: hello", TWO),
    ("WhatsApp, Brazilian", "12/03/2024 14:05 - Anna: hi\n12/03/2024 14:06 - Ben: hello", TWO),
    ("WhatsApp, Danish", "12.03.2024 14.05 - Anna: hi\n12.03.2024 14.06 - Ben: hello", TWO),
    ("WhatsApp, Finnish", "12.3.2024 klo 14.05 - Anna: hi\n12.3.2024 klo 14.06 - Ben: hello", TWO),
    ("WhatsApp, Dutch", "12-03-2024 14:05 - Anna: hi\n12-03-2024 14:06 - Ben: hello", TWO),
    (
        "WhatsApp, Chinese",
        "2024/3/12 下午2:05 - 张三: 你好\n2024/3/12 下午2:06 - 李四: 在",
        [("张三", "你好"), ("李四", "在")],
    ),
    ("WhatsApp, Korean", "2024. 3. 12. 오후 2:05, Anna : hi\n2024. 3. 12. 오후 2:06, Ben : hello", TWO),
    (
        "WhatsApp, Arabic",
        "١٢/٣/٢٠٢٤، ٢:٠٥ م - عميل: مرحبا\n١٢/٣/٢٠٢٤، ٢:٠٦ م - الدعم: أهلا",
        [("عميل", "مرحبا"), ("الدعم", "أهلا")],
    ),
    (
        "WhatsApp, a number without a name",
        "12/03/2024, 14:05 - +49 170 1234567: hi\n12/03/2024, 14:06 - Ben: hello",
        [("+49 170 1234567", "hi"), ("Ben", "hello")],
    ),
    (
        "Telegram",
        "Anna, [12.03.24 14:05]\nhi\nnote: 10:30 is fine\n\nBen, [12.03.24 14:06]\nhello\n\n"
        "Ben, [12.03.24 14:07]\n[ Photo ]",
        [("Anna", "hi note: 10:30 is fine"), ("Ben", "hello")],
    ),
    ("Telegram, English", "Anna, [Mar 12, 2024 at 2:05 PM]:\nhi\nBen, [Mar 12, 2024 at 2:06 PM]:\nhello", TWO),
    (
        "WeChat, name before date",
        "张三 2024-03-12 14:05:11\n你好\n客服小王 2024-03-12 14:06:00\n您好：请问\n张三 2024-03-12 14:07:00\n[图片]",
        [("张三", "你好"), ("客服小王", "您好：请问")],
    ),
    (
        "WeChat, date before name",
        "2024年3月12日 14:05 张三\n你好\n2024年3月12日 14:06 李四\n在的",
        [("张三", "你好"), ("李四", "在的")],
    ),
    (
        "WeChat, by mail",
        "—————  2024-03-12  —————\n\n张三  14:05\n\n你好\n\n李四  14:06\n\n在的",
        [("张三", "你好"), ("李四", "在的")],
    ),
    (
        "QQ",
        "2024-03-12 14:05:11 张三(12)\n你好\n\n2024-03-12 14:06:11 李四\n在",
        [("张三(12)", "你好"), ("李四", "在")],
    ),
    (
        "LINE",
        "[LINE] Chat history with Anna\nSaved on: 2024/03/12 14:05\n\n2024/03/12(Tue)\n14:05\tAnna\thi\n14:06\tBen\t"
        "hello\n14:07\tAnna\t[Sticker]",
        TWO,
    ),
    ("KakaoTalk", "--- 2024년 3월 12일 화요일 ---\n[Anna] [오후 2:05] hi\n[Ben] [오후 2:06] hello", TWO),
    ("Viber", "[12.03.2024 14:05] Anna: hi\n[12.03.2024 14:06] Ben: hello", TWO),
    ("Viber, written out", "[ 12 March 2024 2:05 PM ] Anna: hi\n[ 12 March 2024 2:06 PM ] Ben: hello", TWO),
    ("Signal", "[2024-03-12 14:05] Anna: hi\n[2024-03-12 14:06] Ben: hello", TWO),
    ("Discord", "[12-Mar-24 02:05 PM] Anna\nhi\n\n[12-Mar-24 02:06 PM] Ben\nhello", TWO),
    ("Slack, copied", "Anna  2:05 PM\nhi\nBen  2:06 PM\nhello", TWO),
    ("Zoom", "14:05:11 From Anna to Everyone: hi\n14:06:11 From Ben to Everyone: hello", TWO),
    (
        "a transcript",
        "[00:00:01] SPEAKER_00: hi\n[00:00:04] SPEAKER_01: hello",
        [("SPEAKER_00", "hi"), ("SPEAKER_01", "hello")],
    ),
    (
        "a messenger's words with a colon",
        "12/03/2024, 14:05 - Anna changed the subject to: Cups\n12/03/2024, 14:06 - Anna: hi\n"
        "12/03/2024, 14:07 - Ben: hello",
        TWO,
    ),
    (
        "Taobao, a shop and its person",
        "tb12 (2024-03-12 14:05:11): 在吗\n旗舰店:小美 (2024-03-12 14:06:00): 在的亲",
        [("tb12", "在吗"), ("旗舰店:小美", "在的亲")],
    ),
    ("Amazon", "02:05 PM IST Anna: hi\n02:06 PM IST Ben: hello", TWO),
    ("numbered", "[1] customer: hi\n2. agent: hello", [("customer", "hi"), ("agent", "hello")]),
    ("in brackets", "[Customer]: hi\n[Agent]: hello", [("Customer", "hi"), ("Agent", "hello")]),
    ("two lines", "Customer: hi\nAgent: hello", [("Customer", "hi"), ("Agent", "hello")]),
    ("Markdown", "**Customer:** hi\n**Agent:** hello", [("Customer", "hi"), ("Agent", "hello")]),
    (
        "names alone on their lines",
        "Kunde:\nhi\n\nMitarbeiter (Ben):\nhello",
        [("Kunde", "hi"), ("Mitarbeiter (Ben)", "hello")],
    ),
    (
        "names",
        "Anna: Where is my order?\nBen: Let me see.\nAnna: Thanks.\nBen: It is on its way.",
        [("Anna", "Where is my order?"), ("Ben", "Let me see."), ("Anna", "Thanks."), ("Ben", "It is on its way.")],
    ),
    (
        "three who speak in turn",
        "Bot: Hello!\nCustomer: hi\nAgent: hello\nBot: Goodbye!",
        [("Bot", "Hello!"), ("Customer", "hi"), ("Agent", "hello"), ("Bot", "Goodbye!")],
    ),
    ("two lines of people who are not known", "Anna: hi\nBen: hello", TWO),
    (
        "three lines",
        "anna: where is my order?\nben: let me check\nanna: ok thanks",
        [("anna", "where is my order?"), ("ben", "let me check"), ("anna", "ok thanks")],
    ),
    (
        "a role and a name",
        "Customer: my mug broke\nMia: so sorry! A new one comes\nCustomer: thx",
        [("Customer", "my mug broke"), ("Mia", "so sorry! A new one comes"), ("Customer", "thx")],
    ),
    (
        "names with their roles",
        "Anna (Customer): hi\nAgent Mia: hello",
        [("Anna (Customer)", "hi"), ("Agent Mia", "hello")],
    ),
    (
        "Portuguese, a role with its name",
        "Cliente: Cadê meu pedido?\nAtendente Carla: Um momento.",
        [("Cliente", "Cadê meu pedido?"), ("Atendente Carla", "Um momento.")],
    ),
    (
        "Chinese, a role within a name",
        "小明:\n在吗？\n\n京东客服小李:\n在的亲\n\n小明:\n杯子坏了",
        [("小明", "在吗？"), ("京东客服小李", "在的亲"), ("小明", "杯子坏了")],
    ),
    (
        "stamped, in lower case",
        "2024-03-12 14:05:11 anna88: where is my mug?\n2024-03-12 14:06:11 shop: one moment\n"
        "2024-03-12 14:07:11 anna88: ok",
        [("anna88", "where is my mug?"), ("shop", "one moment"), ("anna88", "ok")],
    ),
    (
        "WhatsApp, in a language that is not known here",
        "12/03/2024, 14:05 - Asha: mzigo wangu umevunjika leo asubuhi.\n"
        "12/03/2024, 14:06 - Duka: tutatuma mwingine kesho.",
        [("Asha", "mzigo wangu umevunjika leo asubuhi."), ("Duka", "tutatuma mwingine kesho.")],
    ),
    ("Discord, pasted", "Anna — 12/03/2024 14:05\nhi\nBen — 12/03/2024 14:06\nhello", TWO),
    (
        "Chinese names",
        "小王：您好，请问有什么可以帮您？\n张女士：杯子坏了。\n小王：给您换。\n张女士：谢谢",
        [("小王", "您好，请问有什么可以帮您？"), ("张女士", "杯子坏了。"), ("小王", "给您换。"), ("张女士", "谢谢")],
    ),
]


def turns(found: list[Any]) -> list[Said]:
    return [[(turn.role, turn.text) for turn in item.turns] for item in found]


@pytest.mark.parametrize(("name", "content", "expected"), TEXTS, ids=[name for name, _, _ in TEXTS])
def test_a_text_is_read_as_its_messenger_writes_it_in_a_file_and_in_a_call(
    name: str, content: str, expected: Said
) -> None:
    assert turns(read("chat.txt", content)) == [expected]
    assert turns(given(content)) == [expected]
    assert turns(read("chat.txt", content.replace("\n", "\r\n"))) == [expected]


ASKED = [("customer", "Hi"), ("agent", "Hello Anna\nbye")]
COMMENTS: list[dict[str, Any]] = [
    {"author_id": 5, "body": "Hi", "html_body": "<p>Hi</p>", "public": True},
    {"author_id": 6, "html_body": "<style>p {}</style><div>Hello <b>Anna</b><br>bye</div>", "public": True},
    {"author_id": 6, "body": "They are a nuisance.", "public": False},
]
USERS = [{"id": 5, "role": "end-user"}, {"id": 6, "role": "agent"}]
TELEGRAM = {
    "name": "Anna",
    "type": "personal_chat",
    "id": 9,
    "messages": [
        {"id": 1, "type": "service", "actor": "Anna", "action": "phone_call", "text": ""},
        {"id": 2, "type": "message", "date": "2024-03-12T14:05:11", "from": "Anna", "text": "hi"},
        {"id": 3, "type": "message", "from": "Ben", "text": ["hello", {"type": "link", "text": ""}]},
        {"id": 4, "type": "message", "from": "Ben", "photo": "x.jpg", "text": ""},
    ],
}
INTERCOM = {
    "type": "conversation",
    "id": "77",
    "source": {"author": {"type": "user"}, "body": "<p>Hi</p>"},
    "conversation_parts": {
        "conversation_parts": [
            {"part_type": "assignment", "author": {"type": "admin"}, "body": None},
            {"part_type": "note", "author": {"type": "admin"}, "body": "<p>They are a nuisance.</p>"},
            {"part_type": "comment", "author": {"type": "admin"}, "body": "<p>Hello Anna</p><p>bye</p>"},
        ]
    },
}
SLACK = [
    {"type": "message", "subtype": "channel_join", "user": "U1", "text": "<@U1> has joined", "ts": "1.0"},
    {"type": "message", "user": "U1", "user_profile": {"real_name": "Anna"}, "text": "hi", "ts": "2.0"},
    {"type": "message", "user": "Ben", "text": "hello", "ts": "3.0"},
    {"type": "message", "user": "U3", "text": "where?", "ts": "4.0", "thread_ts": "4.0"},
    {"type": "message", "bot_id": "B1", "text": "here", "ts": "5.0", "thread_ts": "4.0"},
]
EXPORTS: list[tuple[str, Any, list[tuple[str, Said]]]] = [
    ("Zendesk, comments with users", {"comments": COMMENTS, "users": USERS}, [("1", ASKED)]),
    ("Zendesk, a ticket", {"ticket": {"id": 35, "requester_id": 5}, "comments": COMMENTS}, [("35", ASKED)]),
    ("Zendesk, tickets", {"tickets": [{"id": 35, "comments": COMMENTS}], "users": USERS}, [("35", ASKED)]),
    (
        "Zendesk, authors within",
        [{"id": 36, "subject": "x", "comments": [{"author": {"id": 5, "role": "end-user"}, "plain_body": "Hi"},
                                                 {"author": {"id": 6, "role": "admin"}, "plain_body": "Ho"}]}],
        [("36", [("customer", "Hi"), ("agent", "Ho")])],
    ),
    ("Intercom", INTERCOM, [("77", ASKED)]),
    ("Intercom, several", {"conversations": [INTERCOM, INTERCOM]}, [("77", ASKED), ("77", ASKED)]),
    ("Slack, a channel's day", SLACK, [("channel", TWO), ("4.0", [("U3", "where?"), ("bot", "here")])]),
    ("Slack, newest first", {"ok": True, "messages": SLACK[2:0:-1]}, [("channel", TWO)]),
    ("Telegram", TELEGRAM, [("9", TWO)]),
    ("Telegram, all chats", {"contacts": {"list": []}, "chats": {"list": [TELEGRAM, TELEGRAM]}}, [("9", TWO)] * 2),
    (
        "Messenger, newest first",
        {"messages": [{"sender_name": "Ben", "timestamp_ms": 20, "content": "hello"},
                      {"sender_name": "Anna", "timestamp_ms": 10, "content": "hi"}]},
        [("1", TWO)],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("name", "content", "expected"), EXPORTS, ids=[name for name, _, _ in EXPORTS])
def test_an_export_is_read_as_its_help_desk_writes_it_in_a_file_and_in_a_call(
    name: str, content: Any, expected: list[tuple[str, Said]]
) -> None:
    for found in (read("x.json", json.dumps(content)), given(json.dumps(content)), given(content)):
        assert list(zip([item.id for item in found], turns(found), strict=True)) == expected


TABLE = "Sender;Said;Case\nAnna;hi;5\nBen;hello;5\n"
OBJECTS = json.dumps([{"Sender": "Anna", "Said": "hi", "Case": 5}, {"Sender": "Ben", "Said": "hello", "Case": 5}])
OWN = {"role": "sender", "text": "Said", "id": "Case"}


@pytest.mark.parametrize("content", [TABLE, OBJECTS, "\n".join(json.dumps(row) for row in json.loads(OBJECTS))])
def test_a_users_own_headings_are_taken_when_they_are_named(content: str) -> None:
    for found in (read("x", content, OWN), given(content, OWN)):
        assert [(item.id, turns([item])) for item in found] == [("5", [TWO])]


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"role": "Whom", "text": "Said", "id": "Case"}, "have no “Whom”. The headings found are “Sender, Said, Case”"),
        ({"colour": "Said"}, "columns takes role, text and id"),
        ({"text": "Said"}, r"headings found are “Sender, Said, Case”. Name the columns conversation_id"),
    ],
)
def test_a_heading_that_is_not_there_is_named_with_those_that_are(columns: dict[str, str], expected: str) -> None:
    with pytest.raises(CallError, match=expected):
        read("x.csv", TABLE, columns)


def test_a_refused_files_first_line_is_not_told_as_headings() -> None:
    with pytest.raises(BadInput) as caught:
        read("x.csv", "hunter2,AKIA\nhunter3,x\n", OWN)
    assert "hunter2" not in str(caught.value)
    assert "“sender”, “Said”, “Case”" in str(caught.value)
