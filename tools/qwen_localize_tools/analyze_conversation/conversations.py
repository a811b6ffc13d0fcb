"""Conversations, from whatever form users have them in. One that cannot be read costs only itself."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from qwen_localize.errors import BadArgument, BadInput, quote

from .._shared import tables
from .columns import Columns
from .headings import BARE, IDS, ROLES, ROW_IDS, SECRETS, TEXTS, TRANSCRIPTS, TURNS, WRAPPERS, has, listed, named
from .helpdesks import as_turns
from .items import NO_DIALOGUE, from_items, said
from .pieces import loaded, loaded_lines
from .speakers import is_role
from .talk import are_talk
from .turns import SPEAKER, Conversation, Turn, writable

# More than the model's window takes; what is longer is not carried further.
_MOST_CHARACTERS = 150_000
# A text has names and times besides; what is longer than this is not even looked through.
_MOST_TEXT = 10_000_000
_EMPTY = 'The conversation is empty. Pass turns such as {"role": "customer", "text": "…"}.'
_TOO_LONG = "The conversation is too long for the model (28,672 tokens). Split it."
_FORMS = (
    "Taken are JSON or JSONL with turns of role and text; a table with conversation_id, role, text; lines such as "
    '"Customer: …"; exports of messengers and help desks. Or name the columns: columns={"role": …, "text": …, "id": …}.'
)
_KEEPS_PASSWORDS = (
    "It has a column or key for passwords, so nothing of it is sent. Leave out all but conversation_id, role and text."
)
Row = dict[str, Any]


def given(value: str | list[Any] | Row, columns: Mapping[str, str] | None = None) -> list[Conversation]:
    """The conversations in an argument: one text, perhaps a file's; the turns of one; or a list of several.

    Args:
        value: the argument.
        columns: what the value calls role, text and id, where that is not known here.

    Raises:
        BadArgument: none of them can be read.
    """
    reader = _Reader(Columns(columns or {}), is_file=False)
    found = reader.text(value) if isinstance(value, str) else reader.value(value)
    if found is None:
        found = [reader.conversation(value, "1")]
    if all(item.error for item in found):
        raise BadArgument(found[0].error if found else _EMPTY)
    return found


def read(name: str, text: str, columns: Mapping[str, str] | None = None) -> list[Conversation]:
    """The conversations in a file: JSON, JSONL, CSV, or lines.

    Raises:
        BadInput: it is empty or none of these, or none of its conversations can be read. Nothing of it is quoted.
    """
    if not text.strip():
        raise BadInput(f"{quote(name)} is empty. Check that it was written, or get it again.")
    reader = _Reader(Columns(columns or {}), is_file=True)
    try:
        found = reader.text(text)
        if found is None:
            found = [reader.conversation(text, "1")]
    except BadArgument as error:
        raise BadInput(f"{quote(name)}: {error}") from None
    good = [item for item in found if not item.error]
    if not good:
        reason = found[0].error if found else "it has no conversations."
        is_told = "role" in reason or reason == _TOO_LONG
        raise BadInput(f"{quote(name)}: {reason if is_told else f'{reason} {_FORMS}'}")
    speakers = {turn.role for item in good for turn in item.turns} - {SPEAKER}
    if len(speakers) < 2 and not any(map(is_role, speakers)):
        raise BadInput(f"{quote(name)}: only one speaker can be told. {_FORMS}")
    return found


class _Reader:
    """One reading: of a file, which is sent only if it is conversations for certain, or of what a caller wrote."""

    def __init__(self, columns: Columns, *, is_file: bool) -> None:
        self._columns = columns
        self._is_file = is_file

    def text(self, text: str) -> list[Conversation] | None:
        """The conversations in JSON, JSONL, or a table; None if it is none of these."""
        value = loaded(text)
        if not isinstance(value, list | dict):
            value = loaded_lines(text)
        return self.value(value) if isinstance(value, list | dict) else self._table(text)

    def value(self, value: list[Any] | Row) -> list[Conversation]:
        """The conversations in a JSON value.

        Raises:
            BadArgument: it is not of conversations at all, or has not the columns that were named.
        """
        try:
            renamed = self._columns.renamed(value)
            self._columns.check()
            return self._found(renamed)
        except RecursionError:
            raise BadArgument("It is nested too deeply. Pass turns of role and text.") from None

    def _table(self, text: str) -> list[Conversation] | None:
        """
        Raises:
            BadArgument: it has headings of a table of conversations, but not all that are needed.
        """
        heads = self._columns.of_row(tables.headings(text))
        has_id, has_role, has_text = (has(heads, names) for names in (IDS + ROW_IDS, ROLES, TEXTS + TRANSCRIPTS))
        # Of another file nothing is quoted: it may be secret.
        if has_id + has_role + has_text < 2 or not (self._is_file or has_text):
            self._columns.check()
            return None
        _refuse_secrets([heads])
        told = listed(tables.headings(text))
        self._columns.check(told)
        rows = [self._columns.of_row(row) for row in tables.rows(text)]
        names = _id_names(rows)
        if not names or not has_text:
            raise BadArgument(
                f"the headings found are {told}. Name the columns conversation_id (the same in all rows of "
                'one conversation), role and text, or say which are those: columns={"id": …, "role": …, "text": …}.'
            )
        return self._grouped(rows, names)

    def _found(self, value: list[Any] | Row) -> list[Conversation]:
        """The conversations under a name, one to an item, or turns that carry their conversation's id."""
        value = as_turns(value)
        if isinstance(value, dict):
            inner = None if _is_turn(value) or _has_turns(value) else named(value, WRAPPERS)
            return self._found(inner if isinstance(inner, list | dict) else [value])
        value = [as_turns(item) for item in value]
        rows = [item for item in value if isinstance(item, dict)]
        _refuse_secrets(rows)
        if not any(map(_is_turn, value)) or any(isinstance(item, str | list) or _has_turns(item) for item in value):
            return self._each(value)
        others = [_no_conversation(number) for number, item in enumerate(value, 1) if not isinstance(item, dict)]
        return self._grouped(rows, _id_names(rows)) + others

    def _each(self, value: list[Any]) -> list[Conversation]:
        found = [self.conversation(item, str(number)) for number, item in enumerate(value, 1)]
        if self._is_file and any(isinstance(item, str) for item in value) and any(item.error for item in found):
            raise BadArgument(f"its list of texts is no list of conversations, so nothing of it is sent. {_FORMS}")
        return found

    def _grouped(self, rows: Sequence[Row], names: tuple[str, ...]) -> list[Conversation]:
        """Rows of one turn each as conversations, in the order in which these begin; without an id they are one."""
        groups: dict[str, list[Row]] = {}
        lost: list[Conversation] = []
        for number, row in enumerate(rows, 1):
            if key := writable(named(row, names)).strip() if names else "1":
                groups.setdefault(key, []).append(row)
            else:
                lost.append(
                    Conversation(f"row {number}", (), f"Row {number} does not say which conversation it is of.")
                )
        of_group = partial(from_items, is_file=self._is_file) if names else self._unnumbered
        return [self._told(key, partial(of_group, group), has_id=bool(names)) for key, group in groups.items()] + lost

    def _unnumbered(self, rows: Sequence[Row]) -> tuple[Turn, ...]:
        """Rows without an id as turns. Commits, mails and entries of logs have an author and a text as well."""
        turns = from_items(rows, is_file=self._is_file)
        if self._is_file and not any(is_role(turn.role) for turn in turns) and not are_talk(turns):
            raise BadArgument(NO_DIALOGUE)
        return turns

    def conversation(self, value: Any, number: str) -> Conversation:
        """One conversation, whatever its form."""
        value = as_turns(_unpacked(value))
        own = writable(named(value, IDS + ROW_IDS)).strip() if isinstance(value, dict) else ""
        return self._told(own or number, lambda: self._turns(value, number), has_id=bool(own))

    def _turns(self, value: Any, number: str) -> tuple[Turn, ...]:
        value = _unpacked(value)
        if isinstance(value, str) and len(value) > _MOST_TEXT:
            raise BadArgument(_TOO_LONG)
        if isinstance(value, str):
            return said(value, is_file=self._is_file)
        if isinstance(value, list):
            return from_items(value, is_file=self._is_file)
        if _has_turns(value):
            return self._turns(named(value, TURNS), number)
        if _is_turn(value):
            return from_items([value], is_file=self._is_file)
        raise BadArgument(_no_conversation(number).error)

    def _told(self, key: str, turns: Callable[[], tuple[Turn, ...]], *, has_id: bool) -> Conversation:
        """A conversation of these turns, or why they cannot be had."""
        try:
            found = turns()
        except BadArgument as error:
            return Conversation(key, (), str(error))
        except RecursionError:
            return Conversation(key, (), "The conversation is nested too deeply. Pass turns of role and text.")
        if sum(len(turn.text) for turn in found) > _MOST_CHARACTERS:
            return Conversation(key, (), _TOO_LONG)
        if self._is_file and not has_id and len(found) == 1:
            return Conversation(key, (), "It has one turn only, and no conversation_id.")
        return Conversation(key, found, "" if found else _EMPTY)


