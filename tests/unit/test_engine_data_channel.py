from typing import Any

from engine.data_channel import ChannelConnection


class Channel:
    def __init__(self, state: str) -> None:
        self.readyState = state
        self.sent: list[str] = []

    def send(self, text: str) -> None:
        if len(text) > 10:
            raise ValueError("too long")
        self.sent.append(text)


def test_events_go_out_while_the_channel_is_open() -> None:
    for state, sent in (("open", ["hello"]), ("closing", []), ("closed", [])):
        channel: Any = Channel(state)
        ChannelConnection(channel).send("hello")
        assert channel.sent == sent


def test_an_event_the_browser_cannot_take_is_left_out() -> None:
    channel: Any = Channel("open")
    connection = ChannelConnection(channel)
    connection.send("far too long for it")
    connection.send("next")
    assert channel.sent == ["next"]
