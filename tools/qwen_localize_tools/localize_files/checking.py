"""The gates over translations that stand in files already; nothing is sent."""

from .counting import Tally
from .gating import missing
from .merging import Codes, Merged, Remark, gated
from .pairing import Pair
from .planning import Plan
from .surveying import Survey, target_code


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
    for form, text in pair.target.items():
        if form in pair.needed:
            found = gated(plan.paired, pair, form, text, codes)
            done.remarks += [Remark((pair.key, form), one.check, one.message, one.hard, text) for one in found]
    for one in missing(pair.target, pair.needed):
        done.remarks.append(Remark((pair.key, _first(pair)), one.check, one.message, one.hard))


def _first(pair: Pair) -> str:
    """Where a remark on the whole unit stands."""
    return next(iter(pair.needed))
