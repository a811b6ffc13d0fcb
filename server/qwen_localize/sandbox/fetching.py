"""Download an input picture from where the client says it is."""

import ssl
from functools import cache
from urllib.parse import urlsplit

import httpx2

from .errors import invalid, unreadable

TIMEOUT = 10.0


async def fetch(url: str, most: int) -> bytes:
    """The bytes at an http(s) URL.

    Raises:
        Refusal: they cannot be had in ten seconds, or are more than `most`; in the service's words.
    """
    loopback = urlsplit(url).hostname in ("127.0.0.1", "localhost", "::1")
    try:
        async with httpx2.AsyncClient(
            timeout=TIMEOUT, follow_redirects=True, trust_env=not loopback, verify=_securely()
        ) as client:
            return await _download(client, url, most)
    except httpx2.ConnectError as error:
        raise invalid("The connection to the URL was refused.", "InvalidURL.ConnectionRefused") from error
    except httpx2.TimeoutException as error:
        raise invalid("The download of the URL timed out.", "InvalidURL.Timeout") from error
    except httpx2.HTTPStatusError as error:
        raise invalid("The URL could not be downloaded.", "InvalidURL") from error
    except (httpx2.HTTPError, httpx2.InvalidURL, UnicodeError) as error:
        raise unreadable() from error


@cache
def _securely() -> ssl.SSLContext:
    """The certificates that are trusted; reading them anew would take longer than most pictures."""
    return httpx2.create_ssl_context()


async def _download(client: httpx2.AsyncClient, url: str, most: int) -> bytes:
    content = bytearray()
    async with client.stream("GET", url) as response:
        response.raise_for_status()
        async for piece in response.aiter_bytes():
            content += piece
            if len(content) > most:
                raise invalid("The size of the image is beyond the limit.", "InvalidImage.ImageSize")
    return bytes(content)
