"""A table that was made by an earlier run and edited by people, put into the files: free, since nobody is asked."""

from collections.abc import Iterable, Mapping
from functools import partial

from .counting import Tally
from .lock import Id
from .merging import Codes, Merge, Merged, Wanted
from .pairing import paired
from .planning import Plan, Task
from .report import Row
from .surveying import Survey, target_code


def fed(survey: Survey, lang: str, rows: Iterable[Row]) -> Tally:
    """What became of a table's texts in one language."""
    tally, codes = Tally(), Codes(survey.source_code(lang), target_code(lang))
    texts: dict[tuple[str, str], dict[Id, str]] = {}
    for row in rows:
        if row.new.strip():
            texts.setdefault((row.file, row.language), {})[row.key, row.form] = row.new
    for plan in survey.plans[lang]:
        place = plan.paired.place
        wanted = _wanted(plan, texts.get((place.path, place.locale), {}))
        if wanted:
            tally.add_edited(plan, _merged(survey, plan, lang, codes, wanted), place.locale)
    return tally


def _wanted(plan: Plan, texts: Mapping[Id, str]) -> dict[Id, Wanted]:
    """The texts that say something else than the file."""
    pairs = {pair.key: pair for pair in plan.paired.pairs}
    found = {}
    for (key, form), text in texts.items():
        pair = pairs.get(key)
        if pair and form in pair.needed and pair.target.get(form) != text:
            found[key, form] = Wanted((key, form), Task(pair, form, "changed").source, text)
    return found


def _merged(survey: Survey, plan: Plan, lang: str, codes: Codes, wanted: Mapping[Id, Wanted]) -> Merged:
    look = partial(paired, survey.project, plan.paired.resource, lang)
    return Merge(survey.project, look, codes, list(wanted.values()), _unasked, edited=True).run()


def _unasked(task: Task) -> str:
    return task.given
