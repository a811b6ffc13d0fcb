"""Chat completions, as far as they concern us (docs/model-studio.md 3 and 7)."""

from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from qwen_localize.errors import BadAnswer, quote


class _Lenient(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Message(_Lenient):
    content: str | None = None


class _Choice(_Lenient):
    message: _Message
    finish_reason: Any = None


class Completion(_Lenient):
    """What a model wrote."""

    choices: list[_Choice]

    @classmethod
    def of(cls, body: dict[str, Any]) -> "Completion":
        """The completion in an answer's body.

        Raises:
            BadAnswer: it is none.
        """
        try:
            completion = cls.model_validate(body)
        except ValidationError:
            completion = cls(choices=[])
        if not completion.choices:
            told = quote(str(body))
            raise BadAnswer(f"The service's answer has no text in it: {told}. Try again; report it if it stays.")
        return completion

    @property
    def text(self) -> str:
        """The text."""
        return self.choices[0].message.content or ""

    @property
    def is_cut(self) -> bool:
        """Whether the model ran out of room."""
        return bool(self.choices[0].finish_reason == "length")
