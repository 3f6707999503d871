import wave
from pathlib import Path

from commands.audio.wav import write_wav


def test_a_wav_file_holds_the_sound_as_it_was_given(tmp_path: Path) -> None:
    write_wav(tmp_path / "a.wav", b"\1\2" * 24_000)
    with wave.open(str(tmp_path / "a.wav")) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 24_000)
        assert file.readframes(24_000) == b"\1\2" * 24_000
