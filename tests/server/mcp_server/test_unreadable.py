"""Messages that the SDK cannot read: each is answered, and the connection goes on."""

from collections.abc import AsyncIterator

import anyio
import pytest

from peer import Peer, speaking_to
from qwen_localize.mcp_server import build_server
from qwen_localize.settings import Settings
from qwen_localize_tools import TOOLS
from virtual_time import VirtualClock

CALL = '{"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {"name": "translate_text", "arguments": %s}}'
UNREADABLE = {
    "half a character": CALL % '{"text": "\\ud800", "target_lang": "ru"}',
    "a number of 6,000 digits": CALL % f'{{"text": {"9" * 6000}, "target_lang": "ru"}}',
    "500 levels": CALL % ("[" * 500 + "]" * 500),
    "no JSON": CALL % "{,}",
    "cut off": CALL[:60],
    "the id last, after things that look like it": '{"params": {"id": 3, "x": "\\"id\\": 4", "y": "\\ud800"}, "id": 7}',
    "no request": '{"jsonrpc": "2.0", "id": 7}',
    "another protocol": '{"jsonrpc": "1.0", "id": 7, "method": "ping"}',
    "a method that is none": '{"jsonrpc": "2.0", "id": 7, "method": 5}',
}
SILENT = {
    "no id": '{"jsonrpc": "2.0", "method": "notifications/x", "params": {"y": "\\ud800"}}',
    "an id that is none": '{"jsonrpc": "2.0", "id": {}, "method": "ping", "params": "\\ud800"}',
    "an id of too many digits": '{"id": %s}' % ("9" * 6000),
    "nothing": "",
    "noise": "\x00\x01\ufffd{]",
    "a list": "[]",
    "a word": '"id"',
}


@pytest.fixture
async def peer(settings: Settings, clock: VirtualClock) -> AsyncIterator[Peer]:
    with anyio.fail_after(60):
        async with speaking_to(build_server(settings, TOOLS, clock=clock)) as peer:
            yield peer


@pytest.mark.parametrize("line", UNREADABLE.values(), ids=list(UNREADABLE))
async def test_a_request_that_cannot_be_read_is_answered_with_an_error_and_the_next_one_works(
    peer: Peer, line: str
) -> None:
    error = await peer.error(7, line)
    assert "Nothing was done" in error["message"]
    assert len(error["message"]) < 400
    assert (await peer.call(8, "list_jobs"))["content"][0]["text"] == "There are no jobs yet."


@pytest.mark.parametrize("line", SILENT.values(), ids=list(SILENT))
async def test_what_has_no_id_cannot_be_answered_and_stops_nothing(peer: Peer, line: str) -> None:
    await peer.say_line(line)
    assert (await peer.call(8, "list_jobs"))["content"][0]["text"] == "There are no jobs yet."


async def test_the_error_says_what_is_wrong_with_a_message_that_is_json(peer: Peer) -> None:
    error = await peer.error(7, UNREADABLE["a method that is none"])
    assert "not a request: method: Input should be a valid string" in error["message"]


@pytest.mark.parametrize(("written", "meant"), [("1" * 19, int("1" * 19)), (r'"a\u0062"', "ab"), ('"один"', "один")])
async def test_an_id_is_found_however_it_is_written(peer: Peer, written: str, meant: str | int) -> None:
    error = await peer.error(meant, f'{{"jsonrpc": "2.0", "method": "ping", "params": "\\ud800", "id": {written}}}')
    assert "Nothing was done" in error["message"]


async def test_an_id_that_is_a_word_is_answered_as_one(peer: Peer) -> None:
    error = await peer.error("call-7", CALL.replace("7", '"call-7"') % '{"text": "\\ud800"}')
    assert "not JSON that can be read" in error["message"]


async def test_a_line_of_ten_megabytes_without_end_is_looked_through_quickly(peer: Peer) -> None:
    error = await peer.error(7, CALL % ('{"text": "' + "x" * 10_000_000))
    assert "Nothing was done" in error["message"]
