"""Translations put into a file: checked once more, against the file as it stands by then."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from qwen_localize.errors import OWN_FAULT, LocalizeError, OutputUnavailable
from qwen_localize.files import Replaced

from .._shared.gates import Finding
from .composing import UnfitError, source_form
from .exactness import by_key, unheld
from .formats import UnreadableError
from .gating import judged, missing
from .lock import Entry, Id, digest, source_digest
from .noting import MOST_TRIES, note
from .pairing import Pair, Paired
from .planning import Plan, State, Task, planned, task_of
from .project import Project

logger = logging.getLogger(__name__)

MEANWHILE = "It was changed since this was begun; the next run translates it."
_HALF = "Another form of this plural was left, and without it this one cannot be used."
_UNHELD = "The file's format cannot hold this text as it is."


@dataclass(frozen=True)
class Codes:
    """The service's codes of two languages."""

    source: str
    target: str


@dataclass(frozen=True)
class Wanted:
    """A text that was asked for.

    Attributes:
        id: the unit's key and the form.
        source: the digest of its source at that time.
        given: its translation, if nobody need be asked.
        state: what its unit was then.
    """

    id: Id
    source: str
    given: str = ""
    state: State = "new"


@dataclass(frozen=True)
class Remark:
    """Something to be said of a text.

    Attributes:
        id: the unit's key and the form; both empty for a whole file.
        check: what said it.
        message: a sentence.
        hard: whether the text was therefore not written; or, where it stands already, should not stand so.
        text: the text that it is said of.
    """

    id: Id
    check: str
    message: str
    hard: bool
    text: str = ""


@dataclass
class Merged:
    """What became of one file.

    Attributes:
        before: the file as it was found, and what had to be done.
        texts: the translations that were asked for and stand in the file now.
        remarks: what is to be said.
        written: whether the file was changed.
    """

    before: Plan | None = None
    texts: dict[Id, str] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)
    written: bool = False

    def leave(self, id_: Id, check: str, message: str, text: str = "") -> None:
        """Say why a text was not written."""
        self.remarks.append(Remark(id_, check, message, hard=True, text=text))


# The text of a task's translation; raises UnfitError with the reason why there is none.
Answered = Callable[[Task], str]
Doubted = Callable[[str, str], list[Finding]]
# Looks at the file anew.
Look = Callable[[], Paired]


