"""Regions, hosts and paths (contract 1.1)."""

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

REGIONS = {
    "cn-beijing": "https://dashscope.aliyuncs.com",
    "ap-southeast-1": "https://dashscope-intl.aliyuncs.com",
    "us-east-1": "https://dashscope-us.aliyuncs.com",
    "cn-hongkong": "https://cn-hongkong.dashscope.aliyuncs.com",
    # These two have no shared host of their own; the official SDK falls back to the international one.
    "eu-central-1": "https://dashscope-intl.aliyuncs.com",
    "ap-northeast-1": "https://dashscope-intl.aliyuncs.com",
}
_WORKSPACES = "maas.aliyuncs.com"


@dataclass(frozen=True)
class Service:
    """Where requests go.

    Attributes:
        region: the region that answers there; None at an origin that may lead to any, as a gateway or a sandbox.
        assumed: the region whose prices are taken where none is known.
    """

    origin: str
    region: str | None
    assumed: str

    @classmethod
    def at(cls, region: str, workspace: str | None = None, base_url: str | None = None) -> "Service":
        """The service of a region: on its shared host, a workspace's own host, or any other origin."""
        if base_url:
            origin = base_url.rstrip("/")
            return cls(origin, _region_at(origin, region), region)
        if workspace:
            return cls(f"https://{workspace}.{region}.{_WORKSPACES}", region, region)
        return cls(REGIONS[region], region, region)

    @property
    def native(self) -> str:
        """Root of the native API."""
        return f"{self.origin}/api/v1"

    @property
    def compatible(self) -> str:
        """Root of the OpenAI-compatible API."""
        return f"{self.origin}/compatible-mode/v1"

    @property
    def is_local(self) -> bool:
        """Whether the service is on this machine or network, as a sandbox is."""
        return is_private(urlsplit(self.origin).hostname or "")

    def __str__(self) -> str:
        return f"{self.region} ({self.origin})" if self.region else self.origin


def _region_at(origin: str, wanted: str) -> str | None:
    """The region of a documented host; of those that share it, the wanted one if it is among them."""
    host = urlsplit(origin).hostname or ""
    zone = host.partition(".")[2]
    found = [name for name, url in REGIONS.items() if host == urlsplit(url).hostname or zone == f"{name}.{_WORKSPACES}"]
    return wanted if wanted in found else next(iter(found), None)


def is_private(host: str) -> bool:
    """Whether a host is written as an address of this machine or of a private network."""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return host == "localhost" or host.endswith((".localhost", ".local", ".internal"))
