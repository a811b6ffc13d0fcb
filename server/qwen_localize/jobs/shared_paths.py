"""Paths in jobs' records that replicas share: each replica may have another output directory."""

from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

# Stands for the output directory, below which principals have their folders.
_ROOT = "~output"

_Placed = Callable[[str], str]


def neutral(values: Mapping[str, Any], output_dir: Path) -> dict[str, Any]:
    """A record's fields as all replicas read them: what lies below the output directory is told from there.

    Args:
        values: some of the fields, or all; those that hold no places of files stay as they are.
        output_dir: the output directory here.
    """

    def placed(path: str) -> str:
        place = Path(path)
        return f"{_ROOT}/{place.relative_to(output_dir).as_posix()}" if place.is_relative_to(output_dir) else path

    return _changed(values, placed, lambda words: words.replace(_prefix(output_dir), f"{_ROOT}/"))


def local(values: Mapping[str, Any], output_dir: Path) -> dict[str, Any]:
    """A record's fields with the places that its files have, or would have, on this replica's disk.

    Args:
        values: some of the fields, or all, as `neutral` has made them.
        output_dir: the output directory here.
    """

    def placed(path: str) -> str:
        first, *rest = PurePosixPath(path).parts or ("",)
        return str(output_dir.joinpath(*rest)) if first == _ROOT else path

    return _changed(values, placed, lambda words: words.replace(f"{_ROOT}/", _prefix(output_dir)))


def _prefix(output_dir: Path) -> str:
    return str(output_dir / "x")[:-1]


def _changed(values: Mapping[str, Any], placed: _Placed, said: _Placed) -> dict[str, Any]:
    changes: dict[str, Callable[[Any], Any]] = {
        "directory": placed,
        "planned": lambda paths: [placed(path) for path in paths],
        "artifacts": lambda files: [_moved(file, placed) for file in files],
        "message": said,
    }
    return {name: changes[name](value) if name in changes else value for name, value in values.items()}


def _moved(file: Mapping[str, Any], placed: _Placed) -> dict[str, Any]:
    path = placed(str(file["path"]))
    if path == file["path"]:
        return dict(file)
    return dict(file) | {"path": path, "uri": path if path.startswith(f"{_ROOT}/") else Path(path).as_uri()}