class Merge:
    """One file of translations, about to be changed.

    Args:
        project: where.
        look: reads the file.
        codes: of both languages.
        wanted: what was asked for.
        answered: tells the translations.
        edited: whether they are people's own, which go over whatever is there, and are not changed by us later.
        doubted: what else is to be said of a source and its translation.
    """

    def __init__(
        self,
        project: Project,
        look: Look,
        codes: Codes,
        wanted: Sequence[Wanted],
        answered: Answered,
        *,
        edited: bool = False,
        doubted: Doubted = lambda source, text: [],  # noqa: ARG005 - by default nothing is
    ) -> None:
        self._project, self._look, self._codes = project, look, codes
        self._wanted, self._answered, self._edited, self._doubted = wanted, answered, edited, doubted

    def run(self) -> Merged:
        """Write what is answered into the file, and into the lock file what was written.

        Raises:
            OutputUnavailable: the disk refuses the lock file.
            BadInput: the lock file cannot be used.
        """
        reason = "something else keeps changing it"
        for _ in range(MOST_TRIES):
            try:
                return self._once()
            except Replaced:
                continue
            except UnreadableError as error:
                reason = str(error)
                break
            except LocalizeError:
                raise
            except Exception:
                logger.exception("A file could not be merged")
                reason = OWN_FAULT
                break
        done = Merged()
        for one in self._wanted:
            done.leave(one.id, "file", f"The file is left as it is: {reason}.")
        return done

    def _once(self) -> Merged:
        lock, loaded = self._project.lock()
        now = self._look()
        plan = planned(now, lock)
        done = Merged(plan)
        pairs = {pair.key: pair for pair in now.pairs}
        done.texts = dict(self._fitting(done, now, pairs, {task.id for task in plan.tasks}))
        _leave_halves(done, pairs)
        texts = done.texts.items()
        # A document of another shape is written anew, though its first blocks may say what they should.
        changes = {id_: text for id_, text in texts if not now.shape or pairs[id_[0]].target.get(id_[1]) != text}
        if changes:
            self._write(done, now, changes)
            lock, loaded = self._project.lock()
        note(lock, plan, done.texts, edited=self._edited)
        self._project.save_lock(lock, loaded)
        return done

    def _fitting(self, done: Merged, now: Paired, pairs: Mapping[str, Pair], due: set[Id]) -> Iterator[tuple[Id, str]]:
        """The translations that may be written; what somebody else has written meanwhile stays."""
        for one in self._wanted:
            pair = pairs.get(one.id[0])
            if pair is None or one.id[1] not in pair.needed:
                continue  # the source has it no more
            task = task_of(now, pair, one.id[1], "new")
            if task.source != one.source:
                done.leave(one.id, "source", MEANWHILE)
            elif (text := self._fit(done, now, task, one)) is not None and self._may_stand(one.id, text, task, due):
                yield one.id, text

    def _may_stand(self, id_: Id, text: str, task: Task, due: set[Id]) -> bool:
        return self._edited or id_ in due or text == task.old

    def _fit(self, done: Merged, now: Paired, task: Task, one: Wanted) -> str | None:
        """The translation of a text, if it passes the gates."""
        try:
            text = one.given or self._answered(task)
        except UnfitError as error:
            done.leave(one.id, error.check, str(error))
            return None
        found = gated(now, task.pair, task.form, text, self._codes)
        if hard := [finding for finding in found if finding.hard]:
            done.leave(one.id, hard[0].check, " ".join(finding.message for finding in hard), text)
            return None
        found += self._doubted(source_of(now, task.pair, task.form), text)
        done.remarks += [Remark(one.id, finding.check, finding.message, hard=False, text=text) for finding in found]
        return text

    def _write(self, done: Merged, now: Paired, changes: dict[Id, str]) -> None:
        """Write what the format can hold, and say of the rest that it cannot.

        Raises:
            UnreadableError: other texts would change too.
        """
        for id_ in unheld(now, changes):
            done.leave(id_, "format", _UNHELD, changes.pop(id_))
            done.texts.pop(id_)
        if changes:
            text = now.written(by_key(changes))
            self._announce(now, changes)
            try:
                self._project.save(now.place.path, text, now.target)
            except OutputUnavailable as error:  # which the others may be spared
                reason = str(error).removeprefix(f"{self._project.root / now.place.path} ").rstrip(".")
                raise UnreadableError(f"it {reason}") from None
            done.written = True

    def _announce(self, now: Paired, changes: Mapping[Id, str]) -> None:
        """Say in the lock file what will be written: if this process dies in between, it is still known as ours."""
        if self._edited:
            return
        lock, loaded = self._project.lock()
        entries, sources = lock.entries(now.place.path, now.place.locale), {pair.key: pair for pair in now.pairs}
        for (key, form), text in changes.items():
            pair, known = sources[key], entries.get((key, form))
            entry = Entry(source_digest(pair.source, pair.context), digest(text))
            stays = known and pair.target.get(form) and known.ours != entry.ours
            entries[key, form] = Entry(known.source, f"{known.ours}|{entry.ours}") if known and stays else entry
        self._project.save_lock(lock, loaded)


def source_of(now: Paired, pair: Pair, form: str) -> str:
    """The form of the source to which a form of the target belongs."""
    return pair.source[source_form(pair.source, form, pair.needed.get(form, ""), now.direction.source)]


def _leave_halves(done: Merged, pairs: Mapping[str, Pair]) -> None:
    """Leave plurals of which some numbers could not be said at all, since a form that they take was left."""
    for key, forms in by_key(done.texts).items():
        have, needed = {*pairs[key].target, *forms}, pairs[key].needed
        # Many formats ask for `other`, whatever numbers it is for.
        if ("other" in needed and "other" not in have) or any(finding.hard for finding in missing(have, needed)):
            for form in forms:
                done.leave((key, form), "plural", _HALF, done.texts.pop((key, form)))


def gated(now: Paired, pair: Pair, form: str, text: str, codes: Codes) -> list[Finding]:
    """What the gates say of a text as the translation of a form."""
    number = pair.needed.get(form, "")
    return judged(
        source_of(now, pair, form),
        text,
        format=now.resource.format,
        form=form,
        sample=int(number) if form.isdecimal() and number.isdecimal() else None,
        most=pair.most,
        source_lang=codes.source,
        target_lang=codes.target,
    )
