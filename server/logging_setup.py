"""Logging, set up once: our own lines at the level of the settings, others' only when something is wrong."""

import logging
import re

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
QUERY = re.compile(r"(https?://[^\s?]*)\?\S+")


class WithoutQuery(logging.Filter):
    """Cuts the query off every address in a line: NiceGUI's hold what opens a page's socket."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = QUERY.sub(r"\1", record.getMessage()), None
        return True


def set_up_logging(level: str) -> None:
    """Log to standard error.

    :param level: of our own loggers, such as `info`; all others tell warnings
    """
    handler = logging.StreamHandler()
    handler.addFilter(WithoutQuery())
    logging.basicConfig(level=logging.WARNING, format=FORMAT, handlers=[handler])
    logging.getLogger("guftagu").setLevel(level.upper())
