"""Which visitors' addresses tell one visitor from another, and so count for limits."""

import logging

from access.address import UNKNOWN, is_loopback, is_private, network_of

log = logging.getLogger("guftagu.calls")


class VisitorAddresses:
    """Decide which addresses are counted.

    A proxy that is not trusted gives every visitor its own private address; limits by address would then stop
    everybody. So loopback addresses are never counted, and a private one only once there is another address.
    """

    def __init__(self) -> None:
        self._first: str | None = None
        self._several = False
        self._told = False

    def counted(self, host: str | None) -> str | None:
        """Return the network to count a visitor by; None where its address tells nothing.

        :param host: the peer's address of the visitor's request; None where there is none, such as a phone
        """
        if host is None:
            return None
        network = network_of(host)
        if network != UNKNOWN and not is_loopback(host):
            self._first = self._first or network
            self._several = self._several or network != self._first
        if network == UNKNOWN or is_loopback(host) or (is_private(host) and not self._several):
            self._tell_once()
            return None
        return network

    def _tell_once(self) -> None:
        if not self._told:
            self._told = True
            log.warning(
                "visitors come from one private or loopback address, such as a proxy's: "
                "the limits by address do not apply; behind a proxy set FORWARDED_ALLOW_IPS"
            )
