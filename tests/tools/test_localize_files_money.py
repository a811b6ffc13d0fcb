"""`localize_files` and the money that it may spend, where a model makes it ask again and again."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx

from fakes_text import URL, completion, content, russian
from qwen_localize_tools._shared.tokens import tokens
from support import words
from tools.localizing import app, everything, localize, numbers, read, write

__all__ = ["app", "localize"]
TEXTS = 80
PRICES = {"qwen-mt-flash": (0.7, 1.95), "qwen-mt-plus": (1.8, 5.4)}


class Service:
    """A service of which one model loses all placeholders, and the better one none; it counts what is to be paid."""

    def __init__(self) -> None:
        self.bill: list[float] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        model, text = json.loads(request.content)["model"], content(request)
        used = tokens(text), round(1.3 * tokens(text))
        self.bill.append(sum(price * count for price, count in zip(PRICES[model], used, strict=True)) / 1e6)
        said = russian(text).replace("{name}", "") if model == "qwen-mt-flash" else russian(text)
        body = completion(said).json() | {"model": model}
        body["usage"] = {"prompt_tokens": used[0], "completion_tokens": used[1], "total_tokens": sum(used)}
        return httpx.Response(200, json=body)


@pytest.fixture
def service(httpx2_mock: respx.Router, app: Path) -> Service:
    write(app / "locales/en.json", {f"k{i}": f"sentence number {i} of {{name}}" for i in range(TEXTS)})
    service = Service()
    httpx2_mock.post(URL).mock(side_effect=service.answer)
    return service


async def test_asking_again_does_not_pass_max_cost_and_what_was_not_sent_is_left(
    service: Service, localize: Any, app: Path
) -> None:
    preview = await localize("preview")
    most = preview.structured_content["details"]["estimated_cost_cny"] * 1.01
    result = await localize(max_cost=most)
    assert most / 2 < sum(service.bill) <= most
    done = numbers(result)
    assert done["new"] == len(read(app / "locales/ru.json")) > 0
    assert done["new"] + done["left"] == TEXTS
    assert result.structured_content["estimated_cost"] == pytest.approx(sum(service.bill), abs=1e-6)
    assert numbers(await localize()) == {"new": done["left"], "kept": done["new"], "files": 1}


async def test_a_daily_budget_that_runs_out_leaves_files_whole_and_the_same_call_goes_on_another_day(
    service: Service, localize: Any, app: Path
) -> None:
    preview = await localize("preview")
    most = preview.structured_content["details"]["estimated_cost_cny"] * 1.01
    stopped = await localize(settings={"daily_budget": most})
    assert sum(service.bill) <= most
    assert "QWEN_LOCALIZE_DAILY_BUDGET" in words(stopped)
    assert [*everything(app)] == ["locales/en.json"]
    assert numbers(await localize()) == {"new": TEXTS, "files": 1}
    assert len(read(app / "locales/ru.json")) == TEXTS
