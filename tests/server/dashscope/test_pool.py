"""What the environment does to the connections: proxies, and a key that cannot be sent."""

import pytest
from anyio.abc import SocketStream

from qwen_localize.dashscope import Client, Service, Wire
from qwen_localize.errors import BadSetting
from support import KEY, listening

TASK = b'{"output": {"task_id": "t", "task_status": "PENDING"}}'
FOUND = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(TASK), TASK)


async def socks(stream: SocketStream) -> None:
    """A SOCKS5 proxy (RFC 1928) that answers in the place of the service."""
    async with stream:
        assert (await stream.receive())[0] == 5
        await stream.send(b"\x05\x00")
        assert b"model-studio.example" in await stream.receive()
        await stream.send(b"\x05\x00\x00\x01" + bytes(6))
        assert (await stream.receive()).startswith(b"GET /api/v1/tasks/t")
        await stream.send(FOUND)


async def test_a_socks_proxy_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    async with listening(socks) as origin:
        monkeypatch.setenv("ALL_PROXY", origin.replace("http", "socks5h"))
        wire = Wire(Service.at("cn-beijing", base_url="http://model-studio.example"), KEY)
        assert (await Client(wire).query("t")).task_id == "t"
        await wire.close()


@pytest.mark.parametrize("proxy", ["socks://user:hunter2@127.0.0.1:7890/", "ftp://127.0.0.1", "http://host:port"])
async def test_a_proxy_that_cannot_be_used_is_named_without_its_value(
    monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:8080")
    monkeypatch.setenv("ALL_PROXY", proxy)
    with pytest.raises(BadSetting, match=r"^The proxy in ALL_PROXY cannot be used") as caught:
        await Client(Wire(Service.at("cn-beijing"), KEY)).query("t")
    assert "socks5://host:port" in str(caught.value)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("key", ["“sk-0123456789”", '"sk-0123456789"', "sk-0123 456789", "sk-01\n23456789", "ключ"])
async def test_a_key_that_cannot_be_one_is_refused_in_words_that_do_not_show_it(key: str) -> None:
    with pytest.raises(BadSetting, match=r"^DASHSCOPE_API_KEY cannot be used") as caught:
        await Client(Wire(Service.at("cn-beijing"), key)).query("t")
    assert key not in str(caught.value)
    assert "0123" not in str(caught.value)


async def test_a_stand_in_on_this_machine_is_reached_whatever_the_proxy_is_called(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def answer(stream: SocketStream) -> None:
        async with stream:
            await stream.receive()
            await stream.send(FOUND)

    monkeypatch.setenv("ALL_PROXY", "socks://127.0.0.1:7890/")
    async with listening(answer) as origin:
        wire = Wire(Service.at("cn-beijing", base_url=origin), KEY)
        assert (await Client(wire).query("t")).task_id == "t"
        await wire.close()
