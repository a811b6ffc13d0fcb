"""Where `serve --http` listens, and where it must not."""

import socket

import pytest

from qwen_localize.cli import main
from server.mcp_server.http.stand import TOKEN

pytestmark = pytest.mark.process


@pytest.mark.parametrize(
    ("arguments", "env", "expected"),
    [
        (["serve", "--http", "0.0.0.0:0"], {}, "everybody could call at your expense"),
        (["serve", "--http", "[::]:0"], {}, "everybody could call at your expense"),
        (["serve", "--http", "8000"], {}, "--http takes HOST:PORT"),
        (["serve", "--http", "127.0.0.1:99999"], {}, "--http takes HOST:PORT"),
        (["serve", "--http", "203.0.113.7:0"], {"QWEN_LOCALIZE_TOKEN": TOKEN}, "Nothing can listen at 203.0.113.7"),
        (["serve", "--http", "no.such.host.invalid:0"], {}, "is no host that is known here"),
        (["serve", "--http", "127.0.0.1:0"], {"QWEN_LOCALIZE_TOKEN": "secret"}, "less than 22 characters"),
        (["serve", "--http", "127.0.0.1:0"], {"QWEN_LOCALIZE_TOKEN": f"a={TOKEN} b={TOKEN}"}, "to two names"),
        (["serve", "--http", "127.0.0.1:0"], {"QWEN_LOCALIZE_OAUTH_ISSUER": "https://id.example"}, "go together"),
        (["serve", "--http", "127.0.0.1:0"], {"QWEN_LOCALIZE_OAUTH_ISSUER": "http://id.example"}, "https://"),
    ],
)
def test_a_server_that_cannot_or_must_not_listen_says_why_in_one_line(
    arguments: list[str],
    env: dict[str, str],
    expected: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    assert main(arguments) == 2
    said = capsys.readouterr().err
    assert expected in said
    assert said.count("\n") == 1
    assert "secret" not in said
    assert TOKEN not in said


def test_a_taken_port_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert main(["serve", "--http", f"127.0.0.1:{port}"]) == 2
    assert capsys.readouterr().err == (
        f"qwen-localize: Port {port} of 127.0.0.1 is taken by another program. Choose another one with --http.\n"
    )
