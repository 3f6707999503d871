"""The outgoing audio of a call: utterances in real time, silence between them."""

import asyncio
import fractions
from collections import deque

from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from av.packet import Packet
from av.stream import Stream

from engine.outlet import PACKET_MS, Player, Utterance

SAMPLES_PER_PACKET = 960
TIME_BASE = fractions.Fraction(1, 48_000)
SILENCE = b"\xf8\xff\xfe"
"""Opus for 20 ms of nothing, which the browser decodes instead of guessing."""
MAX_LAG_S = 0.2
"""A loop held up for longer is not caught up with a burst."""


class VoiceTrack(MediaStreamTrack):
    """Sends packets that are encoded already, one every 20 ms."""

    kind = "audio"

    def __init__(self, player: Player) -> None:
        """:param player: told when an utterance really begins and ends"""
        super().__init__()
        self._player = player
        self._queue: deque[Utterance] = deque()
        self._next_at: float | None = None
        self._packets_sent = 0

    def play(self, utterance: Utterance) -> None:
        """Put it behind whatever is playing; packets may come later."""
        self._queue.append(utterance)

    def clear(self) -> list[Utterance]:
        """Fall silent at once; what was cut, the one being heard first."""
        cut = list(self._queue)
        self._queue.clear()
        return cut

    async def recv(self) -> "Packet[Stream]":
        """The next 20 ms, when it is time."""
        if self.readyState != "live":
            raise MediaStreamError
        await self._wait_for_turn()
        packet = Packet(self._next_payload())
        packet.pts = self._packets_sent * SAMPLES_PER_PACKET
        packet.time_base = TIME_BASE
        self._packets_sent += 1
        return packet

    async def _wait_for_turn(self) -> None:
        now = asyncio.get_running_loop().time()
        if self._next_at is None or now - self._next_at > MAX_LAG_S:
            self._next_at = now
        self._next_at += PACKET_MS / 1000
        await asyncio.sleep(self._next_at - now)

    def _next_payload(self) -> bytes:
        while self._queue and self._queue[0].complete and not self._queue[0].packets:
            self._player.utterance_stopped(self._queue.popleft())
        if not self._queue or not self._queue[0].packets:
            return SILENCE
        utterance = self._queue[0]
        if not utterance.sent:
            utterance.started.set()
            self._player.utterance_started(utterance)
        utterance.sent += 1
        return utterance.packets.popleft()
