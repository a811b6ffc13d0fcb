"""The official TypeScript client, of both generations, by which most hosts speak."""

import base64
import json
import subprocess
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from clients import serving
from qwen_localize_tools import TOOLS

SCRIPT = Path(__file__).parent / "node/session.mjs"
# The SDK, the era that it is told to speak, and how it reaches the server.
WAYS = [(sdk, how) for sdk in ("v2-legacy", "v2-auto", "v1-legacy") for how in ("stdio", "http")]
Session = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def slow_upstream() -> Iterator[serving.Upstream]:
    with serving.upstream(task_seconds=8) as upstream:
        yield upstream


@pytest.fixture(scope="module")
def http_server(upstream: serving.Upstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving.over_http(serving.environment(tmp_path_factory.mktemp("http"), upstream.origin)) as url:
        yield url


@pytest.fixture(scope="module")
def slow_http_server(slow_upstream: serving.Upstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving.over_http(serving.environment(tmp_path_factory.mktemp("slow"), slow_upstream.origin)) as url:
        yield url


@pytest.fixture
def session(node: Path, node_packages: Path) -> Session:
    """What a client saw that made these calls, one after the other, over one connection."""

    def play(client: str, server: dict[str, Any], *calls: dict[str, Any]) -> dict[str, Any]:
        sdk, _, era = client.partition("-")
        told = {"sdk": sdk, "era": era, "calls": calls} | server
        # A script that is read from the standard input finds packages below the working directory.
        command: list[str | Path] = [node, "--input-type=module", "-", json.dumps(told)]
        script, folder = SCRIPT.read_text(encoding="utf-8"), node_packages.parent
        done = subprocess.run(
            command, input=script, capture_output=True, encoding="utf-8", cwd=folder, timeout=60, check=False
        )
        assert (done.returncode, done.stderr) == (0, ""), done.stdout[-500:]
        return dict(json.loads(done.stdout))

    return play


def stdio(folder: Path, upstream: serving.Upstream) -> dict[str, Any]:
    """How a client is told to start a server."""
    command, *args = serving.STDIO
    return {"command": command, "args": args, "env": serving.environment(folder, upstream.origin)}


def picture(poster: Path, how: str) -> str:
    """A picture as a client names it: by its path where it shares a disk with the server."""
    data = base64.b64encode(poster.read_bytes()).decode()
    return str(poster) if how == "stdio" else f"data:image/png;base64,{data}"


def translation(image: str, target_lang: str, **more: Any) -> dict[str, Any]:
    return {"name": "translate_image", "arguments": {"image": image, "target_lang": target_lang}, **more}


@pytest.mark.parametrize(("client", "how"), WAYS)
def test_a_client_lists_calls_hears_progress_gives_up_and_closes(
    client: str, how: str, session: Session, upstream: serving.Upstream, http_server: str, poster: Path
) -> None:
    paid, image = len(upstream.tasks()), picture(poster, how)
    seen = session(
        client,
        stdio(poster.parent, upstream) if how == "stdio" else {"url": http_server},
        {"name": "translate_text", "arguments": {"text": client, "target_lang": "ru"}},
        translation(image, "ru"),
        translation(image, "ko", abort=True),
        {"name": "get_job", "arguments": {"job_id": "$job", "wait": 30}},
    )
    assert (seen["server"], seen["tools"]) == ("qwen-localize", [tool.name for tool in TOOLS])
    assert "qwen-localize://usage" in seen["resources"]
    assert seen["templates"]
    text, image_call, given_up, found = seen["calls"]
    assert text["result"]["structuredContent"]["translations"]
    assert_delivered(image_call["result"], how)
    assert_progress(image_call["progress"])
    # The call ends at once; what it ordered is paid for once, and kept for whoever asks for it.
    assert "abort" in given_up["error"].lower()
    assert given_up["seconds"] < 2
    assert_delivered(found["result"], how)
    assert len(upstream.tasks()) - paid == 2
    assert seen["log"] == ""
    assert seen["closed"] < 2  # after which the client would kill the server


@pytest.mark.parametrize(("client", "how"), [("v1-legacy", "stdio"), ("v2-auto", "http")])
def test_a_call_may_last_longer_than_the_clients_time_out_if_that_starts_anew_with_progress(
    client: str, how: str, session: Session, slow_upstream: serving.Upstream, slow_http_server: str, poster: Path
) -> None:
    server = stdio(poster.parent, slow_upstream) if how == "stdio" else {"url": slow_http_server}
    patience = {
        "timeout": 7000,
        "resetTimeoutOnProgress": True,
    }  # progress comes every 5 s or so
    [call] = session(client, server, translation(picture(poster, how), "ru", options=patience))["calls"]
    assert call["seconds"] > 7
    assert_delivered(call["result"], how)


def assert_delivered(result: dict[str, Any], how: str) -> None:
    assert result["structuredContent"]["status"] == "succeeded"
    [file] = result["structuredContent"]["artifacts"]
    assert result["content"][0]["text"].startswith("Saved ")
    if how == "stdio":
        assert file["path"] in result["content"][0]["text"]
        assert Path(file["path"]).stat().st_size == file["bytes"]


def assert_progress(events: list[dict[str, Any]]) -> None:
    assert len(events) >= 2
    assert all(early["progress"] < late["progress"] for early, late in pairwise(events))
    assert all("job-" in event["message"] for event in events)
