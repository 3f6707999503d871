"""Files that a command writes: their names, and what keeps bought words from being lost."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

MAX_NAME_BYTES = 255
"""Bytes of a file's name on the usual file systems."""


class NotWritten(OSError):
    """A file could not be written; the text says so, and where its content was put instead."""


def file_name(stem: str, ending: str) -> str:
    """Return the name of a file, with so much of the stem as a name may hold."""
    room = MAX_NAME_BYTES - len(os.fsencode(ending))
    whole = os.fsencode(stem)
    return (stem if len(whole) <= room else whole[:room].decode("utf-8", "ignore")) + ending


def require_writable(path: Path) -> None:
    """Check that a file can be written, and leave everything in it as it is.

    :raises OSError: it cannot
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    is_new = not os.path.lexists(path)
    path.open("ab").close()
    if is_new:
        path.unlink()


def write_or_rescue(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file; where that fails, write it into a new folder of the system's temporary files.

    :param write: writes to the path that it is given
    :raises NotWritten: it is not where it should be
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(path)
    except OSError as error:
        rescued = Path(tempfile.mkdtemp(prefix="guftagu-")) / path.name
        write(rescued)
        raise NotWritten(f"{path}: {error.strerror}; it is in {rescued} instead") from None
