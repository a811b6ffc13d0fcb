"""Logs go to stderr: stdout belongs to the protocol."""

import logging
import sys

from ..errors import redact


class _Redacting(logging.Formatter):
    """No key in any log line, whoever wrote it."""

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


def log_to_stderr(*, verbose: bool) -> None:
    """Log warnings, and what else happens if somebody wants to know."""
    handler = logging.NullHandler() if sys.stderr is None else logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Redacting("%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO if verbose else logging.WARNING, handlers=[handler])
