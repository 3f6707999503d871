"""Who may ask what: the server key, and ephemeral `ek_` keys that carry a session and expire."""

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.datastructures import Headers

from engine.http.api_error import EngineError
from engine.session.transcription_config import AnyConfig

MAX_EPHEMERAL = 1_000
"""Ephemeral keys at once; each holds a session."""


@dataclass(frozen=True, slots=True)
class EphemeralKey:
    """A key a browser may hold."""

    value: str = field(repr=False)
    expires_at: int
    """Unix seconds."""
    session: AnyConfig = field(repr=False)
    """What calls made with the key start from."""


class Keys:
    """The keys of one engine."""

    def __init__(self, server_key: str, now: Callable[[], float]) -> None:
        """Create the keys.

        :param now: Unix seconds
        """
        self._server_key = server_key.encode()
        self._now = now
        self._ephemeral: dict[str, EphemeralKey] = {}

    def is_server_key(self, key: str) -> bool:
        """Compare two keys in constant time."""
        return hmac.compare_digest(key.encode(), self._server_key)

    def require_server_key(self, key: str) -> None:
        """Check the key of a request.

        :raises EngineError: 401
        """
        if not self.is_server_key(key):
            raise wrong_key()

    def mint(self, session: AnyConfig, seconds: int) -> EphemeralKey:
        """Return a new ephemeral key, good for `seconds`.

        :raises ApiError: 429 while too many are good
        """
        self._drop_expired()
        if len(self._ephemeral) >= MAX_EPHEMERAL:
            raise EngineError(
                "Rate limit reached: too many client secrets that have not expired.",
                code="rate_limit_exceeded",
                status=429,
                kind="rate_limit_error",
            )
        key = EphemeralKey(f"ek_{secrets.token_hex(16)}", int(self._now()) + seconds, session)
        self._ephemeral[key.value] = key
        return key

    def session_of(self, key: str) -> AnyConfig:
        """Return the session an ephemeral key carries.

        :raises ApiError: 401 for a key that is unknown or has expired
        """
        self._drop_expired()
        if key not in self._ephemeral:
            raise wrong_key()
        return self._ephemeral[key].session

    def _drop_expired(self) -> None:
        now = self._now()
        self._ephemeral = {value: key for value, key in self._ephemeral.items() if key.expires_at > now}


def bearer_key(headers: Headers) -> str:
    """Return the key that a request brings; empty without one."""
    scheme, _, key = headers.get("authorization", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""


def wrong_key() -> EngineError:
    """Return what a missing, wrong or expired key gets."""
    return EngineError("Incorrect or expired API key provided.", code="invalid_api_key", status=401)
