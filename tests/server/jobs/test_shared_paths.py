"""Records that replicas with different output directories share."""

from pathlib import Path
from typing import Any

import pytest

from qwen_localize.jobs.shared_paths import local, neutral

HERE, THERE = Path("/here/out"), Path("/srv/other")


def fields(root: Path) -> dict[str, Any]:
    path = root / "p-1" / "job-1" / "постер 1.ru.jpg"
    file = {"path": str(path), "uri": path.as_uri(), "mime_type": "image/jpeg", "width": 64}
    return {
        "directory": str(path.parent),
        "planned": [str(path.with_name("x.jpg"))],
        "artifacts": [file],
        "message": f"Saved {path}.",
        "stem": "постер 1.ru",
        "cost": 0.5,
    }


def test_what_lies_below_one_replicas_output_directory_lies_below_the_other_s() -> None:
    shared = neutral(fields(HERE), HERE)
    assert str(HERE) not in str(shared)
    assert local(shared, THERE) == fields(THERE)
    assert local(shared, HERE) == fields(HERE)


@pytest.mark.parametrize("place", ["/elsewhere/x", "/here/output/x", "~other", ""])
def test_what_lies_elsewhere_stays_as_it_is(place: str) -> None:
    values = {"directory": place, "planned": [place], "artifacts": [{"path": place, "uri": f"file://{place}"}]}
    assert neutral(values, HERE) == values
    assert local(values, HERE) == values


def test_the_output_directory_itself_is_told_as_well() -> None:
    assert neutral({"directory": str(HERE)}, HERE) != {"directory": str(HERE)}
    assert local(neutral({"directory": str(HERE)}, HERE), THERE) == {"directory": str(THERE)}


def test_fields_that_hold_no_places_are_passed_on() -> None:
    assert neutral({"state": "queued", "cost": None}, HERE) == {"state": "queued", "cost": None}
    assert local({}, HERE) == {}
