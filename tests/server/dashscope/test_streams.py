"""Answers that come in pieces."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import respx

from fakes_media import DONE, URL, breaking, chunk, pausing, refused, streamed
from qwen_localize import errors
from qwen_localize.dashscope import Client, Departure, Service, Wire
from support import KEY, ORIGIN
from virtual_time import VirtualClock

END = chunk({}, "stop")


@pytest.fixture
def client(clock: VirtualClock) -> Client:
    return Client(Wire(Service.at("cn-beijing", base_url=ORIGIN), KEY, clock=clock, chance=lambda: 0.0))


async def collect(chunks: AsyncIterator[dict[str, Any]]) -> dict[str, Any]:
    return {"chunks": [found async for found in chunks]}


async def asked(router: respx.Router, client: Client, *answers: httpx.Response) -> list[dict[str, Any]]:
    router.post(URL).mock(side_effect=list(answers))
    return list((await client.stream({"model": "m"}, collect))["chunks"])


async def test_pieces_come_in_their_order_up_to_the_mark(httpx2_mock: respx.Router, client: Client) -> None:
    pieces = [chunk({"content": str(number)}) for number in range(3)]
    assert await asked(httpx2_mock, client, streamed([*pieces, DONE, chunk({"content": "late"})])) == pieces


@pytest.mark.parametrize("end", [[END], [END, breaking], [END, {"choices": [], "usage": {}}, breaking]])
async def test_what_has_ended_by_its_own_word_is_whole_without_the_mark(
    httpx2_mock: respx.Router, client: Client, end: list[Any]
) -> None:
    assert END in await asked(httpx2_mock, client, streamed(end))


@pytest.mark.parametrize(
    "parts",
    [
        [],
        [chunk({"content": "a"})],
        [chunk({"content": "a"}), breaking],
        [chunk({"content": "a"}), pausing(91), END],
        [b"data: nonsense\n\n", DONE],
    ],
)
async def test_what_breaks_off_may_be_paid_and_is_not_sent_again(
    httpx2_mock: respx.Router, client: Client, parts: list[Any]
) -> None:
    with pytest.raises(errors.Unconfirmed, match="may have been carried out and billed"):
        await asked(httpx2_mock, client, streamed(parts))
    assert httpx2_mock.calls.call_count == 1


async def test_a_piece_may_be_waited_for_as_long_as_it_is_not_too_long(
    httpx2_mock: respx.Router, client: Client
) -> None:
    slow = [pausing(80), chunk({"content": "a"}), pausing(80), END, DONE]
    assert len(await asked(httpx2_mock, client, streamed(slow))) == 2


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"error": {"code": "data_inspection_failed", "message": "no"}}, errors.Blocked),
        ({"code": "DataInspectionFailed", "message": "no"}, errors.Blocked),
        ({"error": {"code": "Arrearage", "message": "no"}}, errors.OutOfFunds),
        ({"error": "broken"}, errors.LocalizeError),
    ],
)
async def test_an_error_among_the_pieces_is_the_answer(
    httpx2_mock: respx.Router, client: Client, error: dict[str, Any], kind: type[Exception]
) -> None:
    with pytest.raises(kind):
        await asked(httpx2_mock, client, streamed([chunk({"content": "a"}), error, DONE]))


async def test_a_refusal_before_the_first_piece_is_repeated_if_that_can_help(
    httpx2_mock: respx.Router, client: Client
) -> None:
    answers = (refused(429, "limit_requests"), refused(503, "ModelUnavailable"), streamed([END, DONE]))
    assert await asked(httpx2_mock, client, *answers) == [END]


async def test_the_key_does_not_come_back_in_a_piece(httpx2_mock: respx.Router, client: Client) -> None:
    found = await asked(httpx2_mock, client, streamed([chunk({"content": f"your key is {KEY}"}), END, DONE]))
    assert KEY not in str(found)


async def test_what_a_reader_does_not_understand_is_paid_all_the_same(
    httpx2_mock: respx.Router, client: Client
) -> None:
    async def refuse(_: AsyncIterator[dict[str, Any]]) -> dict[str, Any]:
        raise errors.BadAnswer("odd")

    async def note() -> None:
        pass

    httpx2_mock.post(URL).mock(return_value=streamed([END, DONE]))
    departure = Departure(note)
    with pytest.raises(errors.Unconfirmed):
        await client.stream({"model": "m"}, refuse, departure)
    assert departure.gone
