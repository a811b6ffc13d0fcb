"""Regions, hosts and paths (docs/model-studio.md 1.1)."""

import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
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

# IPv6 networks whose addresses carry an IPv4 address that they lead to, and how many bits stand behind it:
# compatible, mapped, NAT64, 6to4.
_CARRIERS = (
    (IPv6Network("::/96"), 0),
    (IPv6Network("::ffff:0:0/96"), 0),
    (IPv6Network("64:ff9b::/96"), 0),
    (IPv6Network("2002::/16"), 80),
)

# Set aside for measurements (RFC 2544), and what Clash, Surge and other VPNs give out in place of public addresses.
_VPN = IPv4Network("198.18.0.0/15")


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
    def sockets(self) -> str:
        """Root of what is reached over WebSockets."""
        return f"{self.origin}/api-ws/v1"

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
    """Whether a host is written, in any spelling that resolvers take, as an address that is not a public one."""
    name = host.rstrip(".").lower()
    if address := _address(name):
        return not _is_public(address)
    return name == "localhost" or name.endswith((".localhost", ".local", ".internal"))


def _address(name: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(name)
    except ValueError:
        pass
    try:
        # 127.1, 2130706433 and 0x7f.1 lead to 127.0.0.1 too.
        return IPv4Address(socket.inet_aton(name))
    except (OSError, ValueError):
        return None


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv6Address):
        for network, shift in _CARRIERS:
            if address in network:
                return _is_public(IPv4Address(int(address) >> shift & 0xFFFFFFFF))
        if address.is_site_local:
            return False
    return (address.is_global and not address.is_multicast) or address in _VPN
