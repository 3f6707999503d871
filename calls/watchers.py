"""Calls to watchers, in which the failure of one affects neither the others nor the caller."""

import logging
from collections.abc import Callable, Iterable

from realtime.error_place import where

log = logging.getLogger("guftagu.calls")


def tell_all(watchers: Iterable[Callable[..., None]], *news: object) -> None:
    """Call each of `watchers` with `news`; log what one of them raises."""
    for watcher in list(watchers):
        try:
            watcher(*news)
        except Exception as error:  # noqa: BLE001 whatever it is, a call has to be hung up all the same
            log.error("a watcher failed: %s", where(error))
