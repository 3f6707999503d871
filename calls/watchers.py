"""Telling those who watch. One that fails keeps nothing from the others, and stops nothing that must be."""

import logging
from collections.abc import Callable, Iterable

log = logging.getLogger("guftagu.calls")


def tell_all(watchers: Iterable[Callable[..., None]], *news: object) -> None:
    """Call each of `watchers` with `news`; what one of them raises is logged."""
    for watcher in list(watchers):
        try:
            watcher(*news)
        except Exception as error:  # noqa: BLE001 whatever it is, a call has to be hung up all the same
            log.error("a watcher failed: %s", where(error))


def where(error: BaseException) -> str:
    """Kind and place of an error; its text may hold what a caller said."""
    place, trace = "", error.__traceback__
    while trace:
        place, trace = f" in {trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}", trace.tb_next
    return type(error).__name__ + place
