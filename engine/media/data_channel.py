"""The browser's event channel as a connection to the session."""

import logging
from collections.abc import Callable

from aiortc import RTCDataChannel, RTCSctpTransport
from aiortc.rtcsctptransport import DataChunk

MAX_UNSENT_BYTES = 4 * 1024 * 1024
"""A browser that takes no events for so long is cut off."""
MAX_MESSAGE_BYTES = 256 * 1024
"""Of one client event; browsers send up to this much at once."""
MAX_PIECES = 2_048
"""Pieces of incoming messages that wait for their rest: aiortc looks at all of them for each that comes."""

log = logging.getLogger("guftagu.engine")


class ChannelConnection:
    """Sends events over one data channel."""

    def __init__(self, channel: RTCDataChannel, on_stuck: Callable[[str], None]) -> None:
        """Create the channel connection.

        :param on_stuck: told that the browser does not take what it is sent
        """
        self._channel = channel
        self._on_stuck = on_stuck

    def send(self, text: str) -> None:
        """One event as JSON; an event too large for the browser is left out."""
        if self._channel.readyState != "open":
            return
        if self._channel.bufferedAmount > MAX_UNSENT_BYTES:
            self._on_stuck("the data channel takes no events")
            return
        try:
            self._channel.send(text)
        except ValueError:
            log.warning("an event of %d characters is too large for the data channel", len(text))


def bound_messages(transport: RTCSctpTransport, on_flood: Callable[[str], None]) -> None:
    """End a connection whose peer sends a message larger than `MAX_MESSAGE_BYTES`, or in too many pieces.

    aiortc keeps whatever comes of a message until its last piece, whatever window it advertised. The method
    is private to aiortc, so its version is pinned and a test holds this.

    :param on_flood: told once or more
    """
    receive = transport._receive_data_chunk

    async def receive_bounded(chunk: DataChunk) -> None:
        waiting = [piece for stream in transport._inbound_streams.values() for piece in stream.reassembly]
        if len(waiting) > MAX_PIECES or sum(len(each.user_data) for each in waiting) > MAX_MESSAGE_BYTES:
            on_flood("a message on the data channel is too large")
            return
        await receive(chunk)

    transport._receive_data_chunk = receive_bounded  # type: ignore[method-assign]
