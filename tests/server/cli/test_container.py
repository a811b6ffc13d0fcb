"""The container's recipe: what a linter says of it, and whether it tells a server that is well from one that is not."""

import json
import re
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

ROOT = Path(__file__).parents[3]
RECIPE = (ROOT / "Dockerfile").read_text("utf-8")


@pytest.mark.process
@pytest.mark.skipif(sys.platform == "win32", reason="the linter is not made for it")
def test_a_linter_has_nothing_to_say() -> None:
    linter = Path(sys.executable).with_name("hadolint")
    done = subprocess.run([linter, ROOT / "Dockerfile"], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_it_is_no_root_that_runs_it_and_every_base_is_pinned() -> None:
    bases = re.findall(r"^FROM (\S+)", RECIPE, re.MULTILINE)
    assert len(bases) == 2
    assert all(re.search(r":\d+\.\d+\.\d+-", base) for base in bases)
    last = RECIPE.rpartition("FROM ")[2]
    assert re.search(r"^USER [1-9]\d*$", last, re.MULTILINE)


def test_nothing_reaches_the_build_but_what_it_copies() -> None:
    rules = (ROOT / ".dockerignore").read_text("utf-8").split()
    assert rules[0] == "*"
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", RECIPE, re.MULTILINE)
    assert {rule[1:] for rule in rules if rule.startswith("!")} == {part for line in copied for part in line.split()}


class _Health(BaseHTTPRequestHandler):
    status = 200

    def do_GET(self) -> None:
        self.send_response(self.status if self.path == "/healthz" else 404)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.mark.process
@pytest.mark.parametrize("form", ["--http\0HOST:{port}", "--http=HOST:{port}"])
def test_a_server_over_http_is_well_if_it_answers_and_one_over_stdio_always(form: str, tmp_path: Path) -> None:
    def is_well(arguments: str) -> bool:
        (tmp_path / "cmdline").write_text(f"python\0qwen-localize\0serve\0{arguments}\0", "utf-8")
        command = json.loads(RECIPE.partition("CMD [")[2].join(["[", ""]).partition("\n")[0])
        code = command[2].replace("/proc/1/cmdline", str(tmp_path / "cmdline"))
        done = subprocess.run([sys.executable, command[1], code], capture_output=True, timeout=30, check=False)
        return done.returncode == 0

    with HTTPServer(("127.0.0.1", 0), _Health) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        http = form.format(port=server.server_port)
        assert is_well(http)
        _Health.status = 503
        assert not is_well(http)
        _Health.status = 200
        server.shutdown()
    assert not is_well(http)
    assert is_well("--allow\0/data")
