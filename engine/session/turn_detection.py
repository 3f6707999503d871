"""When the caller's turn begins and ends, from one speech probability a frame."""

from dataclasses import dataclass

from engine.session.session_config import SemanticVad, ServerVad

FRAME_MS = 32
ONSET_FRAMES = 2
SURE = 0.2
"""A frame this far above the threshold needs no second one: barge-in is heard a frame earlier."""
HYSTERESIS = 0.15
"""Speech that has begun goes on until the probability is this far below the threshold."""
SILENCE_BY_EAGERNESS_MS = {"low": 2000, "medium": 1000, "auto": 1000, "high": 500}


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """`audio_start_ms`: with the prefix padding, counted from the first audio of the call."""

    audio_start_ms: int


@dataclass(frozen=True, slots=True)
class SpeechStopped:
    """`audio_end_ms`: with the silence that ended the turn, counted from the first audio of the call."""

    audio_end_ms: int


class TurnDetector:
    """One frame that is surely speech or two that are loud start a turn, enough silence ends it."""

    def __init__(self, settings: ServerVad | SemanticVad) -> None:
        if isinstance(settings, SemanticVad):
            settings = ServerVad(silence_duration_ms=SILENCE_BY_EAGERNESS_MS[settings.eagerness])
        self._threshold = settings.threshold
        self._sure = min(settings.threshold + SURE, (1 + settings.threshold) / 2)
        self.prefix_ms = settings.prefix_padding_ms
        self._silence_ms = settings.silence_duration_ms
        self._loud_frames = 0
        self._silent_for_ms = 0
        self._earliest_start_ms = 0
        self.speaking = False

    def hear(self, probability: float, end_ms: int) -> SpeechStarted | SpeechStopped | None:
        """:param end_ms: where the frame ends"""
        return self._go_on(probability, end_ms) if self.speaking else self._wait(probability, end_ms)

    def _wait(self, probability: float, end_ms: int) -> SpeechStarted | None:
        self._loud_frames = self._loud_frames + 1 if probability >= self._threshold else 0
        if not self._loud_frames or (self._loud_frames < ONSET_FRAMES and probability < self._sure):
            return None
        onset_ms = end_ms - self._loud_frames * FRAME_MS
        self.speaking, self._loud_frames, self._silent_for_ms = True, 0, 0
        return SpeechStarted(max(self._earliest_start_ms, onset_ms - self.prefix_ms))

    def _go_on(self, probability: float, end_ms: int) -> SpeechStopped | None:
        loud = probability >= self._threshold - HYSTERESIS
        self._silent_for_ms = 0 if loud else self._silent_for_ms + FRAME_MS
        if self._silent_for_ms + FRAME_MS / 2 < self._silence_ms:
            return None
        self.end(end_ms)
        return SpeechStopped(end_ms)

    def end(self, at_ms: int) -> None:
        """End the turn; the next one cannot reach back behind `at_ms`."""
        self.speaking, self._loud_frames, self._earliest_start_ms = False, 0, at_ms
