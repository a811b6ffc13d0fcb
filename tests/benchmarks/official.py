"""N pictures through one of the official SDK's clients; a process of its own, one JSON line for each outcome.

Submitting is paced for it, one a second, because the SDK has no pacing of its own; with `-rush`, it is
not. Waiting is the SDK's own.
"""

import json
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import anyio
import httpx2

from benchmarks.measuring import SUBMIT_SECONDS, Outcome
from benchmarks.pictures import complaint, file_name
from benchmarks.processes import KEY

MODEL = "qwen-mt-image"
RUSH = "-rush"
_LANGUAGES = {"source_lang": "en", "target_lang": "zh"}


@dataclass
class Course:
    """One run.

    Attributes:
        origin: The service.
        pictures: Where the pictures are hosted.
        tasks: How many.
        pace: Seconds between submissions.
    """

    origin: str
    pictures: str
    tasks: int
    pace: float

    def __post_init__(self) -> None:
        self._started = time.monotonic()

    def start(self) -> None:
        """Set the clock to zero."""
        self._started = time.monotonic()

    def given(self, number: int) -> dict[str, str]:
        """The `input` of one task."""
        return {"image_url": f"{self.pictures}/{file_name(number)}", **_LANGUAGES}

    def until_due(self, number: int) -> float:
        """Seconds until a task may be submitted."""
        return max(0.0, self._started + number * self.pace - time.monotonic())

    def settle(self, number: int, finished: dict[str, Any]) -> None:
        """Fetch and check the picture of a finished task, and tell the parent."""
        lost = _fault_of(finished, number)
        self.tell(Outcome(number, time.monotonic() - self._started, lost))

    def give_up(self, number: int, error: Exception) -> None:
        """Tell the parent that the SDK raised."""
        self.tell(Outcome(number, time.monotonic() - self._started, f"{type(error).__name__}: {str(error)[:120]}"))

    @staticmethod
    def tell(outcome: Outcome) -> None:
        """One line for the parent."""
        sys.stdout.write(json.dumps(asdict(outcome)) + "\n")
        sys.stdout.flush()


def _fault_of(finished: dict[str, Any], number: int) -> str | None:
    if "refused" in finished:
        return f"the submission was refused with {finished['refused']}"
    if finished.get("task_status") != "SUCCEEDED" or not finished.get("image_url"):
        return f"the wait ended with {finished.get('status_code')} {finished.get('code')} {finished.get('task_status')}"
    answer = httpx2.get(finished["image_url"], trust_env=False, timeout=30)
    return complaint(answer.content, number) if answer.status_code == 200 else f"download: {answer.status_code}"


def _flat(answer: Any) -> dict[str, Any]:
    """What a 1.x answer says, wherever it says it."""
    return {"status_code": int(answer.status_code), "code": answer.code, **(dict(answer.output or {}))}


def _refused(answer: Any) -> dict[str, Any]:
    return {"refused": f"{int(answer.status_code)} {answer.code}"}


def _sync_1x(course: Course) -> tuple[Callable[[int], Any], Callable[[Any], dict[str, Any]]]:
    import dashscope

    dashscope.base_http_api_url = f"{course.origin}/api/v1"
    images: Any = dashscope.ImageSynthesis
    ask = partial(images.async_call, MODEL, " ", api_key=KEY, task="image2image")
    return (
        lambda number: ask(extra_input=course.given(number)),
        lambda task: _flat(images.wait(task, api_key=KEY)) if task.status_code == 200 else _refused(task),
    )


def _sync_2(course: Course) -> tuple[Callable[[int], Any], Callable[[Any], dict[str, Any]]]:
    import dashscope
    from dashscope.v2.resources._jobs import Jobs

    make: Any = dashscope.Client
    jobs = Jobs(make(api_key=KEY, base_url=f"{course.origin}/api/v1"), "aigc/image2image/image-synthesis")
    return (
        lambda number: jobs.create(model=MODEL, input=course.given(number)),
        lambda job: {"status_code": 200, **(jobs.wait(job).output or {})},
    )


def in_threads(course: Course, connect: Callable[[Course], tuple[Callable[[int], Any], Callable[[Any], Any]]]) -> None:
    """Submit one after the other, and wait for each in a thread of its own; in a rush, submit there too."""
    submit, wait = connect(course)

    def finish(number: int, begin: Callable[[], Any]) -> None:
        try:
            course.settle(number, wait(begin()))
        except Exception as error:  # noqa: BLE001 # whatever the SDK raises, the task is lost
            course.give_up(number, error)

    with ThreadPoolExecutor(course.tasks) as threads:
        course.start()
        for number in range(course.tasks):
            if course.pace:
                time.sleep(course.until_due(number))
                threads.submit(finish, number, _memory(partial(submit, number)))
            else:
                threads.submit(finish, number, partial(submit, number))


def _memory(call: Callable[[], Any]) -> Callable[[], Any]:
    """Call now; what it returned or raised comes out later."""
    try:
        result = call()
    except Exception as error:  # noqa: BLE001 # raised again where it is counted
        return partial(_raise, error)
    return lambda: result


def _raise(error: Exception) -> None:
    raise error


async def in_tasks(course: Course) -> None:
    """The 1.x SDK's asynchronous twin."""
    import dashscope
    from dashscope.aigc.image_synthesis import AioImageSynthesis
    from dashscope.api_entities.aio_session import close_shared_aio_session

    dashscope.base_http_api_url = f"{course.origin}/api/v1"
    images: Any = AioImageSynthesis

    async def finish(number: int) -> None:
        try:
            await anyio.sleep(course.until_due(number))
            extra = course.given(number)
            task = await images.async_call(MODEL, " ", api_key=KEY, task="image2image", extra_input=extra)
            done = _flat(await images.wait(task, api_key=KEY)) if task.status_code == 200 else _refused(task)
        except Exception as error:  # noqa: BLE001 # whatever the SDK raises, the task is lost
            course.give_up(number, error)
        else:
            await anyio.to_thread.run_sync(course.settle, number, done)

    course.start()
    async with anyio.create_task_group() as group:
        for number in range(course.tasks):
            group.start_soon(finish, number)
    await close_shared_aio_session()


def _aio_1x(course: Course) -> None:
    anyio.run(in_tasks, course)


CLIENTS: dict[str, Callable[[Course], None]] = {
    "sdk1-sync": partial(in_threads, connect=_sync_1x),
    "sdk1-async": _aio_1x,
    "sdk2": partial(in_threads, connect=_sync_2),
}


def main() -> None:
    """`python -m benchmarks.official CLIENT TASKS ORIGIN PICTURES SPEED`."""
    client, tasks, origin, pictures, speed = sys.argv[1:]
    pace = 0.0 if client.endswith(RUSH) else SUBMIT_SECONDS / float(speed)
    CLIENTS[client.removesuffix(RUSH)](Course(origin, pictures, int(tasks), pace))


if __name__ == "__main__":
    main()
