"""What a process sends no more when others may have taken it to be gone."""

from contextlib import suppress

import anyio
import pytest
from anyio.abc import SocketStream

from qwen_localize.dashscope import Client, Service, Wire
from qwen_localize.errors import StateUnavailable
from support import KEY, listening


def gone() -> None:
    raise StateUnavailable("This process was silent for too long.")


async def test_what_may_have_been_taken_over_is_not_asked_for_beside_who_took_it_over() -> None:
    asked = list[bytes]()

    async def hear(stream: SocketStream) -> None:
        async with stream:
            with suppress(anyio.EndOfStream, anyio.BrokenResourceError):
                asked.append(await stream.receive())

    async with listening(hear) as origin:
        wire = Wire(Service.at("cn-beijing", base_url=origin), KEY, fence=gone)
        with pytest.raises(StateUnavailable, match="silent for too long"):
            await Client(wire).query("t")
        await wire.close()
    assert asked == []
