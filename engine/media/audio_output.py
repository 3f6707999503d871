"""What is being spoken to the caller, packet by packet, and where it goes."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol

from engine.media.speech_encoder import PacketEncoder

PACKET_MS = 20


@dataclass(eq=False)
class SpokenItem:
    """The sound of one assistant item."""

    response_id: str
    item_id: str
    packets: deque[bytes] = field(default_factory=deque, repr=False)
    """20 ms each, as the output's encoder makes them, not yet sent."""
    sent: int = 0
    """Packets that went out."""
    complete: bool = False
    """No more packets will come."""
    started: asyncio.Event = field(default_factory=asyncio.Event, repr=False)
    """Set when the first packet goes out."""

    on_news: Callable[[], None] | None = field(default=None, repr=False)
    """Called when there is more to send, or no more will come."""

    def add(self, packets: Iterable[bytes]) -> None:
        """Add packets to be played."""
        self.packets.extend(packets)
        self._tell()

    def finish(self) -> None:
        """Note that no more packets will come."""
        self.complete = True
        self._tell()

    def _tell(self) -> None:
        if self.on_news:
            self.on_news()

    @property
    def played_ms(self) -> int:
        """The milliseconds of sound that the caller was sent."""
        return self.sent * PACKET_MS

    @property
    def length_ms(self) -> int:
        """The milliseconds of sound that are there by now, sent or not."""
        return (self.sent + len(self.packets)) * PACKET_MS


class Player(Protocol):
    """The session that is told what really goes out."""

    def utterance_started(self, utterance: SpokenItem) -> None:
        """Note that its first packet goes out now."""

    def utterance_stopped(self, utterance: SpokenItem) -> None:
        """Note that its last packet has gone out."""


class AudioOutput(Protocol):
    """The place where utterances go, one after another."""

    plays: bool
    """Whether they are played from here in their own time; else the client gets the sound and plays it."""

    def new_encoder(self, sample_rate: int) -> PacketEncoder:
        """Return what makes this output's packets of PCM at `sample_rate` Hz."""

    def play(self, utterance: SpokenItem) -> None:
        """Put it behind whatever is playing; packets may come later."""

    def clear(self) -> list[SpokenItem]:
        """Fall silent at once; return what was cut, the one being heard first."""
