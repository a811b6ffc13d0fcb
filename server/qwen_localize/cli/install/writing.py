"""A file that is not ours, replaced whole."""

import os
import stat
from pathlib import Path
from tempfile import NamedTemporaryFile

from ...errors import LocalizeError

_OWNER_ONLY = 0o600
_USUAL = 0o644


def read(path: Path) -> str:
    """The text of a file, byte for byte; empty if there is no file.

    Raises:
        LocalizeError: it is not UTF-8.
    """
    try:
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError as error:
        raise LocalizeError(f"{path} is not written in UTF-8, so it was left as it is.") from error


def replace(path: Path, before: str, after: str, *, secret: bool) -> None:
    """Put `after` in the place of `before`: at any moment one of the two is there. A link is followed.

    Args:
        path: the file, which need not exist.
        before: what it held when the change was made.
        after: what it is to hold.
        secret: whether nobody but its owner may read it.

    Raises:
        LocalizeError: somebody else has changed it meanwhile.
    """
    path = path.resolve()
    path.parent.mkdir(parents=True, exist_ok=True)
    mode = _mode(path, secret=secret)
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}-", delete=False) as file:
        try:
            file.write(after.encode("utf-8"))
            file.flush()
            os.fsync(file.fileno())
            file.close()
            Path(file.name).chmod(mode)
            _require_unchanged(path, before)
            Path(file.name).replace(path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise


def _require_unchanged(path: Path, before: str) -> None:
    if read(path) != before:
        raise LocalizeError(f"Another program changed {path} meanwhile, so nothing was written. Try again.")


def _mode(path: Path, *, secret: bool) -> int:
    if secret:
        return _OWNER_ONLY
    return stat.S_IMODE(path.stat().st_mode) if path.exists() else _USUAL
