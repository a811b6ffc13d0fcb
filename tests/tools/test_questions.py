"""What is read out of a model's text: nothing that is there is asked for again."""

import json

import pytest

from qwen_localize_tools.analyze_conversation.questions import READY, Judgement, Question, read_answers

ASKED = [READY["satisfaction"], Question(id="s", instruction="x", labels=["0", "1"])]
ROWS = [
    {"id": "satisfaction", "label": "neutral", "reason": "r", "turns": [1]},
    {"id": "s", "label": "0", "reason": "r", "turns": [2]},
]
GOOD = [
    Judgement(question="satisfaction", label="neutral", reason="r", turns=[1]),
    Judgement(question="s", label="0", reason="r", turns=[2]),
]


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(ROWS),
        json.dumps([ROWS[0], ROWS[1] | {"label": 0}]),
        "\n".join(map(json.dumps, ROWS)),
        "".join(f"```json\n{json.dumps([row])}\n```\n" for row in ROWS),
        json.dumps({"answers": ROWS}),
        json.dumps([ROWS]),
        f'As to [{{"id": 5}}], [1] and {{"x": 1}}: {json.dumps(ROWS)}',
        f'The form is [{{"id": "s", "label": "..."}}]. {json.dumps(ROWS)}',
        f'{json.dumps(ROWS)} The form was [{{"id": "s", "label": "..."}}].',
        json.dumps([ROWS[0] | {"turns": ["1"]}, ROWS[1] | {"turns": "turn [2]", "id": " s "}]),
        json.dumps([ROWS[0] | {"turns": [1, "99", True, None, 1.5, "1"]}, ROWS[1] | {"turns": ["第2轮", [3]]}]),
    ],
)
def test_answers_are_found_wherever_they_stand(text: str) -> None:
    assert read_answers(text, ASKED, 5) == (GOOD, "")


@pytest.mark.parametrize("text", ["", "[" * 100_000, '[{"id": "s", "label": true}]', '[{"id": "s", "label": [[]]}]'])
def test_what_is_no_answer_is_kept_as_text_and_complained_of(text: str) -> None:
    (answer,), complaint = read_answers(text, ASKED[1:], 5)
    assert (answer.label, answer.raw) == ("", text[:500] or "(nothing)")
    assert complaint


def test_answers_before_nonsense_are_kept() -> None:
    assert read_answers(json.dumps(ROWS) + "[" * 5000, ASKED, 5) == (GOOD, "")
