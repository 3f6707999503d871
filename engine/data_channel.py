"""The browser's event channel as a connection to the session."""

import logging

from aiortc import RTCDataChannel

log = logging.getLogger("guftagu.engine")


class ChannelConnection:
    """Sends events over one data channel."""

    def __init__(self, channel: RTCDataChannel) -> None:
        self._channel = channel

    def send(self, text: str) -> None:
        """One event as JSON; an event too large for the browser is left out."""
        if self._channel.readyState != "open":
            return
        try:
            self._channel.send(text)
        except ValueError:
            log.warning("an event of %d characters is too large for the data channel", len(text))