def _unpacked(value: Any) -> Any:
    """Some hosts send a list as one JSON string; any other text is meant as it is."""
    if isinstance(value, str) and value.lstrip().startswith(("[", "{")):
        inner = loaded(value)
        return inner if isinstance(inner, list | dict) else value
    return value


def _refuse_secrets(rows: Sequence[Row]) -> None:
    """
    Raises:
        BadArgument: a row keeps a password.
    """
    if any(has(row, SECRETS) for row in rows):
        raise BadArgument(_KEEPS_PASSWORDS)


def _is_turn(value: Any) -> bool:
    return isinstance(value, dict) and has(value, TEXTS) and not _has_turns(value)


def _has_turns(value: Any) -> bool:
    return isinstance(value, dict) and has(value, TURNS) and not (has(value, TEXTS) and has(value, ROLES))


def _id_names(rows: Sequence[Row]) -> tuple[str, ...]:
    """The names under which rows have their conversation's id; none if they have none."""
    names = IDS + BARE if any(has(row, TEXTS) for row in rows) else IDS
    if any(has(row, names) for row in rows):
        return names
    own = [value for row in rows if (value := named(row, ROW_IDS)) is not None]
    numbered = len(set(map(str, own))) == len(rows) > 1
    # An id that no two rows share, where each row has its speaker, is the message's.
    if not own or (numbered and any(has(row, ROLES) for row in rows)):
        return ()
    return ROW_IDS


def _no_conversation(number: int | str) -> Conversation:
    words = f"conversation {number} is neither a text nor a list of turns with role and text."
    return Conversation(str(number), (), words)
