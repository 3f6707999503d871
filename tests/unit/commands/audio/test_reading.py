import wave
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from av.stream import Disposition

from commands.audio.reading import RATE, Flaws, UnreadableAudio, duration_s, read_audio

SECONDS = 3
TONE = (8000 * np.sin(2 * np.pi * 440 * np.arange(SECONDS * 44_100) / 44_100)).astype(np.int16)


def written(path: Path, codec: str, rate: int = 44_100, start_s: float = 0) -> Path:
    with av.open(path, "w") as file:
        stream: Any = file.add_stream(codec, rate=rate)
        frame = av.AudioFrame.from_ndarray(TONE.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate, frame.pts = 44_100, round(start_s * 44_100)
        resampler = av.AudioResampler(format=stream.format, layout=stream.layout, rate=rate, frame_size=1024)
        for part in [*resampler.resample(frame), *resampler.resample(None), None]:
            file.mux(stream.encode(part))
    return path


def samples(path: Path) -> "np.ndarray[tuple[int], np.dtype[np.int16]]":
    return np.frombuffer(b"".join(read_audio(path)), np.int16)


@pytest.mark.parametrize(
    ("name", "codec", "rate"),
    [
        ("a.wav", "pcm_s16le", 44_100),
        ("a.flac", "flac", 44_100),
        ("a.ogg", "libopus", 48_000),
        ("a.m4a", "aac", 44_100),
    ],
)
def test_sound_of_any_kind_is_read_as_24_khz_mono(tmp_path: Path, name: str, codec: str, rate: int) -> None:
    path = written(tmp_path / name, codec, rate)
    heard = samples(path)
    assert heard.size / RATE == pytest.approx(SECONDS, abs=0.1)
    crossings = np.count_nonzero(np.diff(np.signbit(heard)))
    assert crossings / 2 / SECONDS == pytest.approx(440, rel=0.05)
    assert duration_s(path) == pytest.approx(SECONDS, abs=0.1)


def test_both_channels_of_a_stereo_file_are_heard(tmp_path: Path) -> None:
    path = tmp_path / "stereo.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(44_100)
        file.writeframes(np.stack([np.zeros_like(TONE), TONE], axis=1).tobytes())
    assert np.abs(samples(path)).max() > 2000


def test_sound_may_change_its_form_midway(tmp_path: Path) -> None:
    slow = written(tmp_path / "slow.mp3", "libmp3lame", 22_050)
    fast = written(tmp_path / "fast.mp3", "libmp3lame", 44_100)
    joined = tmp_path / "joined.mp3"
    joined.write_bytes(slow.read_bytes() + fast.read_bytes())
    assert samples(joined).size / RATE == pytest.approx(2 * SECONDS, abs=0.2)


def test_of_several_tracks_the_one_a_player_would_choose_is_heard(tmp_path: Path) -> None:
    path = tmp_path / "film.mkv"
    with av.open(path, "w") as file:
        streams: list[Any] = [file.add_stream("pcm_s16le", rate=44_100, layout="mono") for _ in range(2)]
        streams[0].disposition, streams[1].disposition = Disposition(0), Disposition.default
        for loudness, stream in enumerate(streams):
            frame = av.AudioFrame.from_ndarray((TONE * loudness).reshape(1, -1), format="s16", layout="mono")
            frame.sample_rate, frame.pts = 44_100, 0
            file.mux([*stream.encode(frame), *stream.encode(None)])
    assert np.abs(samples(path)).max() > 2000
    assert str(flaws_of(path)) == "it holds 2 sound tracks, of which one was read"


def flaws_of(path: Path) -> Flaws:
    flaws = Flaws()
    for _ in read_audio(path, flaws):
        pass
    return flaws


FORMS = [
    ("a.wav", "pcm_s16le", 44_100),
    ("a.flac", "flac", 44_100),
    ("a.ogg", "libopus", 48_000),
    ("a.m4a", "aac", 44_100),
    ("a.mp3", "libmp3lame", 44_100),
    ("a.mkv", "libopus", 48_000),
]


@pytest.mark.parametrize(("name", "codec", "rate"), FORMS)
def test_a_whole_file_has_no_flaws(tmp_path: Path, name: str, codec: str, rate: int) -> None:
    assert str(flaws_of(written(tmp_path / name, codec, rate))) == ""


@pytest.mark.parametrize(("name", "codec", "rate"), FORMS[:2])
def test_a_file_that_was_cut_off_is_said_to_be_so(tmp_path: Path, name: str, codec: str, rate: int) -> None:
    path = written(tmp_path / name, codec, rate)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert "it is damaged: its last 1." in str(flaws_of(path))


@pytest.mark.parametrize(("name", "codec", "rate"), [FORMS[1], FORMS[3], FORMS[4]])
def test_a_file_with_damage_inside_is_said_to_be_so(tmp_path: Path, name: str, codec: str, rate: int) -> None:
    path = written(tmp_path / name, codec, rate)
    whole = bytearray(path.read_bytes())
    middle = len(whole) // 2
    whole[middle : middle + len(whole) // 5] = b"\x55" * (len(whole) // 5)
    path.write_bytes(whole)
    assert "it is damaged" in str(flaws_of(path))


def test_sound_that_begins_later_than_its_file_keeps_its_place(tmp_path: Path) -> None:
    path = tmp_path / "late.mkv"
    with av.open(path, "w") as file:
        video: Any = file.add_stream("mpeg4", rate=10)
        video.width, video.height, video.pix_fmt = 64, 64, "yuv420p"
        audio: Any = file.add_stream("pcm_s16le", rate=44_100, layout="mono")
        for n in range(50):
            picture = av.VideoFrame(64, 64, "yuv420p")
            picture.pts = n
            file.mux(video.encode(picture))
        frame = av.AudioFrame.from_ndarray(TONE.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate, frame.pts = 44_100, 2 * 44_100
        file.mux(audio.encode(frame))
        for stream in (video, audio):
            file.mux(stream.encode(None))
    loud = np.flatnonzero(np.abs(samples(path).astype(np.int32)) > 1000)
    assert loud[0] / RATE == pytest.approx(2, abs=0.05)


@pytest.mark.parametrize("content", [b"", b"no sound at all\n" * 100])
def test_what_is_no_audio_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(content)
    for read in (duration_s, lambda path: list(read_audio(path))):
        with pytest.raises(UnreadableAudio):
            read(path)


def test_a_file_that_is_not_there_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(UnreadableAudio, match="No such file"):
        duration_s(tmp_path / "nothing.wav")
