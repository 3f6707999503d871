"""The access code: who may open the pages of a deployment that sets one."""

import hashlib
import hmac
from collections.abc import MutableMapping
from typing import Any

from access.brute_force_guard import BruteForceGuard, TooManyTries

ADMITTED = "admitted"
"""The key in a visitor's storage under which the mark of the code they entered is kept."""


class AccessGate:
    """Admits visitors who entered the access code, and everybody where there is none."""

    def __init__(self, code: str | None, secret: str) -> None:
        """Create the gate.

        :param code: the access code; None admits everybody
        :param secret: makes the marks of admitted visitors unforgeable
        """
        self._code = code
        self._secret = secret.encode()
        self._guard = BruteForceGuard("access code", self._secret)

    @property
    def is_locked(self) -> bool:
        """Whether there is a code at all."""
        return self._code is not None

    def admits(self, visitor: MutableMapping[str, Any]) -> bool:
        """Return whether a visitor may open a page.

        :param visitor: what is stored of the visitor
        """
        return not self.is_locked or visitor.get(ADMITTED) == self._mark()

    def enter(self, visitor: MutableMapping[str, Any], code: str, address: str) -> str | None:
        """Try a code, and remember a visitor who knows it.

        :param address: the visitor's network address, by which tries are counted
        :return: `wrong` or `too_many`; None where the visitor is admitted
        """
        try:
            self._guard.begin_try(address)
        except TooManyTries:
            return "too_many"
        if not hmac.compare_digest(code.encode(), (self._code or "").encode()):
            self._guard.mark_wrong(address)
            return "wrong"
        self._guard.mark_right(address)
        visitor[ADMITTED] = self._mark()
        return None

    def _mark(self) -> str:
        """Return the mark of the present code: a visitor who entered an earlier one is asked again."""
        return hmac.new(self._secret, f"access {self._code}".encode(), hashlib.sha256).hexdigest()
