"""Signed result addresses."""

from sandbox.stand import Caller, ManualClock


async def test_a_result_is_whole_typed_and_needs_no_key(timed: Caller) -> None:
    url = timed.sandbox.results.keep("a.jpg", b"picture")
    del timed.http.headers["authorization"]
    answer = await timed.http.get(url)
    assert (answer.status_code, answer.content) == (200, b"picture")
    assert (answer.headers["content-length"], answer.headers["content-type"]) == ("7", "image/jpeg")
    assert timed.sandbox.ledger.count("download") == 1


async def test_a_changed_address_is_refused(timed: Caller) -> None:
    url = timed.sandbox.results.keep("a.jpg", b"picture")
    for forged in (
        url.replace("Signature=", "Signature=x"),
        url.replace("Expires=1", "Expires=2"),
        url.partition("?")[0],
    ):
        answer = await timed.http.get(forged)
        assert (answer.status_code, "SignatureDoesNotMatch" in answer.text) == (403, True)


async def test_an_address_expires_after_a_day(timed: Caller, clock: ManualClock) -> None:
    url = timed.sandbox.results.keep("a.jpg", b"picture")
    await clock.advance(24 * 3600 - 1)
    assert (await timed.http.get(url)).status_code == 200
    await clock.advance(1)
    answer = await timed.http.get(url)
    assert (answer.status_code, "expired" in answer.text) == (403, True)
