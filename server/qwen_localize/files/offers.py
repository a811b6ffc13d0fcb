"""Giving media to the service."""

from ..dashscope import Client
from .media import LocalMedia, Media, RemoteMedia


async def offer(client: Client, model: str, media: Media, inline: int) -> str:
    """A URL under which the service can read media: its own, one that holds it, or a temporary upload's.

    Args:
        client: the service.
        model: the model that is to read it; an upload belongs to one.
        media: what is offered.
        inline: bytes up to which it is sent inside the request; what is larger is uploaded before.
    """
    match media:
        case RemoteMedia(url=url):
            return url
        case LocalMedia(data=data) if len(data) <= inline:
            return media.data_uri
        case LocalMedia(name=name, data=data):
            return await client.upload(model, name, data)
