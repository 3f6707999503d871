import numpy as np
from av import CodecContext
from av.audio.codeccontext import AudioCodecContext
from av.packet import Packet

from engine.media.opus import OpusEncoder


def packets(pcm: bytes, sample_rate: int) -> list[bytes]:
    """Return the packets of a sentence that comes in blocks of all lengths."""
    encoder, made, at = OpusEncoder(sample_rate), list[bytes](), 0
    for size in range(0, len(pcm), 1000):
        made += encoder.encode(pcm[at : at + size])
        at += size
    return [*made, *encoder.encode(pcm[at:]), *encoder.flush()]


def decoded(encoded: list[bytes]) -> "np.ndarray[tuple[int, ...], np.dtype[np.float32]]":
    decoder = CodecContext.create("libopus", "r")
    assert isinstance(decoder, AudioCodecContext)
    decoder.sample_rate, decoder.layout, decoder.format = 48_000, "mono", "s16"
    frames = [frame for packet in encoded for frame in decoder.decode(Packet(packet))]
    return np.concatenate([frame.to_ndarray()[0] for frame in frames]).astype(np.float32)


def test_a_second_of_sound_is_fifty_packets_that_sound_the_same() -> None:
    tone = (8000 * np.sin(2 * np.pi * 440 * np.arange(22_050) / 22_050)).astype(np.int16)
    encoded = list(packets(tone.tobytes(), 22_050))
    assert 50 <= len(encoded) <= 52
    heard = decoded(encoded)[4800:43_200]
    spectrum = np.abs(np.fft.rfft(heard))
    assert abs(spectrum.argmax() * 48_000 / heard.size - 440) < 5
    assert heard.std() > 4000


def test_nothing_is_no_packets_that_could_be_heard() -> None:
    assert all(np.abs(decoded([packet])).max() < 10 for packet in packets(b"", 22_050))
