"""What is to be done with each text: the lock and what stands in the files decide it, and nothing is paid."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from .._shared.gates import icu
from .composing import Sentence, UnfitError, composed, source_form
from .lock import Entry, Id, Lock, digest, source_digest
from .messages import Branches, composed_message
from .pairing import Pair, Paired

State = Literal["new", "changed", "kept", "stale"]


@dataclass(frozen=True)
class Task:
    """One text to be translated.

    Attributes:
        pair: its unit.
        form: which of its forms.
        state: new, or changed in the source since we wrote it.
        node: what is sent; None where it cannot be translated so.
        reason: why it cannot.
        given: its translation, where one is there that nobody need be asked for.
    """

    pair: Pair
    form: str
    state: State
    node: Sentence | Branches | None = None
    reason: str = ""
    given: str = ""

    @property
    def id(self) -> Id:
        """The unit's key and the form."""
        return self.pair.key, self.form

    @property
    def old(self) -> str:
        """What stands there now."""
        return self.pair.target.get(self.form, "")

    @property
    def source(self) -> str:
        """The digest of its source."""
        return source_digest(self.pair.source, self.pair.context)

    @property
    def strings(self) -> list[str]:
        """What is sent for it."""
        return self.node.strings if self.node else []


@dataclass
class Plan:
    """What is to be done with one file.

    Attributes:
        paired: the file.
        tasks: the texts to be translated, in the file's order.
        adopted: texts that people wrote, as far as the lock did not know.
        states: what becomes of each unit.
        remark: what is to be said of the whole file.
    """

    paired: Paired
    tasks: list[Task] = field(default_factory=list)
    adopted: dict[Id, Entry] = field(default_factory=dict)
    states: dict[str, State] = field(default_factory=dict)
    remark: str = ""

    @property
    def unanswered(self) -> Iterator[Task]:
        """The tasks for which somebody is asked."""
        return (task for task in self.tasks if task.node and not task.given)

    @property
    def strings(self) -> list[str]:
        """All that is to be sent, each text once."""
        return list(dict.fromkeys(string for task in self.unanswered for string in task.strings))


def planned(paired: Paired, lock: Lock) -> Plan:
    """What is to be done with a file."""
    entries = lock.files.get((paired.place.path, paired.place.locale), {})
    if not paired.shape:
        return _reshaped(paired, entries)
    plan = Plan(paired)
    for pair in paired.pairs:
        if any(pair.source.values()):
            plan.states[pair.key] = _worst(
                _form(plan, pair, form, entries.get((pair.key, form))) for form in pair.needed
            )
    return plan


def _worst(states: Iterator[State]) -> State:
    order: Sequence[State] = ("new", "changed", "stale", "kept")
    return min(states, key=order.index)


def _form(plan: Plan, pair: Pair, form: str, entry: Entry | None) -> State:
    text, source = pair.target.get(form, ""), source_digest(pair.source, pair.context)
    if not text:
        plan.tasks.append(task_of(plan.paired, pair, form, "new"))
        return "new"
    if entry is None:
        plan.adopted[pair.key, form] = Entry(source)
        return "kept"
    if entry.source == source:
        return "kept"
    if not entry.is_ours(text):
        return "stale"
    plan.tasks.append(task_of(plan.paired, pair, form, "changed"))
    return "changed"


def task_of(paired: Paired, pair: Pair, form: str, state: State) -> Task:
    """A form of a unit as something to be translated."""
    try:
        return Task(pair, form, state, node_of(paired, pair, form))
    except UnfitError as error:
        return Task(pair, form, state, reason=str(error))


def node_of(paired: Paired, pair: Pair, form: str) -> Sentence | Branches:
    """What is sent for a form of a unit.

    Raises:
        UnfitError: it cannot be translated by sentences.
    """
    source_lang, target_lang = paired.direction.source, paired.place.locale
    number = pair.needed.get(form, "")
    text = pair.source[source_form(pair.source, form, number, source_lang)]
    if icu.is_message(text):
        return composed_message(text, source_lang, target_lang)
    return composed(pair.source, form, number, source_lang, target_lang)


def _reshaped(paired: Paired, entries: dict[Id, Entry]) -> Plan:
    """A document whose source has other blocks than its translation: made anew, unless people have edited that."""
    plan = Plan(paired)
    ours = {digest(text): text for text in paired.there}
    written = ((entry.source, entry.ours.partition("|")[0]) for entry in entries.values())
    known = {source: ours[text] for source, text in written if text in ours}
    if not entries:
        plan.states = dict.fromkeys((pair.key for pair in paired.pairs), "kept")
        plan.remark = "It has other blocks than its source, so its parts cannot be compared; it is left as it is."
    elif len(set(known.values())) == len(ours):
        for pair in paired.pairs:
            task = task_of(paired, pair, "", "changed")
            plan.tasks.append(replace(task, given=known.get(task.source, "")))
            plan.states[pair.key] = "kept" if plan.tasks[-1].given else "changed"
    else:
        plan.states = dict.fromkeys((pair.key for pair in paired.pairs), "stale")
        plan.remark = "Its source has other blocks now, and people have edited it: bring both together by hand."
    return plan
