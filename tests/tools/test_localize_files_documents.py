"""`localize_files` and documents whose blocks come, go and move."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import respx

from fakes_text import URL, russian, translated
from support import Connect
from tools.localizing import everything, numbers

DOC = "# A title\n\nFirst paragraph.\n\nSecond paragraph.\n\n## A section\n\nThird paragraph.\n"
CHANGED = {
    "a block comes": DOC.replace("Second", "Other words.\n\nSecond"),
    "a block goes": DOC.replace("Second paragraph.\n\n", ""),
    "the last goes": DOC.replace("\nThird paragraph.\n", ""),
    "blocks change places": DOC.replace("First", "1").replace("Second", "First").replace("1", "Second"),
    "a list comes": f"{DOC}\n- one item\n- other item\n",
    "a block is said again": f"{DOC}\nFirst paragraph.\n",
    "little is left": "First paragraph.\n",
}


@pytest.fixture
def service(httpx2_mock: respx.Router) -> respx.Route:
    return httpx2_mock.post(URL).mock(side_effect=translated)


@pytest.fixture
def app(tmp_path: Path) -> Path:
    return tmp_path / "app"


@pytest.fixture
def localize(connect: Connect, app: Path) -> Callable[[str], Any]:
    async def called(source: str) -> dict[str, int]:
        path = app / "docs/en/guide.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source, "utf-8")
        given = {"path": str(app), "target_langs": "ru", "mode": "apply", "files": "docs/[locale]/*.md"}
        async with connect() as client:
            return numbers(await client.call_tool("localize_files", given))

    return called


@pytest.mark.parametrize("changed", CHANGED.values(), ids=CHANGED)
async def test_a_translation_follows_the_blocks_of_its_source_there_and_back(
    changed: str, service: respx.Route, localize: Any, app: Path
) -> None:
    await localize(DOC)
    for source in (changed, DOC):
        await localize(source)
        assert (app / "docs/ru/guide.md").read_text("utf-8") == russian(source)
        asked, there = service.call_count, everything(app)
        assert set(await localize(source)) == {"kept"}
        assert service.call_count == asked
        assert everything(app) == there
