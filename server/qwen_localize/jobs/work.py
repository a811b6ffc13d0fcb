"""How the jobs of a tool are done. Found by the tool's name, so that any process can go on with any job."""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..dashscope import Model
from ..errors import BadAnswer
from ..files import ArtifactType
from .lifecycle import Ending
from .records import JobRecord, Kind

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Results:
    """What the service's answer holds.

    Attributes:
        urls: where the results are: http(s), or `data:` with the bytes themselves.
        details: what else it says, for programs.
    """

    urls: list[str] = field(default_factory=list)
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Evidence:
    """How a result is known to be made of a job's own inputs, where the task list alone does not tell.

    Attributes:
        url: where that result is, in the output of a task that succeeded.
        matches: whether the file can only be made of these inputs. Runs in a worker thread.
    """

    url: Callable[[dict[str, Any]], str]
    matches: Callable[[Path, Sequence[bytes]], bool]


@dataclass(frozen=True)
class Upstream:
    """Work that the service does, ordered by one request.

    Attributes:
        kind: TASK for what is submitted and followed, CALL for what is answered at once.
        path: the endpoint, below the native API's root.
        models: the models that can be asked, by name.
        request: the body without the model, of the order's arguments and the inputs' URLs in their order.
        results: what the `output` of an answer holds; raises `BadAnswer` if it is not understood.
        artifact: what kind of file a result is.
        inline: bytes up to which a local input is sent inside the request; a larger one is uploaded before.
        evidence: how a task whose id was lost is known again; without it, the user is asked.
    """

    kind: Kind
    path: str
    models: Mapping[str, Model]
    request: Callable[[Mapping[str, Any], list[str]], dict[str, Any]]
    results: Callable[[dict[str, Any]], Results]
    artifact: ArtifactType
    inline: int = 0
    evidence: Evidence | None = None

    def read(self, output: Any) -> Results:
        """What the `output` of an answer holds, whatever the service has put there.

        Raises:
            BadAnswer: it is not understood.
        """
        try:
            found = self.results(output)
        except BadAnswer:
            raise
        except Exception as error:
            logger.exception("An answer of %s is not understood", self.path)
            raise BadAnswer("This version does not understand the service's answer.") from error
        if not isinstance(found.urls, list) or not all(isinstance(url, str) and url for url in found.urls):
            raise BadAnswer("The service's answer has something else in the place of a result's URL.")
        return found


@dataclass(frozen=True)
class Batch:
    """Work of many paid calls, done by the process that owns the job.

    Attributes:
        work: all of it, of a context for its calls, the order's arguments, and its inputs: media, or, if it opens them
            itself, how they are kept. It may be begun anew after
            a crash, so what it pays for goes through the context's calls, which keep each answer, or through jobs that
            are its parts, of which each is begun once.
        opens: whether it opens its inputs itself, one by one, since together they would not fit into memory.
    """

    work: Callable[[Any, Mapping[str, Any], Sequence[Any]], Awaitable[Ending]]
    opens: bool = False


@dataclass(frozen=True)
class OneOrMany:
    """Work of a tool that does one thing, or many of them as a batch whose parts are such things."""

    one: Upstream
    many: Batch


Work = Upstream | Batch | OneOrMany
Works = Mapping[str, Work]


def work_for(work: Work, *, many: bool) -> Upstream | Batch:
    """How one job is done by a tool that may have two ways."""
    if isinstance(work, OneOrMany):
        return work.many if many else work.one
    return work


# Makes what a batch works with: its job, and how it tells how far it is.
Contexts = Callable[[JobRecord, Callable[[str], Awaitable[None]]], Any]
