"""Who may use the API: keys, this machine itself, and the admin."""

import asyncio
import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security.http import HTTPBase

from calls.attempts import Attempts
from server.errors import ApiError
from server.origins import is_same_origin
from server.passwords import is_password
from settings import Settings

LOCAL = "local"
"""The owner of what this machine itself opens, where there are no keys."""
ADMIN = "admin"
LOOPBACK = ("127.0.0.1", "::1")
LOCAL_HOST = re.compile(r"(127\.0\.0\.1|\[::1\]|localhost)(:\d+)?")
"""A page elsewhere can let its own name point here; then the name gives it away."""
FORWARDING = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via")


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads records."""

    owner: str | None
    """Whose sessions; None: everybody's."""

    def may_see(self, owner: str | None) -> bool:
        return self.owner is None or self.owner == owner


class Access:
    """Tells who asks, by what they bring. One for the whole server: it counts wrong tries."""

    def __init__(self, settings: Settings) -> None:
        self._owners = {key.get_secret_value(): owner_of(key.get_secret_value()) for key in settings.api_keys}
        self._admin_hash = settings.admin_password_hash
        self._key_tries = Attempts(wrong_per_minute=None)
        self._admin_tries = Attempts()

    def owner(self, request: Request) -> str:
        """The owner of what the request opens.

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
        _count(self._key_tries, address)
        owner = next((own for known, own in self._owners.items() if _same(key, known)), None)
        if owner is None:
            raise self._denied("key_wrong", "This key is not known here.")
        self._key_tries.succeeded(address)
        return owner

    async def _check_admin(self, given: str, address: str) -> None:
        _count(self._admin_tries, address)
        user, _, password = _decoded(given).partition(":")
        right = self._admin_hash is not None and user == ADMIN
        # Hashing takes its time, and must not take everybody's.
        if not right or not await asyncio.to_thread(is_password, password, self._admin_hash or ""):
            self._admin_tries.failed()
            raise self._denied("password_wrong", "Name or password is wrong, or there is no admin here.")
        self._admin_tries.succeeded(address)

    def _denied(self, code: str, message: str) -> ApiError:
        challenge = 'Basic realm="Guftagu", charset="UTF-8"' if self._admin_hash else "Bearer"
        return ApiError(401, code, message, challenge=challenge)


def _count(tries: Attempts, address: str) -> None:
    if not tries.try_once(address):
        wait = tries.retry_after_s(address)
        raise ApiError(429, "too_many_tries", "Too many wrong tries; wait a minute.", retry_after_s=wait)


def owner_of(key: str) -> str:
    """What records name a key by."""
    return hashlib.sha256(key.encode()).hexdigest()


def is_local(request: Request) -> bool:
    """Whether a program on this machine asks: no proxy in between, no page of another origin in a browser."""
    return (
        request.client is not None
        and request.client.host in LOOPBACK
        and not any(name in request.headers for name in FORWARDING)
        and LOCAL_HOST.fullmatch(request.headers.get("host", "")) is not None
        and is_same_origin(request.headers)
    )


def _credentials(request: Request, wanted: str) -> str | None:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    return given.strip() if scheme.lower() == wanted else None


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
