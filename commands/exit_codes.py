"""What the server and the commands tell the shell."""

from enum import IntEnum


class ExitCode(IntEnum):
    """The worst thing that happened."""

    OK = 0
    SOME_FAILED = 1
    USAGE = 2
    """A command line, a file or a setting that cannot be understood."""
    PROVIDER = 3
    INTERRUPTED = 130
