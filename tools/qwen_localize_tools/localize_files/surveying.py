"""What there is to do in a project, in all languages that are asked for; nothing is paid or written."""

import logging
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from qwen_localize.errors import OWN_FAULT, BadArgument, BadInput, quote
from qwen_localize.files import permitted

from .._shared.arguments import as_list
from .._shared.languages import AUTO, find, table
from .._shared.translating.languages import codes
from .discovery import HOW_FILES_WORKS, Found, discover, root_of
from .discovery.tags import parsed
from .formats import UnreadableError
from .lock import Lock
from .memory import Memory
from .pairing import paired
from .planning import Plan, planned
from .project import Project

logger = logging.getLogger(__name__)

# What is a locale, and no name of a language.
_TAG = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")


@dataclass(frozen=True)
class Wish:
    """What is asked for, as far as it decides what is to be done.

    Attributes:
        path: a file or a folder.
        langs: the languages to translate into, as they were asked for.
        source_lang: the source's, or auto.
        files: where the files are, if that was said.
    """

    path: str
    langs: list[str]
    source_lang: str = AUTO
    files: str = ""


@dataclass
class Survey:
    """What there is to do.

    Attributes:
        project: where.
        found: the files.
        lock: what the lock file says.
        plans: for each language, those of its files.
        refused: for each language, the files that cannot be used, with the reason.
        memories: for each language, what is translated already.
    """

    project: Project
    found: Found
    lock: Lock
    plans: dict[str, list[Plan]] = field(default_factory=dict)
    refused: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    memories: dict[str, Memory] = field(default_factory=dict)

    def source_code(self, lang: str) -> str:
        """The service's code of the language that most files of a language are translated from."""
        spelled = Counter(plan.paired.direction.source for plan in self.plans[lang])
        known = find(spelled.most_common(1)[0][0], table("qwen-mt")) if spelled else None
        return known.code if known and known.source else AUTO


def spelled(given: str | list[str], model: str) -> list[str]:
    """Languages that are asked for: locales as they were given, and names as their codes.

    Raises:
        BadArgument: there is none, or one that the model does not know.
    """
    names = [part.strip() for one in as_list(given) for part in one.split(",") if part.strip()]
    if not names:
        raise BadArgument("target_langs: name at least one language to translate into, such as ru.")
    codes_of = {name: codes(AUTO, name, model)[1] for name in names}
    return list(dict.fromkeys(name if _TAG.fullmatch(name) else code for name, code in codes_of.items()))


def target_code(lang: str) -> str:
    """The service's code of a language that it is known to know."""
    return codes(AUTO, lang, "qwen-mt-flash")[1]


def surveyed(wish: Wish, allowed: tuple[Path, ...]) -> Survey:
    """Look at a project.

    Raises:
        BadInput: there is nothing there, or it cannot be used; says what to do.
    """
    if not parsed(wish.source_lang) and wish.source_lang != AUTO and not find(wish.source_lang, table("qwen-mt")):
        raise BadArgument(f"source_lang: there is no language {quote(wish.source_lang)}. Name it as in en or English.")
    folder = Path(wish.path).expanduser()
    path = permitted(wish.path, allowed, folder=folder.is_dir() or not folder.suffix)
    project = Project(root_of(path, allowed), allowed)
    lock, _ = project.lock()
    found = discover(project.root, path, wish.files, wish.source_lang, tuple(lock.sets.values()))
    if not found.resources:
        raise BadInput(_nothing(path, found))
    survey = Survey(project, found, lock)
    for lang in wish.langs:
        _plan(survey, lang)
    return survey


def _nothing(path: Path, found: Found) -> str:
    if found.questions:
        return f"{' '.join(found.questions)} Nothing was done in {path}."
    why = [f"{name}: {reason}." for name, reason in found.skipped[:5]]
    return " ".join([f"No localization files were found in {path}.", *why, HOW_FILES_WORKS])


def _plan(survey: Survey, lang: str) -> None:
    plans: list[Plan] = []
    refused: list[tuple[str, str]] = []
    code = target_code(lang)
    resources = [resource for resource in survey.found.resources if _code(resource.source_lang) != code]
    if not resources:
        raise BadArgument(f"target_langs: {lang} is what all is written in there, so there is nothing to translate.")
    for resource in resources:
        try:
            plans.append(planned(paired(survey.project, resource, lang), survey.lock))
        except UnreadableError as error:
            path = resource.place(lang).path
            refused.append((path, str(error).removeprefix(f"{path}: ")))
        except Exception:
            logger.exception("A file could not be looked at")
            refused.append((resource.place(lang).path, OWN_FAULT))
    memory = Memory(plans)
    for plan in plans:
        plan.tasks = [memory.answered(task) for task in plan.tasks]
    survey.plans[lang], survey.refused[lang], survey.memories[lang] = plans, refused, memory


def _code(lang: str) -> str:
    known = find(lang, table("qwen-mt"))
    return known.code if known else lang
