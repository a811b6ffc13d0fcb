"""The image translation endpoint (docs/model-studio.md 4)."""

from functools import partial
from typing import Any

from starlette.responses import JSONResponse, Response

from . import media
from .call import Call
from .catalogue import ImageModel
from .errors import Refusal, internal
from .images import ImageJob, parse
from .results import result_name
from .service import Sandbox
from .tasks import State, Task

MAX_BYTES = 100 * 1024 * 1024
NO_TEXT = "No text detected for translation"


async def synthesize(call: Call) -> Response:
    """`POST /api/v1/services/aigc/image2image/image-synthesis`, asynchronous or, for 2.0, at once."""
    body = await call.body()
    model = call.named_model(body, ImageModel)
    asynchronous = call.enables("x-dashscope-async")
    if not asynchronous and not model.synchronous:
        raise Refusal(403, "AccessDenied", "current user api does not support synchronous calls")
    job = parse(model, body.get("input"), resolves_oss=call.resolves_oss)
    return _submit(call, job) if asynchronous else await _answer(call, job)


def _submit(call: Call, job: ImageJob) -> Response:
    async def work(task: Task) -> dict[str, Any]:
        return await _translate(call.sandbox, job, task.id)

    task = call.sandbox.tasks.submit(job.model, call.request_id, work)
    call.task_id = task.id
    output = {"task_id": task.id, "task_status": State.PENDING}
    return JSONResponse({"output": output, "request_id": call.request_id})


async def _answer(call: Call, job: ImageJob) -> Response:
    clock = call.sandbox.clock
    started = clock.now()
    output = await _translate(call.sandbox, job, call.request_id)
    await clock.sleep(started + call.sandbox.config.task_seconds - clock.now())
    call.sandbox.bill_image(job.model.name, job.model.price)
    return JSONResponse({"output": output, "usage": {"image_count": 1}, "request_id": call.request_id})


async def _translate(sandbox: Sandbox, job: ImageJob, name: str) -> dict[str, Any]:
    """The result fields of a finished picture; a Refusal for one that cannot be had or read."""
    if sandbox.faults.take("fail", "submit"):
        raise internal("fail")
    data = await media.load(sandbox, job.url, job.model.name, MAX_BYTES)
    return await _redraw(sandbox, job, data, name)


async def _redraw(sandbox: Sandbox, job: ImageJob, data: bytes, name: str) -> dict[str, Any]:
    # Not imported above: numpy, OpenCV and Pillow are loaded with the first picture.
    from .pictures import plain, translate

    work = partial(plain, data) if sandbox.config.plain else partial(translate, data, job.terms, job.sensitives)
    done = await sandbox.on_picture(work)
    output: dict[str, Any] = {"image_url": sandbox.results.keep(result_name(name), done.jpeg)}
    return output if done.lines else output | {"message": NO_TEXT}
