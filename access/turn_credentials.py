"""Time-limited TURN credentials, as coturn's `use-auth-secret` takes them.

Source: draft-uberti-behave-turn-rest-00, "A REST API For Access To TURN Services".
"""

import base64
import hmac
import time
from collections.abc import Callable, Sequence
from typing import Any

LIFETIME_S = 2 * 60 * 60
"""A relay checks the credential at each allocation and refresh; a session at the provider lasts an hour."""
TURN_SCHEMES = ("turn:", "turns:")


class TurnCredentials:
    """Fill in the credentials of TURN servers, made anew each time."""

    def __init__(self, secret: str | None, now: Callable[[], float] = time.time) -> None:
        """Create the turn credentials.

        :param secret: shared with the TURN server; None fills in nothing
        :param now: Unix seconds
        """
        self._secret = secret.encode() if secret else None
        self._now = now

    def ice_servers(self, servers: Sequence[dict[str, Any]], user: str) -> list[dict[str, Any]]:
        """Return the servers with credentials for `LIFETIME_S`, where they have none of their own.

        :param servers: as `RTCPeerConnection` takes them as `iceServers`
        :param user: a pseudonym, by which the TURN server's log tells its users apart
        """
        return [self._filled(server, user) for server in servers]

    def _filled(self, server: dict[str, Any], user: str) -> dict[str, Any]:
        if self._secret is None or "credential" in server or not _is_turn(server["urls"]):
            return dict(server)
        username = f"{int(self._now()) + LIFETIME_S}:{user}"
        digest = hmac.digest(self._secret, username.encode(), "sha1")
        return {**server, "username": username, "credential": base64.b64encode(digest).decode()}


def _is_turn(urls: str | list[str]) -> bool:
    return any(url.startswith(TURN_SCHEMES) for url in ([urls] if isinstance(urls, str) else urls))
