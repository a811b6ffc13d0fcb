"""Which plural forms Qt's translation files have in a language: `lrelease` has rules of its own, not CLDR's.

Each row has a number for each form, in the order of the file, and the languages. Turkish, Hungarian and Persian have
one form here; Latvian's third is for zero alone; Catalan's second is for eleven.
"""

_ROWS: tuple[tuple[tuple[int, ...], str], ...] = (
    ((2,), "bi my zh dz fj gn hu id ja jv ko ms na om fa su tt th bo tr vi yo za yue wuu"),
    ((1, 2), "br fr hy pt-br fil ti wa"),
    ((1, 2, 0), "lv"),
    ((1, 2), "is"),
    ((1, 2, 3), "dv iu ik ga gv mi se sm sa"),
    ((1, 2, 3, 20), "gd"),
    ((1, 2, 5), "sk cs"),
    ((1, 2, 3), "mk"),
    ((1, 2, 10), "lt"),
    ((1, 2, 5), "bs be hr ru sr sh uk"),
    ((1, 2, 5), "pl"),
    ((1, 2, 20), "ro mo"),
    ((1, 2, 3, 5), "sl"),
    ((1, 2, 11, 20), "mt"),
    ((0, 1, 2, 6, 7), "cy"),
    ((0, 1, 2, 3, 11, 100), "ar arz acm ary ars acq aeb"),
    ((1, 4, 2), "tl"),
    ((1, 11, 2), "ca"),
)
_SAMPLES = {language: samples for samples, languages in _ROWS for language in languages.split()}
_TWO = (1, 2)  # the rest of Qt's languages: one, and others


def samples(language: str) -> dict[str, int]:
    """The forms of a language, `0`, `1` and so on, each with a number that takes it."""
    folded = language.replace("_", "-").casefold()
    numbers = _SAMPLES.get(folded) or _SAMPLES.get(folded.split("-")[0], _TWO)
    return {str(form): number for form, number in enumerate(numbers)}
