"""The protocol of Gummy (docs/model-studio.md 10.3): a task whose sound travels as it is, in binary frames."""

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from qwen_localize.tool import Tokens

from .dialect import Message
from .events import Event, Failed, Finished, Partial, Sentence, Started, Used
from .turns import NOT_TRANSLATED
from .wish import Wish

logger = logging.getLogger(__name__)

EVENTS = ("task-started", "result-generated", "task-finished", "task-failed")
# Recognition and translation are paid for apart: a second of sound counts as two.
SWITCHES = 2
# No task hears more.
_MOST_SECONDS = 24 * 3600


@dataclass
class _Side:
    """What was said, or its translation: how it looks, and whether it stays so."""

    text: str = ""
    start: int | None = None
    end: int | None = None
    is_whole: bool = False


class Gummy:
    """One task on one connection."""

    def __init__(self, wish: Wish, task: str = "") -> None:
        self._wish, self._task = wish, task or uuid4().hex
        self._seconds = 0
        self._open: dict[int, tuple[_Side, _Side]] = {}

    @property
    def is_answering(self) -> bool:
        """See `Dialect`: it is the service that cuts."""
        return bool(self._open)

    @property
    def pending_end(self) -> int | None:
        """See `Dialect`."""
        return next((sides[0].end for sides in self._open.values()), None)

    def opening(self) -> list[Message]:
        """See `Dialect`."""
        parameters = {
            "format": "pcm",
            "sample_rate": 16000,
            "source_language": self._wish.source or "auto",
            "transcription_enabled": True,
            "translation_enabled": True,
            "translation_target_languages": [self._wish.target],
        }
        task = {"task_group": "audio", "task": "asr", "function": "recognition", "model": self._wish.model}
        return [self._message("run-task", task | {"input": {}, "parameters": parameters})]

    def sound(self, pcm: bytes) -> Message:
        """See `Dialect`."""
        return pcm

    def cut(self, start: int, end: int) -> list[Message]:  # noqa: ARG002 - the service cuts
        """See `Dialect`."""
        return []

    def closing(self) -> list[Message]:
        """See `Dialect`."""
        return [self._message("finish-task", {"input": {}})]

    def received(self, message: dict[str, Any]) -> list[Event]:
        """See `Dialect`."""
        header, payload = _part(message, "header"), _part(message, "payload")
        match header.get("event"):
            case "task-started":
                return [Started()]
            case "result-generated":
                return [*self._used(payload), *self._result(_part(payload, "output"))]
            case "task-finished":
                return [*self._used(payload), *self._told(all_of_them=True), Finished()]
            case "task-failed":
                return [Failed(str(header.get("error_code") or "error"), str(header.get("error_message") or ""))]
        logger.debug("An event nobody knows: %s", json.dumps(message)[:200])
        return []

    def _message(self, action: str, payload: dict[str, Any]) -> dict[str, Any]:
        return {"header": {"action": action, "task_id": self._task, "streaming": "duplex"}, "payload": payload}

    def _used(self, payload: dict[str, Any]) -> Iterator[Event]:
        """What came to be paid since it was last said: the service tells all of the task."""
        seconds = _whole(_part(payload, "usage").get("duration")) or 0
        if self._seconds < seconds <= _MOST_SECONDS:
            yield Used(Tokens((seconds - self._seconds) * SWITCHES))
            self._seconds = seconds

    def _result(self, output: dict[str, Any]) -> Iterator[Event]:
        rows = output.get("translations")
        translations = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
        shown: tuple[_Side, _Side] | None = None
        for place, row in ((0, _part(output, "transcription")), *((1, row) for row in translations)):
            if row:
                shown = self._open.setdefault(_whole(row.get("sentence_id")) or 0, (_Side(), _Side()))
                _take(shown[place], row)
        if shown and not all(side.is_whole for side in shown):
            yield Partial(shown[0].text, shown[1].text)
        yield from self._told()

    def _told(self, *, all_of_them: bool = False) -> Iterator[Event]:
        """What is certain, in its order; a later sentence overtakes what is not translated."""
        while self._open:
            first, *later = sorted(self._open)
            source, translation = self._open[first]
            overtaken = source.is_whole and any(all(side.is_whole for side in self._open[key]) for key in later)
            if not (all_of_them or overtaken or (source.is_whole and translation.is_whole)):
                return
            del self._open[first]
            start, end = (_either(source.start, translation.start), _either(source.end, translation.end))
            error = "" if translation.text.strip() else NOT_TRANSLATED
            if source.text.strip() or translation.text.strip():
                yield Sentence(start, end, source.text.strip(), translation.text.strip(), (), error)


def _take(side: _Side, row: dict[str, Any]) -> None:
    side.text = str(row.get("text") or side.text)
    side.start = _either(_whole(row.get("begin_time")), side.start)
    side.end = _either(_whole(row.get("end_time")), _whole(row.get("current_time")), side.end)
    side.is_whole = side.is_whole or row.get("sentence_end") is True


def _either(*values: int | None) -> int | None:
    return next((value for value in values if value is not None), None)


def _whole(value: Any) -> int | None:
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0 else None


def _part(message: dict[str, Any], name: str) -> dict[str, Any]:
    found = message.get(name)
    return found if isinstance(found, dict) else {}
