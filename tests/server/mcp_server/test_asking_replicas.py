"""A question that one replica has asked is answered to another, once; and to nobody who has another secret."""

from pathlib import Path
from typing import Any

import pytest
import respx
from mcp import MCPError
from pydantic import SecretStr

from server.mcp_server.test_asking import RESULT, URL, YES, User, answered, edited, question
from support import Connect, picture, words


@pytest.fixture
def service(httpx2_mock: respx.Router) -> respx.Route:
    httpx2_mock.get(RESULT).respond(content=picture())
    return httpx2_mock.post(URL)


@pytest.fixture
def edit(tmp_path: Path) -> dict[str, Any]:
    (tmp_path / "mug.png").write_bytes(picture())
    return {"images": [str(tmp_path / "mug.png")], "prompt": "Make it grey"}


async def test_an_answer_counts_once_whichever_replica_it_comes_to(
    service: respx.Route, connect: Connect, edit: dict[str, Any]
) -> None:
    service.side_effect = lambda _: edited()
    secret = SecretStr("replicas-share-0123456789abcdef0123456789")
    async with (
        connect(client=User().client, daily_budget=0.1, link_secret=secret) as client,
        connect(client=User().client, daily_budget=0.1, link_secret=secret) as other,
        connect(client=User().client, daily_budget=0.1, link_secret=SecretStr("9" * 40)) as stranger,
    ):
        asked = await question(client, edit)
        with pytest.raises(MCPError, match="requestState"):
            await answered(stranger, edit, asked.request_state, {"consent": YES})
        first = await answered(other, edit, asked.request_state, {"consent": YES})
        again = await answered(client, edit, asked.request_state, {"consent": YES})
    assert not first.is_error, words(first)
    assert "daily budget" in words(again)
    assert service.call_count == 1
