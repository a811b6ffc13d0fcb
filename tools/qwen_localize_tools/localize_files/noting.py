"""What the lock file is told of a file: what was written, and what people had written before."""

from collections.abc import Mapping, Sequence

from qwen_localize.files import Replaced

from .discovery.model import Known
from .lock import Entry, Id, Lock, digest, source_digest
from .planning import Plan
from .project import Project

# How often the lock file is looked at again that somebody else writes at the same time.
MOST_TRIES = 5


def note(lock: Lock, plan: Plan, texts: Mapping[Id, str], *, edited: bool = False) -> None:
    """Put into the lock what was written, and what people had written; what neither file has any more is left out."""
    now = plan.paired
    entries = lock.entries(now.place.path, now.place.locale)
    sources = {(pair.key, form): pair for pair in now.pairs for form in pair.needed}
    for id_ in [id_ for id_ in entries if (now.shape or texts) and id_ not in sources and id_[0] not in now.others]:
        del entries[id_]
    for id_, entry in plan.adopted.items():
        entries.setdefault(id_, entry)
    for id_, text in texts.items():
        pair = sources[id_]
        source = source_digest(pair.source, pair.context)
        entries[id_] = Entry(source) if edited else Entry(source, digest(text))
    resource = now.resource
    known = Known(resource.source, resource.source_lang, resource.pattern, resource.format.name)
    lock.sets[known.source, known.pattern] = known


def adopt(project: Project, plans: Sequence[Plan]) -> None:
    """Note in the lock file what people had written before us, and the files themselves.

    Raises:
        OutputUnavailable: the disk refuses it.
        BadInput: the lock file cannot be used.
    """
    for _ in range(MOST_TRIES):
        lock, loaded = project.lock()
        for plan in plans:
            note(lock, plan, {})
        try:
            project.save_lock(lock, loaded)
        except Replaced:
            continue
        return
