"""Pictures that are told from each other by what they show, and jobs that translate them, ordered and followed."""

import random
from base64 import b64encode
from collections import Counter
from functools import cache
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import anyio
from PIL import Image

from server.cluster.town import Died, Replica, Town, digest
from support import scenery, words

SIZE = (96, 64)  # in smaller ones, the mark of the sandbox hides too much for a result to be known again
# How often a call that is refused for a moment is made again, and how long after.
_CALLS, _AGAIN_SECONDS = 100, 0.3


def colour(number: int) -> str:
    """The colour round a picture: those of the first 392 are far enough apart to be known again after JPEG."""
    red, rest = divmod(number, 56)
    green, blue = divmod(rest, 8)
    return f"#{red % 7 * 42:02x}{green * 42:02x}{blue * 36:02x}"


@cache
def picture(number: int) -> bytes:
    """The picture of that number."""
    buffer = BytesIO()
    scenery(*SIZE, colour(number), number).save(buffer, "PNG")
    return buffer.getvalue()


def shows(content: bytes, number: int) -> bool:
    """Whether this is the whole translated picture of that number."""
    with Image.open(BytesIO(content)) as image:
        image.load()
        # The sandbox's mark is at the bottom: the top is the picture's own.
        shown = image.convert("RGB").getpixel((SIZE[0] // 2, 2))
        wanted = Image.new("RGB", (1, 1), colour(number)).getpixel((0, 0))
        assert isinstance(shown, tuple)
        assert isinstance(wanted, tuple)
        return image.size == SIZE and all(abs(a - b) < 18 for a, b in zip(shown, wanted, strict=True))


class Customers:
    """Those who call: each time whichever replica the chance says, and another one if that has died.

    Attributes:
        refusals: what was refused, and was called again.
    """

    def __init__(self, town: Town, chance: random.Random) -> None:
        self._town, self._chance = town, chance
        self.refusals = Counter[str]()

    async def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """The data of a tool's answer."""
        for _ in range(_CALLS):
            try:
                answer = await self._anybody().call(tool, **arguments)
            except Died:
                continue
            if not answer.is_error:
                return dict(answer.structured_content or {})
            self.refusals[words(answer)] += 1
            await anyio.sleep(_AGAIN_SECONDS)
        raise AssertionError(f"{tool} was refused {_CALLS} times: {self.refusals} {self._town.said()}")

    def _anybody(self) -> Replica:
        return self._chance.choice(self._town.replicas)

    @staticmethod
    def image(number: int) -> str:
        """A picture as an argument of a call."""
        return f"data:image/png;base64,{b64encode(picture(number)).decode()}"

    async def order(self, number: int, **arguments: Any) -> str:
        """The job that translates a picture."""
        job = await self.call("translate_image", image=self.image(number), target_lang="ru", **arguments)
        return str(job["job_id"])

    async def order_all(self, numbers: range, at_once: int = 6) -> dict[int, str]:
        """The jobs that translate these pictures, so many ordered at the same time."""
        jobs: dict[int, str] = {}

        async def one(left: list[int]) -> None:
            while left:
                number = left.pop(0)
                jobs[number] = await self.order(number)

        await _together([one] * at_once, list(numbers))
        return jobs

    async def ended(self, job_id: str) -> dict[str, Any]:
        """A job when it has ended, or only the user can end it."""
        while True:
            job = await self.call("get_job", job_id=job_id, wait=60)
            if job["status"] not in ("queued", "running"):
                return job

    async def all_ended(self, jobs: dict[int, str], at_once: int = 3) -> dict[int, dict[str, Any]]:
        """All jobs when they have ended."""
        found: dict[int, dict[str, Any]] = {}

        async def one(left: list[int]) -> None:
            while left:
                number = left.pop(0)
                found[number] = await self.ended(jobs[number])

        await _together([one] * at_once, sorted(jobs))
        return found

    async def delivers(self, number: int, job: dict[str, Any]) -> bool:
        """Whether a job has succeeded, and every replica hands out its picture."""
        if job["status"] != "succeeded" or len(job["artifacts"]) != 1:
            return False
        link = urlsplit(job["artifacts"][0]["uri"])
        if not link.netloc:
            return False
        for replica in self._town.replicas:
            answer = await replica.get(link.path)
            if answer.status_code != 200 or not shows(answer.content, number):
                return False
        return True


async def _together(workers: list[Any], left: list[int]) -> None:
    async with anyio.create_task_group() as group:
        for worker in workers:
            group.start_soon(worker, left)


def paid_twice(town: Town) -> int:
    """How many pictures the service was given more than once."""
    return sum(count > 1 for count in town.submissions.values())


def never_paid(town: Town, numbers: range) -> list[int]:
    """The pictures that the service was never given."""
    return [number for number in numbers if not town.submissions[digest(picture(number))]]
