"""Network addresses of clients, as limits count and logs name them."""

import hashlib
import hmac
import ipaddress

UNKNOWN = "unknown"
IPV6_PREFIX = 64
"""One customer's network: a client with one IPv6 address has all of its /64."""
PSEUDONYM_LENGTH = 12


def _parse(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def network_of(host: str) -> str:
    """Return the network that counts as one client: an IPv4 address, the /64 of an IPv6 address.

    :param host: the peer's address as the server sees it; anything that is no address is `UNKNOWN`
    """
    address = _parse(host)
    if address is None:
        return UNKNOWN
    if address.version == 4:
        return str(address)
    return str(ipaddress.ip_network((address, IPV6_PREFIX), strict=False))


def is_loopback(host: str) -> bool:
    """Return whether the address is of this machine."""
    address = _parse(host)
    return address is not None and address.is_loopback


def is_private(host: str) -> bool:
    """Return whether the address belongs to no public network, such as that of a proxy beside the server."""
    address = _parse(host)
    return address is not None and not address.is_global


def pseudonym(host: str, key: bytes) -> str:
    """Return a stable name of the client's network that tells nobody its address.

    :param key: a secret of the installation
    """
    digest = hmac.new(key, f"address {network_of(host)}".encode(), hashlib.sha256)
    return digest.hexdigest()[:PSEUDONYM_LENGTH]
