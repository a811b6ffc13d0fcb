"""What people's exports call the parts of a conversation: the headings of a table, the keys of an object."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from qwen_localize.errors import quote

# In order of preference, without case, spaces and punctuation: "Session ID", "session_id" and "sessionId" are one.
IDS = (
    *("conversationid", "dialogueid", "dialogid", "sessionid", "chatid", "threadid", "ticketid", "caseid", "callid"),
    *("roomid", "session", "thread", "ticket", "会话id", "会话编号", "会话号", "对话id", "对话编号", "聊天id"),
    *("工单id", "工单号", "工单编号", "通话id"),
)
# These may number the messages as well.
ROW_IDS = ("id", "编号", "序号")
ROLES = (
    *("role", "speakerrole", "senderrole", "sendertype", "usertype", "authorrole", "authortype", "角色", "身份"),
    *("用户类型", "发送者类型", "发送方类型", "speaker", "sender", "author", "sendername", "speakername", "authorname"),
    *("participant", "from", "发送者", "发送人", "发送方", "发言人", "发言者", "说话人", "说话者"),
    *("rol", "rolle", "absender", "remitente", "remetente", "expéditeur", "роль", "отправитель"),
)
TEXTS = (
    *("text", "content", "message", "body", "utterance", "msg", "messagetext", "内容", "文本", "消息", "消息内容"),
    *("文本内容", "发言", "发言内容", "聊天内容", "对话内容", "会话内容"),
    *("nachricht", "mensaje", "mensagem", "messaggio", "сообщение"),
)
# Beside a text they are ids; alone they are what was said.
BARE = ("conversation", "dialogue", "dialog", "chat", "对话", "会话")
TRANSCRIPTS = ("transcript", "聊天记录", "对话记录", *BARE)
TURNS = ("turns", "messages", "utterances", "消息列表", *TRANSCRIPTS)
WRAPPERS = (
    *("conversations", "dialogues", "dialogs", "sessions", "chats", "list", "tickets", "items", "records", "results"),
    "data",
)
TIMES = ("ts", "timestamp", "timestampms", "createdat", "sentat", "dateunixtime", "date", "time")
# What has one of these keeps passwords, whatever else it has.
SECRETS = (
    *("password", "passwords", "passwd", "pwd", "passphrase", "secret", "secretkey", "clientsecret", "apikey"),
    *("accesskey", "privatekey", "loginpassword", "accesstoken", "refreshtoken", "otpauth", "cvv", "密码", "口令"),
    *(
        "passwort",
        "kennwort",
        "contraseña",
        "clave",
        "senha",
        "motdepasse",
        "пароль",
        "şifre",
        "パスワード",
        "비밀번호",
    ),
)
# What an argument may call them, and the name under which they are then found.
COLUMNS = {"role": "role", "text": "text", "id": "conversation_id"}


def named(row: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    """The first value of a row under one of these names, None if there is none."""
    values = (row[heading] for heading in headings(tuple(row), names))
    return next((value for value in values if value is not None), None)


def has(row: Mapping[str, Any], names: tuple[str, ...]) -> bool:
    """Whether a row has one of these names, be its value what it may."""
    return bool(headings(tuple(row), names))


@lru_cache(maxsize=4096)
def headings(found: tuple[str, ...], names: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the headings found that mean one of the names, best first."""
    by_plain = {plain(heading): heading for heading in reversed(found)}
    return tuple(by_plain[name] for name in names if name in by_plain)


def plain(heading: str) -> str:
    """A heading without case, spaces and punctuation."""
    return re.sub(r"[\W_]+", "", heading).casefold()


def listed(row: Mapping[str, Any]) -> str:
    """A row's headings, for a message."""
    return quote(", ".join(row))
