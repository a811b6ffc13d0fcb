"""What the drivers share: what they are told, a model that follows a script, and what they tell.

A driver runs one agent framework in an environment of its own, in front of the real server. Its model is a script,
which wants one picture translated, and goes on as a model would with what it is given.
"""

import json
import re
import sys
from dataclasses import dataclass, field
from typing import Any

TOLD: dict[str, Any] = json.loads(sys.argv[1])
SERVER: dict[str, Any] = {key: TOLD[key] for key in ("command", "args", "env")}
ASKED = "Put this picture into Russian."
_MOST_CALLS = 8


@dataclass
class Script:
    """The model. `heard` is what it was given as the outputs of its calls."""

    heard: list[str] = field(default_factory=list)
    called: list[str] = field(default_factory=list)

    def next(self, outputs: list[str]) -> tuple[str, dict[str, Any]] | None:
        """The next call, its tool and its arguments; None when there is nothing left to do."""
        self.heard = outputs
        call = self._next(outputs[-1]) if outputs else self._translate()
        if call and len(self.called) < _MOST_CALLS:
            self.called.append(call[0])
            return call
        return None

    def _next(self, output: str) -> tuple[str, dict[str, Any]] | None:
        if "Saved " in output or ('"artifacts"' in output and ".ru.jpg" in output):
            return None
        if job := re.search(r"job-\w+", output):
            return "get_job", {"job_id": job[0], "wait": 3}
        # It heard of a time-out alone: it looks for the job, or simply calls again.
        return ("list_jobs", {"limit": 1}) if TOLD["looks"] else self._translate()

    def _translate(self) -> tuple[str, dict[str, Any]]:
        return "translate_image", {"image": TOLD["picture"], "target_lang": "ru"}

    def tell(self, answer: str, tools: list[str]) -> None:
        """Say what happened, to whoever started the driver."""
        said = {"heard": self.heard, "called": self.called, "answer": answer, "tools": tools}
        sys.stdout.write(json.dumps(said) + "\n")
