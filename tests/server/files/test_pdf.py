"""The pages of a PDF as pictures, and the processes that draw them."""

import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any

import anyio
import pytest
from PIL import Image

from fakes_pdf import PASSWORD, blank, counting, endless, locked
from qwen_localize.clock import RealClock
from qwen_localize.errors import BadInput
from qwen_localize.files import LocalMedia, Pdfs, drawing, pdf
from virtual_time import VirtualClock

OBJECTS = (
    "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[4 0 R]/DR<</Font<</Helv 5 0 R>>>>/NeedAppearances true>>>>",
    "<</Type/Pages/Kids[3 0 R]/Count 1>>",
    "<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 100]/Annots[4 0 R]>>",
    "<</Type/Annot/Subtype/Widget/FT/Tx/T(name)/V({})/Rect[20 30 280 70]/P 3 0 R/F 4/DA(/Helv 24 Tf 0 g)>>",
    "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
)


class Hasty(RealClock):
    """A clock on which a minute passes in a few seconds: an endless page keeps a processor busy all the time.

    Args:
        least: real seconds that each wait takes at least, for a process may take a while to start on a busy machine.
    """

    def __init__(self, least: float = 0) -> None:
        super().__init__()
        self._least = least

    async def sleep(self, seconds: float) -> None:
        await anyio.sleep(max(seconds / 20, self._least))


@pytest.fixture
async def pdfs() -> AsyncIterator[Pdfs]:
    found = Pdfs(VirtualClock())
    yield found
    await found.close()


def media(data: bytes) -> LocalMedia:
    return LocalMedia("a.pdf", data, "application/pdf")


def form(value: str) -> LocalMedia:
    """A page with nothing but one text field."""
    numbered = "".join(f"{number} 0 obj{text}endobj\n" for number, text in enumerate(OBJECTS, 1))
    text = f"%PDF-1.6\n{numbered}trailer<</Root 1 0 R/Size {len(OBJECTS) + 1}>>\n%%EOF"
    return media(text.replace("{}", value).encode())


async def is_blank(pdfs: Pdfs, document: LocalMedia) -> bool:
    async with pdfs.opened(document) as opened:
        drawn = await opened.drawn(1)
    with Image.open(BytesIO(drawn.data)) as page:
        return page.convert("L").getextrema()[0] > 100  # type: ignore[operator]


async def test_what_was_typed_into_a_form_is_drawn_and_an_empty_field_leaves_no_mark(pdfs: Pdfs) -> None:
    assert not await is_blank(pdfs, form("HELLO 12345"))
    assert await is_blank(pdfs, form(""))


async def test_a_document_that_says_it_has_a_million_pages_is_counted_and_drawn_as_far_as_there_is_something(
    pdfs: Pdfs,
) -> None:
    async with pdfs.opened(media(counting(1_000_000))) as document:
        assert await document.page_count() == 1_000_000
        assert (await document.drawn(1)).facts == {"width": 556, "height": 556}
        with pytest.raises(BadInput, match="Page 999999 cannot be drawn"):
            await document.drawn(999_999)


@pytest.mark.parametrize(
    ("password", "words"), [("", "needs a password to be opened"), ("guess", "The password is not that of “a.pdf”")]
)
async def test_a_password_that_is_missing_and_one_that_is_wrong_are_told_apart(
    pdfs: Pdfs, password: str, words: str
) -> None:
    async with pdfs.opened(media(locked(2)), password) as document:
        with pytest.raises(BadInput, match=words):
            await document.page_count()


async def test_a_document_is_unlocked_to_the_same_bytes_each_time(pdfs: Pdfs) -> None:
    found = []
    for _ in range(2):
        async with pdfs.opened(media(locked(2)), PASSWORD) as document:
            found.append(await document.unlocked())
    async with pdfs.opened(found[0]) as document:
        assert await document.page_count() == 2
    assert found[0].mark == found[1].mark


def children() -> list[int]:
    """The drawing processes that this one has started and not yet buried."""
    command = ["ps", "-axww", "-o", "pid=,ppid=,args="]
    listed = subprocess.run(command, capture_output=True, check=True).stdout.decode("utf-8", "replace")
    rows = [line.split(None, 2) for line in listed.splitlines()]
    return [
        int(row[0]) for row in rows if row[1] == str(os.getpid()) and ("drawing.py" in row[2] or "<defunct>" in row[2])
    ]


