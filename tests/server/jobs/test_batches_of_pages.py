"""Long documents are jobs: cut off anywhere, they go on, and each page is paid for once."""

import json
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
import respx

from fakes_ocr import URL, answer
from fakes_pdf import PASSWORD, blank, locked
from qwen_localize.files import pdf
from qwen_localize.settings import Settings
from server.jobs.batches import Open, jobs
from virtual_time import until

pytestmark = pytest.mark.process(time="virtual")  # long stories of several servers

PAGES = 40


class Reader:
    """A model that takes five seconds for each page."""

    def __init__(self, router: respx.Router) -> None:
        router.post(URL).mock(side_effect=self._read)
        self.asked = self.answered = self.refusals = 0

    async def _read(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        await anyio.sleep(5)
        if self.refusals:
            self.refusals -= 1
            return httpx.Response(400, json={"code": "DataInspectionFailed", "message": "no"})
        self.answered += 1
        return answer(f"text {self.answered}")


@pytest.fixture
def reader(httpx2_mock: respx.Router) -> Reader:
    return Reader(httpx2_mock)


@pytest.fixture
def manual(tmp_path: Path) -> Path:
    path = tmp_path / "manual.pdf"
    path.write_bytes(blank(PAGES))
    return path


def saved(result: dict[str, Any]) -> str:
    return Path(result["structuredContent"]["artifacts"][0]["path"]).read_text("utf-8")


async def test_a_long_document_is_a_job_whose_result_get_job_shows_as_well(
    reader: Reader, server: Open, manual: Path
) -> None:
    async with server() as peer:
        told = await peer.call(1, "ocr", image=str(manual))
        again = await peer.call(2, "get_job", job_id=told["structuredContent"]["job_id"])
        [listed] = await jobs(peer, 3)
    assert told["structuredContent"] == again["structuredContent"]
    assert told["content"] == again["content"]
    data = told["structuredContent"]
    assert (data["status"], data["page_count"], data["pages"][0]["page"]) == ("succeeded", PAGES, 1)
    assert "manual.pdf: 40 page(s) by qwen-vl-ocr (text), about 0.014 CNY" in told["content"][1]["text"]
    assert saved(told).count("text ") == PAGES
    assert "pages" not in listed


async def test_a_call_that_is_not_waited_for_goes_on_and_tells_its_job(
    reader: Reader, server: Open, manual: Path
) -> None:
    async with server(wait=10) as peer:
        told = await peer.call(1, "ocr", image=str(manual))
        assert told["structuredContent"]["status"] == "running"
        assert "do not call ocr again, but get_job" in told["content"][0]["text"]
        ended = await peer.call(2, "get_job", job_id=told["structuredContent"]["job_id"], wait=600)
    assert ended["structuredContent"]["status"] == "succeeded"
    assert reader.asked == PAGES


async def test_a_job_whose_server_ended_goes_on_with_the_next_and_pays_for_no_page_twice(
    reader: Reader, server: Open, manual: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[str] = []
    ask = pdf.Worker.ask

    def noted(worker: pdf.Worker, request: str) -> pdf.Reply:
        drawn.append(request)
        return ask(worker, request)

    monkeypatch.setattr(pdf.Worker, "ask", noted)
    async with server() as peer:
        await peer.begin(1, "ocr", image=str(manual))
        await until(lambda: reader.answered >= 8)
    manual.unlink()
    assert reader.answered < PAGES
    async with server() as peer:
        await until(lambda: reader.answered == PAGES)
        await anyio.sleep(10)
        [job] = await jobs(peer, 2)
        told = await peer.call(3, "get_job", job_id=job["job_id"])
    assert job["status"] == "succeeded"
    assert reader.asked == PAGES
    # What was kept is not even drawn again; what was drawn when the server ended is.
    assert PAGES <= len([request for request in drawn if request.startswith("draw")]) < PAGES + 8
    assert saved(told).count("text ") == PAGES


async def test_a_job_keeps_the_unlocked_document_and_not_its_password(
    reader: Reader, server: Open, tmp_path: Path, settings: Settings
) -> None:
    path = tmp_path / "locked.pdf"
    path.write_bytes(locked(12))
    async with server() as peer:
        await peer.begin(1, "ocr", image=str(path), password=PASSWORD)
        await until(lambda: reader.answered >= 3)
        # The same call joins the same job.
        await peer.begin(2, "ocr", image=str(path), password=PASSWORD)
        await anyio.sleep(1)
        kept = b"".join(file.read_bytes() for file in settings.state_dir.rglob("*") if file.is_file())
        told = await peer.answer(2)
    assert PASSWORD.encode() not in kept
    assert told["structuredContent"]["page_count"] == 12
    assert reader.asked == 12


async def test_pages_that_fail_are_named_in_few_words_with_the_reason_and_are_asked_for_again(
    reader: Reader, server: Open, manual: Path
) -> None:
    reader.refusals = 30
    async with server() as peer:
        told = await peer.call(1, "ocr", image=str(manual))
        asked = reader.asked
        again = await peer.call(2, "ocr", image=str(manual))
    assert asked == PAGES
    assert "Page 1-30 could not be read: " in told["content"][1]["text"]
    assert told["content"][1]["text"].count("content rules") == 1
    assert saved(told).count("(not read: ") == 30
    assert "10 page(s) were read before and not paid again" in again["content"][1]["text"]
    assert reader.asked == PAGES + 30


async def test_some_pages_of_a_long_document_can_be_a_job_too(reader: Reader, server: Open, manual: Path) -> None:
    async with server() as peer:
        told = await peer.call(1, "ocr", image=str(manual), pages="-5,20-30")
    assert [page["page"] for page in told["structuredContent"]["pages"]] == [*range(1, 6), *range(20, 31)]
    assert reader.asked == 16


async def test_the_answer_of_a_job_of_long_pages_is_small_and_whole(
    httpx2_mock: respx.Router, server: Open, manual: Path
) -> None:
    words = [{"text": f"word {n} \u4e2d\u6587", "rotate_rect": [1000, 1000, 10, 20, 0]} for n in range(400)]
    httpx2_mock.post(URL).mock(side_effect=lambda _: answer("", words_info=words))
    async with server() as peer:
        told = await peer.call(1, "ocr", image=str(manual), task="words")
    assert len(json.dumps(told["structuredContent"], ensure_ascii=False).encode()) < 60_000
    assert sum(len(block.get("text", "").encode()) for block in told["content"]) < 8_000
    assert told["structuredContent"]["pages"][0]["words"][0]["text"] == "word 0 \u4e2d\u6587"
    [entry] = {Path(artifact["path"]).name for artifact in told["structuredContent"]["artifacts"]}
    assert entry == "manual.words.json"
    assert len(json.loads(saved(told))) == PAGES
