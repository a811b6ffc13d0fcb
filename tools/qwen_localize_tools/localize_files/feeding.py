"""A table that was made by an earlier run and edited by people, put into the files: free, since nobody is asked."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from .composing import source_form
from .counting import Tally
from .lock import Id, digest
from .merging import Codes, Merge, Merged, Wanted
from .pairing import Pair, Paired, paired
from .planning import Plan, Task
from .report import Row
from .surveying import Survey, target_code

_NO_FILE = "The project has no such file of translations."
_NO_KEY = "The file has no such text."
_OTHER_SOURCE = "Its source is another one by now than in the table."


def fed(survey: Survey, lang: str, rows: Iterable[Row]) -> Tally:
    """What became of a table's texts in one language."""
    tally, codes = Tally(), Codes(survey.source_code(lang), target_code(lang))
    files: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        if row.new.strip():
            files.setdefault((row.file, row.language), []).append(row)
    for plan in survey.plans[lang]:
        place = plan.paired.place
        wanted = _wanted(survey, plan, files.pop((place.path, place.locale), []), tally)
        if wanted:
            tally.add_edited(plan, _merged(survey, plan, lang, codes, wanted), place.locale)
    for row in (row for rows in files.values() for row in rows if row.language in _locales(survey, lang)):
        tally.lose(row, _NO_FILE)
    return tally


def is_of(survey: Survey, rows: Iterable[Row]) -> bool:
    """Whether a table has any row of the languages that were asked for."""
    known = {locale for lang in survey.plans for locale in _locales(survey, lang)}
    return any(row.language in known for row in rows)


def _locales(survey: Survey, lang: str) -> set[str]:
    return {plan.paired.place.locale for plan in survey.plans[lang]}


def _wanted(survey: Survey, plan: Plan, rows: Sequence[Row], tally: Tally) -> dict[Id, Wanted]:
    """The texts that people have changed."""
    now = plan.paired
    pairs = {pair.key: pair for pair in now.pairs}
    ours = survey.lock.files.get((now.place.path, now.place.locale), {})
    found = {}
    for row in rows:
        pair, entry = pairs.get(row.key), ours.get((row.key, row.form))
        if pair is None or row.form not in pair.needed:
            tally.lose(row, _NO_KEY)
        elif digest(row.new) == digest(pair.target.get(row.form, "")) or (entry and entry.is_ours(row.new)):
            continue  # it says nothing new: a row that nobody has edited is no reason to undo what is there
        elif row.source and digest(row.source) != digest(_source(now, pair, row.form)):
            tally.lose(row, _OTHER_SOURCE)
        else:
            found[row.key, row.form] = Wanted((row.key, row.form), Task(pair, row.form, "changed").source, row.new)
    return found


def _source(now: Paired, pair: Pair, form: str) -> str:
    return pair.source[source_form(pair.source, form, pair.needed[form], now.direction.source)] if pair.source else ""


def _merged(survey: Survey, plan: Plan, lang: str, codes: Codes, wanted: Mapping[Id, Wanted]) -> Merged:
    look = partial(paired, survey.project, plan.paired.resource, lang)
    return Merge(survey.project, look, codes, list(wanted.values()), _unasked, edited=True).run()


def _unasked(task: Task) -> str:
    return task.given
