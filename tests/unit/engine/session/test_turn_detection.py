from engine.session.session_config import SemanticVad, ServerVad
from engine.session.turn_detection import FRAME_MS, SpeechStarted, SpeechStopped, TurnDetector


def turns(
    probabilities: list[float], settings: ServerVad | SemanticVad | None = None
) -> list[SpeechStarted | SpeechStopped]:
    detector = TurnDetector(settings or ServerVad(silence_duration_ms=320, prefix_padding_ms=96))
    heard = [detector.hear(p, (n + 1) * FRAME_MS) for n, p in enumerate(probabilities)]
    return [turn for turn in heard if turn]


def test_two_loud_frames_start_a_turn_that_reaches_back_by_the_padding() -> None:
    assert turns([0.0] * 10 + [0.6, 0.6]) == [SpeechStarted(10 * FRAME_MS - 96)]


def test_one_loud_frame_is_a_click() -> None:
    assert turns([0.0, 0.6, 0.0, 0.6, 0.0]) == []


def test_one_frame_that_is_surely_speech_starts_a_turn() -> None:
    assert turns([0.0] * 10 + [0.75]) == [SpeechStarted(10 * FRAME_MS - 96)]
    assert turns([0.93], ServerVad(threshold=0.9)) == []
    assert turns([0.96], ServerVad(threshold=0.9)) == [SpeechStarted(0)]


def test_the_silence_is_as_near_to_its_setting_as_frames_allow() -> None:
    speech = [0.9] * 5 + [0.0] * 20
    ends = [turns(speech, ServerVad(silence_duration_ms=ms))[1] for ms in (304, 320, 335, 337)]
    assert ends == [SpeechStopped((5 + frames) * FRAME_MS) for frames in (9, 10, 10, 11)]


def test_a_turn_cannot_start_before_the_audio() -> None:
    assert turns([0.9, 0.9]) == [SpeechStarted(0)]


def test_silence_of_the_set_length_ends_the_turn_and_is_counted_in() -> None:
    heard = turns([0.0] * 10 + [0.9] * 20 + [0.0] * 10)
    assert heard[1] == SpeechStopped(40 * FRAME_MS)


def test_a_shorter_pause_does_not_end_it() -> None:
    assert len(turns([0.9] * 5 + [0.0] * 9 + [0.9] + [0.0] * 9)) == 1


def test_fading_speech_goes_on_a_little_below_the_threshold() -> None:
    assert len(turns([0.9, 0.9] + [0.4] * 20)) == 1
    assert len(turns([0.9, 0.9] + [0.3] * 20)) == 2


def test_the_threshold_is_the_sessions() -> None:
    assert turns([0.65, 0.65], ServerVad(threshold=0.7)) == []


def test_a_second_turn_cannot_reach_back_into_the_first() -> None:
    heard = turns([0.9] * 3 + [0.0] * 10 + [0.9] * 2)
    assert heard[2] == SpeechStarted(13 * FRAME_MS)


def test_a_less_eager_session_waits_longer() -> None:
    speech = [0.9] * 3 + [0.0] * 40
    assert len(turns(speech, SemanticVad(type="semantic_vad", eagerness="high"))) == 2
    assert len(turns(speech, SemanticVad(type="semantic_vad", eagerness="low"))) == 1
