"""Guard against guessing of a secret: growing delays for each address, never a stop for all."""

import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from access.address import network_of, pseudonym

log = logging.getLogger("guftagu.access")

FREE_TRIES = 10
"""Tries of one address before delays begin: people mistype."""
LONGEST_DELAY_S = 60.0
"""Delays double up to here. Longer ones would let one guesser lock out everybody behind the same address."""
FORGET_S = 15 * 60.0
"""Tries are forgotten when none came for so long after the last delay."""
MAX_ADDRESSES = 10_000
"""Addresses remembered; beyond, the one that tried longest ago is forgotten."""


class TooManyTries(Exception):
    """An address must wait before its next try is looked at."""

    def __init__(self, retry_after_s: float) -> None:
        """Create the refusal.

        :param retry_after_s: seconds until the next try is looked at
        """
        super().__init__("too many tries")
        self.retry_after_s = retry_after_s


@dataclass(slots=True)
class _Tries:
    count: int = 0
    blocked_until_s: float = 0.0


class BruteForceGuard:
    """Count the tries of one secret by address; a right one clears the count of its address."""

    def __init__(self, secret_name: str, key: bytes, clock: Callable[[], float] = time.monotonic) -> None:
        """Create the brute force guard.

        :param secret_name: what is guessed, for the log
        :param key: secret of the installation, which turns addresses into pseudonyms
        :param clock: seconds
        """
        self._secret_name = secret_name
        self._key = key
        self._clock = clock
        self._tries: OrderedDict[str, _Tries] = OrderedDict()

    def begin_try(self, host: str) -> None:
        """Count a try before its secret is looked at, so that simultaneous tries are all counted.

        :raises TooManyTries: the secret must not be looked at; the try does not count
        """
        tries, now_s = self._tries_of(network_of(host)), self._clock()
        if tries.blocked_until_s > now_s:
            raise TooManyTries(max(1.0, tries.blocked_until_s - now_s))
        tries.count += 1
        tries.blocked_until_s = now_s + _delay_s(tries.count)

    def mark_wrong(self, host: str) -> None:
        """Log that the try was wrong."""
        tries = self._tries.get(network_of(host))
        count = tries.count if tries else 1
        log.warning("wrong %s from %s, try %d", self._secret_name, pseudonym(host, self._key), count)

    def mark_right(self, host: str) -> None:
        """Forget the tries of the address."""
        self._tries.pop(network_of(host), None)

    def _tries_of(self, network: str) -> _Tries:
        self._forget_old()
        tries = self._tries.setdefault(network, _Tries())
        self._tries.move_to_end(network)
        return tries

    def _forget_old(self) -> None:
        """Forget from the oldest on; each call removes what it finds, so the work is bounded by the tries."""
        now_s = self._clock()
        while self._tries:
            oldest = next(iter(self._tries))
            expired = self._tries[oldest].blocked_until_s + FORGET_S <= now_s
            if not expired and len(self._tries) < MAX_ADDRESSES:
                return
            del self._tries[oldest]


def _delay_s(count: int) -> float:
    """Return how long an address waits after its `count`-th try, in seconds."""
    if count < FREE_TRIES:
        return 0.0
    return min(2.0 ** min(count - FREE_TRIES, 10), LONGEST_DELAY_S)
