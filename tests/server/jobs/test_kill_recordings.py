"""Servers that are killed while they translate a recording."""

import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from server.jobs.processes import Start
from server.jobs.recording_kills import LENGTHS, Survived, moments, survive

SEED = 20261122
pytestmark = [pytest.mark.process, pytest.mark.skipif(sys.platform == "win32", reason="servers are forked")]


async def undisturbed(folder: Path, start: Start) -> Survived:
    return await survive(folder / "undisturbed", [], start)


async def killed(folder: Path, start: Start) -> Survived:
    return await survive(folder / "killed", moments(SEED, 2), start)


SCENARIOS: dict[str, Callable[[Path, Start], Awaitable[Survived]]] = {"undisturbed": undisturbed, "killed": killed}


def test_a_recording_whose_server_is_killed_is_ended_by_the_next_and_no_answer_is_paid_twice(
    played: Callable[[str], Any],
) -> None:
    calm: Survived = played("undisturbed")
    survived: Survived = played("killed")
    assert [job["status"] for job in survived.jobs] == ["succeeded"]
    assert survived.twice == set()
    assert 0 < len(survived.answered[0]) < len(LENGTHS)
    assert survived.files.keys() == calm.files.keys() == {f"talk.fr.{end}" for end in ("srt", "txt", "vtt", "wav")}
    for ending in ("srt", "txt", "vtt"):
        assert survived.files[f"talk.fr.{ending}"] == calm.files[f"talk.fr.{ending}"]
    assert len(survived.files["talk.fr.wav"]) == pytest.approx(len(calm.files["talk.fr.wav"]), rel=0.02)
    assert "Traceback" not in survived.log
