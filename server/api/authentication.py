"""Who may use the API: keys, this machine itself, and the admin."""

import asyncio
import base64
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security.http import HTTPBase

from access.brute_force_guard import BruteForceGuard, TooManyTries
from access.passwords import is_password
from server.errors import ApiError
from server.middleware.origins import is_same_origin
from settings import Settings

LOCAL = "local"
"""The owner of what this machine itself opens, where there are no keys."""
ADMIN = "admin"
LOOPBACK = ("127.0.0.1", "::1")
LOCAL_HOST = re.compile(r"(127\.0\.0\.1|\[::1\]|localhost)(:\d+)?")
"""A page elsewhere can let its own name point here; then the name gives it away."""
FORWARDING = frozenset(
    {
        "forwarded",
        "via",
        "x-real-ip",
        "cf-connecting-ip",
        "cf-connecting-ipv6",
        "cf-ray",
        "true-client-ip",
        "x-client-ip",
        "x-cluster-client-ip",
        "fastly-client-ip",
        "fly-client-ip",
        "x-appengine-user-ip",
        "x-azure-clientip",
        "x-envoy-external-address",
        "x-remote-ip",
        "x-remote-addr",
        "x-host",
    }
)
FORWARDING_PREFIXES = ("x-forwarded-", "x-original-", "x-proxyuser-")
"""Headers that proxies and tunnels add. A local proxy connects from this machine on behalf of any client."""
PARALLEL_HASHES = 2
"""Hashes at once: each takes memory and a processor, and anybody can ask for one."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads records."""

    owner: str | None
    """Whose sessions; None: everybody's."""

    def may_see(self, owner: str | None) -> bool:
        """Return whether this reader may see what an owner opened."""
        return self.owner is None or self.owner == owner


class Access:
    """Tells who asks, by what they bring. One for the whole server: it counts wrong tries."""

    def __init__(self, settings: Settings) -> None:
        self._owners = {key.get_secret_value(): owner_of(key.get_secret_value()) for key in settings.api_keys}
        self._admin_hash = settings.admin_password_hash
        key = settings.storage_secret.encode()
        self._key_guard = BruteForceGuard("API key", key)
        self._admin_guard = BruteForceGuard("admin password", key)
        self._hashing = asyncio.Semaphore(PARALLEL_HASHES)
        self._digest_key = secrets.token_bytes(32)
        self._right_password: bytes | None = None
        """Keyed digest of the password that was found right, so that it is hashed once a process."""

    def owner(self, request: Request) -> str:
        """Return the owner of what the request opens.

        :raises ApiError: 401 without a right key, 403 from elsewhere where there are no keys
        """
        if not self._owners:
            if not is_local(request):
                raise ApiError(403, "local_only", "Without API_KEYS the API answers this machine alone.")
            return LOCAL
        key = _credentials(request, "bearer")
        if key is None:
            raise self._denied("key_needed", "Send a key: Authorization: Bearer ….")
        return self._owner_of(key, _address(request))

    async def reader(self, request: Request) -> Reader:
        """Whose records the request may see: its owner's own, the admin everybody's.

        :raises ApiError: as `owner`, and 401 for a wrong password
        """
        given = _credentials(request, "basic")
        if given is None:
            return Reader(self.owner(request))
        await self._check_admin(given, _address(request))
        return Reader(None)

    def _owner_of(self, key: str, address: str) -> str:
        # A key is too long to be guessed, so that a right one passes whatever else its address sends.
        if owner := next((own for known, own in self._owners.items() if _same(key, known)), None):
            self._key_guard.mark_right(address)
            return owner
        _begin_try(self._key_guard, address)
        self._key_guard.mark_wrong(address)
        raise self._denied("key_wrong", "This key is not known here.")

    async def _check_admin(self, given: str, address: str) -> None:
        _begin_try(self._admin_guard, address)
        user, _, password = _decoded(given).partition(":")
        if user != ADMIN or not await self._is_admin_password(password):
            self._admin_guard.mark_wrong(address)
            raise self._denied("password_wrong", "Name or password is wrong, or there is no admin here.")
        self._admin_guard.mark_right(address)

    async def _is_admin_password(self, password: str) -> bool:
        if self._admin_hash is None:
            return False
        digest = hmac.digest(self._digest_key, password.encode(), "sha256")
        if self._right_password and hmac.compare_digest(digest, self._right_password):
            return True
        async with self._hashing:
            if not await asyncio.to_thread(is_password, password, self._admin_hash):
                return False
        self._right_password = digest
        return True

    def _denied(self, code: str, message: str) -> ApiError:
        challenge = 'Basic realm="Guftagu", charset="UTF-8"' if self._admin_hash else "Bearer"
        return ApiError(401, code, message, challenge=challenge)


def _begin_try(guard: BruteForceGuard, address: str) -> None:
    try:
        guard.begin_try(address)
    except TooManyTries as refused:
        sentence = "Too many wrong tries from this address; wait as long as Retry-After says."
        raise ApiError(429, "too_many_tries", sentence, retry_after_s=refused.retry_after_s) from None


def owner_of(key: str) -> str:
    """Return what records name a key by."""
    return hashlib.sha256(key.encode()).hexdigest()


def is_local(request: Request) -> bool:
    """Whether a program on this machine asks: no proxy in between, no page of another origin in a browser."""
    return (
        request.client is not None
        and request.client.host in LOOPBACK
        and not any(map(_tells_of_a_proxy, request.headers))
        and LOCAL_HOST.fullmatch(request.headers.get("host", "")) is not None
        and is_same_origin(request.headers)
    )


def _credentials(request: Request, wanted: str) -> str | None:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    return given.strip() if scheme.lower() == wanted else None


def _tells_of_a_proxy(header: str) -> bool:
    return header in FORWARDING or header.startswith(FORWARDING_PREFIXES)


def _decoded(given: str) -> str:
    try:
        return base64.b64decode(given, validate=True).decode()
    except ValueError:
        return ""


def _same(given: str, known: str) -> bool:
    return hmac.compare_digest(given.encode(), known.encode())


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _access(request: Request) -> Access:
    access: Access = request.app.state.access
    return access


KnownAccess = Annotated[Access, Depends(_access)]
# These two only say in the OpenAPI description what the routes take; `Access` looks itself.
BEARER = Security(
    HTTPBase(scheme="bearer", scheme_name="key", auto_error=False, description="One of `API_KEYS`.")
)
BASIC = Security(HTTPBase(scheme="basic", scheme_name="admin", auto_error=False, description="User `admin`."))


def _owner(request: Request, access: KnownAccess, _: Annotated[object, BEARER]) -> str:
    return access.owner(request)


async def _reader(
    request: Request, access: KnownAccess, _: Annotated[object, BEARER], __: Annotated[object, BASIC]
) -> Reader:
    return await access.reader(request)


CurrentOwner = Annotated[str, Depends(_owner)]
CurrentReader = Annotated[Reader, Depends(_reader)]
