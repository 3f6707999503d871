"""An incoming phone call from the caller's end: it rings, and once accepted carries sound both ways.

SIP is not spoken here: the code that made the phone ring hands in the caller's sound and takes the agent's.
"""

import asyncio
from collections.abc import Callable
from typing import Literal

from aiortc.mediastreams import MediaStreamError

from engine.media.vad import FRAME_BYTES
from engine.media.voice_track import NOTHING_FOLLOWS, SILENCE, VoiceTrack


class PhoneLine:
    """One caller at the phone."""

    def __init__(self, call_id: str, from_: str, to: str) -> None:
        """Create the phone line.

        :param from_: address of the caller, such as `sip:+923001234567@trunk.example`
        :param to: address that was dialled
        """
        self.call_id = call_id
        self.from_ = from_
        self.to = to
        self.state: Literal["ringing", "accepted", "rejected", "over"] = "ringing"
        self.status_code: int | None = None
        """Of the rejection, as in SIP."""
        self.referred_to: str | None = None
        """Where the caller was sent; that anyone answers there is nobody's promise."""
        self.over = asyncio.Event()
        """Set when nothing more happens on this line."""
        self._listen: Callable[[bytes], None] | None = None
        self._rest = bytearray()
        self._pulling: asyncio.Task[None] | None = None

    def listen(self, on_packet: Callable[[bytes], None]) -> None:
        """Take the agent's sound: an Opus packet every 20 ms while it speaks, none while it is silent."""
        self._listen = on_packet

    def say(self, pcm: bytes) -> None:
        """Send the caller's sound (16 kHz mono PCM16, any length); it is lost while nobody has picked up."""
        if self.state != "accepted":
            return
        self._rest += pcm
        while len(self._rest) >= FRAME_BYTES:
            self._on_frame(bytes(self._rest[:FRAME_BYTES]))
            del self._rest[:FRAME_BYTES]

    def hang_up(self) -> None:
        """Hang up for the caller."""
        if self.state == "accepted":
            self._on_gone("caller hung up")
        else:
            self.end("over")

    def connect(
        self, voice: VoiceTrack, on_frame: Callable[[bytes], None], on_gone: Callable[[str], None]
    ) -> None:
        """Somebody picked up.

        :param on_frame: gets the caller's sound, 32 ms a frame
        :param on_gone: told that the caller hung up
        """
        self.state = "accepted"
        self._on_frame = on_frame
        self._on_gone = on_gone
        self._pulling = asyncio.create_task(self._pull(voice))

    def end(self, state: Literal["rejected", "over"]) -> None:
        """Nothing more happens here."""
        self.state = state
        self.over.set()

    async def close(self) -> None:
        """End the line: the call is over."""
        if self._pulling:
            self._pulling.cancel()
            await asyncio.gather(self._pulling, return_exceptions=True)
        self.end("over")

    async def _pull(self, voice: VoiceTrack) -> None:
        while True:
            try:
                packet = await voice.recv()
            except MediaStreamError:
                return
            payload = bytes(packet)
            if self._listen and payload not in (SILENCE, NOTHING_FOLLOWS):
                self._listen(payload)
