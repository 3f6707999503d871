"""Estimate of where the agent's voice is in its text.

No public event says at which word the voice is. Known are the text that arrived, when playback began
(`output_audio_buffer.started`), and that it ended (`stopped`) or was cut (`cleared`, `truncated`). In between
speech is assumed to run at an even pace, which is, in this order: the reply's own, once it was played to its
end (all its characters over the time it took); that of the replies played to their end before it in this
call; 14 characters a second, or 7 of those that are written wide, such as ideographs. What was heard of a
reply that is cut (`heard.py`) is the same estimate.
"""

from text_units import columns

USUAL_COLUMNS_PER_MS = 14 / 1000
SHORTEST_SAMPLE_MS = 1000
"""Shortest playback from which a pace is measured."""
SAMPLE_CHARS = 500
"""Characters of a reply that tell how wide it is written."""


class SpeakingPace:
    """Characters a millisecond, measured over the replies of a call that were played to their end."""

    def __init__(self) -> None:
        self._chars = 0
        self._played_ms = 0.0

    @property
    def chars_per_ms(self) -> float | None:
        """The average so far; None before the first reply."""
        return self._chars / self._played_ms if self._played_ms else None

    def add_reply(self, chars: int, played_ms: float) -> None:
        """Count a reply of so many characters that took `played_ms` to play."""
        self._chars += chars
        self._played_ms += played_ms


def usual_chars_per_ms(text: str) -> float:
    """Return the pace at which a text like this one is usually spoken."""
    sample = text[:SAMPLE_CHARS]
    return USUAL_COLUMNS_PER_MS * (len(sample) / columns(sample)) if sample else USUAL_COLUMNS_PER_MS


def spoken_chars(played_ms: float, chars_per_ms: float) -> int:
    """Return how many characters of a reply are spoken after playing for `played_ms`."""
    return int(played_ms * chars_per_ms)


def reaches_after_ms(chars: int, chars_per_ms: float) -> float:
    """Return how many ms after the start of playback the voice is `chars` characters into a reply."""
    return chars / chars_per_ms
