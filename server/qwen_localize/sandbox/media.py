"""Pictures and recordings in messages: addresses, uploads and base64 items (docs/model-studio.md 1.4, 5, 6, 8, 9)."""

import re
from base64 import b64decode
from binascii import Error as NotBase64

from .errors import invalid, unreadable
from .fetching import fetch
from .service import Sandbox

MAX_ITEM = 10_485_760  # characters of one base64 item
MAX_BYTES = 10 * 1024 * 1024

PICTURE = re.compile(r"data:image/[\w.+-]+;base64,", re.ASCII | re.IGNORECASE)
# `data:;base64,` is how the service's own samples send sound.
RECORDING = re.compile(
    r"data:(?:(?:audio|video|application)/[\w.+-]+)?(?:;[\w.+=-]+)*;base64,", re.ASCII | re.IGNORECASE
)


def check(url: object, *, resolves_oss: bool, form: re.Pattern[str] = PICTURE) -> str:
    """A picture's or recording's address as a message names it, unchanged.

    Args:
        url: http(s), `oss://` or a data URI.
        resolves_oss: whether the request carried `X-DashScope-OssResourceResolve: enable`.
        form: how a data URI begins.

    Raises:
        Refusal: it is none of these.
    """
    if not isinstance(url, str) or not url:
        raise invalid("The image must be a string and not empty.")
    scheme = url[:10].partition(":")[0].lower()
    if scheme == "data":
        return _check_item(url, form)
    if scheme not in ("http", "https", "oss"):
        raise invalid("The provided URL does not appear to be valid. Ensure it is correctly formatted.")
    if scheme == "oss" and not resolves_oss:
        raise unreadable()
    return url


async def load(sandbox: Sandbox, url: str, model: str, most: int = MAX_BYTES) -> bytes:
    """The bytes of a picture that `check` has passed.

    Args:
        sandbox: where uploads are.
        url: the picture.
        model: the model that it is for; an upload serves one model only.
        most: the most bytes that are downloaded.

    Raises:
        Refusal: it cannot be had.
    """
    if url[:5].lower() == "data:":
        return _decode(url.partition(",")[2])
    if url[:4].lower() == "oss:":
        return sandbox.uploads.read(url, model)
    return await fetch(url, most)


def _check_item(url: str, form: re.Pattern[str]) -> str:
    if len(url) > MAX_ITEM:
        raise invalid(f"Exceeded limit on max bytes per data-uri item : {MAX_ITEM}")
    if form.match(url) is None:
        raise unreadable()
    return url


def _decode(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except NotBase64 as error:
        raise unreadable() from error
