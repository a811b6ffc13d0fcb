"""Exports of help desks and team chats, as conversations with turns of role and text."""

from collections.abc import Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]
_CUSTOMERS = frozenset({"end-user", "end_user", "enduser", "user", "lead", "contact", "customer"})
_AGENTS = frozenset({"agent", "admin", "team", "teammate"})
_JOINED = ("channel_", "group_", "bot_add", "bot_remove", "pinned_item", "reminder")


def as_turns(value: Any) -> Any:
    """An export of Zendesk, Intercom or Slack as conversations of turns; anything else as it is."""
    if isinstance(value, list):
        return _threads(value) if _is_slack(value) else value
    if not isinstance(value, dict):
        return value
    if _is_slack(value.get("messages")):
        threads = _threads(value["messages"])
        return threads[0] if len(threads) == 1 else {"conversations": threads}
    if isinstance(value.get("tickets"), list) and isinstance(value.get("users"), list):
        tickets = [{"users": value["users"], **item} if isinstance(item, dict) else item for item in value["tickets"]]
        return {"tickets": tickets}
    if _has_authors(value.get("comments")):
        return _ticket(value)
    parts = value.get("conversation_parts")
    return _intercom(value, parts) if isinstance(parts, dict) else value


def _has_authors(comments: Any) -> bool:
    return (
        isinstance(comments, list)
        and bool(comments)
        and all(isinstance(item, dict) and ("author_id" in item or "author" in item) for item in comments)
    )


def _ticket(value: Row) -> dict[str, Any]:
    """Zendesk: public comments of a ticket, by the roles of their authors, or by who asked first."""
    ticket = value["ticket"] if isinstance(value.get("ticket"), dict) else value
    people = value["users"] if isinstance(value.get("users"), list) else []
    users = {str(user.get("id")): user for user in people if isinstance(user, dict)}
    requester = ticket.get("requester")
    asked_by = requester.get("id") if isinstance(requester, dict) else ticket.get("requester_id")
    turns = [
        {
            "role": _author(comment, users, asked_by),
            "text": comment.get("plain_body") or comment.get("body") or comment.get("html_body") or "",
            "created_at": comment.get("created_at"),
        }
        for comment in value["comments"]
        # What agents write to each other was not said to the customer.
        if comment.get("public") is not False
    ]
    return {"id": ticket.get("id"), "turns": turns}


def _author(comment: Row, users: Mapping[str, Row], asked_by: Any) -> str:
    who = comment.get("author_id")
    author = comment["author"] if isinstance(comment.get("author"), dict) else users.get(str(who), {})
    if role := _role(author.get("role")):
        return role
    who = author.get("id", who)
    if asked_by is not None and who is not None:
        return "customer" if str(who) == str(asked_by) else "agent"
    return str(author.get("name") or who or comment.get("author"))


def _role(kind: Any) -> str:
    """Customer, agent, or as it is called there."""
    name = kind.strip().lower() if isinstance(kind, str) else ""
    return "customer" if name in _CUSTOMERS else "agent" if name in _AGENTS else name


def _intercom(value: Row, parts: Row) -> dict[str, Any]:
    """Intercom: the first message, and the parts that were said to the customer."""
    more = parts.get("conversation_parts")
    said = [value.get("source"), *(more if isinstance(more, list) else [])]
    turns = [_part(part) for part in said if isinstance(part, dict) and part.get("part_type") != "note"]
    return {"id": value.get("id"), "turns": turns}


def _part(part: Row) -> dict[str, Any]:
    author = part["author"] if isinstance(part.get("author"), dict) else {}
    return {"role": _role(author.get("type")) or author.get("name") or "", "text": part.get("body") or ""}


def _is_slack(value: Any) -> bool:
    """Whether these are a channel's messages: each has the second at which it was said, and most have who said it."""
    if not isinstance(value, list) or not value or not all(isinstance(item, dict) and "ts" in item for item in value):
        return False
    return any("text" in item and ("user" in item or "bot_id" in item) for item in value)


def _threads(messages: Sequence[Row]) -> list[dict[str, Any]]:
    """Slack: a thread is a conversation, and what stands in none is the channel's."""
    groups: dict[str, list[Row]] = {}
    for message in messages:
        if not str(message.get("subtype") or "").startswith(_JOINED):
            groups.setdefault(str(message.get("thread_ts") or "channel"), []).append(message)
    return [{"id": key, "turns": [_message(item) for item in group]} for key, group in groups.items()]


def _message(item: Row) -> dict[str, Any]:
    return {"role": _user(item), "text": item.get("text") or "", "ts": item["ts"]}


def _user(message: Row) -> str:
    profile = message["user_profile"] if isinstance(message.get("user_profile"), dict) else {}
    name = profile.get("real_name") or profile.get("display_name") or message.get("username") or message.get("user")
    return str(name) if name else "bot"
