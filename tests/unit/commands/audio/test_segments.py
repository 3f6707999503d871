import pytest

from commands.audio.segments import (
    FRAME_BYTES,
    FRAME_S,
    LONGEST_FRAMES,
    PADDING_FRAMES,
    AudioSegment,
    segments_of,
)
from tests.fakes.recording import frames_of


def loud(frame: bytes) -> float:
    """Detect speech in everything but silence."""
    return float(sum(map(bool, frame)) > len(frame) / 2)


def cut(*pattern: tuple[bool, int], block: int = 5000) -> list[AudioSegment]:
    audio = frames_of(pattern, FRAME_BYTES)
    blocks = (audio[at : at + block] for at in range(0, len(audio), block))
    return list(segments_of(blocks, loud))


def test_a_segment_says_where_in_the_file_it_was_spoken() -> None:
    first, second = cut((False, 40), (True, 50), (False, 60), (True, 30), (False, 40))
    assert first.start_s == pytest.approx(40 * FRAME_S, abs=2 * FRAME_S)
    assert first.end_s == pytest.approx(90 * FRAME_S, abs=2 * FRAME_S)
    assert second.start_s == pytest.approx(150 * FRAME_S, abs=2 * FRAME_S)


def test_a_segment_keeps_a_little_of_what_is_around_it_and_no_more() -> None:
    (segment,) = cut((False, 40), (True, 50), (False, 60))
    assert len(segment.pcm) / FRAME_BYTES == pytest.approx(50 + 2 * PADDING_FRAMES, abs=2)


def test_short_pauses_do_not_cut() -> None:
    assert len(cut((False, 40), (True, 20), (False, 8), (True, 20), (False, 60))) == 1


def test_speech_without_a_pause_is_cut_where_it_is_quietest_and_nothing_of_it_is_lost() -> None:
    first, second = cut((False, 20), (True, LONGEST_FRAMES - 60), (False, 3), (True, 200), (False, 60))
    assert len(first.pcm) / FRAME_BYTES < LONGEST_FRAMES
    assert second.start_s == pytest.approx((20 + LONGEST_FRAMES - 60) * FRAME_S, abs=4 * FRAME_S)
    assert first.end_s <= second.start_s
    total = (len(first.pcm) + len(second.pcm)) / FRAME_BYTES
    assert total == pytest.approx(LONGEST_FRAMES - 60 + 3 + 200 + 2 * PADDING_FRAMES, abs=4)


def test_speech_that_the_file_ends_in_is_a_segment_too() -> None:
    assert [segment.end_s for segment in cut((True, 30))] == [pytest.approx(30 * FRAME_S, abs=2 * FRAME_S)]


def test_a_single_loud_frame_is_no_speech() -> None:
    assert cut((False, 30), (True, 1), (False, 30)) == []


def test_silence_and_nothing_have_no_segments() -> None:
    assert cut((False, 100)) == []
    assert cut() == []


def test_no_more_is_read_ahead_than_a_segment_takes() -> None:
    read = 0

    def blocks() -> object:
        nonlocal read
        for at in range(10_000):
            read += 1
            yield frames_of([(at % 100 < 50, 1)], FRAME_BYTES)

    segments = segments_of(blocks(), loud)  # type: ignore[arg-type]
    next(segments)
    assert read < 100
