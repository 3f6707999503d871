import pytest

from engine.http.api_error import EngineError
from engine.session.input_audio_buffer import BYTES_PER_MS, InputAudioBuffer
from engine.session.session_config import ServerVad
from engine.session.turn_detection import FRAME_MS, SpeechStarted, SpeechStopped
from tests.fakes.engine_session import LOUD, QUIET, detect


class Heard:
    def __init__(self, settings: ServerVad | None) -> None:
        self.turns: list[SpeechStarted | SpeechStopped] = []
        self.turn_ms: list[int] = []
        self.audio = InputAudioBuffer(settings, detect, self._turn)

    def _turn(self, turn: SpeechStarted | SpeechStopped) -> None:
        self.turns.append(turn)
        if isinstance(turn, SpeechStopped):
            self.turn_ms.append(len(self.audio.take()) // BYTES_PER_MS)

    def hear(self, frame: bytes, times: int) -> None:
        for _ in range(times):
            self.audio.hear(frame)


def test_a_turns_audio_is_as_long_as_its_events_say() -> None:
    heard = Heard(ServerVad(silence_duration_ms=320, prefix_padding_ms=96))
    for _ in range(2):
        heard.hear(QUIET, 50)
        heard.hear(LOUD, 20)
        heard.hear(QUIET, 10)
    started, stopped = heard.turns[2:]
    assert isinstance(started, SpeechStarted)
    assert isinstance(stopped, SpeechStopped)
    assert heard.turn_ms[1] == stopped.audio_end_ms - started.audio_start_ms == 96 + 30 * FRAME_MS


def test_between_turns_only_the_padding_is_kept() -> None:
    heard = Heard(ServerVad(prefix_padding_ms=96))
    heard.hear(QUIET, 1000)
    assert len(heard.audio.take()) // BYTES_PER_MS == 96 + 2 * FRAME_MS


def test_without_turn_detection_everything_waits_for_the_commit() -> None:
    heard = Heard(None)
    heard.hear(LOUD, 100)
    assert heard.turns == []
    assert len(heard.audio.take()) // BYTES_PER_MS == 3200


def test_a_held_button_does_not_fill_the_memory() -> None:
    heard = Heard(None)
    heard.hear(LOUD, 10_000)
    assert len(heard.audio.take()) // BYTES_PER_MS == 300_000


def test_less_than_a_tenth_of_a_second_cannot_be_committed() -> None:
    heard = Heard(None)
    heard.hear(LOUD, 3)
    with pytest.raises(EngineError) as caught:
        heard.audio.take()
    assert caught.value.code == "input_audio_buffer_commit_empty"


def test_cleared_audio_is_forgotten_and_its_turn_is_over() -> None:
    heard = Heard(ServerVad(silence_duration_ms=320))
    heard.hear(LOUD, 10)
    heard.audio.clear()
    heard.hear(QUIET, 50)
    assert len(heard.turns) == 1


def test_the_detector_is_not_troubled_with_long_nothing() -> None:
    asked: list[bytes] = []

    def detector(frame: bytes) -> float:
        asked.append(frame)
        return 0.0

    audio = InputAudioBuffer(ServerVad(), detector, lambda turn: None)
    for _ in range(100):
        audio.hear(bytes(1024))
    assert len(asked) == 10
    audio.hear(LOUD)
    audio.hear(bytes(1024))
    assert len(asked) == 12
