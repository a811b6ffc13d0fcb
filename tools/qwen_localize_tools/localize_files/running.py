"""All files of all languages, one after the other: asked for, and written as soon as a file has its answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import anyio.to_thread

from qwen_localize.errors import LocalizeError, quote
from qwen_localize.tool import Context, Model, Receipt

from .._shared.arguments import Term
from .._shared.gates import Finding
from .._shared.translating.assignment import Assignment
from .._shared.translating.checking import Translated
from .._shared.translating.termbase import Termbase, plain
from .._shared.translating.texts import Texts
from .._shared.translating.translator import Translator
from .composing import UnfitError
from .counting import Tally
from .freezing import Part, Settled
from .merging import MEANWHILE, Codes, Merge, Merged, Wanted
from .noting import adopt
from .pairing import paired
from .planning import Task
from .surveying import Survey, target_code

_Answers = Mapping[str, Translated | LocalizeError]


@dataclass(frozen=True)
class Terms:
    """What is asked, and what it may cost.

    Attributes:
        model: who is asked.
        glossaries: terms, by language.
        max_cost: CNY; 0 for any sum.
    """

    model: Model
    glossaries: Mapping[str, list[Term]]
    max_cost: float = 0.0

    @property
    def too_dear(self) -> str:
        """What is said of what it may not cost."""
        return f"It would cost more than max_cost, {self.max_cost:g} CNY. Raise it, then call again."


def assignment(terms: Terms, language: Settled) -> Assignment:
    """What is the same for every request of a language."""
    memory = [Term(source=source, target=target) for source, target in language.memory]
    glossary = terms.glossaries.get(language.lang, [])
    return Assignment(terms.model, language.source, target_code(language.lang), glossary, memory, "")


class Run:
    """One run over a project.

    Args:
        context: what it may ask for.
        survey: what was seen.
        languages: what is to be done.
        terms: who is asked, and how.
    """

    def __init__(self, context: Context, survey: Survey, languages: Sequence[Settled], terms: Terms) -> None:
        if terms.max_cost:
            context = replace(context, calls=context.calls.limited(terms.max_cost, terms.too_dear))
        self._context, self._survey, self._languages, self._terms = context, survey, languages, terms
        self._resources = {(one.source, one.pattern): one for one in survey.found.resources}
        self.tallies = {one.lang: Tally() for one in languages}
        self.receipts: list[Receipt] = []

    @property
    def cost(self) -> float:
        """What it has cost so far, in CNY."""
        return sum(receipt.cost or 0.0 for receipt in self.receipts)

    async def all(self) -> None:
        """Do everything.

        Raises:
            LocalizeError: what keeps the rest from being done; the same run can go on later.
        """
        for language in self._languages:
            await self._language(language)

    async def _language(self, language: Settled) -> None:
        strings = {string for part in language.parts for string in part.strings}
        job = assignment(self._terms, language)
        translator = Translator(self._context, job, len(strings), f"strings into {language.lang}")
        merges: dict[tuple[str, str], Merged] = {}
        for part in language.parts:
            merges[part.source, part.pattern] = await self._part(language, part, translator, job)
        if strings:
            self.receipts.append(translator.receipt)
            await translator.forget_failures()
        await anyio.to_thread.run_sync(adopt, self._survey.project, self._survey.plans[language.lang])
        await anyio.to_thread.run_sync(self._count, language, merges)

    async def _part(self, language: Settled, part: Part, translator: Translator, job: Assignment) -> Merged:
        resource = self._resources.get((part.source, part.pattern))
        if resource is None:
            return _left(part.wanted, "file", f"{part.source} is not among the project's files any more.")
        answers = await self._answers(part, translator, job)
        if answers is None:
            return _left(part.wanted, "cost", self._terms.too_dear)
        codes = Codes(language.source, target_code(language.lang))
        look = partial(paired, self._survey.project, resource, language.lang)
        merge = Merge(
            self._survey.project,
            look,
            codes,
            part.wanted,
            partial(_answered, answers),
            doubted=partial(_missing_terms, job.termbase),
        )
        return await anyio.to_thread.run_sync(merge.run)

    async def _answers(self, part: Part, translator: Translator, job: Assignment) -> _Answers | None:
        """The translations of what is sent; None if they would cost too much."""
        texts = await anyio.to_thread.run_sync(Texts, part.strings)
        price = self._context.calls.price(self._terms.model)
        if self._terms.max_cost and price and part.strings:
            estimate = await anyio.to_thread.run_sync(texts.cost, job, price)
            spent = self.cost + (translator.receipt.cost or 0.0)
            if spent + estimate > self._terms.max_cost:
                return None
        await translator.translate(texts.parts)
        if translator.stopped:
            raise translator.stopped
        outcomes = await anyio.to_thread.run_sync(texts.joined, translator.done)
        return dict(zip(part.strings, outcomes, strict=True))

    def _count(self, language: Settled, merges: Mapping[tuple[str, str], Merged]) -> None:
        tally = self.tallies[language.lang]
        parts = {(part.source, part.pattern): part.wanted for part in language.parts}
        for plan in self._survey.plans[language.lang]:
            name = plan.paired.resource.source, plan.paired.resource.pattern
            done = merges.get(name, Merged(plan))
            now = done.before or plan
            wanted = parts.get(name, ())
            for id_ in {task.id for task in now.tasks} - {one.id for one in wanted}:
                done.leave(id_, "source", MEANWHILE)
            # A run that was taken up finds what it has written already.
            now.states |= {one.id[0]: one.state for one in wanted if one.id in done.texts}
            tally.add_merged(now, done, now.paired.place.locale)
        for path, reason in self._survey.refused[language.lang]:
            tally.refuse(path, language.lang, reason)


def _left(wanted: Sequence[Wanted], check: str, message: str) -> Merged:
    done = Merged()
    for one in wanted:
        done.leave(one.id, check, message)
    return done


def _missing_terms(termbase: Termbase, source: str, text: str) -> list[Finding]:
    """The glossary's terms that stand in a source, and not in its translation."""
    words = plain(text)
    return [
        Finding("glossary", f"{quote(one.term.source, 40)} should be {quote(one.term.target, 40)}.", hard=False)
        for one in termbase.occurring(source)
        if not one.target.stands_in(words)
    ]


def _answered(answers: _Answers, task: Task) -> str:
    """The text of a task's translation.

    Raises:
        UnfitError: there is none; says why.
    """
    if task.node is None:
        raise UnfitError(task.reason)
    texts: dict[str, str] = {}
    for string in task.strings:
        outcome = answers.get(string)
        if outcome is None:
            raise UnfitError(MEANWHILE, "source")
        if isinstance(outcome, LocalizeError):
            raise UnfitError(str(outcome), "refused")
        if outcome.failed:
            raise UnfitError(" ".join(finding.message for finding in outcome.failed), outcome.failed[0].check)
        texts[string] = outcome.text
    return task.node.put_together(texts)
