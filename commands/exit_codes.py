"""Exit codes of the server and the commands."""

from enum import IntEnum


class ExitCode(IntEnum):
    """Exit code; of several files, that of the worst result."""

    OK = 0
    SOME_FAILED = 1
    USAGE = 2
    """Invalid command line, file or setting."""
    PROVIDER = 3
    INTERRUPTED = 130
