"""Telling those who watch. One that fails keeps nothing from the others, and stops nothing that must be."""

import logging
from collections.abc import Callable, Iterable

from realtime.error_place import where

log = logging.getLogger("guftagu.calls")


def tell_all(watchers: Iterable[Callable[..., None]], *news: object) -> None:
    """Call each of `watchers` with `news`; what one of them raises is logged."""
    for watcher in list(watchers):
        try:
            watcher(*news)
        except Exception as error:  # noqa: BLE001 whatever it is, a call has to be hung up all the same
            log.error("a watcher failed: %s", where(error))
