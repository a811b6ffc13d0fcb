"""Judging customer service conversations with tongyi-xiaomi-analysis (docs/model-studio.md 7)."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

import anyio.to_thread
from pydantic import Field

from qwen_localize.errors import OutputUnavailable
from qwen_localize.files import LocalMedia, Media
from qwen_localize.tool import Batch, Context, Ending, JobResult, Limit, Model, Order, Price, SavedFile, Tool, cny

from .._shared.usage import usage
from .analysis import Analysed, Analysis, check_length
from .questions import AnalysisName, Question, chosen_questions
from .report import MOST_DATA, MOST_TEXT, as_csv, as_jsonl, counts, details, failures, in_words, places, shown, warning
from .source import ColumnNames, Given, conversations
from .turns import Conversation, as_json, from_json

# More conversations than this are a job, and their answers a file.
FEW = 10
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
        """The answers, as many as a text should have, then the facts."""
        lines = shown(self.conversations, MOST_TEXT, exclude_defaults=True)
        return ["\n".join(item.model_dump_json(exclude_defaults=True) for item in lines), self.message][not lines :]


async def analyze_conversation(
    context: Context,
    conversation: Given = None,
    file: Annotated[str, Field(description="Or its path: JSON, CSV, xlsx, a chat export")] = "",
    columns: ColumnNames = None,
    analysis: Annotated[list[AnalysisName], Field(description="Default: satisfaction, summary")] = [],  # noqa: B006
    questions: Annotated[list[Question], Field(description="Own ones; without labels, a few words")] = [],  # noqa: B006
    model: ModelName = "tongyi-xiaomi-analysis-flash",
) -> AnalysisResult:
    """Judge customer service chats: for each question a label, a reason and supporting turns.

    Up to 10 in seconds; thousands as a job, 600 a minute, with files. About 0.0004 CNY a chat.
    """
    chosen = MODELS[model]
    context.calls.check_model(chosen)
    asked = chosen_questions(analysis, questions)
    check_length(asked)
    found = await conversations(context, conversation, file, columns or {})
    if len(found) > FEW:
        return await _many(context, chosen, asked, found)
    work = Analysis(context, chosen, asked)
    analysed = await work.all(
        found, lambda done, total: context.progress(done, total, f"{done} of {total} conversations")
    )
    return await _few(context, work, asked, found, analysed)


async def _few(
    context: Context,
    work: Analysis,
    questions: Sequence[Question],
    found: Sequence[Conversation],
    analysed: Sequence[Analysed],
) -> AnalysisResult:
    """The answers themselves, as far as a result should have them; all of them in files, if that is not all."""
    receipt, told = work.receipt, shown(analysed, MOST_DATA)
    is_whole = len(told) == len(analysed) == len(shown(analysed, MOST_TEXT, exclude_defaults=True))
    files, place = ([], "") if is_whole else await _placed(context, questions, analysed)
    failed = failures(analysed, stopped=work.stopped is not None)
    model = work.model.name
    words = f"{len(analysed)} conversation(s) by {model}, {cny(receipt.cost)}.{place}{failed}{warning(found)}"
    return AnalysisResult(
        job_id="",
        status="succeeded",
        message=" ".join([words, *receipt.remarks]),
        tool="analyze_conversation",
        model=model,
        artifacts=files,
        details=details(counts(questions, analysed)),
        usage=usage(receipt),
        estimated_cost=receipt.cost,
        conversations=told,
    )


async def _placed(
    context: Context, questions: Sequence[Question], analysed: Sequence[Analysed]
) -> tuple[list[SavedFile], str]:
    """All answers in files, and where they are; or why they are not."""
    try:
        files = await _saved(context, questions, analysed)
    except OutputUnavailable as error:
        again = "Then repeat the call: what is analysed is kept, and not paid for again."
        return [], f" Too much to show whole, and it was not saved: {error} {again}"
    return files, f" Too much to show whole: saved {places(files)}."


async def _saved(context: Context, questions: Sequence[Question], analysed: Sequence[Analysed]) -> list[SavedFile]:
    lines = await anyio.to_thread.run_sync(as_jsonl, analysed)
    table = await anyio.to_thread.run_sync(as_csv, questions, analysed)
    return [
        await context.files.save_text("analysis.jsonl", lines, "application/jsonl"),
        await context.files.save_text("analysis.csv", table, "text/csv"),
    ]


async def _many(
    context: Context, model: Model, questions: list[Question], found: list[Conversation]
) -> "AnalysisResult":
    """The answers as files, by a job that outlives this call."""
    data = await anyio.to_thread.run_sync(as_json, found)
    order = Order(
        label=f"{len(found)} conversations",
        model=model,
        arguments={"model": model.name, "questions": [question.model_dump() for question in questions]},
        inputs=(LocalMedia("conversations.json", data, "application/json"),),
    )
    return AnalysisResult(**(await context.jobs.run(order)).model_dump())


async def _work(context: Context, arguments: Mapping[str, Any], inputs: Sequence[Media]) -> Ending:
    """Analyse a batch of conversations, and write the answers into files."""
    data = inputs[0].data if isinstance(inputs[0], LocalMedia) else b"[]"
    found = await anyio.to_thread.run_sync(from_json, data)
    questions = [Question(**question) for question in arguments["questions"]]
    work = Analysis(context, MODELS[arguments["model"]], questions)
    analysed = await work.all(
        found, lambda done, total: context.progress(done, total, f"{done} of {total} conversations")
    )
    files = await _saved(context, questions, analysed)
    table, receipt = counts(questions, analysed), work.receipt
    failed = sum(1 for item in analysed if item.error)
    words = f"{len(analysed) - failed} conversations analysed, {failed} failed, {cny(receipt.cost)}. "
    words += f"Saved {places(files)}.{failures(analysed, stopped=work.stopped is not None)}"
    return Ending(
        message=" ".join([words + in_words(table) + warning(found), *receipt.remarks]),
        details=details(table) | {"failed": failed},
        artifacts=[file.model_dump() for file in files],
        usage=usage(receipt),
        cost=receipt.cost,
    )


TOOL = Tool(
    analyze_conversation,
    title="Analyze conversations",
    models=[*MODELS.values()],
    work=Batch(_work),
    result=AnalysisResult,
)
