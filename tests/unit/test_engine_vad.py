import numpy as np
from av import AudioFrame

from engine.vad import FRAME_BYTES, Framer, new_detector


def stereo_48k(samples: int, n: int = 0) -> AudioFrame:
    frame = AudioFrame.from_ndarray(np.full((1, 2 * samples), 1000, np.int16), format="s16", layout="stereo")
    frame.sample_rate, frame.pts = 48_000, n * samples
    return frame


def test_audio_of_any_rate_comes_out_as_detector_frames_of_the_same_length() -> None:
    framer = Framer()
    frames = [frame for n in range(50) for frame in framer.frames(stereo_48k(960, n))]
    assert {len(frame) for frame in frames} == {FRAME_BYTES}
    assert 30 <= len(frames) <= 31
    assert np.frombuffer(frames[10], np.int16).mean() == 1000


def test_silence_is_no_speech() -> None:
    assert new_detector()(bytes(FRAME_BYTES)) < 0.3


def test_every_call_has_a_detector_of_its_own() -> None:
    assert new_detector() is not new_detector()
