"""The gates over translations that stand in files already; nothing is sent."""

import re
from dataclasses import replace

from .counting import Tally
from .gating import missing
from .merging import Codes, Merged, Remark, gated
from .pairing import Pair
from .planning import Plan
from .surveying import Survey, target_code

# What only tells translators what a placeholder is, and never reaches the app; their tools write it in another way.
_MARK = re.compile(r"<xliff:g\b[^<>]*?(/?)>")


def checked(survey: Survey, lang: str) -> Tally:
    """What is to be said of the translations into a language."""
    tally, codes = Tally(), Codes(survey.source_code(lang), target_code(lang))
    for plan in survey.plans[lang]:
        done = Merged(plan)
        for pair in plan.paired.pairs if plan.paired.shape else ():
            _check(done, plan, pair, codes)
        tally.add_merged(plan, done, plan.paired.place.locale)
    for path, reason in survey.refused[lang]:
        tally.refuse(path, lang, reason)
    return tally


def _check(done: Merged, plan: Plan, pair: Pair, codes: Codes) -> None:
    if not pair.source or not pair.target:
        return
    if pair.fault:
        done.remarks.append(Remark((pair.key, _first(pair)), "escape", pair.fault, hard=True))
    bare = replace(pair, source={form: _unmarked(text) for form, text in pair.source.items()})
    for form, text in pair.target.items():
        if form in pair.needed:
            found = gated(plan.paired, bare, form, _unmarked(text), codes)
            done.remarks += [Remark((pair.key, form), one.check, one.message, one.hard, text) for one in found]
    for one in missing(pair.target, pair.needed):
        done.remarks.append(Remark((pair.key, _first(pair)), one.check, one.message, one.hard))


def _unmarked(text: str) -> str:
    return _MARK.sub(r"<xliff:g\1>", text)


def _first(pair: Pair) -> str:
    """Where a remark on the whole unit stands."""
    return next(iter(pair.needed))
