"""Passwords as salted scrypt hashes: `scrypt$<salt>$<hash>`, both base64."""

import base64
import hashlib
import hmac
import secrets

COST = {"n": 2**15, "r": 8, "p": 1, "maxmem": 64 * 1024 * 1024}
"""About 0.1 s and 32 MB a try."""


def hash_password(password: str) -> str:
    """Return what `ADMIN_PASSWORD_HASH` takes."""
    salt = secrets.token_bytes(16)
    return f"scrypt${_text(salt)}${_text(_hash(password, salt))}"


def is_password(password: str, hashed: str) -> bool:
    """Whether `password` is the one that was hashed; False for anything that is no such hash."""
    try:
        kind, salt, wanted = hashed.split("$")
        return kind == "scrypt" and hmac.compare_digest(_hash(password, _bytes(salt)), _bytes(wanted))
    except ValueError:
        return False


def _hash(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, **COST)


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text)
