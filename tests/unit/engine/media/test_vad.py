import os
import subprocess
import sys

from engine.media.vad import FRAME_BYTES, new_detector

COUNT_THREADS = """
import os
from engine.media.vad import FRAME_BYTES, new_detector
before = len(os.listdir("/proc/self/task"))
new_detector()(bytes(FRAME_BYTES))
print(len(os.listdir("/proc/self/task")) - before)
"""


def test_silence_is_no_speech() -> None:
    assert new_detector()(bytes(FRAME_BYTES)) < 0.3


def test_every_call_has_a_detector_of_its_own() -> None:
    assert new_detector() is not new_detector()


def test_the_detector_starts_no_threads_that_spin() -> None:
    """The library reads the limit when it is loaded, so this needs a process that has not loaded it."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("OMP_")}
    told = subprocess.run([sys.executable, "-c", COUNT_THREADS], env=plain, capture_output=True, check=True)
    assert told.stdout.strip() == b"0"
