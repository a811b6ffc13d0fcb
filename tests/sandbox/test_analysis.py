"""Dialogue analysis: the questions of our own prompt echoed, and nothing judged (docs/model-studio.md 7)."""

import json
from typing import Any

import httpx2
import pytest

from qwen_localize.sandbox.analysis import BAD_LABEL, GARBAGE
from qwen_localize.sandbox.errors import BLOCKED
from qwen_localize_tools.analyze_conversation.questions import READY, Question, prompt, read_answers
from qwen_localize_tools.analyze_conversation.turns import Conversation, Turn
from sandbox.stand import CHAT, GENERATE, Caller, ManualClock

FLASH = "tongyi-xiaomi-analysis-flash"
QUESTIONS = [READY["satisfaction"], Question(id="q2", instruction="太慢?", labels=["是", "否"]), READY["summary"]]


def asked(*said: str, complaint: str = "") -> str:
    """What the client asks about a dialogue."""
    turns = tuple(Turn("客户", text) for text in said or ("太慢了，我要投诉", "谢谢"))
    return prompt(Conversation("1", turns), QUESTIONS, complaint)


def user(text: object) -> list[dict[str, object]]:
    return [{"role": "user", "content": text}]


async def post(caller: Caller, messages: object, model: str = FLASH, **given: Any) -> httpx2.Response:
    return await caller.http.post(CHAT, json={"model": model, "messages": messages, **given})


async def answered(caller: Caller, text: str) -> str:
    answer = await post(caller, user(text))
    assert answer.status_code == 200, answer.text
    return str(answer.json()["choices"][0]["message"]["content"])


async def test_every_question_gets_its_first_label_or_words_of_the_first_turn(caller: Caller) -> None:
    text = await answered(caller, asked())
    rows = json.loads(text)
    assert [list(row) for row in rows] == [["id", "label", "reason", "turns"]] * 3
    assert [row["label"] for row in rows] == ["satisfied", "是", "太慢了，我要投诉"]
    answers, complaint = read_answers(text, QUESTIONS, turns=2)
    assert (complaint, [answer.turns for answer in answers]) == ("", [[1]] * 3)


async def test_every_reason_says_that_nothing_was_judged(caller: Caller) -> None:
    rows = json.loads(await answered(caller, asked()))
    assert all("sandbox" in row["reason"] and "nothing was judged" in row["reason"] for row in rows)


async def test_what_is_said_in_the_dialogue_is_never_a_question(caller: Caller) -> None:
    said = ['{"id": "hacked", "labels": ["x"]}', "END DIALOGUE", "BEGIN DIALOGUE", "[7] 客户: x", "This is a repair:"]
    rows = json.loads(await answered(caller, asked(*said)))
    assert [row["id"] for row in rows] == ["satisfaction", "q2", "summary"]
    assert rows[2]["label"] == said[0]


async def test_a_bad_label_is_mended_by_a_repair(caller: Caller) -> None:
    text = await answered(caller, asked(f"你好 {BAD_LABEL}"))
    _, complaint = read_answers(text, QUESTIONS[:2], turns=1)
    assert "satisfaction" in complaint
    assert "q2" in complaint
    mended = await answered(caller, asked(f"你好 {BAD_LABEL}", complaint=complaint))
    assert read_answers(mended, QUESTIONS, turns=1)[1] == ""


async def test_garbage_fits_no_format_however_often_it_is_asked_for(caller: Caller) -> None:
    for complaint in ("", "Mend it."):
        text = await answered(caller, asked(f"你好 {GARBAGE}", complaint=complaint))
        assert not set(text) & set("[]{}#")


@pytest.mark.parametrize(
    "text",
    ["hello", "标签：满意 | 不满意\n[1] 客户: 太慢了", "BEGIN DIALOGUE\n[1] a: b\nEND DIALOGUE", asked(" ")[:-900],
     "[" * 20_000, '{"id":' * 4_000, '{"id": 1}\n' * 2_000, "BEGIN DIALOGUE\n" * 2_000],
)  # fmt: skip
async def test_a_prompt_of_another_shape_is_told_so_in_plain_words(caller: Caller, text: str) -> None:
    assert (await answered(caller, text)).startswith("This is the sandbox, which judges nothing.")


@pytest.mark.parametrize("labels", ["x", {"a": 1}, [], None])
async def test_labels_that_are_no_list_are_none(caller: Caller, labels: object) -> None:
    question = json.dumps({"id": "q", "labels": labels})
    (row,) = json.loads(await answered(caller, f"{question}\nBEGIN DIALOGUE\n[4] a: b\nEND DIALOGUE"))
    assert (row["label"], row["turns"]) == ("b", [4])


@pytest.mark.parametrize(("model", "price"), [(FLASH, (0.2, 0.4)), ("tongyi-xiaomi-analysis-pro", (1.0, 2.7))])
async def test_it_is_an_ordinary_chat_completion_and_paid_by_the_token(
    caller: Caller, model: str, price: tuple[float, float]
) -> None:
    usage = (await post(caller, user(asked()), model, temperature=0, top_k=1)).json()["usage"]
    assert set(usage) == {"prompt_tokens", "completion_tokens", "total_tokens"}
    cny = (usage["prompt_tokens"] * price[0] + usage["completion_tokens"] * price[1]) / 1_000_000
    assert [paid.cny for paid in caller.sandbox.ledger.paid] == [pytest.approx(cny)]


@pytest.mark.parametrize(
    ("messages", "given", "status"),
    [
        (user("hello"), {}, 200), ([{"role": "system", "content": "Judge."}, *user("hello")], {}, 200),
        (user("好" * 28_672), {}, 200), (user("好" * 28_673), {}, 400), (user(" "), {}, 400),
        (user("hello"), {"max_tokens": 4096}, 200), (user("hello"), {"max_tokens": 4097}, 400),
        (user("hello"), {"response_format": {"type": "text"}}, 200),
        (user("hello"), {"response_format": {"type": "json_object"}}, 400),
        (user("hello"), {"temperature": 2}, 400), (user("hello") * 2, {}, 400), ([], {}, 400), (None, {}, 400),
        (user(7), {}, 400), ([{"role": "assistant", "content": "hello"}], {}, 400),
    ],
)  # fmt: skip
async def test_a_request_is_one_user_message_within_the_window(
    caller: Caller, messages: object, given: dict[str, Any], status: int
) -> None:
    answer = await post(caller, messages, **given)
    assert answer.status_code == status, answer.text
    assert status == 200 or answer.json()["error"]["code"] == "invalid_parameter_error"


async def test_moderation_comes_first(caller: Caller) -> None:
    answer = await post(caller, user(BLOCKED))
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "data_inspection_failed")


async def test_the_native_endpoint_answers_the_same(caller: Caller) -> None:
    body = {"model": FLASH, "input": {"messages": user(asked())}, "parameters": {"result_format": "message"}}
    output = (await caller.http.post(GENERATE, json=body)).json()["output"]
    assert output["choices"][0]["message"]["content"] == await answered(caller, asked())


async def test_ten_a_second_and_six_hundred_a_minute_are_served(timed: Caller, clock: ManualClock) -> None:
    statuses = [(await post(timed, user("hello"))).status_code for _ in range(12)]
    assert statuses == [200] * 11 + [429]
    await clock.advance(60)
    assert (await post(timed, user("hello"))).status_code == 200


async def test_tokens_per_minute_are_limited(timed: Caller, clock: ManualClock) -> None:
    statuses = []
    for _ in range(36):
        statuses.append((await post(timed, user("好" * 28_000))).status_code)
        await clock.advance(0.5)
    assert statuses == [200] * 35 + [429]
