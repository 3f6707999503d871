"""Name and flags of the session cookie, fixed at start. See docs/decisions/session-cookie.md."""

import hashlib
import hmac
from typing import Any

from settings import Settings

NAME_SUFFIX_CHARACTERS = 8


def session_options(settings: Settings) -> dict[str, Any]:
    """Return what NiceGUI takes as `session_middleware_kwargs`."""
    is_framed = settings.is_public_https and settings.frame_ancestors not in ("none", "self")
    return {
        "session_cookie": cookie_name(settings),
        "https_only": settings.is_public_https,
        "same_site": "none" if is_framed else "lax",
        "partitioned": is_framed,
    }


def cookie_name(settings: Settings) -> str:
    """Return a name no other installation on this host has; browsers tell hosts apart, but not ports."""
    secret = settings.storage_secret.encode()
    suffix = hmac.new(secret, b"session cookie name", hashlib.sha256).hexdigest()[:NAME_SUFFIX_CHARACTERS]
    prefix = "__Host-" if settings.is_public_https else ""
    return f"{prefix}guftagu-{suffix}"
