"""The input audio buffer: what the caller said since the last commit, and the turns heard in it."""

from collections.abc import Callable

from engine.http.api_error import EngineError
from engine.session.session_config import SemanticVad, ServerVad
from engine.session.turn_detection import FRAME_MS, ONSET_FRAMES, SpeechStarted, SpeechStopped, TurnDetector

BYTES_PER_MS = 32
MIN_COMMIT_MS = 100
NOTHING = bytes(FRAME_MS * BYTES_PER_MS)
REST_FRAMES = 10
MAX_BUFFER_MS = 300_000
"""What is older is forgotten: a caller may hold the button for as long as he likes."""


class InputAudioBuffer:
    """16 kHz mono PCM16, in frames of 32 ms."""

    def __init__(
        self,
        turn_detection: ServerVad | SemanticVad | None,
        detect: Callable[[bytes], float],
        on_turn: Callable[[SpeechStarted | SpeechStopped], None],
    ) -> None:
        """Create the input audio buffer.

        :param detect: probability of speech in a frame
        :param on_turn: told of the beginning and end of every turn; at its end the buffer holds the turn
        """
        self._detect = detect
        self._on_turn = on_turn
        self._buffer = bytearray()
        self._nothing_for = 0
        self.heard_ms = 0
        """Length of all audio heard in this call."""
        self.configure(turn_detection)

    def configure(self, turn_detection: ServerVad | SemanticVad | None) -> None:
        """Begin anew with other settings; None is manual: no turns, only commits."""
        self._turns = TurnDetector(turn_detection) if turn_detection else None

    def hear(self, frame: bytes) -> None:
        """One frame of the caller's audio."""
        self.heard_ms += FRAME_MS
        self._buffer += frame
        if not self._turns:
            self._keep(MAX_BUFFER_MS)
            return
        in_turn = self._turns.speaking
        turn = self._turns.hear(self._probability(frame), self.heard_ms)
        if isinstance(turn, SpeechStarted):
            self._keep(self.heard_ms - turn.audio_start_ms)
        else:
            self._keep(MAX_BUFFER_MS if in_turn else self._turns.prefix_ms + ONSET_FRAMES * FRAME_MS)
        if turn:
            self._on_turn(turn)

    def _probability(self, frame: bytes) -> float:
        """Made up silence, once the detector has come to rest on it, is not worth its time."""
        self._nothing_for = self._nothing_for + 1 if frame == NOTHING else 0
        return 0.0 if self._nothing_for > REST_FRAMES else self._detect(frame)

    def clear(self) -> None:
        """Forget what was not committed."""
        self._buffer.clear()
        if self._turns:
            self._turns.end(self.heard_ms)

    def take(self) -> bytes:
        """Return what was said since the last commit.

        :raises ApiError: when that is less than 100 ms
        """
        if len(self._buffer) < MIN_COMMIT_MS * BYTES_PER_MS:
            raise EngineError(
                "Error committing input audio buffer: buffer too small. Expected at least 100ms of audio.",
                code="input_audio_buffer_commit_empty",
            )
        audio = bytes(self._buffer)
        self.clear()
        return audio

    def _keep(self, latest_ms: int) -> None:
        del self._buffer[: max(0, len(self._buffer) - latest_ms * BYTES_PER_MS)]
