"""Judging customer service conversations with tongyi-xiaomi-analysis (contract section 7)."""

import hashlib
from typing import Annotated, Any, Literal

import anyio.to_thread
from pydantic import Field

from qwen_localize.contract import Api, Batch, Model, Rate, Tool
from qwen_localize.dashscope import Limit
from qwen_localize.errors import BadArgument
from qwen_localize.jobs import Ending, Tell
from qwen_localize.results import JobResult, cny

from ._analysis import NOT_CHINESE, Analysed, Analysis
from ._analysis_report import as_csv, as_jsonl, counts, failures
from ._conversations import Conversation, given, read
from ._questions import READY, AnalysisName, Question

# More conversations than this are a job, and their answers a file.
FEW = 10
_MOST_FILE_BYTES = 100 * 1024 * 1024
_BEIJING = "cn-beijing"
_LIMIT = Limit(600, 1_000_000)
MODELS = {
    model.name: model
    for model in (
        Model("tongyi-xiaomi-analysis-flash", (_BEIJING,), _LIMIT, {_BEIJING: Rate(0.2, 0.4)}),
        Model("tongyi-xiaomi-analysis-pro", (_BEIJING,), _LIMIT, {_BEIJING: Rate(1.0, 2.7)}),
    )
}
ModelName = Literal["tongyi-xiaomi-analysis-flash", "tongyi-xiaomi-analysis-pro"]


class AnalysisResult(JobResult):
    """The answers of a few conversations; of many, the job whose files have them."""

    PUBLISHED = JobResult.PUBLISHED | {"conversations", "details"}

    conversations: list[Analysed] = Field(default_factory=list)

    def blocks(self) -> list[str]:
        """The answers, then the facts."""
        shown = [item.model_dump_json(exclude_defaults=True) for item in self.conversations]
        return ["\n".join(shown), self.message] if shown else [self.message]


async def analyze_conversation(
    api: Api,
    conversation: Annotated[
        str | list[Any] | None, Field(description="A text, or turns {role, text}; or a list of conversations")
    ] = None,
    file: Annotated[str, Field(description="Or a path: JSON, JSONL, or CSV with conversation_id, role, text")] = "",
    analysis: Annotated[
        list[AnalysisName], Field(description="Ready-made ones; default satisfaction and summary")
    ] = [],  # noqa: B006
    questions: Annotated[list[Question], Field(description="Own ones; without labels, a few words")] = [],  # noqa: B006
    model: ModelName = "tongyi-xiaomi-analysis-flash",
) -> AnalysisResult:
    """Judge customer service chats: for each question a label, a reason and the turns that support it.

    Up to 10 are answered at once, in seconds; thousands become a job, 600 a minute, with JSONL, CSV and counts.
    About 0.0004 CNY a chat.
    """
    chosen = MODELS[model]
    api.check_model(chosen)
    asked = _asked(analysis, questions)
    found = await _conversations(api, conversation, file)
    warning = "" if all(item.has_chinese for item in found if item.turns) else f" {NOT_CHINESE}"
    if len(found) > FEW:
        return await _many(api, chosen, asked, found, warning)
    work = Analysis(api, chosen, asked, durable=False)
    analysed = await work.all(found, lambda done, total: api.progress(done, total, f"{done} of {total} conversations"))
    failed = failures(analysed, stopped=work.stopped is not None)
    return AnalysisResult(
        job_id="",
        status="succeeded",
        message=f"{len(analysed)} conversation(s) by {model}, {cny(work.cost)}.{failed}{warning}",
        tool="analyze_conversation",
        model=model,
        artifacts=[],
        no_text_found=False,
        details={"counts": counts(asked, analysed)},
        usage=work.usage.model_dump(),
        request_id=", ".join(work.request_ids),
        estimated_cost=work.cost,
        conversations=analysed,
    )


def _asked(analysis: list[AnalysisName], questions: list[Question]) -> list[Question]:
    """All questions.

    Raises:
        BadArgument: two have the same id.
    """
    names: list[AnalysisName] = analysis or ([] if questions else ["satisfaction", "summary"])
    asked = [READY[name] for name in dict.fromkeys(names)] + questions
    ids = [question.id for question in asked]
    if len(set(ids)) < len(ids):
        raise BadArgument(f"questions: two have the same id ({', '.join(ids)}). Give each its own.")
    return asked


async def _conversations(api: Api, conversation: str | list[Any] | None, file: str) -> list[Conversation]:
    if bool(conversation) == bool(file):
        raise BadArgument("Pass either conversation or file: one of them, not both or none.")
    if conversation:
        return given(conversation)
    return await anyio.to_thread.run_sync(read, *await api.text_file(file, _MOST_FILE_BYTES))


async def _many(
    api: Api, model: Model, questions: list[Question], found: list[Conversation], warning: str
) -> AnalysisResult:
    """The answers as files, by a job that outlives this call."""

    async def work(tell: Tell) -> Ending:
        analysis = Analysis(api, model, questions, durable=True)
        analysed = await analysis.all(found, lambda done, total: tell(f"{done} of {total} conversations"))
        return await _ending(api, questions, analysed, analysis, warning)

    digest = hashlib.sha256(repr((model.name, questions, found)).encode()).hexdigest()
    batch = Batch(label=f"{len(found)} conversations", model=model, digest=digest, work=work)
    return AnalysisResult(**(await api.run_batch(batch)).model_dump())


async def _ending(
    api: Api, questions: list[Question], analysed: list[Analysed], work: Analysis, warning: str
) -> Ending:
    files = [
        await api.save_text("analysis.jsonl", as_jsonl(analysed), "application/jsonl"),
        await api.save_text("analysis.csv", as_csv(questions, analysed), "text/csv"),
    ]
    table = counts(questions, analysed)
    failed = sum(1 for item in analysed if item.error)
    places = ", ".join(file.path for file in files)
    words = f"{len(analysed) - failed} conversations analysed, {failed} failed, {cny(work.cost)}. Saved {places}."
    words += failures(analysed, stopped=work.stopped is not None)
    facts = [file.model_dump() for file in files]
    return Ending(
        f"{words} {table}{warning}", {"counts": table, "failed": failed}, facts, work.usage.model_dump(), work.cost
    )


TOOL = Tool(analyze_conversation, title="Analyze conversations")
