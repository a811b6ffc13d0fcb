"""What makes many worlds affordable."""

import functools
import ssl

import pytest

from qwen_localize import app

_bind = functools.cache(app.bind)


@pytest.fixture(autouse=True)
def _quick_worlds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Servers are set up in a few milliseconds: no certificates where nothing speaks TLS, schemas made only once."""
    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", lambda *_, **__: None)
    monkeypatch.setattr(app, "bind", _bind)


@pytest.fixture(autouse=True)
def _short_downloads(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stalled download is given up as soon as any other stalled request."""
    monkeypatch.setattr("qwen_localize.dashscope.downloads._SECONDS", 0.25)