def process(test: Any) -> Any:
    """What looks at processes as POSIX shows them."""
    return pytest.mark.skipif(sys.platform == "win32", reason="ps")(pytest.mark.process(test))


@process
async def test_a_page_that_never_ends_is_killed_and_the_others_are_drawn() -> None:
    pdfs = Pdfs(Hasty(5))  # the page after an endless one has to be drawn in time
    failed: list[str] = []
    drawn: list[int] = []
    async with pdfs.opened(media(endless(2, 3))) as document:

        async def draw(number: int) -> None:
            try:
                await document.drawn(number)
                drawn.append(number)
            except BadInput as error:
                failed.append(str(error))

        async with anyio.create_task_group() as group:
            for number in (1, 2, 3):
                group.start_soon(draw, number)
    assert sorted(drawn) == [1, 3]
    assert "Page 2 took over 25 s and was given up" in failed[0]
    assert not children()


@process
async def test_all_endless_pages_of_a_document_together_take_less_than_a_minute() -> None:
    times: list[str] = []
    async with Pdfs(Hasty()).opened(media(endless(1, 1))) as document:
        for _ in range(3):
            with pytest.raises(BadInput) as caught:
                await document.drawn(1)
            times += re.findall(r"took over ([\d.]+) s", str(caught.value))
    assert times == ["25", "12.5", "6.25"]
    assert pdf.MOST_SECONDS * 2 < 60


@process
async def test_a_document_of_endless_pages_is_given_up_after_a_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "MOST_ENDLESS", 1)
    async with Pdfs(Hasty()).opened(media(endless(1, 2))) as document:
        with pytest.raises(BadInput, match="took over 25 s"):
            await document.drawn(1)
        with pytest.raises(BadInput, match="Page 2 was not drawn, since 1 others never ended"):
            await document.drawn(2)


@process
async def test_many_documents_are_drawn_by_few_processes_and_none_is_left() -> None:
    pdfs, most = Pdfs(RealClock()), 0

    async def read(number: int) -> None:
        nonlocal most
        async with pdfs.opened(media(blank(3))) as document:
            for page in (1, 2, 3):
                await document.drawn(page)
                most = max(most, len(children()))

    async with anyio.create_task_group() as group:
        for number in range(6):
            group.start_soon(read, number)
    assert 0 < most <= pdf.MOST_PROCESSES
    assert not children()


@process
async def test_a_call_that_is_given_up_kills_what_it_draws() -> None:
    pdfs = Pdfs(RealClock())
    with anyio.move_on_after(1):
        async with pdfs.opened(media(endless(1, 1))) as document:
            await document.drawn(1)
    assert not children()


@process
async def test_a_drawing_process_knows_no_key_and_dies_with_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DASHSCOPE_API_KEY", "sk-secret")
    script = (
        "import os; from qwen_localize.files import LocalMedia, pdf; from fakes_pdf import endless\n"
        "worker = pdf.Worker(LocalMedia('a.pdf', endless(1, 1), ''), '')\n"
        "print(worker._process.pid, flush=True); worker.ask('draw 1')"
    )
    path = os.pathsep.join(sys.path)
    command = [sys.executable, "-c", script]
    server = await anyio.open_process(command, env=os.environ | {"PYTHONPATH": path})
    async with server:
        assert server.stdout
        drawer = int(await server.stdout.receive())
        await anyio.sleep(1)
        environment = await anyio.Path(f"/proc/{drawer}/environ").read_bytes() if sys.platform == "linux" else b""
        assert b"sk-secret" not in environment
        server.kill()
    with anyio.fail_after(10):
        while _lives(drawer):  # noqa: ASYNC110 - it is no child of ours
            await anyio.sleep(0.05)


def _lives(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(process_id)], capture_output=True, check=False)
    return not state.stdout.strip().startswith(b"Z") and bool(state.stdout.strip())


def test_a_request_that_makes_no_sense_is_an_answer_too() -> None:
    assert drawing.Document(blank(1), "").answer("draw x") == ({"error": "page"}, b"")
