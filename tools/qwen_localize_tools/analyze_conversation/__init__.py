"""Judging customer service conversations with tongyi-xiaomi-analysis (docs/model-studio.md 7)."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

import anyio.to_thread
from pydantic import Field

from qwen_localize.errors import BadArgument
from qwen_localize.files import LocalMedia, Media
from qwen_localize.tool import Batch, Context, Ending, JobResult, Limit, Model, Order, Price, Tool, cny

from .._shared.usage import usage
from .analysis import NOT_CHINESE, Analysed, Analysis
from .conversations import Conversation, as_json, from_json, given, read
from .questions import AnalysisName, Question, chosen_questions
from .report import as_csv, as_jsonl, counts, failures

# More conversations than this are a job, and their answers a file.
FEW = 10
_MOST_FILE_BYTES = 100 * 1024 * 1024
_BEIJING = "cn-beijing"
_LIMIT = Limit(600, 1_000_000)
MODELS = {
    model.name: model
    for model in (
        Model("tongyi-xiaomi-analysis-flash", (_BEIJING,), _LIMIT, {_BEIJING: Price(0.2, 0.4)}),
        Model("tongyi-xiaomi-analysis-pro", (_BEIJING,), _LIMIT, {_BEIJING: Price(1.0, 2.7)}),
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
    context: Context,
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
    context.calls.check_model(chosen)
    asked = chosen_questions(analysis, questions)
    found = await _conversations(context, conversation, file)
    if len(found) > FEW:
        return await _many(context, chosen, asked, found)
    work = Analysis(context, chosen, asked)
    analysed = await work.all(
        found, lambda done, total: context.progress(done, total, f"{done} of {total} conversations")
    )
    receipt = work.receipt
    failed = failures(analysed, stopped=work.stopped is not None)
    words = f"{len(analysed)} conversation(s) by {model}, {cny(receipt.cost)}.{failed}{_warning(found)}"
    return AnalysisResult(
        job_id="",
        status="succeeded",
        message=" ".join([words, *receipt.remarks]),
        tool="analyze_conversation",
        model=model,
        artifacts=[],
        details={"counts": counts(asked, analysed)},
        usage=usage(receipt),
        estimated_cost=receipt.cost,
        conversations=analysed,
    )


def _warning(found: Sequence[Conversation]) -> str:
    """What to say of conversations in which nobody speaks Chinese."""
    return "" if all(item.has_chinese for item in found if item.turns) else f" {NOT_CHINESE}"


async def _conversations(context: Context, conversation: str | list[Any] | None, file: str) -> list[Conversation]:
    if bool(conversation) == bool(file):
        raise BadArgument("Pass either conversation or file: one of them, not both or none.")
    if conversation:
        return given(conversation)
    return await anyio.to_thread.run_sync(read, *await context.files.text(file, _MOST_FILE_BYTES))


async def _many(
    context: Context, model: Model, questions: list[Question], found: list[Conversation]
) -> "AnalysisResult":
    """The answers as files, by a job that outlives this call."""
    order = Order(
        label=f"{len(found)} conversations",
        model=model,
        arguments={"model": model.name, "questions": [question.model_dump() for question in questions]},
        inputs=(LocalMedia("conversations.json", as_json(found), "application/json"),),
    )
    return AnalysisResult(**(await context.jobs.run(order)).model_dump())


async def _work(context: Context, arguments: Mapping[str, Any], inputs: Sequence[Media]) -> Ending:
    """Analyse a batch of conversations, and write the answers into files."""
    found = from_json(inputs[0].data) if isinstance(inputs[0], LocalMedia) else []
    questions = [Question(**question) for question in arguments["questions"]]
    work = Analysis(context, MODELS[arguments["model"]], questions)
    analysed = await work.all(
        found, lambda done, total: context.progress(done, total, f"{done} of {total} conversations")
    )
    files = [
        await context.files.save_text("analysis.jsonl", as_jsonl(analysed), "application/jsonl"),
        await context.files.save_text("analysis.csv", as_csv(questions, analysed), "text/csv"),
    ]
    table, receipt = counts(questions, analysed), work.receipt
    failed = sum(1 for item in analysed if item.error)
    places = ", ".join(file.path for file in files)
    words = f"{len(analysed) - failed} conversations analysed, {failed} failed, {cny(receipt.cost)}. Saved {places}."
    words += f"{failures(analysed, stopped=work.stopped is not None)} {table}{_warning(found)}"
    return Ending(
        message=" ".join([words, *receipt.remarks]),
        details={"counts": table, "failed": failed},
        artifacts=[file.model_dump() for file in files],
        usage=usage(receipt),
        cost=receipt.cost,
    )


TOOL = Tool(analyze_conversation, title="Analyze conversations", work=Batch(_work), result=AnalysisResult)
