"""PCM of a voice, at whatever rate it is made, to the packets of 20 ms in which it goes out."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

_worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="voice-encoder")
"""Keeps the codec out of the event loop."""


class PacketEncoder(Protocol):
    """Encodes one sentence; made anew for each."""

    def encode(self, pcm: bytes) -> list[bytes]:
        """Return the packets that these samples (mono PCM16) complete."""

    def flush(self) -> list[bytes]:
        """Return the last packets, filled up with silence."""


async def encoded(pcm: AsyncIterator[bytes], encoder: PacketEncoder) -> AsyncIterator[list[bytes]]:
    """Yield the packets of a sentence as soon as they are ready.

    :param pcm: mono PCM16 in blocks of any length, at the rate the encoder was made for
    """
    loop = asyncio.get_running_loop()
    async for block in pcm:
        if packets := await loop.run_in_executor(_worker, encoder.encode, block):
            yield packets
    if packets := await loop.run_in_executor(_worker, encoder.flush):
        yield packets
