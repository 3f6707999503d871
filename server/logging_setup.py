"""Logging, set up once: our own lines at the level of the settings, others' only when something is wrong."""

import logging
import re
import traceback
from types import TracebackType

from realtime.error_place import where

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
QUERY = re.compile(r"(https?://[^\s?]*)\?\S+")


class WithoutQuery(logging.Filter):
    """Cuts the query off every address in a line: NiceGUI's hold what opens a page's socket."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether a line is logged."""
        record.msg, record.args = QUERY.sub(r"\1", record.getMessage()), None
        return True


class WithoutErrorText(logging.Filter):
    """Replaces the text of errors by their kind and place: it may hold what a caller said.

    NiceGUI logs an error itself as the message, and asyncio shows it within its second line.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether a line is logged."""
        if isinstance(record.msg, BaseException):
            record.msg, record.args = where(record.msg), None
        elif record.name == "asyncio" and record.exc_info:
            record.msg, record.args = record.getMessage().partition("\n")[0], None
        return True


ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class TracebackWithoutText(logging.Formatter):
    """Shows where an error was raised, line by line, and what kind it is, but not its text."""

    def formatException(self, ei: ExcInfo) -> str:
        """Return the place of a failure instead of its text, which may hold words."""
        kind, error, trace = ei
        if kind is None or error is None:
            return ""
        return "".join(traceback.format_tb(trace)) + where(error)


def set_up_logging(level: str) -> None:
    """Log to standard error.

    :param level: of our own loggers, such as `info`; all others tell warnings
    """
    handler = logging.StreamHandler()
    handler.addFilter(WithoutErrorText())
    handler.addFilter(WithoutQuery())
    handler.setFormatter(TracebackWithoutText(FORMAT))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.getLogger("guftagu").setLevel(level.upper())
