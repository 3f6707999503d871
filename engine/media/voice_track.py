"""The outgoing audio of a call: utterances in real time, between them silence that costs next to nothing."""

import asyncio
import fractions
from collections import deque
from contextlib import suppress

from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from av.packet import Packet
from av.stream import Stream

from engine.media.audio_output import PACKET_MS, Player, SpokenItem
from engine.media.opus import OpusEncoder

SAMPLES_PER_PACKET = 960
TIME_BASE = fractions.Fraction(1, 48_000)
SILENCE = b"\xf8\xff\xfe"
"""Opus for 20 ms of nothing."""
NOTHING_FOLLOWS = b"\xf8"
"""Opus without content (DTX): the browser makes its own silence until more comes, and misses nothing."""
SILENT_PACKETS = 10
"""Whole silent packets behind the last sound, so that the browser's decoder comes to rest."""
PACKET_S = PACKET_MS / 1000
REST_S = 0.4 - PACKET_S
"""From one packet without content to the next, as encoders do it."""
MAX_LAG_S = 0.2
"""A loop held up for longer is not caught up with a burst."""


class VoiceTrack(MediaStreamTrack):
    """Sends packets that are encoded already, one every 20 ms; the first of an utterance at once."""

    kind = "audio"
    plays = True

    def __init__(self, player: Player) -> None:
        """Create the voice track.

        :param player: told when an utterance really begins and ends
        """
        super().__init__()
        self._player = player
        self._queue: deque[SpokenItem] = deque()
        self._news = asyncio.Event()
        self._due_at: float | None = None
        """Loop time of the packet that goes out last or next."""
        self._timestamp = 0
        self._silent_packets = 0

    def new_encoder(self, sample_rate: int) -> OpusEncoder:
        """Return what makes Opus packets of PCM at `sample_rate` Hz."""
        return OpusEncoder(sample_rate)

    def play(self, utterance: SpokenItem) -> None:
        """Put it behind whatever is playing; packets may come later."""
        self._queue.append(utterance)
        utterance.on_news = self._news.set
        self._news.set()

    def clear(self) -> list[SpokenItem]:
        """Fall silent at once; what was cut, the one being heard first."""
        cut = list(self._queue)
        self._queue.clear()
        return cut

    async def recv(self) -> "Packet[Stream]":
        """Return the next packet, when it is time."""
        await self._wait_for_turn()
        if self.readyState != "live":
            raise MediaStreamError
        packet = Packet(self._next_payload())
        packet.pts = self._timestamp
        packet.time_base = TIME_BASE
        return packet

    def stop(self) -> None:
        """End the track."""
        super().stop()
        self._news.set()

    async def _wait_for_turn(self) -> None:
        loop = asyncio.get_running_loop()
        if self._due_at is None:
            self._due_at = loop.time()
        else:
            self._move_on(1)
        await asyncio.sleep(self._due_at - loop.time())
        resting = self._silent_packets > SILENT_PACKETS
        if resting:
            await self._rest()
        late_s = loop.time() - self._due_at
        if resting or late_s > MAX_LAG_S:
            self._move_on(int(late_s / PACKET_S))

    def _move_on(self, packets: int) -> None:
        assert self._due_at is not None
        self._due_at += packets * PACKET_S
        self._timestamp += packets * SAMPLES_PER_PACKET

    async def _rest(self) -> None:
        """Wait until there is news, but not so long that the browser misses a packet."""
        with suppress(TimeoutError):
            async with asyncio.timeout(REST_S):
                await self._news.wait()

    def _next_payload(self) -> bytes:
        self._news.clear()
        while self._queue and self._queue[0].complete and not self._queue[0].packets:
            self._player.utterance_stopped(self._queue.popleft())
        if not self._queue or not self._queue[0].packets:
            self._silent_packets += 1
            return SILENCE if self._silent_packets <= SILENT_PACKETS else NOTHING_FOLLOWS
        self._silent_packets = 0
        utterance = self._queue[0]
        if not utterance.sent:
            utterance.started.set()
            self._player.utterance_started(utterance)
        utterance.sent += 1
        return utterance.packets.popleft()
