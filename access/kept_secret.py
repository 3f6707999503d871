"""A secret that outlives a restart of the server, in a file that its owner alone can read."""

import logging
import os
import secrets
from contextlib import suppress
from pathlib import Path

log = logging.getLogger("guftagu.access")

SECRET_BYTES = 32
OWNER_ONLY = 0o600


def kept_secret(file: Path) -> str:
    """Return the secret in a file, which is made where it is missing or empty.

    Elsewhere the secret lives as long as the process. A warning says so, unless the folder is missing.
    """
    with suppress(OSError):  # The database, which is to stand there too, says what is wrong.
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not file.parent.is_dir():
        return secrets.token_urlsafe(SECRET_BYTES)
    try:
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT, OWNER_ONLY)
        with os.fdopen(descriptor, "r+", encoding="ascii") as opened:
            if kept := opened.read().strip():
                return kept
            opened.write(made := secrets.token_urlsafe(SECRET_BYTES))
            return made
    except (OSError, UnicodeDecodeError) as error:
        log.warning(
            "visitors are signed out by a restart: %s cannot be kept (%s)", file.name, type(error).__name__
        )
        return secrets.token_urlsafe(SECRET_BYTES)
