"""Numbers of connections and deadlines that hold for every connection of the server."""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

IPV6_PREFIX = 64
"""Bits of an IPv6 address that name one subscriber's network (RFC 6177)."""
REMEMBERED_ADDRESSES = 1024
"""Whose parsed form is kept, so that counting a full server takes no time."""


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """What one server grants its connections. Every duration is in seconds, every size in bytes."""

    header_seconds: float = 10.0
    """From the connection, or from the first byte of a later request, to the end of its headers."""
    body_seconds: float = 10.0
    """From the end of the headers to the end of the body. The largest body a browser sends is an SDP offer of
    under 64 KB, which takes 3 s at 200 kbit/s."""
    unread_seconds: float = 60.0
    """How long an answer may wait for a client that reads too slowly; 1 MB takes 40 s at 200 kbit/s."""
    max_head_bytes: int = 64 * 1024
    """Request line and headers; one read of the socket may exceed it."""
    max_request_bytes: int = 4 * 1024 * 1024
    """A whole request as it travels, chunk sizes and trailers included; `BodyLimit` allows half of it."""
    max_connections: int = 768
    """Of all clients, sockets of pages included: three quarters of the usual 1,024 file descriptors."""
    max_per_address: int = 128
    """Of one public address: about eighteen callers of one office, each with six connections and a socket."""


class SharedAddresses:
    """Decides which peers count as one client.

    Many callers reach the server through a proxy, so the limit for one address does not hold for a trusted
    proxy, nor for a loopback or private address, which may be one that nobody told us of.
    """

    def __init__(self, trusted_proxies: str | None = None) -> None:
        """Create the shared addresses.

        :param trusted_proxies: `FORWARDED_ALLOW_IPS`: addresses or networks separated by commas, or `*`
        """
        self._trusted = ProxyHeadersMiddleware(_no_app, trusted_proxies or []).trusted_hosts
        self.client_of = lru_cache(maxsize=REMEMBERED_ADDRESSES)(self._client_of)

    def _client_of(self, host: str) -> str | None:
        """Return the name one client is counted by, or None where the peer may stand for many.

        :param host: the peer's address; IPv6 addresses count by their /64 network
        """
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return None
        if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
            address = address.ipv4_mapped
        if not address.is_global or str(address) in self._trusted:
            return None
        if address.version == 4:
            return str(address)
        return str(ipaddress.ip_network((address, IPV6_PREFIX), strict=False))

    def count(self, client: str, hosts: Iterable[str]) -> int:
        """Count how many of `hosts` belong to `client`."""
        return sum(self.client_of(host) == client for host in hosts)


async def _no_app(*_: object) -> None:
    """Stand in for the application that `ProxyHeadersMiddleware` wraps; only its address list is used."""
