"""The moment of paying: what is said, and what is kept, when it goes wrong."""

from pathlib import Path

import pytest

from server.jobs.world import world


@pytest.mark.parametrize(
    ("fault", "expected"),
    [("debt@submit", "The account cannot pay for this call"), ("nokey@submit", "refused the API key")],
)
async def test_a_refused_submission_is_told_in_the_services_words(tmp_path: Path, fault: str, expected: str) -> None:
    async with world(tmp_path, [fault]) as w:
        [outcome] = await w.translate(1)
    assert outcome.is_error
    assert expected in outcome.words
    assert not w.sandbox.ledger.paid
