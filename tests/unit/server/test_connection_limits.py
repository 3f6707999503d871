"""Which peers count as one client."""

import pytest

from server.connection_limits import SharedAddresses


def test_a_public_address_is_one_client_and_an_ipv6_network_too() -> None:
    addresses = SharedAddresses()
    assert addresses.client_of("203.1.113.9") == "203.1.113.9"
    assert addresses.client_of("::ffff:203.1.113.9") == "203.1.113.9"
    assert addresses.client_of("2a00:1450:4001:81b::1") == addresses.client_of("2a00:1450:4001:81b:9:9:9:9")
    assert addresses.client_of("2a00:1450:4001:81c::1") != addresses.client_of("2a00:1450:4001:81b::1")


@pytest.mark.parametrize("peer", ["127.0.0.1", "::1", "10.0.0.7", "192.168.1.1", "fd00::1", "a unix socket"])
def test_a_peer_that_may_be_a_proxy_stands_for_many(peer: str) -> None:
    assert SharedAddresses().client_of(peer) is None


@pytest.mark.parametrize("trusted", ["203.1.113.9", "198.51.100.1, 203.1.113.0/24", "*"])
def test_a_trusted_proxy_stands_for_many(trusted: str) -> None:
    assert SharedAddresses(trusted).client_of("203.1.113.9") is None


def test_connections_of_one_client_are_counted_together() -> None:
    peers = ["2a00:1450:4001:81b::1", "2a00:1450:4001:81b::2", "203.1.113.9", "127.0.0.1"]
    addresses = SharedAddresses()
    assert addresses.count("203.1.113.9", peers) == 1
    assert addresses.count(str(addresses.client_of(peers[0])), peers) == 2
