"""Estimate of how much of a reply the caller heard before it was cut.

The server reports *when* a reply was cut, in milliseconds of its audio, never at which word. The words come
from the estimate of `realtime.conversation.pace`: after n milliseconds n × pace characters were heard. The
word that the cut divides was not; in a script without spaces between words that is the character.
"""

from collections.abc import Sequence

from realtime.conversation.pace import spoken_chars
from text_units import word_floor


def heard_lengths(
    texts: Sequence[str], audio_ends_ms: Sequence[float | None], played_ms: float | None, chars_per_ms: float
) -> list[int | None]:
    """Return the characters heard of each item of a reply that was cut, in order; None: all, or not known.

    :param audio_ends_ms: `audio_end_ms` of each item's `conversation.item.truncated`, which takes precedence:
        items before such an item were heard, items behind it were not
    :param played_ms: `output_audio_buffer.started` to `cleared`, spread over the items in order
    """
    if any(end is not None for end in audio_ends_ms):
        return _by_audio_end(texts, audio_ends_ms, chars_per_ms)
    if played_ms is None:
        return [None] * len(texts)
    return _by_played_time(texts, spoken_chars(played_ms, chars_per_ms))


def _by_audio_end(texts: Sequence[str], ends_ms: Sequence[float | None], pace: float) -> list[int | None]:
    last_cut = max(place for place, end in enumerate(ends_ms) if end is not None)
    lengths: list[int | None] = []
    for place, (text, end) in enumerate(zip(texts, ends_ms, strict=True)):
        if end is not None:
            lengths.append(word_floor(text, spoken_chars(end, pace)))
        else:
            lengths.append(None if place < last_cut else 0)
    return lengths


def _by_played_time(texts: Sequence[str], played_chars: int) -> list[int | None]:
    lengths: list[int | None] = []
    left = played_chars
    for place, text in enumerate(texts):
        wholly = left >= len(text) and place < len(texts) - 1
        lengths.append(None if wholly else word_floor(text, left))
        left = max(0, left - len(text))
    return lengths
