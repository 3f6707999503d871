from typing import Any

import pytest
from aiortc import RTCSctpTransport
from aiortc.rtcsctptransport import DataChunk, InboundStream

from engine.media.data_channel import (
    MAX_MESSAGE_BYTES,
    MAX_PIECES,
    MAX_UNSENT_BYTES,
    ChannelConnection,
    bound_messages,
)


def never(reason: str) -> None:
    raise AssertionError(reason)


class Channel:
    def __init__(self, state: str) -> None:
        self.readyState = state
        self.bufferedAmount = 0
        self.sent: list[str] = []

    def send(self, text: str) -> None:
        if len(text) > 10:
            raise ValueError("too long")
        self.sent.append(text)


def test_events_go_out_while_the_channel_is_open() -> None:
    for state, sent in (("open", ["hello"]), ("closing", []), ("closed", [])):
        channel: Any = Channel(state)
        ChannelConnection(channel, never).send("hello")
        assert channel.sent == sent


def test_an_event_the_browser_cannot_take_is_left_out() -> None:
    channel: Any = Channel("open")
    connection = ChannelConnection(channel, never)
    connection.send("far too long for it")
    connection.send("next")
    assert channel.sent == ["next"]


def test_a_browser_that_takes_no_events_is_cut_off() -> None:
    channel: Any = Channel("open")
    stuck: list[str] = []
    connection = ChannelConnection(channel, stuck.append)
    channel.bufferedAmount = MAX_UNSENT_BYTES + 1
    connection.send("hello")
    assert channel.sent == []
    assert len(stuck) == 1


class Transport:
    """What of aiortc's SCTP transport keeps the pieces of messages."""

    def __init__(self) -> None:
        self._inbound_streams = {0: InboundStream()}

    async def _receive_data_chunk(self, chunk: DataChunk) -> None:
        self._inbound_streams[0].reassembly.append(chunk)


@pytest.mark.parametrize(("piece", "kept"), [(1200, MAX_MESSAGE_BYTES // 1200 + 1), (1, MAX_PIECES + 1)])
async def test_a_message_without_an_end_is_kept_up_to_the_limit(piece: int, kept: int) -> None:
    transport: Any = Transport()
    floods: list[str] = []
    bound_messages(transport, floods.append)
    for _ in range(kept + 10):
        chunk = DataChunk()
        chunk.user_data = bytes(piece)
        await transport._receive_data_chunk(chunk)
    assert len(transport._inbound_streams[0].reassembly) == kept
    assert len(floods) == 10


def test_aiortc_still_keeps_the_pieces_where_they_are_counted() -> None:
    assert hasattr(RTCSctpTransport, "_receive_data_chunk")
    assert InboundStream().reassembly == []
