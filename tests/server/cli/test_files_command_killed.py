"""`qwen-localize files --apply`, killed again and again: nothing is paid twice, and no file is ever broken."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from fakes_text import completion, russian

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(sys.platform == "win32", reason="there are no such signals"),
]
FILES = ("a", "b", "c")
MANY = 40


class Service(ThreadingHTTPServer):
    """A translator that kills who asks it, before it has answered a request of a certain number."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[str] = []
        self.answered: Counter[str] = Counter()
        self.at_request, self.victim = 0, 0
        self.lock = threading.Lock()

    def kill(self) -> None:
        """Kill who asks, once."""
        if self.victim:
            os.kill(self.victim, signal.SIGKILL)
            self.victim = 0


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: Service

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        with self.server.lock:
            self.server.asked.append(body)
            if len(self.server.asked) == self.server.at_request:
                self.server.kill()
                return
            self.server.answered[body] += 1
            answer = completion(russian(json.loads(body)["messages"][0]["content"])).content
            self.send_response(200)
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def service() -> Iterator[Service]:
    with Service() as service:
        threading.Thread(target=service.serve_forever, daemon=True).start()
        yield service
        service.shutdown()


@pytest.fixture
def app(tmp_path: Path) -> Path:
    folder = tmp_path / "app/locales/en"
    folder.mkdir(parents=True)
    for name in FILES:
        texts = {f"{name}{number}": f"{name} sentence number {number}" for number in range(MANY)}
        (folder / f"{name}.json").write_text(json.dumps(texts, indent=2))
    return tmp_path / "app"


def started(service: Service, app: Path) -> "subprocess.Popen[str]":
    settings = {
        "DASHSCOPE_API_KEY": "sk-test",
        "DASHSCOPE_BASE_URL": f"http://127.0.0.1:{service.server_port}",
        "QWEN_LOCALIZE_STATE_DIR": str(app.parent / "state"),
        "QWEN_LOCALIZE_OUTPUT_DIR": str(app.parent / "out"),
    }
    command = [sys.executable, "-m", "qwen_localize", "files", str(app), "--to", "ru", "--apply", "--json"]
    process = subprocess.Popen(
        command, env=os.environ | settings, cwd=app, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    service.victim = process.pid
    return process


def done(service: Service, app: Path) -> dict[str, int]:
    """The numbers of a run that nobody kills."""
    with started(service, app) as process:
        out, error = process.communicate(timeout=60)
    assert process.returncode == 0, error
    found: dict[str, int] = json.loads(out)["details"]["languages"]["ru"]
    return {name: count for name, count in found.items() if count}


def test_a_process_that_is_killed_pays_for_nothing_twice_and_breaks_no_file(service: Service, app: Path) -> None:
    for service.at_request in (2, 5):
        with started(service, app) as process:
            process.communicate(timeout=60)
        assert process.returncode == -signal.SIGKILL
        for path in app.rglob("*.json"):
            assert len(json.loads(path.read_text("utf-8"))) == MANY
    assert (app / "locales/ru/a.json").exists()
    assert not (app / "locales/ru/c.json").exists()
    done(service, app)
    assert max(service.answered.values()) == 1
    assert len(service.answered) == len(FILES) * MANY // 20
    for name in FILES:
        there = json.loads((app / f"locales/ru/{name}.json").read_text("utf-8"))
        assert there == {f"{name}{number}": russian(f"{name} sentence number {number}") for number in range(MANY)}
    assert not [*app.rglob("*.part")]
    source = app / "locales/en/a.json"
    source.write_text(source.read_text().replace('"a sentence number 7"', '"another sentence"'))
    assert done(service, app) == {"changed": 1, "kept": len(FILES) * MANY - 1, "files": 1}
