"""What is the same for every request of a call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from qwen_localize.tool import Model

from ..arguments import Term
from ..tokens import tokens
from .glossary import Memory
from .termbase import Termbase


@dataclass(frozen=True)
class Assignment:
    """From which language into which, and what helps."""

    model: Model
    source_lang: str
    target_lang: str
    glossary: list[Term]
    translation_memory: list[Term]
    domain_hint: str

    @cached_property
    def termbase(self) -> Termbase:
        """The glossary, ready to be looked for."""
        return Termbase(self.glossary)

    @cached_property
    def memory(self) -> Memory:
        """The translation memory, ready to be chosen from."""
        return Memory(self.translation_memory)

    def body(self, text: str, strings: Sequence[str] = (), identities: Sequence[Term] = ()) -> dict[str, Any]:
        """A request (docs/model-studio.md 3), with the helpers that concern it.

        Args:
            text: what is sent.
            strings: the strings in it, as the source has them; the text itself if there are none.
            identities: terms besides the glossary's.
        """
        options: dict[str, Any] = {"source_lang": self.source_lang, "target_lang": self.target_lang}
        strings = strings or [text]
        terms = [entry.term for entry in self.termbase.occurring_in(strings)]
        if terms := [*terms, *identities]:
            options["terms"] = [term.model_dump() for term in terms]
        if memory := self.memory.relevant(strings):
            options["tm_list"] = [entry.model_dump() for entry in memory]
        if self.domain_hint:
            options["domains"] = self.domain_hint
        return {"messages": [{"role": "user", "content": text}], "translation_options": options}


def helper_tokens(body: Mapping[str, Any]) -> int:
    """The tokens of what a request carries besides its text: all of it counts as input (docs/model-studio.md 3)."""
    options = body["translation_options"]
    pairs = [*options.get("terms", ()), *options.get("tm_list", ())]
    return tokens(options.get("domains", "")) + sum(tokens(text) for pair in pairs for text in pair.values())
